package dev.sandjar.server.auth;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxId;
import dev.sandjar.Sandboxes;
import java.util.Optional;

/** The sandboxes as each owner sees them. */
public interface Places {
    Sandboxes of(String owner);

    /** A sandbox, whosever it is: for those who have not said who they are, and prove in another way that it is theirs. */
    Optional<Sandbox> sandbox(SandboxId id);

    /** Whose a token is that the place itself has issued, such as a cluster to its service accounts; empty for any other. */
    Optional<String> owner(String token);

    /**
     * Refuses what concerns all owners to those who are not operators.
     *
     * @param what is wanted, as the subject of a sentence
     */
    void requireOperator(String owner, String what);
}
