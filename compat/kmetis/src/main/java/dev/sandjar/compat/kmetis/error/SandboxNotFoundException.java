package dev.sandjar.compat.kmetis.error;

/** There is no such sandbox: it never was, it has been deleted, the pod of that name is not one of ours, or it has no address. */
public final class SandboxNotFoundException extends SandboxException {
    private SandboxNotFoundException(String message, String remedy) {
        super(message, remedy, null);
    }

    /**
     * Nothing of that name.
     *
     * @param sandboxId what was asked for
     * @param namespace where
     * @return to be thrown
     */
    public static SandboxNotFoundException of(String sandboxId, String namespace) {
        return new SandboxNotFoundException(
                "sandbox " + sandboxId + " is not in namespace " + namespace,
                "list() says which are; another namespace is named by K8S_NAMESPACE or the builder");
    }

    /**
     * A pod, but nowhere.
     *
     * @param sandboxId what was asked for
     * @param status the pod's phase
     * @return to be thrown
     */
    public static SandboxNotFoundException withoutAddress(String sandboxId, String status) {
        return new SandboxNotFoundException(
                "sandbox " + sandboxId + " has no address; its pod is " + status,
                "wait until it runs, or make another");
    }
}
