package dev.sandjar.kubernetes.pod;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;

/** Whom a sandbox's processes run as: never user 0, and always a number, because nobody can look into the image beforehand. */
record PodUser(long uid, long gid) {
    private static final String NAME = "sandbox";
    private static final long NUMBER = 1_000;
    private static final long HIGHEST = 65_535;

    static PodUser of(SandboxSpec spec) {
        String said = spec.user().orElse(NAME);
        if (said.equals(NAME)) {
            return new PodUser(NUMBER, NUMBER);
        }
        if (!Character.isDigit(said.charAt(0))) {
            throw SandboxException.notSupported(
                    "user " + said + " by name", "Kubernetes, which knows numbers only", "give its uid, or uid:gid");
        }
        int colon = said.indexOf(':');
        long uid = Long.parseLong(colon < 0 ? said : said.substring(0, colon));
        long gid = colon < 0 ? uid : Long.parseLong(said.substring(colon + 1));
        if (uid < 1 || uid > HIGHEST || gid < 1 || gid > HIGHEST) {
            throw SandboxException.notSupported(
                    "user " + said, "Kubernetes, where sandboxes are never root", "use uid and gid 1 to " + HIGHEST);
        }
        return new PodUser(uid, gid);
    }
}
