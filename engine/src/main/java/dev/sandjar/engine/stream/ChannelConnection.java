package dev.sandjar.engine.stream;

import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Request;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.Subject;
import java.io.InputStream;
import java.io.OutputStream;

/** A connection into a sandbox, through its agent. */
public final class ChannelConnection implements SandboxConnection {
    private final ChannelInput input;
    private final ChannelOutput output;

    private ChannelConnection(ChannelInput input, ChannelOutput output) {
        this.input = input;
        this.output = output;
    }

    public static ChannelConnection dial(LiveSandbox sandbox, int port) {
        if (port < 1 || port > 65_535) {
            throw SandboxException.invalid("port", port, "1 to 65535");
        }
        return open(sandbox, Requests.dial(port), Subject.port(port));
    }

    public static ChannelConnection sftp(LiveSandbox sandbox) {
        return open(sandbox, Requests.sftp(), Subject.sftp());
    }

    private static ChannelConnection open(LiveSandbox sandbox, Request request, Subject what) {
        AgentConnection agent = sandbox.acquire();
        try {
            Channel channel = agent.open(request);
            agent.reply(channel, what);
            return over(channel, what, sandbox);
        } catch (RuntimeException e) {
            sandbox.release();
            throw e;
        }
    }

    /** @param channel answered already; the sandbox is in use until it is closed */
    static ChannelConnection over(Channel channel, Subject what, LiveSandbox sandbox) {
        return new ChannelConnection(
                new ChannelInput(channel, what, sandbox::used, sandbox::release),
                new ChannelOutput(channel, what, sandbox::used));
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() {
        input.close();
    }
}
