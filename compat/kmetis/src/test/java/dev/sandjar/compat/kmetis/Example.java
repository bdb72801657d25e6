package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.ssh.CommandResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** One sandbox from its creation to its end. Arguments: a public key's file, its private key's file, an image with OpenSSH. */
public final class Example {
    private Example() {}

    public static void main(String[] args) throws Exception {
        String publicKey = Files.readString(Path.of(args[0]));
        run(
                K8sSandbox.builder().bringSsh(args[2]).image("python:3.11"),
                publicKey,
                Path.of(args[1]),
                System.out::println);
    }

    static void run(K8sSandboxBuilder how, String publicKey, Path privateKey, Consumer<String> say) throws Exception {
        try (K8sSandbox sandboxes = how.open()) {
            SandboxHandle sandbox = sandboxes.create(publicKey);
            String id = sandbox.sandboxId();
            String key = privateKey.toString();
            say.accept("ready");
            try {
                CommandResult result = sandboxes.execute(id, key, "echo 2 + 2 = $((2 + 2))");
                say.accept(result.stdout().strip());
                sandboxes.execute(id, key, "echo made in the sandbox > result.txt");
                Path local = Files.createTempFile("result", ".txt");
                sandboxes.download(id, key, "result.txt", local);
                say.accept(Files.readString(local).strip());
                Files.delete(local);
            } finally {
                say.accept("deleted: " + sandboxes.delete(id));
            }
        }
    }
}
