package dev.sandjar.oci.image;

import dev.sandjar.SandboxException;
import dev.sandjar.oci.bundle.Bundle;
import java.util.Optional;

/**
 * The users of an image, as its {@code passwd} and {@code group} name them. Their text may come from a registry: what does not parse is not there.
 *
 * @param passwd lines of passwd(5)
 * @param group lines of group(5)
 */
record Accounts(String passwd, String group) {
    /** Whom commands run as when nobody says otherwise. */
    static final Bundle.User SANDBOX = new Bundle.User(1000, 1000, "sandbox", "/home/sandbox", "/bin/bash");

    private static final String ALLOWED = "a user of the image, a uid, or uid:gid, each at most 65535";

    /** Finds {@code name}, {@code uid}, {@code uid:gid}, {@code name:group}. */
    Bundle.User find(String wanted) {
        String[] parts = wanted.split(":", 2);
        Optional<Bundle.User> known = line(parts[0]);
        int uid = known.map(Bundle.User::uid)
                .or(() -> id(parts[0]))
                .orElseThrow(() -> SandboxException.invalid("user", '"' + wanted + '"', ALLOWED));
        int gid = parts.length == 1
                ? known.map(Bundle.User::gid).orElse(uid)
                : groupId(parts[1])
                        .or(() -> id(parts[1]))
                        .orElseThrow(() -> SandboxException.invalid("user", '"' + wanted + '"', ALLOWED));
        Bundle.User named = known.orElse(
                uid == SANDBOX.uid() ? SANDBOX : new Bundle.User(uid, gid, parts[0], SANDBOX.home(), SANDBOX.shell()));
        return new Bundle.User(uid, gid, named.name(), named.home(), named.shell());
    }

    /** Whether a name or a number is known. */
    boolean names(String nameOrId) {
        return line(nameOrId).isPresent();
    }

    private Optional<Bundle.User> line(String nameOrId) {
        return passwd.lines()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length >= 7 && (fields[0].equals(nameOrId) || fields[2].equals(nameOrId)))
                .flatMap(fields -> user(fields).stream())
                .findFirst();
    }

    private static Optional<Bundle.User> user(String[] fields) {
        Optional<Integer> uid = id(fields[2]);
        Optional<Integer> gid = id(fields[3]);
        if (uid.isEmpty() || gid.isEmpty()) {
            return Optional.empty();
        }
        String home = fields[5].startsWith("/") ? fields[5] : "/";
        String shell = fields[6].startsWith("/") ? fields[6] : "/bin/sh";
        return Optional.of(new Bundle.User(uid.get(), gid.get(), fields[0], home, shell));
    }

    private Optional<Integer> groupId(String name) {
        return group.lines()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length >= 3 && fields[0].equals(name))
                .flatMap(fields -> id(fields[2]).stream())
                .findFirst();
    }

    private static Optional<Integer> id(String digits) {
        boolean small =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return small ? Optional.of(Integer.valueOf(digits)).filter(id -> id < Bundle.IDS) : Optional.empty();
    }
}
