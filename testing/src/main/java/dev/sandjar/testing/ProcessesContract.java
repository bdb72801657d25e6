package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.ProcessId;
import dev.sandjar.ProcessInfo;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What runs in a sandbox, whoever started it. */
interface ProcessesContract extends SandboxesFixture {
    @Test
    default void allProcessesAreListedWithTheCommandTheyDescendFrom() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.shell("sleep 1001 & exec sleep 1000"))) {
            ProcessInfo main = process(sandbox, "sleep", "1000");
            ProcessInfo child = process(sandbox, "sleep", "1001");
            assertThat(sandbox.processes()).hasSize(2);
            assertThat(main.command()).contains(command.id());
            assertThat(main.parent()).isEmpty();
            assertThat(main.name()).isEqualTo("sleep");
            Waiting.until("it sleeps", () -> process(sandbox, "sleep", "1000").state() == ProcessInfo.State.SLEEPING);
            Waiting.until(
                    "its memory is counted",
                    () -> process(sandbox, "sleep", "1000").memory() > 0);
            assertThat(main.cpu()).isLessThan(Duration.ofSeconds(30));
            assertThat(main.id().startedAt())
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
            assertThat(main.argvCut()).isFalse();
            assertThat(child.command()).contains(command.id());
            assertThat(child.parent()).hasValue(main.id().pid());
            assertThat(command.info().pid()).isEqualTo(main.id().pid());
            assertThat(sandbox.processes()).extracting(ProcessInfo::id).contains(main.id(), child.id());
        }
    }

    @Test
    default void whatHasLeftItsCommandIsEndedByItsNumber() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.run(CommandSpec.shell("setsid sleep 1000 >/dev/null 2>&1 &"));
        ProcessInfo daemon = process(sandbox, "sleep", "1000");
        assertThat(daemon.command()).isEmpty();
        sandbox.signal(daemon.id(), new Signal(19));
        Waiting.until("it stands still", () -> process(sandbox, "sleep", "1000").state() == ProcessInfo.State.STOPPED);
        sandbox.signal(daemon.id(), Signal.KILL);
        Waiting.until("it is gone", () -> sandbox.processes().isEmpty());
        refuses(
                ErrorCode.PROCESS_NOT_FOUND,
                () -> sandbox.signal(daemon.id(), Signal.KILL),
                "process " + daemon.id().pid() + ": no such process");
    }

    @Test
    default void aSignalToOneProcessLeavesTheOthers() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.shell("sleep 1000; echo $?"))) {
            sandbox.signal(process(sandbox, "sleep", "1000").id(), Signal.TERM);
            assertThat(command.stdout().readAllBytes()).asString().isEqualTo("143\n");
            assertThat(command.await()).isEqualTo(new Ending.Exited(0));
        }
    }

    @Test
    default void aNumberWithoutItsStartNamesNobody() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.of("sleep", "1000"))) {
            ProcessId id = process(sandbox, "sleep", "1000").id();
            var other = new ProcessId(id.pid(), id.startedAt().plusMillis(10));
            refuses(ErrorCode.PROCESS_NOT_FOUND, () -> sandbox.signal(other, Signal.KILL));
            refuses(
                    ErrorCode.PROCESS_NOT_FOUND,
                    () -> sandbox.signal(new ProcessId(Integer.MAX_VALUE, id.startedAt()), Signal.KILL));
            assertThat(command.info().ending()).isEmpty();
            command.kill();
        }
    }

    @Test
    default void theAgentAndWhatServesItAreNeitherListedNorSignalled() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.shell("echo $PPID; exec sleep 1000"))) {
            int supervisor = Integer.parseInt(text(command.output().next()).strip());
            Instant any = process(sandbox, "sleep", "1000").id().startedAt();
            assertThat(sandbox.processes()).hasSize(1);
            for (int own : new int[] {1, supervisor}) {
                refuses(
                        ErrorCode.PERMISSION_DENIED,
                        () -> sandbox.signal(new ProcessId(own, any), Signal.KILL),
                        "process " + own + ": a process of the agent's own");
            }
            assertThat(command.info().ending()).isEmpty();
            command.kill();
        }
    }

    @Test
    default void wordsOfAnyKindAreToldAndLongOnesAreCut() throws Exception {
        Sandbox sandbox = sandbox();
        String hostile = "\u001b[2J\n\u009b1m ü ".repeat(8_000);
        var argv = List.of("python3", "-c", "import time; time.sleep(1000)", "", hostile);
        try (RunningCommand command = sandbox.start(CommandSpec.builder(argv).build())) {
            Waiting.until(
                    "it was executed",
                    () -> sandbox.processes().getFirst().argv().size() == 5);
            ProcessInfo process = sandbox.processes().getFirst();
            assertThat(process.argvCut()).isTrue();
            assertThat(process.argv().subList(0, 4)).isEqualTo(argv.subList(0, 4));
            assertThat(hostile).startsWith(process.argv().getLast().replace("\ufffd", ""));
            assertThat(process.argv().getLast()).hasSizeBetween(3_000, 4_096);
            command.kill();
        }
    }

    /** Where the place limits their number, no helper of the agent's can be started either. */
    @Test
    default void aSandboxFullOfProcessesIsListedAndEnded() throws Exception {
        Sandbox sandbox = place().create(SandboxSpec.builder().pids(40).build());
        try (RunningCommand command = sandbox.start(CommandSpec.of("python3", "-c", """
                import os, time
                for _ in range(60):
                    try:
                        if os.fork() == 0: break
                    except OSError: pass
                time.sleep(1000)
                """))) {
            Waiting.until("it is full", () -> sandbox.processes().size() > 30);
            assertThat(sandbox.processes())
                    .allSatisfy(process -> assertThat(process.command()).contains(command.id()));
            command.kill();
            Waiting.until("all are gone", () -> sandbox.processes().isEmpty());
        }
    }

    private static ProcessInfo process(Sandbox sandbox, String... argv) throws Exception {
        Waiting.until(
                "it runs",
                () -> sandbox.processes().stream()
                        .anyMatch(process -> process.argv().equals(List.of(argv))));
        return sandbox.processes().stream()
                .filter(process -> process.argv().equals(List.of(argv)))
                .findFirst()
                .orElseThrow();
    }
}
