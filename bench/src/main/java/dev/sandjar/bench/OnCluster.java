package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import dev.sandjar.CommandSpec;
import dev.sandjar.Output;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.engine.Engine;
import dev.sandjar.engine.EngineConfig;
import dev.sandjar.engine.Template;
import dev.sandjar.testing.RealCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sandboxes on a real cluster, beside bare pods, kubectl and fabric8. */
final class OnCluster implements AutoCloseable {
    private static final SandboxSpec PLAIN = SandboxSpec.builder().build();
    private static final SandboxSpec WARM =
            SandboxSpec.builder().template("warm").build();

    private final Table table;
    private final String namespace = "sandjar-bench-" + ProcessHandle.current().pid();
    private final KubernetesClient client;
    private final BarePods bare;
    private final ApiCalls calls;

    OnCluster(Table table) {
        this.table = table;
        RealCluster.kubectl("create", "namespace", namespace);
        client = ClusterPlace.client();
        bare = new BarePods(client, namespace);
        calls = new ApiCalls(client);
    }

    private Engine engine(String agent, int warm) {
        return Engine.open(
                ClusterPlace.runtime(Map.of("namespace", namespace, "agent", agent)),
                EngineConfig.builder()
                        .resident(true)
                        .templates(List.of(new Template("warm", PLAIN, warm)))
                        .build());
    }

    void measure() throws Exception {
        List<String> agent = RealCluster.script("agent");
        create("node folder", "node:" + agent.getLast(), "≤ 1.25 ×");
        create("config map (default)", "config-map", "");
        create("init container", "init:" + agent.getFirst(), "");
        try (Engine engine = engine("node:" + agent.getLast(), 0)) {
            Sandboxes sandboxes = engine.sandboxes("bench");
            commands(sandboxes);
            apiCalls(sandboxes);
            manyCreates(sandboxes);
        }
        try (Engine engine = engine("node:" + agent.getLast(), 3)) {
            claims(engine);
        }
    }

    private void create(String how, String agent, String bar) throws Exception {
        try (Engine engine = engine(agent, 0)) {
            Sandboxes sandboxes = engine.sandboxes("bench");
            var made = new ArrayList<Sandbox>();
            var pods = new ArrayList<String>();
            Samples[] both = Samples.inTurn(
                    2,
                    15,
                    () -> {
                        Sandbox sandbox = sandboxes.create(PLAIN);
                        firstByte(sandbox);
                        made.add(sandbox);
                    },
                    () -> pods.add(bare.create()));
            made.forEach(Sandbox::delete);
            pods.forEach(bare::delete);
            double ratio = both[0].p50() / both[1].p50();
            table.add(
                    "cluster: cold create → first byte, p50, agent by " + how,
                    number(both[0].p50(), "ms") + " = " + number(ratio, "×"),
                    "bare pod, created → its port answers: " + number(both[1].p50(), "ms"),
                    bar,
                    ratio <= 1.25);
        }
    }

    private static void firstByte(Sandbox sandbox) throws Exception {
        try (var command = sandbox.start(CommandSpec.of("echo", "x"))) {
            if (!(command.output().next() instanceof Output.Chunk)) {
                throw new IOException("no output");
            }
        }
    }

    private void claims(Engine engine) throws Exception {
        Sandboxes sandboxes = engine.sandboxes("bench");
        long[] nanos = new long[30];
        for (int i = -3; i < nanos.length; i++) {
            while (engine.warm().getOrDefault("warm", 0) < 3) { // full: nothing is being made meanwhile
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            Sandbox sandbox = sandboxes.create(WARM);
            firstByte(sandbox);
            if (i >= 0) {
                nanos[i] = System.nanoTime() - start;
            }
            sandbox.delete();
        }
        double p50 = new Samples(nanos).p50();
        table.add("cluster: claim from a warm pool → first byte, p50", number(p50, "ms"), "", "≤ 15 ms", p50 <= 15);
    }

    private void commands(Sandboxes sandboxes) throws Exception {
        try (Sandbox sandbox = sandboxes.create(PLAIN)) {
            String pod = "sandjar-" + sandbox.id();
            Samples ours = Samples.of(100, 500, () -> sandbox.run("true"));
            Samples kubectl = Samples.of(
                    1, 15, () -> RealCluster.kubectl("-n", namespace, "exec", pod, "-c", "sandbox", "--", "true"));
            Samples fabric8 = Samples.of(3, 40, () -> exec(pod));
            table.add(
                    "cluster: command `true`, p50, by pod address",
                    number(ours.p50(), "ms"),
                    "",
                    "≤ 5 ms",
                    ours.p50() <= 5);
            beside("kubectl exec", kubectl, ours, 20);
            beside("fabric8 exec on an open client", fabric8, ours, 5);
        }
    }

    private void beside(String other, Samples theirs, Samples ours, int bar) {
        double times = theirs.p50() / ours.p50();
        table.add(
                "cluster: command `true`, faster than " + other,
                number(times, "×"),
                other + ": " + number(theirs.p50(), "ms"),
                "≥ " + bar + " ×",
                times >= bar);
    }

    private void exec(String pod) throws Exception {
        try (OutputStream out = new ByteArrayOutputStream();
                ExecWatch exec = client.pods()
                        .inNamespace(namespace)
                        .withName(pod)
                        .inContainer("sandbox")
                        .writingOutput(out)
                        .exec("true")) {
            if (exec.exitCode().get() != 0) {
                throw new IOException("true failed");
            }
        }
    }

    private void apiCalls(Sandboxes sandboxes) throws Exception {
        int count = 10;
        var made = new ArrayList<Sandbox>();
        long before = calls.writes();
        for (int i = 0; i < count; i++) {
            made.add(sandboxes.create(PLAIN));
        }
        long created = calls.writes();
        long read = calls.reads();
        for (Sandbox sandbox : made) {
            sandboxes.get(sandbox.id()).run("true");
            sandboxes.list(0, 100);
            sandbox.files().write("x", new byte[10]);
        }
        long used = calls.writes();
        read = calls.reads() - read;
        made.forEach(Sandbox::delete);
        long deleted = calls.writes();
        perOne("create", created - before, count, 3);
        perOne("get, list, exec, files", used - created + read, count, 0);
        perOne("delete", deleted - used, count, 2);
    }

    private void perOne(String what, long calls, int count, int bar) {
        double each = (double) calls / count;
        table.add("cluster: API calls, " + what, number(each, "each"), "", "≤ " + bar, each <= bar);
    }

    /** Nothing is removed before the end: a kubelet that takes pods down has less time for those that it makes. */
    private void manyCreates(Sandboxes sandboxes) throws Exception {
        int count = 20;
        var made = new ArrayList<Sandbox>();
        var pods = new ArrayList<String>();
        Samples[] both = Samples.inTurn(
                1,
                3,
                () -> made.addAll(allAtOnce(count, () -> sandboxes.create(PLAIN))),
                () -> pods.addAll(allAtOnce(count, bare::create)));
        made.forEach(Sandbox::delete);
        pods.forEach(bare::delete);
        double ratio = both[0].p50() / both[1].p50();
        table.add(
                "cluster: 20 creates at once, p50",
                number(both[0].p50() / 1e3, "s") + " = " + number(ratio, "×"),
                "20 bare pods, as many at once: " + number(both[1].p50() / 1e3, "s"),
                "≤ 1.2 ×",
                ratio <= 1.2);
    }

    private static <T> List<T> allAtOnce(int count, Callable<T> work) throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<T>>();
            for (int i = 0; i < count; i++) {
                all.add(tasks.submit(work));
            }
            var results = new ArrayList<T>();
            for (Future<T> one : all) {
                results.add(one.get());
            }
            return results;
        }
    }

    @Override
    public void close() {
        bare.close();
        client.close();
        RealCluster.kubectl("delete", "namespace", namespace, "--wait=false");
    }
}
