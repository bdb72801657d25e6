package dev.sandjar.client;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.Address;
import dev.sandjar.client.http.Trust;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How to reach a server.
 *
 * @param address where it is
 * @param token what it knows the caller by; never shown
 * @param trust whom to believe that it is the server (option "certificate", a PEM file; otherwise what Java trusts)
 * @param reconnect how long a cut connection is made anew before its stream fails (option "reconnect", seconds)
 */
record ServerOptions(Address address, Optional<String> token, Trust trust, Duration reconnect) {
    private static final Duration DEFAULT_RECONNECT = Duration.ofSeconds(30);

    static ServerOptions of(String place, Map<String, String> options) {
        int question = place.indexOf('?');
        var all = new HashMap<String, String>();
        if (question >= 0) {
            read(place.substring(question + 1), all);
        }
        all.putAll(options);
        Optional<String> token = Optional.ofNullable(all.remove("token"));
        token.ifPresent(ServerOptions::check);
        Duration reconnect = Optional.ofNullable(all.remove("reconnect"))
                .map(ServerOptions::seconds)
                .orElse(DEFAULT_RECONNECT);
        Optional<String> certificate = Optional.ofNullable(all.remove("certificate"));
        boolean cleartext = Optional.ofNullable(all.remove("cleartext"))
                .map(ServerOptions::flag)
                .orElse(false);
        if (!all.isEmpty()) {
            throw SandboxException.invalid(
                    "option", all.keySet().stream().sorted().toList(), "token, certificate, reconnect, cleartext");
        }
        Address address = Address.parse(question < 0 ? place : place.substring(0, question));
        if (certificate.isPresent() && !address.tls()) {
            throw SandboxException.invalid("certificate", "given for a server without TLS", "with https:// only");
        }
        if (token.isPresent() && !cleartext && !address.tls() && !address.loopback()) {
            throw readableByAll(address);
        }
        return new ServerOptions(
                address, token, certificate.map(ServerOptions::trust).orElseGet(Trust::standard), reconnect);
    }

    private static Trust trust(String file) {
        try {
            return Trust.of(Path.of(file));
        } catch (InvalidPathException e) {
            throw SandboxException.invalid("certificate", "no path", "a PEM file with certificates");
        }
    }

    private static void read(String query, Map<String, String> into) {
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw SandboxException.invalid("place", "with an option without a value", "name=value, joined by &");
            }
            into.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
    }

    private static void check(String token) {
        if (!token.matches("[\\x21-\\x7e]{1,16384}")) {
            throw SandboxException.invalid("token", token.length() + " characters", "printable ASCII without blanks");
        }
    }

    private static SandboxException readableByAll(Address address) {
        return new SandboxException(
                ErrorCode.INVALID_ARGUMENT,
                "the token would be sent to " + address + " where everybody on the way can read it",
                "use https://, or a tunnel to loopback; on a network that you trust, say so: " + address
                        + "?cleartext=true",
                null);
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw SandboxException.invalid("cleartext", "something else", "true or false");
        };
    }

    private static Duration seconds(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            throw SandboxException.invalid("reconnect", "something else", "whole seconds, 0 to 99999");
        }
        return Duration.ofSeconds(Integer.parseInt(text));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return address.toString();
    }
}
