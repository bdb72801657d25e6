package dev.sandjar.kubernetes.dial;

import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.PortForward;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Through the API server and the kubelet: from anywhere that the API server can be reached from. */
final class PortForwarding implements Reach {
    private final KubernetesClient client;

    PortForwarding(KubernetesClient client) {
        this.client = client;
    }

    /** Whether somebody answers shows when the agent does not greet. */
    @Override
    public SocketChannel connect(Pod pod, Deadline deadline) throws IOException {
        deadline.check("connecting to the sandbox");
        Ends ends = Ends.make();
        try {
            var forward = new CompletableFuture<PortForward>();
            forward.complete(client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .portForward(SandboxPod.PORT, new UntilWeHangUp(ends.far(), forward), ends.far()));
            return ends.near();
        } catch (KubernetesClientException e) {
            ends.near().close();
            ends.far().close();
            throw new IOException("the API server does not forward to the pod", e);
        }
    }

    /** Our end and the forward's, of one connection that nobody else can reach. */
    private record Ends(SocketChannel near, SocketChannel far) {
        static Ends make() throws IOException {
            Path folder = Files.createTempDirectory("sandjar-forward"); // for us only
            Path socket = folder.resolve("s");
            try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(socket), 1);
                var near = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                return new Ends(near, server.accept());
            } finally {
                Files.deleteIfExists(socket);
                Files.deleteIfExists(folder);
            }
        }
    }

    /** What we say. The client would leave the forward open when we have hung up, and the agent holding a link to nobody. */
    private record UntilWeHangUp(SocketChannel far, CompletableFuture<PortForward> forward)
            implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer into) throws IOException {
            int n = far.read(into);
            if (n < 0) {
                forward.thenAccept(UntilWeHangUp::close);
            }
            return n;
        }

        private static void close(PortForward forward) {
            try {
                forward.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean isOpen() {
            return far.isOpen();
        }

        @Override
        public void close() throws IOException {
            far.close();
        }
    }
}
