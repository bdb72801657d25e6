package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.engine.Engine;
import dev.sandjar.engine.EngineConfig;
import dev.sandjar.testing.RealCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;

/** Thousands of sandboxes in a real API server, for one server process: memory, latency, and the time until a restarted one has them all. */
final class Scale implements AutoCloseable {
    private static final int SANDBOXES = 5_000;

    private final Table table;
    private final String namespace = "sandjar-scale-" + ProcessHandle.current().pid();
    private final KubernetesClient client;

    Scale(Table table) {
        this.table = table;
        RealCluster.kubectl("create", "namespace", namespace);
        client = ClusterPlace.client();
    }

    private Engine engine() {
        return Engine.open(
                ClusterPlace.runtime(Map.of("namespace", namespace)),
                EngineConfig.builder()
                        .resident(true)
                        .maxPerOwner(100_000)
                        .maxTotal(100_000)
                        .build());
    }

    void measure() throws Exception {
        try (Engine engine = engine()) {
            Sandboxes sandboxes = engine.sandboxes("bench");
            Sandbox model = sandboxes.create(SandboxSpec.builder().build());
            long before = usedHeap();
            var hollow = new HollowSandboxes(client, namespace, model.id().toString());
            double making = Samples.time(() -> hollow.make(SANDBOXES)) / 1e9;
            awaitAll(sandboxes);
            double each = (usedHeap() - before) / 1024.0 / SANDBOXES;
            row("objects made, three calls for each sandbox", number(3 * SANDBOXES / making, "calls/s"));
            row("one sandbox in etcd, as JSON", number(hollow.bytes() / 1024.0, "KiB"));
            row("heap of the server for each", number(each, "KiB"));
            Samples find =
                    Samples.of(100, 2_000, () -> sandboxes.get(model.id()).info());
            Samples list = Samples.of(20, 200, () -> sandboxes.list(0, 100));
            row("get, p50", number(find.p50() * 1e3, "µs"));
            row("a page of 100 of them, p50", number(list.p50() * 1e3, "µs"));
            Samples create = Samples.of(
                    1, 8, () -> sandboxes.create(SandboxSpec.builder().build()).delete());
            row("create and delete beside them, p50", number(create.p50(), "ms"));
        }
        long[] nanos = new long[3];
        for (int i = 0; i < nanos.length; i++) {
            long start = System.nanoTime();
            try (Engine engine = engine()) {
                awaitAll(engine.sandboxes("bench"));
                nanos[i] = System.nanoTime() - start;
            }
        }
        row("a restarted server has them all after, p50", number(new Samples(nanos).p50() / 1e3, "s"));
    }

    private static void awaitAll(Sandboxes sandboxes) {
        while (sandboxes.list(0, 1).total() < SANDBOXES) {
            Thread.onSpinWait();
        }
    }

    private void row(String what, String figure) {
        table.add("cluster, " + SANDBOXES + " sandboxes: " + what, figure, "", "", true);
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public void close() {
        client.close();
        RealCluster.kubectl("delete", "namespace", namespace, "--wait=false");
    }
}
