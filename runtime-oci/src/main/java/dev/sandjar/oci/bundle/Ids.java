package dev.sandjar.oci.bundle;

/**
 * The user ids of one sandbox, as the machine sees them: a range that no other sandbox has, so that two sandboxes share no limit that the
 * kernel keeps by user.
 *
 * @param first the machine's id of the sandbox's root
 */
public record Ids(int first) {
    /** How many ids a sandbox has. */
    public static final int COUNT = 65_536;

    /** Of an id inside the sandbox. */
    public int outside(int id) {
        return first + id;
    }
}
