package dev.sandjar.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxException;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodStateTest {
    private static final String IP = "podIP: 10.0.0.1, ";

    private static Pod pod(String metadata, String status) {
        return Kept.of(Serialization.unmarshal(
                "metadata: {name: p, " + metadata + "}\nstatus: {" + status + "}\n", Pod.class));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
    # what                          | deleted | status                                                                                              | phase   | reason
    nobody has looked yet           | false   | phase: Pending                                                                                      | MAKING  | ""
    its container is being made     | false   | phase: Pending, podIP: 1.1.1.1, containerStatuses: [{name: sandbox, state: {waiting: {reason: ContainerCreating}}}] | MAKING | ""
    its agent runs                  | false   | phase: Running, podIP: 1.1.1.1, containerStatuses: [{name: sandbox, state: {running: {}}}]          | RUNNING | ""
    a sidecar runs, the agent not   | false   | phase: Running, containerStatuses: [{name: other, state: {running: {}}}]                            | MAKING  | ""
    a sidecar outlived the agent    | false   | phase: Running, containerStatuses: [{name: sandbox, state: {terminated: {exitCode: 0}}}, {name: other, state: {running: {}}}] | DEAD | its agent is gone: its lease ended, or it was killed (exit code 0)
    its lease ended                 | false   | phase: Succeeded, containerStatuses: [{name: sandbox, state: {terminated: {exitCode: 0}}}]          | DEAD    | its agent is gone: its lease ended, or it was killed (exit code 0)
    it ran out of memory            | false   | phase: Failed, containerStatuses: [{name: sandbox, state: {terminated: {exitCode: 137, reason: OOMKilled}}}] | DEAD | its agent is gone, after the sandbox ran out of memory
    its node evicted it             | false   | phase: Failed, reason: Evicted, message: low on disk                                                | DEAD    | its node evicted it: low on disk
    it lived too long               | false   | phase: Failed, reason: DeadlineExceeded                                                             | DEAD    | its pod reached the longest life that one may have here
    its node is lost                | false   | phase: Failed, reason: NodeLost                                                                     | DEAD    | its node does not answer
    its node was shut down          | false   | phase: Failed, reason: Terminated                                                                   | DEAD    | its node was shut down
    somebody deletes it             | true    | phase: Running, podIP: 1.1.1.1, containerStatuses: [{name: sandbox, state: {running: {}}}]          | DEAD    | its pod is being deleted
    its node is drained, or lost    | true    | "phase: Running, podIP: 1.1.1.1, conditions: [{type: DisruptionTarget, status: 'True', reason: DeletionByTaintManager, message: by a taint}], containerStatuses: [{name: sandbox, state: {running: {}}}]" | DEAD | its pod is being deleted: DeletionByTaintManager by a taint
    deleted, its status lags behind | true    | phase: Pending, podIP: 1.1.1.1, containerStatuses: [{name: sandbox, state: {waiting: {reason: ContainerCreating}}}] | DEAD | its pod is being deleted
    deleted, its agent has ended    | true    | phase: Running, podIP: 1.1.1.1, containerStatuses: [{name: sandbox, state: {terminated: {exitCode: 0}}}] | GONE | its pod was deleted
    deleted before it had a node    | true    | phase: Pending                                                                                      | GONE    | its pod was deleted
    """)
    void isJudged(String what, boolean deleted, String status, PodState.Phase phase, String reason) {
        assertThat(PodState.of(pod(deleted ? "deletionTimestamp: \"2026-01-01T00:00:00Z\"" : "", status)))
                .isEqualTo(new PodState(phase, reason));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
    ErrImagePull       | rpc error: code = NotFound desc = failed to resolve reference: not found | IMAGE_NOT_FOUND
    ErrImagePull       | pull access denied, repository does not exist or may require authorization | IMAGE_NOT_FOUND
    ImagePullBackOff   | Back-off pulling image                                                     | REGISTRY_UNAVAILABLE
    ErrImagePull       | dial tcp 127.0.0.1:1: connect: connection refused                          | REGISTRY_UNAVAILABLE
    ErrImageNeverPull  | Container image is not present with pull policy of Never                   | IMAGE_NOT_FOUND
    InvalidImageName   | couldn't parse image reference                                             | IMAGE_NOT_FOUND
    RunContainerError  | exec format error                                                          | START_FAILED
    """)
    void whatWaitingWillNotMendIsToldAtOnce(String reason, String message, String code) {
        Pod pod = pod(
                "",
                "phase: Pending, containerStatuses: [{name: sandbox, image: a/b:c, state: {waiting: {reason: " + reason
                        + ", message: \"" + message + "\"}}}]");
        SandboxException told = PodTrouble.hopeless(pod).orElseThrow();
        assertThat(told.code().name()).isEqualTo(code);
        assertThat(told).hasMessageContaining(message);
    }

    @Test
    void aPodThatIsBeingMadeIsNotHopeless() {
        assertThat(
                        PodTrouble.hopeless(
                                pod(
                                        "",
                                        IP
                                                + "phase: Pending, containerStatuses: [{name: sandbox, state: {waiting: {reason: PodInitializing}}}]")))
                .isEmpty();
    }

    @Test
    void aPodWhoseKubeletHasNotSeenItsSecretYetIsNotHopeless() {
        assertThat(
                        PodTrouble.hopeless(
                                pod(
                                        "",
                                        IP
                                                + "phase: Pending, containerStatuses: [{name: sandbox, state: {waiting: {reason: CreateContainerConfigError, message: 'failed to sync secret cache: timed out waiting for the condition'}}}]")))
                .isEmpty();
    }

    @Test
    void whyNoNodeTakesItIsTheSchedulersOwnWord() {
        Pod pod = pod(
                "",
                "phase: Pending, conditions: [{type: PodScheduled, status: \"False\", reason: Unschedulable, message: \"0/3 nodes are available: 3 Insufficient memory.\"}]");
        assertThat(PodTrouble.unschedulable(pod).orElseThrow())
                .hasMessage(
                        "no node of the cluster takes the sandbox: 0/3 nodes are available: 3 Insufficient memory.");
    }

    @Test
    void whenTimeIsUpTheLastWarningSaysWhy() {
        var events = List.of(
                new EventBuilder()
                        .withType("Warning")
                        .withReason("FailedMount")
                        .withMessage("no folder")
                        .build(),
                new EventBuilder()
                        .withType("Normal")
                        .withReason("Scheduled")
                        .withMessage("fine")
                        .build());
        assertThat(PodTrouble.waitingFor(pod("", "phase: Pending"), events))
                .isEqualTo("starting the sandbox's pod (FailedMount: no folder)");
        assertThat(PodTrouble.waitingFor(pod("", "phase: Pending"), List.of()))
                .isEqualTo("starting the sandbox's pod (no node has begun with it)");
    }
}
