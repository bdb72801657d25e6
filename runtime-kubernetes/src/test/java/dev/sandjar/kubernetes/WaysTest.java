package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.Requests;
import dev.sandjar.runtime.Placement;
import dev.sandjar.testing.Waiting;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent gets into a pod in several ways, and is reached in several. */
@Tag("cluster")
class WaysTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Work with one sandbox. */
    private interface Work {
        void with(KubernetesRuntime runtime, Placement placement) throws Exception;
    }

    private static void sandbox(String image, Map<String, String> options, Work work) throws Exception {
        try (KubernetesRuntime runtime = TestCluster.open(options)) {
            var id = SandboxId.random();
            Placement placement = runtime.create(id, SandboxSpec.of(image), "{}", Agents.soon());
            try {
                work.with(runtime, placement);
            } finally {
                runtime.destroy(id, Agents.soon());
            }
        }
    }

    private static void runs(Map<String, String> options) throws Exception {
        sandbox(
                TestCluster.IMAGE,
                options,
                (runtime, placement) -> assertThat(Agents.output(runtime, placement, "cat /proc/1/comm"))
                        .isEqualTo("sandjar-agent\n"));
    }

    @Test
    void anInitContainerBringsTheAgent() throws Exception {
        runs(Map.of("agent", "init:" + TestCluster.script("agent").getFirst()));
    }

    @Test
    void aFolderOfTheNodeBringsTheAgent() throws Exception {
        runs(Map.of("agent", "node:" + TestCluster.script("agent").getLast()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pod-address", "port-forward", "auto"})
    void anAgentIsReached(String way) throws Exception {
        runs(Map.of("dial", way));
    }

    @Test
    void anImageWithNothingButBusyboxWillDo() throws Exception {
        sandbox(
                "sandjar.test/busybox:1",
                Map.of(),
                (runtime, placement) -> assertThat(Agents.output(runtime, placement, "id -u; pwd; touch a && ls"))
                        .isEqualTo("1000\n/workspace\na\n"));
    }

    @Test
    void gitTrustsTheWorkspace() throws Exception {
        sandbox(
                "sandjar.test/tools:1",
                Map.of(),
                (runtime, placement) -> assertThat(Agents.output(
                                runtime, placement, "git init -q && git status --porcelain && node -p 6*7"))
                        .isEqualTo("42\n"));
    }

    @Test
    void everyByteComesThroughAPortForwardAtFullSpeed() throws Exception {
        sandbox(TestCluster.IMAGE, Map.of("dial", "port-forward"), (runtime, placement) -> {
            try (Link link = Agents.dial(runtime, placement)) {
                Channel write = link.open(Requests.write("", "/workspace/big", 0, true, false));
                write.reply(LIMIT);
                byte[] block = new byte[1 << 16];
                new java.util.Random(5).nextBytes(block);
                for (int i = 0; i < 400; i++) {
                    write.send(java.nio.ByteBuffer.wrap(block));
                }
                write.sendEof();
                assertThat(write.take(LIMIT)).isInstanceOf(Frame.Event.class);
                Channel read = link.open(Requests.read("", "/workspace/big", 0, 0));
                read.reply(LIMIT);
                long bytes = 0;
                for (Frame frame = read.take(LIMIT); frame != null; frame = read.take(LIMIT)) {
                    bytes += ((Frame.Data) frame).bytes().remaining();
                }
                assertThat(bytes).isEqualTo(400L << 16);
            }
        });
    }

    @Test
    void aPortForwardEndsWhenWeHangUp() throws Exception {
        sandbox(TestCluster.IMAGE, Map.of("dial", "port-forward"), (runtime, placement) -> {
            Agents.dial(runtime, placement).close();
            Agents.dial(runtime, placement).close();
            try (Link link = Agents.dial(runtime, placement)) {
                Waiting.until(
                        "the agent has this link only",
                        () -> Agents.output(link, "grep -c ': 0100007F:B799 [0-9A-F:]* 01 ' /proc/net/tcp; true")
                                .equals("1\n"));
            }
        });
    }

    @Test
    void theKeyCannotBeReadInTheSandbox() throws Exception {
        sandbox(
                TestCluster.IMAGE,
                Map.of(),
                (runtime, placement) -> assertThat(Agents.output(
                                runtime,
                                placement,
                                "env | grep -i key; cat /proc/1/environ 2>&1; ls /var/run/secrets 2>&1"))
                        .doesNotContain("SANDJAR_KEY")
                        .doesNotContain(java.util.HexFormat.of()
                                .formatHex(placement.key().bytes()))
                        .contains("Permission denied", "No such file"));
    }
}
