package dev.sandjar.compat.kubebox.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.compat.kubebox.cluster.OtherCluster.Reply;
import dev.sandjar.compat.kubebox.cluster.OtherCluster.Request;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a network policy when its service is destroyed; on a real cluster: {@code KubeboxTest}. */
@Timeout(60)
class PolicyTest {
    private static final String POLICY = """
            {"kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1",
             "metadata": {"name": "box-service-network-policy", "namespace": "ns", "resourceVersion": "5"},
             "spec": {"podSelector": {"matchLabels": {"app": "box"}}, "policyTypes": ["Ingress", "Egress"]}}""";

    private static final String POD = """
            {"metadata": {"name": "box", "namespace": "ns", "uid": "u-1", "deletionTimestamp": "2026-01-01T00:00:00Z"}}""";

    private static OtherCluster cluster(String pods) throws Exception {
        return new OtherCluster(request -> Optional.of(answer(request, pods)));
    }

    private static Reply answer(Request request, String pods) {
        if (request.path().endsWith("/pods")) {
            return new Reply(
                    200,
                    "{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"metadata\": {}, \"items\": [" + pods + "]}");
        }
        if (request.path().contains("/networkpolicies/")) {
            return new Reply(200, request.method().equals("PUT") ? request.body() : POLICY);
        }
        return new Reply(200, "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"status\": \"Success\"}");
    }

    private static List<String> changes(OtherCluster cluster) {
        return cluster.requests.stream()
                .filter(request -> !request.method().equals("GET"))
                .map(request -> request.method() + " " + request.path().replaceFirst(".*/", ""))
                .toList();
    }

    @Test
    void itStaysWithThePodThatItConfinesAlsoWithOneThatIsEnding() throws Exception {
        try (var cluster = cluster(POD);
                var calls = Calls.to(cluster.kubeconfig(), Calls.LIMIT)) {
            new KubeboxService("box-service", "ns", calls).destroy();

            assertThat(changes(cluster)).containsExactly("DELETE box-service", "PUT box-service-network-policy");
            JsonNode changed =
                    new ObjectMapper().readTree(cluster.requests.getLast().body());
            assertThat(changed.at("/metadata/ownerReferences"))
                    .hasToString("[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"box\",\"uid\":\"u-1\"}]");
            assertThat(changed.at("/spec/podSelector/matchLabels/app").asText()).isEqualTo("box");
        }
    }

    @Test
    void whereItConfinesNobodyItGoes() throws Exception {
        try (var cluster = cluster("");
                var calls = Calls.to(cluster.kubeconfig(), Calls.LIMIT)) {
            new KubeboxService("box-service", "ns", calls).destroy();

            assertThat(changes(cluster)).containsExactly("DELETE box-service", "DELETE box-service-network-policy");
        }
    }
}
