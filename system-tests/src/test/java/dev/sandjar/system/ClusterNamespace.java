package dev.sandjar.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.RealCluster;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** A namespace for one test, looked at as a person would: by kubectl. */
final class ClusterNamespace implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name = "sandjar-test-" + UUID.randomUUID().toString().substring(0, 8);

    ClusterNamespace() {
        RealCluster.kubectl("create", "namespace", name);
    }

    String name() {
        return name;
    }

    /** Names of pods that are not being deleted. */
    Set<String> pods() throws IOException {
        JsonNode list = JSON.readTree(RealCluster.kubectl("-n", name, "get", "pods", "-o", "json"));
        var names = new TreeSet<String>();
        for (JsonNode pod : list.path("items")) {
            if (!pod.path("metadata").has("deletionTimestamp")) {
                names.add(pod.path("metadata").path("name").asText());
            }
        }
        return names;
    }

    /** For whoever has to find out why a test failed. */
    String everything() {
        return RealCluster.kubectl(
                "-n",
                name,
                "get",
                "pods,secrets,leases",
                "-o",
                "custom-columns=NAME:.metadata.name,PHASE:.status.phase,"
                        + "CREATED:.metadata.creationTimestamp,DELETED:.metadata.deletionTimestamp,"
                        + "NOTES:.metadata.annotations,HOLDER:.spec.holderIdentity");
    }

    @Override
    public void close() {
        RealCluster.kubectl("delete", "namespace", name, "--wait=false");
    }
}
