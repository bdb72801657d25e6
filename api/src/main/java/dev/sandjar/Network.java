package dev.sandjar;

/** What a sandbox can reach. */
public enum Network {
    /** Its own loopback and nothing else. */
    NONE,
    /** Whatever its host can reach. Refused where the runtime cannot keep the host itself out of reach. */
    OUTBOUND
}
