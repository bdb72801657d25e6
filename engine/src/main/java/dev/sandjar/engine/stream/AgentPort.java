package dev.sandjar.engine.stream;

import dev.sandjar.PortConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.Subject;
import java.io.InputStream;
import java.io.OutputStream;

/** A connection to a port in a sandbox, through its agent. */
public final class AgentPort implements PortConnection {
    private final ChannelInput input;
    private final ChannelOutput output;

    private AgentPort(ChannelInput input, ChannelOutput output) {
        this.input = input;
        this.output = output;
    }

    public static AgentPort dial(LiveSandbox sandbox, int port) {
        if (port < 1 || port > 65_535) {
            throw SandboxException.invalid("port", port, "1 to 65535");
        }
        Subject what = Subject.port(port);
        AgentConnection agent = sandbox.acquire();
        try {
            Channel channel = agent.open(Requests.dial(port));
            agent.reply(channel, what);
            return new AgentPort(new ChannelInput(channel, what, sandbox::release), new ChannelOutput(channel, what));
        } catch (RuntimeException e) {
            sandbox.release();
            throw e;
        }
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
