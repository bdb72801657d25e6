package dev.sandjar;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/** A place where sandboxes are made, as one caller sees it. Methods may be called from many threads at once. */
public interface Sandboxes extends AutoCloseable {
    /**
     * Opens a place.
     *
     * @param place {@code local:} (this machine), {@code kubernetes:?namespace=agents}, or a server's address such as {@code https://host}
     * @return the place; to be closed
     * @throws SandboxException {@code NOT_SUPPORTED} for a place that no library on the class path serves
     */
    static Sandboxes open(String place) {
        return open(place, Map.of());
    }

    /**
     * Opens a server with a token.
     *
     * @param place a server's address
     * @param token what the server made or accepts
     * @return the place; to be closed
     */
    static Sandboxes open(String place, String token) {
        return open(place, Map.of("token", token));
    }

    /**
     * Opens a place with options of its own.
     *
     * @param place as {@link #open(String)}; options may also stand behind a {@code ?}
     * @param options names to values; an unknown one is refused
     * @return the place; to be closed
     */
    static Sandboxes open(String place, Map<String, String> options) {
        int colon = place.indexOf(':');
        String scheme = colon < 0 ? place : place.substring(0, colon);
        for (var provider : ServiceLoader.load(SandboxesProvider.class)) {
            if (provider.serves(scheme)) {
                return provider.open(place, options);
            }
        }
        throw SandboxException.notSupported(
                "the place \"" + scheme + ":\"",
                "the libraries on the class path",
                "local: needs sandjar-engine and sandjar-runtime-oci there, http:// and https:// need sandjar-client");
    }

    /**
     * Makes a sandbox and returns when its agent answers. When it fails or is interrupted, nothing is left.
     *
     * @param spec what is wanted
     * @return the sandbox; closing it deletes it
     * @throws SandboxException {@code INVALID_ARGUMENT}, {@code IMAGE_NOT_FOUND}, {@code REGISTRY_UNAVAILABLE}, {@code NO_CAPACITY}, {@code QUOTA_EXCEEDED},
     *     {@code NOT_SUPPORTED}, {@code START_FAILED}, {@code DEADLINE_EXCEEDED}, {@code IMAGE_INVALID}
     * @throws InterruptedException nothing is left
     */
    Sandbox create(SandboxSpec spec) throws InterruptedException;

    /**
     * As {@link #create(SandboxSpec)}, but a second call with the same key returns the first call's sandbox while that one lives.
     *
     * @param spec what is wanted
     * @param idempotencyKey chosen by the caller: 1 to 255 printable ASCII characters
     * @return the sandbox
     * @throws SandboxException also {@code ALREADY_EXISTS} when the key was used with another spec
     * @throws InterruptedException nothing is left
     */
    Sandbox create(SandboxSpec spec, String idempotencyKey) throws InterruptedException;

    /**
     * Finds a sandbox of this caller's.
     *
     * @param id its name
     * @return the sandbox; closing it only lets go of it
     * @throws SandboxException {@code SANDBOX_NOT_FOUND}
     */
    Sandbox get(SandboxId id);

    /**
     * This caller's sandboxes, newest first.
     *
     * @param offset how many to pass over: 0 or more
     * @param limit how many to return at most: 1 to 100
     * @return a page and the total
     */
    default SandboxPage list(int offset, int limit) {
        return list(EnumSet.allOf(SandboxState.class), offset, limit);
    }

    /**
     * Those of this caller's sandboxes that are in one of some states, newest first.
     *
     * @param states at least one
     * @param offset how many of them to pass over: 0 or more
     * @param limit how many to return at most: 1 to 100
     * @return a page and the total of them, both of one moment
     * @throws SandboxException {@code INVALID_ARGUMENT}
     */
    SandboxPage list(Set<SandboxState> states, int offset, int limit);

    /**
     * The place's images.
     *
     * @return the same at every call
     */
    Images images();

    /**
     * What this place can and cannot enforce.
     *
     * @return each thing that was looked at
     */
    List<Finding> doctor();

    /** Lets go of the place. Sandboxes that were not closed or deleted live on until they expire. */
    @Override
    void close();
}
