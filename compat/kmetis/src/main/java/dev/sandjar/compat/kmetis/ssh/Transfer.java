package dev.sandjar.compat.kmetis.ssh;

import dev.sandjar.compat.kmetis.error.FileTransferException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** One file over SFTP on a channel of its own, which is closed when time is up: that ends whatever waits for it. */
final class Transfer {
    private interface Work {
        void on(SftpClient sftp) throws IOException;
    }

    private final ClientSession session;
    private final AtomicReference<SftpClient> channel = new AtomicReference<>();

    Transfer(ClientSession session) {
        this.session = session;
    }

    void upload(Path local, String remote, Duration limit) throws InterruptedException {
        within(limit, "uploading " + local + " to " + remote, sftp -> write(sftp, local, remote));
    }

    private static void write(SftpClient sftp, Path local, String remote) throws IOException {
        try (InputStream from = Files.newInputStream(local);
                OutputStream to = sftp.write(remote)) {
            from.transferTo(to);
        }
    }

    void download(String remote, Path local, Duration limit) throws InterruptedException {
        String doing = "downloading " + remote + " to " + local;
        Optional<Path> part = Optional.empty();
        try {
            Path beside = Files.createTempFile(local.toAbsolutePath().getParent(), ".", ".part");
            part = Optional.of(beside);
            within(limit, doing, sftp -> read(sftp, remote, beside));
            Files.move(beside, local, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(doing, e);
        } finally {
            part.ifPresent(Transfer::delete);
        }
    }

    private static void read(SftpClient sftp, String remote, Path local) throws IOException {
        try (InputStream from = sftp.read(remote);
                OutputStream to = Files.newOutputStream(local, StandardOpenOption.WRITE)) {
            from.transferTo(to);
        }
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void within(Duration limit, String doing, Work work) throws InterruptedException {
        var task = new FutureTask<Void>(() -> {
            try (SftpClient sftp = open()) {
                channel.set(sftp);
                work.on(sftp);
            }
            return null;
        });
        Thread.ofVirtual().name("sftp").start(task);
        try {
            task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new FileTransferException(
                    doing + " did not end within " + limit.toMillis() / 1e3 + " seconds (its timeout)",
                    "give it a longer timeout",
                    e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw cause instanceof SshConnectionException dead ? dead : failed(doing, cause);
        } finally {
            SftpClient open = channel.get();
            if (open != null) {
                open.getClientChannel().close(true);
            }
            task.cancel(true);
        }
    }

    private SftpClient open() {
        try {
            return SftpClientFactory.instance().createSftpClient(session);
        } catch (IOException | RuntimeException e) {
            if (!Refused.is(e)) {
                session.close(true); // it is of no use to the next one either
            }
            throw new SshConnectionException(
                    "the SSH connection opens no file transfer: " + e.getMessage(),
                    "try again; an sshd of the image's own must have its sftp subsystem",
                    e);
        }
    }

    private static FileTransferException failed(String doing, Throwable cause) {
        String why = switch (cause) {
            case SftpException e
            when e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE -> "there is no such file or folder in the sandbox";
            case SftpException e
            when e.getStatus() == SftpConstants.SSH_FX_PERMISSION_DENIED -> "the sandbox's user may not";
            case NoSuchFileException e -> e.getFile() + " is not on this machine";
            case AccessDeniedException e -> e.getFile() + " on this machine may not be used";
            default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
        };
        return new FileTransferException(doing + " failed: " + why, "check both paths, and who may use them", cause);
    }
}
