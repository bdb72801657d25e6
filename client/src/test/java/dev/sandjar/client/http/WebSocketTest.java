package dev.sandjar.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server may send, byte by byte, and what it may not. */
@Timeout(20)
class WebSocketTest {
    private static final int LONGEST = 1 << 20;

    private Socket server;
    private HttpConnection connection;
    private WebSocket client;

    @BeforeEach
    void connect() throws IOException {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            connection = HttpConnection.open(
                    Address.parse("http://127.0.0.1:" + listening.getLocalPort()),
                    Trust.standard(),
                    Duration.ofSeconds(10));
            server = listening.accept();
        }
        client = new WebSocket(connection, LONGEST);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    /** By a thread of its own: what is much waits for its reader. */
    private void serve(Frames frames) {
        Thread.ofVirtual().start(() -> {
            try {
                var out = new BufferedOutputStream(server.getOutputStream(), 1 << 16);
                frames.write(out);
                out.flush();
            } catch (IOException ended) {
                // by the client
            }
        });
    }

    private interface Frames {
        void write(OutputStream out) throws IOException;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void aMessageOfOneFrameIsAsItWasSent() throws Exception {
        serve(out -> out.write(hex("8105 68656c6c6f" + "8203 000102")));
        WebSocket.Message text = client.receive();
        assertThat(text.kind()).isEqualTo(WebSocket.Kind.TEXT);
        assertThat(text.bytes().array()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
        WebSocket.Message binary = client.receive();
        assertThat(binary.kind()).isEqualTo(WebSocket.Kind.BINARY);
        assertThat(binary.bytes().array()).containsExactly(0, 1, 2);
    }

    /** With a copy of all that came before at each piece, this would take minutes. */
    @Test
    void aLongMessageInPiecesOfOneByteCostsNoMoreThanItsLength() throws Exception {
        serve(out -> {
            out.write(hex("0101 61"));
            byte[] piece = hex("0001 62");
            for (int i = 2; i < LONGEST; i++) {
                out.write(piece);
            }
            out.write(hex("8001 63"));
        });
        WebSocket.Message message = client.receive();
        assertThat(message.kind()).isEqualTo(WebSocket.Kind.TEXT);
        assertThat(message.bytes().array())
                .hasSize(LONGEST)
                .startsWith('a', 'b')
                .endsWith('b', 'c');
    }

    @Test
    void piecesOfNothingAndPingsWithoutAnEndAddNothing() throws Exception {
        serve(out -> {
            out.write(hex("0200"));
            byte[] nothing = hex("0000" + "8900");
            for (int i = 0; i < 200_000; i++) {
                out.write(nothing);
            }
            out.write(hex("8001 07")); // the end after all
        });
        WebSocket.Message next = client.receive();
        while (next.kind() == WebSocket.Kind.PING) {
            next = client.receive();
        }
        assertThat(next.bytes().array()).containsExactly(7);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a frame that is longer than a message may be, 827f 0000000000100001, a WebSocket message of 1048577 bytes",
        "a length beyond 2^63, 827f ffffffffffffffff, a WebSocket message of -1 bytes",
        "a piece that overflows with what came before, 0201 00 007f 7fffffffffffffff, a WebSocket message of 9223372036854775807 bytes",
        "pieces that are too long together, 0201 00 007f 0000000000100000, a WebSocket message of 1048576 bytes",
        "a continuation of nothing, 8001 00, out of order",
        "a message inside another, 0101 61 8101 62, out of order",
        "a mask, 8181 00000000 61, with an extension or a mask",
        "an extension, c101 61, with an extension or a mask",
        "a ping of 126 bytes, 897e 007e, of kind 9 that is long",
        "a ping in pieces, 0900, or in pieces",
        "an unknown kind, 8301 61, of kind 3",
    })
    void whatBreaksTheRulesIsRefused(String what, String frames, String why) {
        serve(out -> out.write(hex(frames)));
        assertThatThrownBy(client::receive).isInstanceOf(HttpException.class).hasMessageContaining(why);
    }
}
