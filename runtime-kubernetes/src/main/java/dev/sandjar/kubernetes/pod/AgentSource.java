package dev.sandjar.kubernetes.pod;

import dev.sandjar.SandboxException;

/** Where a pod has the agent from; each way ends in a folder with the program {@code agent} in it. */
public sealed interface AgentSource {
    /** A config map that this runtime makes: needs no image, no registry and no node of our own, and pods stay {@code restricted}. */
    record ConfigMapped(String name) implements AgentSource {}

    /** An image whose only program copies itself, run as an init container. */
    record InitImage(String image) implements AgentSource {}

    /** An image mounted as a volume; Kubernetes 1.33 and newer. */
    record ImageVolume(String image) implements AgentSource {}

    /** A folder of the node, kept by a DaemonSet. The pod security level {@code restricted} does not allow it. */
    record NodeFolder(String path) implements AgentSource {}

    /** Reads {@code config-map}, {@code init:IMAGE}, {@code image:IMAGE} or {@code node:/FOLDER}. */
    static AgentSource parse(String text, String configMap) {
        int colon = text.indexOf(':');
        String how = colon < 0 ? text : text.substring(0, colon);
        String what = colon < 0 ? "" : text.substring(colon + 1);
        if (text.equals("config-map")) {
            return new ConfigMapped(configMap);
        }
        if (how.equals("init") && !what.isBlank()) {
            return new InitImage(what);
        }
        if (how.equals("image") && !what.isBlank()) {
            return new ImageVolume(what);
        }
        if (how.equals("node") && what.startsWith("/")) {
            return new NodeFolder(what);
        }
        throw SandboxException.invalid("agent", text, "config-map, init:IMAGE, image:IMAGE or node:/FOLDER");
    }
}
