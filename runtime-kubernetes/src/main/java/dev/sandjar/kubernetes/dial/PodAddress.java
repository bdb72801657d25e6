package dev.sandjar.kubernetes.dial;

import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;

/** Straight to the pod's address: from inside the cluster, or from a machine that has a route to its pods. */
final class PodAddress implements Reach {
    @Override
    public SocketChannel connect(Pod pod, Deadline deadline) throws IOException {
        String address = PodState.address(pod).orElseThrow(() -> new UnknownHostException("the pod has no address"));
        var channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket()
                    .connect(
                            new InetSocketAddress(address, SandboxPod.PORT),
                            Math.clamp(deadline.left().toMillis(), 1, Integer.MAX_VALUE));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
