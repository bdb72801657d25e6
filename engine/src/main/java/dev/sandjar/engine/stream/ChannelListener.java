package dev.sandjar.engine.stream;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxListener;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.AgentErrors;
import dev.sandjar.engine.link.Subject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** A port in a sandbox, through its agent. It ends with the link it was opened on: a new one knows nothing of it. */
public final class ChannelListener implements SandboxListener {
    private static final Duration ANY_TIME = Duration.ofNanos(Long.MAX_VALUE);

    private final LiveSandbox sandbox;
    private final AgentConnection agent;
    private final Channel listening;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ChannelListener(LiveSandbox sandbox, AgentConnection agent, Channel listening, int port) {
        this.sandbox = sandbox;
        this.agent = agent;
        this.listening = listening;
        this.port = port;
    }

    public static ChannelListener open(LiveSandbox sandbox, int port) {
        if (port < 0 || port > 65_535) {
            throw SandboxException.invalid("port", port, "0 to 65535");
        }
        AgentConnection agent = sandbox.acquire(); // it is in use as long as somebody listens
        try {
            Channel listening = agent.open(Requests.listen(port));
            return new ChannelListener(
                    sandbox, agent, listening, Replies.port(agent.reply(listening, Subject.port(port))));
        } catch (ProtocolException e) {
            sandbox.release();
            throw agent.lost(e);
        } catch (RuntimeException e) {
            sandbox.release();
            throw e;
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public SandboxConnection accept() throws InterruptedException {
        Subject what = Subject.port(port);
        if (closed.get()) { // its number may be another's by now
            throw new SandboxException(ErrorCode.INVALID_STATE, what + ": it is closed", "listen again", null);
        }
        try {
            Channel channel = listening.open(Requests::accept);
            try {
                Replies.empty(channel.reply(ANY_TIME));
                sandbox.acquire();
                return ChannelConnection.over(channel, what, sandbox);
            } catch (InterruptedException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (AgentException e) {
            throw AgentErrors.translate(e, what);
        } catch (IOException e) {
            throw agent.lost(e);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            listening.close();
            sandbox.release();
        }
    }
}
