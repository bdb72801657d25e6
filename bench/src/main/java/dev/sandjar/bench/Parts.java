package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;
import static java.util.Objects.requireNonNull;

import dev.sandjar.bench.parts.FramesBench;
import dev.sandjar.bench.parts.ListBench;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The parts in {@code parts/}, each beside its yardstick; they have no bars, since no user waits for them alone. */
final class Parts {
    private final Table table;
    private final Map<String, Double> micros = new HashMap<>();

    Parts(Table table) {
        this.table = table;
    }

    void measure() throws RunnerException {
        var options = new OptionsBuilder()
                .include(FramesBench.class.getName())
                .include(ListBench.class.getName())
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(1))
                .build();
        for (RunResult result : new Runner(options).run()) {
            String size = result.getParams().getParam("size");
            String name = result.getPrimaryResult().getLabel();
            micros.put(
                    size == null ? name : name + size, result.getPrimaryResult().getScore());
        }
        add("a frame of 100 B there and back", "thereAndBack100", "a copy", "copy100");
        add("a frame of 64 KiB there and back", "thereAndBack65536", "a copy", "copy65536");
        add("a page of 100 sandboxes written", "written", "its text parsed", "parsedOnly");
        add("a page of 100 sandboxes read", "read", "its text parsed", "parsedOnly");
    }

    private void add(String what, String name, String yardstick, String yardstickName) {
        table.add(
                what,
                number(requireNonNull(micros.get(name)), "µs"),
                yardstick + ": " + number(requireNonNull(micros.get(yardstickName)), "µs"),
                "",
                true);
    }
}
