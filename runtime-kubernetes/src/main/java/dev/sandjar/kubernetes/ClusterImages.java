package dev.sandjar.kubernetes;

import dev.sandjar.ImageInfo;
import dev.sandjar.Images;
import dev.sandjar.SandboxException;
import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What the cluster's nodes have, as far as we may see it. Fetching and removing are the kubelets' own business. */
final class ClusterImages implements Images {
    private final Cluster cluster;

    ClusterImages(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public List<ImageInfo> list() {
        var found = new TreeMap<String, ImageInfo>();
        try {
            cluster.client.nodes().list().getItems().stream()
                    .flatMap(node -> node.getStatus().getImages().stream())
                    .filter(image -> image.getNames() != null) // one that lost its name to a newer
                    .forEach(image -> names(image, found));
        } catch (KubernetesClientException e) {
            throw Api.told("looking at the images of the nodes", e);
        }
        return List.copyOf(found.values());
    }

    private static void names(ContainerImage image, Map<String, ImageInfo> into) {
        String digest = image.getNames().stream()
                .filter(name -> name.contains("@"))
                .map(name -> name.substring(name.indexOf('@') + 1))
                .findFirst()
                .orElse("");
        image.getNames().stream()
                .filter(name -> !name.contains("@"))
                .forEach(name -> into.put(name, new ImageInfo(name, digest, image.getSizeBytes())));
    }

    @Override
    public ImageInfo pull(String reference, Consumer<String> progress) {
        throw SandboxException.notSupported(
                "fetching an image ahead", "Kubernetes", "make a sandbox of it: its node fetches what is missing");
    }

    @Override
    public void remove(String reference) {
        throw SandboxException.notSupported(
                "removing an image", "Kubernetes", "leave it: the nodes remove what nobody uses");
    }
}
