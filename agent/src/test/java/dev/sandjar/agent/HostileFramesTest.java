package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that break a rule, to the reader of frames and to the real agent. */
@Timeout(120)
class HostileFramesTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a frame over the bound, 00040001 06 00000001, longer than 262144",
        "an unknown type, 00000000 0d 00000001, unknown type 13",
        "type zero, 00000000 00 00000000, unknown type 0",
        "DATA on channel 0, 00000001 06 00000000 61, wrong channel",
        "HELLO on channel 1, 00000022 01 00000001 0001 0000000000000000000000000000000000000000000000000000000000000000, wrong channel",
        "empty DATA, 00000000 06 00000001, DATA is empty",
        "OUTPUT of a third stream, 0000000a 07 00000001 03 0000000000000000 61, unknown stream",
        "empty OUTPUT, 00000009 07 00000001 01 0000000000000000, OUTPUT is empty",
        "OUTPUT beyond 2^63, 0000000a 07 00000001 01 8000000000000000 61, over 2^63",
        "EOF with bytes, 00000001 09 00000001 61, trailing",
        "CREDIT of nothing, 00000004 0a 00000001 00000000, CREDIT of nothing",
        "TAKEN that is too short, 00000004 0c 00000001 00000000, too short",
        "CLOSE that is too short, 00000001 0b 00000001 00, too short",
        "CLOSE whose text is longer than itself, 00000006 0b 00000001 0001 7fffffff, over 262144",
    })
    void isRefused(String what, String hex, String message) {
        var reader = reader(HexFormat.of().parseHex(hex.replace(" ", "")));
        assertThatThrownBy(reader::read).isInstanceOf(ProtocolException.class).hasMessageContaining(message);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyFrameIsReadBackAndEveryCutOfItIsACut(long seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            Frame frame = randomFrame(random);
            byte[] bytes = bytes(frame);
            assertThat(reader(bytes).read()).isEqualTo(frame);
            for (int cut = 1; cut < bytes.length; cut++) {
                var reader = reader(java.util.Arrays.copyOf(bytes, cut));
                assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14})
    void theAgentSurvivesRandomFrames(long seed) throws Exception {
        var random = new Random(seed);
        try (var agent = new RealAgent()) {
            for (int round = 0; round < 150; round++) {
                try (SocketChannel socket = agent.connect()) {
                    var reader = new FrameReader(socket);
                    if (round % 10 != 0) {
                        Handshake.asEngine(reader, socket, agent.key);
                    }
                    for (int i = 0; i < 20; i++) {
                        ByteBuffer bytes = ByteBuffer.wrap(hostile(random));
                        while (bytes.hasRemaining()) {
                            socket.write(bytes);
                        }
                    }
                } catch (IOException cutByTheAgent) {
                    // as it should
                }
            }
            assertThat(agent.lives()).isTrue();
            try (Link link = agent.link()) {
                link.open(Requests.ping()).reply(RealAgent.LIMIT);
            }
        }
    }

    @Test
    void theAgentSurvivesEveryCutOfAConversation() throws Exception {
        try (var agent = new RealAgent()) {
            byte[] talk = bytes(new Frame.Open(1, 37, ByteBuffer.allocate(0)));
            for (int cut = 1; cut < talk.length; cut++) {
                try (SocketChannel socket = agent.connect()) {
                    Handshake.asEngine(new FrameReader(socket), socket, agent.key);
                    socket.write(ByteBuffer.wrap(talk, 0, cut));
                }
            }
            try (Link link = agent.link()) {
                link.open(Requests.ping()).reply(RealAgent.LIMIT);
            }
        }
    }

    @Test
    void theWrongKeyIsRefused() throws Exception {
        try (var agent = new RealAgent()) {
            assertThatThrownBy(() -> Link.open(agent.connect(), new byte[32], "test", RealAgent.LIMIT, _ -> {}))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void strangersCannotKeepTheEngineOut() throws Exception {
        try (var agent = new RealAgent()) {
            var strangers = new ArrayList<SocketChannel>();
            for (int i = 0; i < 50; i++) {
                strangers.add(agent.connect());
            }
            try (Link link = agent.link()) {
                link.open(Requests.ping()).reply(RealAgent.LIMIT);
            }
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static byte[] hostile(Random random) {
        if (random.nextInt(3) == 0) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            return noise;
        }
        int kind = List.of(1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 20, 21, 22, 23, 32, 35, 37, 41, 42, 99)
                .get(random.nextInt(22));
        byte[] request = new byte[random.nextInt(120)];
        for (int i = 0; i < request.length; i++) {
            request[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(4) == 0 ? 1 : 0);
        }
        if (kind == 22 || kind == 17 || kind == 21) {
            request = new byte[request.length]; // nothing that could name a file of this machine
        }
        return bytes(new Frame.Open(1 + random.nextInt(5), kind, ByteBuffer.wrap(request)));
    }

    private static Frame randomFrame(Random random) {
        int channel = 1 + random.nextInt(Integer.MAX_VALUE - 1);
        byte[] raw = new byte[1 + random.nextInt(200)];
        random.nextBytes(raw);
        ByteBuffer bytes = ByteBuffer.wrap(raw);
        byte[] proof = new byte[32];
        random.nextBytes(proof);
        return switch (random.nextInt(10)) {
            case 0 -> new Frame.Auth(ByteBuffer.wrap(proof), ByteBuffer.wrap(proof));
            case 1 -> new Frame.Welcome(ByteBuffer.wrap(proof), random.nextInt(), random.nextLong());
            case 2 -> new Frame.Open(channel, random.nextInt(256), bytes);
            case 3 -> new Frame.Reply(channel, bytes);
            case 4 -> new Frame.Data(channel, bytes);
            case 5 -> new Frame.Output(channel, 1 + random.nextInt(2), random.nextLong() >>> 1, bytes);
            case 6 -> new Frame.Event(channel, random.nextInt(256), bytes);
            case 7 -> new Frame.Credit(channel, 1 + random.nextInt(Integer.MAX_VALUE));
            case 8 -> new Frame.Taken(channel, random.nextLong() >>> 1);
            default -> new Frame.Close(channel, 1 + random.nextInt(12), "why é");
        };
    }

    private static byte[] bytes(Frame frame) {
        var out = new ByteArrayOutputStream();
        for (ByteBuffer part : FrameWriter.encode(frame)) {
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            out.writeBytes(copy);
        }
        return out.toByteArray();
    }

    private static FrameReader reader(byte[] bytes) {
        try {
            Path file = Files.createTempFile("frames", "");
            Files.write(file, bytes);
            return new FrameReader(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
