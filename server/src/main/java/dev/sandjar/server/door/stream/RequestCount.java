package dev.sandjar.server.door.stream;

import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.wire.StreamMessage;
import java.util.HashSet;
import java.util.Set;

/**
 * Which messages count among their owner's requests: those that are requests elsewhere. But who was cut says all his channels anew, whether he wants to
 * or not; that was counted when they were opened.
 */
final class RequestCount {
    private final RateLimits limits;
    private final String owner;
    private final Set<Integer> cut = new HashSet<>(); // channels of the last connection that were not said anew yet

    RequestCount(RateLimits limits, String owner) {
        this.limits = limits;
        this.owner = owner;
    }

    /** The connection has ended, with these channels. */
    void cut(Set<Integer> channels) {
        cut.clear();
        cut.addAll(channels);
    }

    /** @throws RateLimits.TooMany when its owner has said too many */
    void take(StreamMessage.FromClient message) {
        switch (message) {
            case StreamMessage.Start _, StreamMessage.Attach _ -> {
                if (!cut.remove(message.channel())) {
                    limits.take(owner);
                }
            }
            case StreamMessage.SendSignal _, StreamMessage.Kill _, StreamMessage.Resize _ -> limits.take(owner);
            case StreamMessage.OpenInput _,
                    StreamMessage.Input _,
                    StreamMessage.EndInput _,
                    StreamMessage.Follow _,
                    StreamMessage.Taken _,
                    StreamMessage.Leave _ -> {} // something once for each channel, or nothing but its bytes
        }
    }
}
