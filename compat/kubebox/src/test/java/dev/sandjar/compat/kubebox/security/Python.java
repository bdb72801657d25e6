package dev.sandjar.compat.kubebox.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** The library that kubebox uses, in a process of Python. */
final class Python implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer in;
    private final BufferedReader out;

    Python() throws IOException {
        process = new ProcessBuilder(
                        "/usr/bin/python3", // Debian's own, which has the library
                        Path.of("src/test/resources/packets.py").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    Keys generate() throws IOException {
        JsonNode made = ask("generate", JSON.createObjectNode());
        return new Keys(made.path("privateKey").asText(), made.path("publicKey").asText());
    }

    byte[] sign(byte[] packet, String key) throws IOException {
        return packet("sign", packet, key);
    }

    byte[] encrypt(byte[] packet, String key) throws IOException {
        return packet("encrypt", packet, key);
    }

    byte[] decrypt(byte[] packet, String key) throws IOException {
        return packet("decrypt", packet, key);
    }

    boolean verify(byte[] packet, byte[] signature, String key) throws IOException {
        ObjectNode call = JSON.createObjectNode()
                .put("key", key)
                .put("packet", packet) // as base64
                .put("signature", signature);
        return ask("verify", call).path("verified").asBoolean();
    }

    private byte[] packet(String what, byte[] packet, String key) throws IOException {
        JsonNode answer = ask(what, JSON.createObjectNode().put("key", key).put("packet", packet));
        return Base64.getDecoder().decode(answer.path("packet").asText());
    }

    private JsonNode ask(String what, ObjectNode call) throws IOException {
        in.write(call.put("do", what) + "\n");
        in.flush();
        String answer = out.readLine();
        if (answer == null) {
            throw new IOException("Python has ended");
        }
        return JSON.readTree(answer);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
