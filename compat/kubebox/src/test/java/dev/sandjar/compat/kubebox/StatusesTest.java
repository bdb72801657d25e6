package dev.sandjar.compat.kubebox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.error.RefusedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions whether a process runs, while a stream is under way on the same connection: each answer and each error for whom it is meant. */
@Timeout(60)
class StatusesTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration ENOUGH = Duration.ofSeconds(2); // for what is to be there in time

    private static OtherServer server() throws Exception {
        return Streaming.server();
    }

    @ParameterizedTest
    @CsvSource({"true, RUNNING", "false, ENDED", "null, UNKNOWN"})
    void aStatusIsWhatTheServerSays(String running, Status status) throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Status> asked = tasks.submit(() -> streaming.client().checkStatus("s", 9));
            assertThat(streaming.peer().event("check_status")).hasToString("{\"session_id\":\"s\",\"process_id\":9}");
            streaming.peer().status(running, "");

            assertThat(asked.get()).isEqualTo(status);
        }
    }

    @Test
    void anAnswerThatComesTooLateIsNotTakenForTheNext() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server, server.client().answerLimit(ENOUGH));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThatThrownBy(() -> streaming.client().checkStatus("s", 8))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessage("the server did not say whether the process runs within 2 seconds (answerLimit)");
            streaming.peer().event("check_status");
            streaming.peer().status("true", ""); // of 8

            Future<Status> asked = tasks.submit(() -> streaming.client().checkStatus("s", 9));
            streaming.peer().event("check_status");
            streaming.peer().status("false", "");
            assertThat(asked.get()).isEqualTo(Status.ENDED);
        }
    }

    @Test
    void anAnswerThatComesTooLateIsKnownByItsProcess() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Status> given = tasks.submit(() -> streaming.client().checkStatus("s", 8));
            streaming.peer().event("check_status");
            given.cancel(true);

            Future<Status> asked = tasks.submit(() -> streaming.client().checkStatus("s", 9));
            streaming.peer().event("check_status");
            streaming.peer().status("false", ",\"process_id\":9"); // what was asked of 8 got lost
            assertThat(asked.get()).isEqualTo(Status.ENDED);

            Future<Status> again = tasks.submit(() -> streaming.client().checkStatus("s", 9));
            streaming.peer().event("check_status");
            streaming.peer().status("false", ",\"process_id\":8"); // or came even later
            streaming.peer().status("true", ",\"process_id\":9");
            assertThat(again.get()).isEqualTo(Status.RUNNING);
        }
    }

    @Test
    void anErrorDoesNotMakeALateAnswerThatOfTheNextQuestion() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Status> given = tasks.submit(() -> streaming.client().checkStatus("s", 8));
            streaming.peer().event("check_status");
            given.cancel(true);
            error(streaming, 7, "");
            assertThatThrownBy(streaming.process()::next).isInstanceOf(RefusedException.class);

            Future<Status> asked = tasks.submit(() -> streaming.client().checkStatus("s", 9));
            streaming.peer().event("check_status");
            streaming.peer().status("true", ""); // of 8
            streaming.peer().status("false", "");
            assertThat(asked.get()).isEqualTo(Status.ENDED);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 9})
    void anErrorOfAStreamIsNoneOfTheQuestionThatWaits(long askedOf) throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Status> asked = tasks.submit(() -> streaming.client().checkStatus("s", askedOf));
            streaming.peer().event("check_status");
            error(streaming, 7, "");

            assertThatThrownBy(streaming.process()::next)
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("the server says of session s: no such");
            streaming.peer().status("false", ",\"process_id\":" + askedOf);
            assertThat(asked.get()).isEqualTo(Status.ENDED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7 check_status", "9 check_status", "9 "})
    void anErrorOfTheQuestionIsNoneOfTheStreams(String about) throws Exception {
        String[] parts = about.split(" ", 2);
        long process = Long.parseLong(parts[0]);
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Status> asked = tasks.submit(() -> streaming.client().checkStatus("s", process));
            streaming.peer().event("check_status");
            error(streaming, process, parts[1]);

            assertThat(asked).failsWithin(SOON).withThrowableThat().withMessageContaining("no such");
            streaming.peer().exit(7, 0);
            assertThat(streaming.rest()).containsExactly(new CommandExit(0, 7));
        }
    }

    @Test
    void anErrorOfAStreamThatWasNotStartedIsKnownByWhatItAnswers() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Status> asked = tasks.submit(() -> streaming.client().checkStatus("s", 7));
            streaming.peer().event("check_status");
            error(streaming, 7, "start_command_stream");

            assertThatThrownBy(streaming.process()::next).isInstanceOf(RefusedException.class);
            streaming.peer().status("true", ",\"process_id\":7");
            assertThat(asked.get()).isEqualTo(Status.RUNNING);
        }
    }

    /** @param event that it answers, if the server says so */
    private static void error(Streaming streaming, long processId, String event) throws Exception {
        String answers = event.isEmpty() ? "" : "\"event\":\"" + event + "\",";
        streaming
                .peer()
                .event(
                        "command_error",
                        "{\"session_id\":\"s\"," + answers + "\"process_id\":" + processId + ",\"error\":\"no such\"}");
    }
}
