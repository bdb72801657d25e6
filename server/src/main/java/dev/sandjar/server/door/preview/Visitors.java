package dev.sandjar.server.door.preview;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.limit.Gate;
import dev.sandjar.server.limit.RateLimits;
import io.vertx.core.http.HttpServerRequest;

/** Who may visit which port: by credentials as everywhere, and by host name with a pass too. May block. */
final class Visitors {
    private final Authentication authentication;
    private final Places places;
    private final RateLimits limits;
    private final Gate gate;
    private final Passes passes;

    Visitors(Authentication authentication, Places places, RateLimits limits, Gate gate, Passes passes) {
        this.authentication = authentication;
        this.places = places;
        this.limits = limits;
        this.gate = gate;
        this.passes = passes;
    }

    /** A caller's sandbox; unknown, malformed and somebody else's are all the same. */
    Sandbox sandbox(HttpServerRequest request, String id) {
        gate.pass();
        String owner = authentication.owner(request);
        limits.admit(request, owner);
        return places.of(owner).get(SandboxId.parse(id).orElseThrow(() -> unknown()));
    }

    private static SandboxException unknown() {
        return SandboxException.sandboxNotFound("of that id");
    }

    /** @param rest of the path, below {@code prefix} */
    Visit byPath(HttpServerRequest request, String id, int port, String prefix, String rest) {
        Sandbox sandbox = sandbox(request, id);
        return new Visit(sandbox, sandbox.info().owner(), port, Visit.target(rest, request.query()), prefix, false);
    }

    /** @throws SandboxException {@code PERMISSION_DENIED} when a page of another sandbox asks in its visitor's name */
    Visit byHost(HttpServerRequest request, PortName name, String domain) {
        boolean byCookie = Cookies.passes(request.headers().getAll("Cookie"))
                .anyMatch(pass -> passes.admits(Passes.Kind.COOKIE, name, pass));
        Sandbox sandbox = byCookie ? admitted(request, name, domain) : identified(request, name);
        String owner = sandbox.info().owner();
        return new Visit(
                sandbox,
                byCookie ? visitorsOf(owner) : owner,
                name.port(),
                Visit.target(request.path(), request.query()),
                "",
                byCookie && hasNoneOfOurs(request));
    }

    /** A script may send its token everywhere, and a proxy may add one: with a cookie it is not what lets in, and still nothing for a program. */
    private boolean hasNoneOfOurs(HttpServerRequest request) {
        return request.headers().getAll("Authorization").stream()
                .noneMatch(said -> authentication.isOurs(request, said));
    }

    private Sandbox identified(HttpServerRequest request, PortName name) {
        try {
            return sandbox(request, name.sandbox().toString());
        } catch (SandboxException e) {
            throw e.code() == ErrorCode.UNAUTHENTICATED ? comeByLink(e, name) : e;
        }
    }

    private static SandboxException comeByLink(SandboxException e, PortName name) {
        return new SandboxException(
                e.code(),
                String.valueOf(e.getMessage()),
                "in a browser, open what this prints: sandjar url " + name.sandbox() + " " + name.port()
                        + " (or POST /v1/sandboxes/" + name.sandbox() + "/access/" + name.port()
                        + "); from a program, " + e.remedy(),
                e);
    }

    private Sandbox admitted(HttpServerRequest request, PortName name, String domain) {
        gate.pass();
        if (!Pages.mayAsk(request.method().name(), request.headers(), name, domain)) {
            throw new SandboxException(
                    ErrorCode.PERMISSION_DENIED,
                    "a web page of somebody else asks for this in your name",
                    "open the preview itself; without TLS its own pages must let browsers send Referer",
                    null);
        }
        Sandbox sandbox = places.sandbox(name.sandbox()).orElseThrow(() -> unknown());
        limits.admit(request, visitorsOf(sandbox.info().owner()));
        return sandbox;
    }

    /** Who may be many, and must not shut him out: they have a share of their own. */
    private static String visitorsOf(String owner) {
        return "visitors of " + owner;
    }
}
