package dev.sandjar.compat.kubebox.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Terraform or OpenTofu remembers of a cluster that it made. Its messages have nothing of what is in it: all of that is secret. */
final class TerraformState {
    private static final long LONGEST = 64L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private TerraformState() {}

    /** That of the first Azure cluster in it that has one: the usual one, else the administrator's. */
    static String kubeconfig(Path file) {
        return read(file)
                .path("resources")
                .valueStream()
                .filter(resource -> resource.path("type").asText().equals("azurerm_kubernetes_cluster"))
                .flatMap(resource -> resource.path("instances").valueStream())
                .map(instance -> instance.path("attributes"))
                .flatMap(attributes ->
                        Stream.of(attributes.path("kube_config_raw"), attributes.path("kube_admin_config_raw")))
                .map(text -> text.asText("")) // also null
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElseThrow(() -> new KubeboxException(
                        "no kubeconfig is in the state file " + file
                                + ": it has no azurerm_kubernetes_cluster with kube_config_raw or kube_admin_config_raw",
                        "give the state of a configuration that makes such a cluster, or the kubeconfig itself",
                        null));
    }

    private static JsonNode read(Path file) {
        try {
            if (Files.size(file) > LONGEST) {
                throw KubeboxException.invalid("state file " + file, Files.size(file) + " bytes", "at most " + LONGEST);
            }
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException notJson) { // what it says quotes the file
            throw KubeboxException.invalid("state file " + file, "not JSON", "what terraform or tofu wrote");
        } catch (IOException e) {
            throw new KubeboxException(
                    "the state file " + file + " cannot be read", "look whether it is there and may be read", e);
        }
    }
}
