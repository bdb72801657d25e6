package dev.sandjar.compat.kmetis.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        new         | {}                                                                  | Waiting[what=its node has not begun with it]
        no room     | {conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: 0/1 nodes}]} | Waiting[what=Unschedulable: 0/1 nodes]
        no address  | {phase: Running}                                                    | Waiting[what=its node has not begun with it]
        initialising| {phase: Pending, podIP: 10.0.0.7}                                   | Placed[ip=10.0.0.7]
        running     | {phase: Running, podIP: 10.0.0.7}                                   | Placed[ip=10.0.0.7]
        no image    | {phase: Pending, containerStatuses: [{name: sandbox, image: x, state: {waiting: {reason: ImagePullBackOff, message: not there}}}]} | Hopeless[why=container sandbox of image x: ImagePullBackOff: not there]
        pulling     | {phase: Pending, containerStatuses: [{name: sandbox, image: x, state: {waiting: {reason: ContainerCreating}}}]} | Waiting[what=its node has not begun with it]
        init failed | {phase: Failed, initContainerStatuses: [{name: openssh, state: {terminated: {exitCode: 1}}}]} | Hopeless[why=container openssh ended with exit code 1]
        ended       | {phase: Succeeded, containerStatuses: [{name: sandbox, state: {terminated: {exitCode: 0}}}]} | Hopeless[why=container sandbox ended with exit code 0]
        evicted     | {phase: Failed, reason: Evicted, message: memory is short}          | Hopeless[why=it ended: Evicted: memory is short]
        lost        | {phase: Unknown, podIP: 10.0.0.7}                                   | Hopeless[why=its node does not answer]
        """)
    void aStatusMeansThis(String what, String status, String verdict) {
        Pod pod =
                Serialization.unmarshal("kind: Pod\napiVersion: v1\nmetadata: {name: p}\nstatus: " + status, Pod.class);

        assertThat(Verdict.of(pod)).as(what).hasToString(verdict);
    }
}
