package dev.sandjar.compat.kmetis.ssh;

import java.net.SocketAddress;
import java.security.PublicKey;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.config.keys.KeyUtils;

/** Whether it is the sandbox that answers. */
final class HostKeys implements ServerKeyVerifier {
    private static final AttributeKey<SshTarget> TARGET = new AttributeKey<>();

    private record Place(String sandboxId, String address, int port) {}

    private final Map<Place, PublicKey> firstSeen = new ConcurrentHashMap<>();

    /** What a connection is told of whom it is to. */
    AttributeRepository context(SshTarget target) {
        return AttributeRepository.ofKeyValuePair(TARGET, target);
    }

    @Override
    public boolean verifyServerKey(ClientSession session, SocketAddress address, PublicKey shown) {
        SshTarget target = Objects.requireNonNull(session.getConnectionContext().getAttribute(TARGET));
        var place = new Place(target.sandboxId(), target.address(), target.port());
        PublicKey expected = target.hostKey().orElseGet(() -> firstSeen.computeIfAbsent(place, _ -> shown));
        return KeyUtils.compareKeys(expected, shown);
    }

    void forget(String sandboxId) {
        firstSeen.keySet().removeIf(place -> place.sandboxId().equals(sandboxId));
    }
}
