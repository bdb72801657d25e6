package dev.sandjar.compat.kubebox.example;

import dev.sandjar.compat.kubebox.CommandEvent;
import dev.sandjar.compat.kubebox.CommandExit;
import dev.sandjar.compat.kubebox.CommandGap;
import dev.sandjar.compat.kubebox.CommandMode;
import dev.sandjar.compat.kubebox.CommandOutput;
import dev.sandjar.compat.kubebox.CommandResult;
import dev.sandjar.compat.kubebox.SandboxClient;
import dev.sandjar.compat.kubebox.cluster.Kubebox;
import dev.sandjar.compat.kubebox.cluster.KubeboxPod;
import dev.sandjar.compat.kubebox.cluster.KubeboxService;
import dev.sandjar.compat.kubebox.cluster.PodOptions;
import dev.sandjar.compat.kubebox.cluster.ServiceOptions;
import dev.sandjar.compat.kubebox.security.Keys;
import java.util.List;
import java.util.Map;

/** One session: a file, a command's output as it comes, a command's result. The server's address is the argument, the key that of {@code KUBEBOX_PRIVATE_KEY}. */
public final class Example {
    private Example() {}

    // README
    public static void main(String[] args) throws Exception {
        try (var client = SandboxClient.builder().url(args[0]).build()) { // signs with KUBEBOX_PRIVATE_KEY
            client.initializeSession("demo", "project");
            client.writeFile("demo", "src/hello.txt", "there and back", true);
            System.out.println(client.readFile("demo", "src/hello.txt"));
            System.out.println(client.getAllFilePaths("demo", "\\.txt$"));

            for (CommandEvent event : client.runCommand("demo", "echo one; sleep 0.1; echo two >&2; exit 7")) {
                switch (event) {
                    case CommandOutput output -> System.out.print(output.output());
                    case CommandGap gap -> System.out.println("output is missing here: " + gap.reason());
                    case CommandExit exit -> System.out.println("exit code " + exit.exitCode());
                }
            }
            CommandResult result = client.runCommand("demo", "echo $((40 + 2))", CommandMode.WAIT);
            System.out.print(result.stdout());
        }
    }
    // README

    /** Not run here: a cluster of one's own with an image that has such a server. */
    static void onACluster() throws Exception {
        // CLUSTER
        try (var kubebox = Kubebox.open()) { // of KUBEBOX_CONFIG
            Keys keys = Keys.fromEnvironment().orElseThrow(); // KUBEBOX_PUBLIC_KEY, KUBEBOX_PRIVATE_KEY
            kubebox.createSecret("kubebox-public-key", "default", Map.of("KUBEBOX_PUBLIC_KEY", keys.publicKey()));

            KubeboxService service = kubebox.createService(
                    "mine", "default", ServiceOptions.defaults().withPorts(3000));
            service.updateNetworkPolicy(List.of("203.0.113.7")); // before there is a pod: it is never without
            PodOptions pod =
                    PodOptions.defaults().withPorts(3000).withPublicKey("kubebox-public-key", "KUBEBOX_PUBLIC_KEY");
            KubeboxPod mine = kubebox.createPod("mine", "default", pod);
            mine.waitUntilReady();
            try (var client = new SandboxClient(
                    keys.privateKey(), service.waitUntilReady().url())) {
                client.initializeSession("mine", "project");
            }
            mine.destroy();
            service.destroy();
        }
        // CLUSTER
    }
}
