package dev.sandjar.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    private static final String RUNS =
            "podIP: 1.1.1.1, phase: Running, containerStatuses: [{name: sandbox, state: {running: {}}}]";
    private static final String ENDED =
            "phase: Succeeded, containerStatuses: [{name: sandbox, state: {terminated: {exitCode: 0}}}]";

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    somebody begins to make it                           | making          | none    | false | UNFINISHED
    its pod waits for its node                           | making          | waiting | false | UNFINISHED
    its agent has answered, the kubelet tells it later   | making          | waiting | true  | RUNNING
    the kubelet tells it first                           | making          | runs    | false | RUNNING
    its pod went before it was complete                  | making          | none    | false | UNFINISHED
    its pod went after we heard its agent                | making          | none    | true  | DEAD
    it runs                                              |                 | runs    | false | RUNNING
    another server finished it, we lag behind            |                 | waiting | false | RUNNING
    it stands still                                      | frozen          | runs    | true  | FROZEN
    its pod was deleted by hand                          |                 | none    | true  | DEAD
    its agent has ended                                  |                 | ended   | true  | DEAD
    it stands still, and then its agent has ended        | frozen          | ended   | true  | DEAD
    it is being stopped                                  | stopped         | ended   | true  | STOPPED
    it was stopped                                       | stopped         | none    | true  | STOPPED
    it is being started                                  | stopped         | runs    | true  | STOPPED
    it was stopped while it was frozen                   | stopped, frozen | none    | true  | STOPPED
    """)
    void isJudged(String what, String marks, String pod, boolean heard, Verdict.Kind kind) {
        assertThat(Verdict.of(secret(marks == null ? "" : marks), pod(pod), heard)
                        .kind())
                .isEqualTo(kind);
    }

    private static Secret secret(String marks) {
        String annotations = marks.replaceAll("making", "sandjar.dev/making-seconds: '9'")
                .replaceAll("(frozen|stopped)", "sandjar.dev/$1: 'true'");
        return Serialization.unmarshal("metadata:\n  name: s\n  annotations: {" + annotations + "}\n", Secret.class);
    }

    private static Optional<Pod> pod(String pod) {
        String status = switch (pod) {
            case "runs" -> RUNS;
            case "ended" -> ENDED;
            default -> "phase: Pending";
        };
        return pod.equals("none")
                ? Optional.empty()
                : Optional.of(Serialization.unmarshal("metadata:\n  name: p\nstatus: {" + status + "}\n", Pod.class));
    }
}
