package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.AddressBook.Located;
import dev.sandjar.compat.kmetis.error.CommandExecutionException;
import dev.sandjar.compat.kmetis.error.CommandTimeoutException;
import dev.sandjar.compat.kmetis.error.FileTransferException;
import dev.sandjar.compat.kmetis.error.SandboxCreationException;
import dev.sandjar.compat.kmetis.error.SandboxDeletionException;
import dev.sandjar.compat.kmetis.error.SandboxException;
import dev.sandjar.compat.kmetis.error.SandboxNotFoundException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import dev.sandjar.compat.kmetis.ssh.CommandResult;
import dev.sandjar.compat.kmetis.ssh.SshKey;
import dev.sandjar.compat.kmetis.ssh.SshManager;
import dev.sandjar.compat.kmetis.ssh.SshSession;
import dev.sandjar.compat.kmetis.ssh.SshTarget;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sandboxes on a Kubernetes cluster: a pod each, used over SSH, with no server between.
 *
 * <p>One sandbox lives like this: {@link #create} → any number of {@link #execute}, {@link #upload} and {@link #download}, by whoever has the private
 * key that belongs to its public one → {@link #delete}. It outlives this object, and another one, in another process, may go on with it; only
 * {@link K8sSandboxBuilder#deleteOnClose} changes that. All methods may be called from many threads at once. What fails throws a {@link
 * SandboxException}, which says what to do; a command that returns non-zero does not fail.
 *
 * <p>A private key is given as its text (PKCS 1, PKCS 8 or OpenSSH; RSA, ECDSA or Ed25519) or as the path of a file with it.
 */
public final class K8sSandbox implements AutoCloseable {
    private static final Duration COMMAND = Duration.ofSeconds(30);
    private static final Duration TRANSFER = Duration.ofSeconds(60);

    private final Cluster cluster;
    private final SshManager ssh;
    private final Places places;
    private final AddressBook addresses;
    private final Creation creation;
    private final Settings settings;
    private final String username;
    private final Set<String> made = ConcurrentHashMap.newKeySet();

    K8sSandbox(Settings settings, Cluster cluster) {
        this.settings = settings;
        this.cluster = cluster;
        this.username = settings.login().username();
        this.places = new Places(cluster, settings.port(), settings.throughPortForward());
        this.addresses = new AddressBook(places, settings.port(), settings.addressLifetime(), InstantSource.system());
        this.ssh = new SshManager(
                settings.maxSessions(),
                settings.idleTimeout(),
                settings.connectTimeout(),
                addresses::doubt); // its pod may have been replaced
        this.creation = new Creation(cluster, places, settings);
    }

    /**
     * Opens one as the environment and {@code .env} say.
     *
     * @return to be closed
     * @throws SandboxException when they say what is not allowed, or no cluster is known
     */
    public static K8sSandbox open() {
        return builder().open();
    }

    /**
     * Begins with what the environment and {@code .env} say.
     *
     * @return to be opened
     * @throws SandboxException when they say what is not allowed
     */
    public static K8sSandboxBuilder builder() {
        return builder(Configuration.read());
    }

    /**
     * Begins with what was read elsewhere.
     *
     * @param configuration instead of this process's
     * @return to be opened
     */
    public static K8sSandboxBuilder builder(Configuration configuration) {
        return new K8sSandboxBuilder(configuration);
    }

    /**
     * Makes the usual sandbox: the default image, 1 processor, 1 GiB.
     *
     * @param publicKey who may log in: one or more lines as in a {@code .pub} file
     * @return once its sshd answers
     * @throws SandboxCreationException when it could not be made; nothing of it is left
     * @throws InterruptedException when the caller was; nothing of it is left
     */
    public SandboxHandle create(String publicKey) throws InterruptedException {
        return create(SandboxRequest.of(publicKey));
    }

    /**
     * Makes a sandbox.
     *
     * @param request what it is to be
     * @return once its sshd answers
     * @throws SandboxCreationException when it could not be made; nothing of it is left
     * @throws InterruptedException when the caller was; nothing of it is left
     */
    public SandboxHandle create(SandboxRequest request) throws InterruptedException {
        SandboxHandle handle = creation.create(request);
        made.add(handle.sandboxId());
        return handle;
    }

    /**
     * Deletes a sandbox with all that is in it.
     *
     * @param sandboxId which
     * @return false when it was not there (any more)
     * @throws SandboxDeletionException when the cluster did not do it
     * @throws InterruptedException when the caller was; it may still be there
     */
    public boolean delete(String sandboxId) throws InterruptedException {
        try {
            Optional<Pod> pod = cluster.sandbox(sandboxId);
            return pod.isPresent() && cluster.delete(pod.get());
        } catch (SandboxException e) {
            throw new SandboxDeletionException(
                    "sandbox " + sandboxId + " could not be deleted: " + e.getMessage(), e.remedy(), e);
        } finally {
            made.remove(sandboxId);
            addresses.forget(sandboxId);
            ssh.closeSessions(sandboxId);
            places.forget(sandboxId);
        }
    }

    /**
     * The same as {@link #delete}.
     *
     * @param sandboxId which
     * @return false when it was not there (any more)
     * @throws InterruptedException as delete does
     */
    public boolean shutdown(String sandboxId) throws InterruptedException {
        return delete(sandboxId);
    }

    /**
     * Runs a command for no longer than 30 seconds.
     *
     * @param sandboxId where
     * @param privateKey its text, or its path
     * @param command a text for the user's shell
     * @return how it ended; non-zero is no error
     * @throws InterruptedException as the other does
     */
    public CommandResult execute(String sandboxId, String privateKey, String command) throws InterruptedException {
        return execute(sandboxId, privateKey, command, COMMAND);
    }

    /**
     * Runs a command in the user's login shell, with nothing to read. Returns when its output has ended too: what it leaves in the background must
     * write elsewhere.
     *
     * @param sandboxId where
     * @param privateKey its text, or its path
     * @param command a text for the shell
     * @param timeout until it and its process group are killed, from when the connection is there; above 0
     * @return how it ended; non-zero is no error
     * @throws SandboxNotFoundException when there is no such sandbox
     * @throws SshConnectionException when no connection can be had; the command has not begun
     * @throws CommandTimeoutException when time was up; it has been killed
     * @throws CommandExecutionException when it is not known how it ended, or it wrote more than 64 MiB
     * @throws InterruptedException when the caller was; the command is killed
     */
    public CommandResult execute(String sandboxId, String privateKey, String command, Duration timeout)
            throws InterruptedException {
        requirePositive(timeout);
        return connected(sandboxId, privateKey, session -> session.execute(command, timeout));
    }

    /**
     * Moves a file into a sandbox within 60 seconds.
     *
     * @param sandboxId where to
     * @param privateKey its text, or its path
     * @param local what
     * @param remote absolute, or relative to the user's home
     * @throws InterruptedException as the other does
     */
    public void upload(String sandboxId, String privateKey, Path local, String remote) throws InterruptedException {
        upload(sandboxId, privateKey, local, remote, TRANSFER);
    }

    /**
     * Moves a file into a sandbox, over an older one.
     *
     * @param sandboxId where to
     * @param privateKey its text, or its path
     * @param local what
     * @param remote absolute, or relative to the user's home
     * @param timeout of the whole, from when the connection is there; above 0
     * @throws SandboxNotFoundException when there is no such sandbox
     * @throws SshConnectionException when no connection can be had; nothing has been written
     * @throws FileTransferException when it is not there whole, or not in time; a part may be
     * @throws InterruptedException when the caller was; a part may be there
     */
    public void upload(String sandboxId, String privateKey, Path local, String remote, Duration timeout)
            throws InterruptedException {
        requirePositive(timeout);
        connected(sandboxId, privateKey, session -> {
            session.upload(local, remote, timeout);
            return true;
        });
    }

    /**
     * Moves a file out of a sandbox within 60 seconds. The order of the paths is from, to, as in {@link #upload}.
     *
     * @param sandboxId where from
     * @param privateKey its text, or its path
     * @param remote absolute, or relative to the user's home
     * @param local where to
     * @throws InterruptedException as the other does
     */
    public void download(String sandboxId, String privateKey, String remote, Path local) throws InterruptedException {
        download(sandboxId, privateKey, remote, local, TRANSFER);
    }

    /**
     * Moves a file out of a sandbox.
     *
     * @param sandboxId where from
     * @param privateKey its text, or its path
     * @param remote absolute, or relative to the user's home
     * @param local where to; an older one is replaced once all is there, and not before
     * @param timeout of the whole, from when the connection is there; above 0
     * @throws SandboxNotFoundException when there is no such sandbox
     * @throws SshConnectionException when no connection can be had
     * @throws FileTransferException when it could not be read whole, or not in time
     * @throws InterruptedException when the caller was
     */
    public void download(String sandboxId, String privateKey, String remote, Path local, Duration timeout)
            throws InterruptedException {
        requirePositive(timeout);
        connected(sandboxId, privateKey, session -> {
            session.download(remote, local, timeout);
            return true;
        });
    }

    /**
     * Asks the cluster about a sandbox.
     *
     * @param sandboxId which
     * @return as it is now
     * @throws SandboxNotFoundException when there is none
     * @throws InterruptedException when the caller was
     */
    public SandboxInfo info(String sandboxId) throws InterruptedException {
        Pod pod =
                cluster.sandbox(sandboxId).orElseThrow(() -> SandboxNotFoundException.of(sandboxId, cluster.namespace));
        return SandboxInfo.of(pod, InstantSource.system().instant());
    }

    /**
     * Asks the cluster for all sandboxes of the namespace, whoever made them.
     *
     * @return newest first
     * @throws InterruptedException when the caller was
     */
    public List<SandboxInfo> list() throws InterruptedException {
        var now = InstantSource.system().instant();
        return cluster.sandboxes().stream()
                .map(pod -> SandboxInfo.of(pod, now))
                .sorted(Comparator.comparing(SandboxInfo::createdAt).reversed().thenComparing(SandboxInfo::sandboxId))
                .toList();
    }

    /**
     * Says where a sandbox is, on port 22 unless the cluster says otherwise; from now on it is looked for nowhere else.
     *
     * @param sandboxId which
     * @param ipAddress a name or an IP, such as this machine's, where a port-forward listens
     */
    public void addSandboxToCache(String sandboxId, String ipAddress) {
        addresses.say(sandboxId, Optional.of(ipAddress), Optional.empty());
    }

    /**
     * Says where a sandbox is; from now on it is looked for nowhere else.
     *
     * @param sandboxId which
     * @param ipAddress a name or an IP, such as this machine's, where a port-forward listens
     * @param port 1 to 65535
     */
    public void addSandboxToCache(String sandboxId, String ipAddress, int port) {
        addresses.say(sandboxId, Optional.of(ipAddress), Optional.of(checked(port)));
    }

    /**
     * Says that a sandbox that is in the cache is elsewhere.
     *
     * @param sandboxId which
     * @param newIp a name or an IP
     * @return false when it is not in the cache, and nothing has changed
     */
    public boolean updateSandboxIp(String sandboxId, String newIp) {
        boolean there = addresses.has(sandboxId);
        if (there) {
            addresses.say(sandboxId, Optional.of(newIp), Optional.empty());
        }
        return there;
    }

    /**
     * Says that the sshd of a sandbox that is in the cache is on another port.
     *
     * @param sandboxId which
     * @param newPort 1 to 65535
     * @return false when it is not in the cache, and nothing has changed
     */
    public boolean updateSandboxPort(String sandboxId, int newPort) {
        boolean there = addresses.has(sandboxId);
        if (there) {
            addresses.say(sandboxId, Optional.empty(), Optional.of(checked(newPort)));
        }
        return there;
    }

    private static int checked(int port) {
        if (port < 1 || port > 65_535) {
            throw SandboxException.invalid("port", port, "1 to 65535");
        }
        return port;
    }

    private static void requirePositive(Duration timeout) {
        if (!timeout.isPositive()) {
            throw SandboxException.invalid("timeout", timeout, "above 0");
        }
    }

    private interface Work<T> {
        T over(SshSession session) throws InterruptedException;
    }

    /** Once more where no connection could be had, if the sandbox has moved or only the connection was dead: nothing has begun then. */
    private <T> T connected(String sandboxId, String privateKey, Work<T> work) throws InterruptedException {
        SshKey key = SshKey.of(privateKey);
        Located at = addresses.find(sandboxId);
        boolean connected = false;
        try (SshSession session = ssh.borrow(target(sandboxId, at, key))) {
            connected = true;
            return work.over(session);
        } catch (SshConnectionException e) {
            addresses.doubt(sandboxId);
            Located now = addresses.find(sandboxId);
            if (!connected && now.equals(at)) {
                throw e;
            }
            try (SshSession session = ssh.borrow(target(sandboxId, now, key))) {
                return work.over(session);
            }
        }
    }

    private SshTarget target(String sandboxId, Located at, SshKey key) {
        return new SshTarget(sandboxId, at.address(), at.port(), username, key, at.hostKey());
    }

    /** Closes all connections; sandboxes live on, unless they were to be deleted. */
    @Override
    public void close() {
        try {
            if (settings.deleteOnClose()) {
                deleteAll();
            }
        } finally {
            ssh.close();
            places.close();
            cluster.close();
        }
    }

    private void deleteAll() {
        for (String sandboxId : Set.copyOf(made)) {
            try {
                delete(sandboxId);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
