package dev.sandjar.server.auth;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.Sandboxes;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** Who asks; what doors see of the world. */
@RequestScoped
public class Caller {
    private final Places places;
    private @Nullable String owner;

    Caller(Places places) {
        this.places = places;
    }

    void is(String name) {
        owner = name;
    }

    public String owner() {
        String known = owner;
        if (known == null) {
            throw Authentication.none();
        }
        return known;
    }

    public Sandboxes sandboxes() {
        return places.of(owner());
    }

    /** One of this caller's; unknown, malformed and somebody else's are all the same. */
    public Sandbox sandbox(String id) {
        return sandboxes().get(SandboxId.parse(id).orElseThrow(() -> SandboxException.sandboxNotFound("of that id")));
    }
}
