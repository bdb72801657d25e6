package dev.sandjar.agent;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How the engine and an agent make sure of each other: both prove that they know the sandbox's key, for this connection only. */
final class Handshake {
    private static final int VERSION = 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Handshake() {}

    /** Returns the agent's features. */
    static int asEngine(FrameReader from, WritableByteChannel to, byte[] key) throws IOException {
        if (!(from.read() instanceof Frame.Hello(int version, ByteBuffer agentNonce))) {
            throw new ProtocolException("the first frame is not HELLO");
        }
        if (version != VERSION) {
            throw new ProtocolException("agent speaks version " + version + ", not " + VERSION);
        }
        byte[] nonce = new byte[32];
        RANDOM.nextBytes(nonce);
        ByteBuffer engineNonce = ByteBuffer.wrap(nonce);
        ByteBuffer proof = ByteBuffer.wrap(proof(key, "sandjar engine 1", agentNonce, engineNonce));
        for (ByteBuffer bytes : FrameWriter.encode(new Frame.Auth(engineNonce, proof))) {
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
        }
        switch (from.read()) {
            case null -> throw new EOFException("the agent refused our proof");
            case Frame.Welcome welcome -> {
                byte[] theirs = new byte[32];
                welcome.proof().duplicate().get(theirs);
                if (!MessageDigest.isEqual(theirs, proof(key, "sandjar agent 1", engineNonce, agentNonce))) {
                    throw new ProtocolException("the agent's proof is wrong: it is not the one that was started");
                }
                return welcome.features();
            }
            default -> throw new ProtocolException("no WELCOME after AUTH");
        }
    }

    static byte[] proof(byte[] key, String who, ByteBuffer first, ByteBuffer second) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(who.getBytes(StandardCharsets.US_ASCII));
            mac.update(first.duplicate());
            mac.update(second.duplicate());
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every JDK has HmacSHA256
        }
    }
}
