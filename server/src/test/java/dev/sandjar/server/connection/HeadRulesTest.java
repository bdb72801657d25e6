package dev.sandjar.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads as they come, a line each, here with {@code ;} between them. What breaks a rule is in system-tests, over a real connection. */
class HeadRulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1; Host: x",
                "GET /?q=a%20b HTTP/1.1; Host: a-b_c.example:80",
                "GET / HTTP/1.1; Host: [::1]:8080",
                "GET / HTTP/1.1; Host: [::ffff:127.0.0.1]",
                "GET / HTTP/1.1; Host: 127.0.0.1:",
                "GET / HTTP/1.1; Host: 10.0.0.1.nip.io",
                "GET / HTTP/1.1; Host: ",
                "OPTIONS * HTTP/1.1; Host: x",
                "GET http://x/path HTTP/1.1; Host: x",
                "GET HTTPS://X:8443 HTTP/1.1; Host: x:8443",
                "GET http://x/path HTTP/1.0",
                "CONNECT /v1/sandboxes/1 HTTP/1.1; Host: x",
                "CONNECT x:22 HTTP/1.1; Host: x:22",
                "CONNECT x:22 HTTP/1.0",
                "POST / HTTP/1.1; Host: x; Transfer-Encoding: Chunked",
                "GET / HTTP/1.0",
                "GET / HTTP/1.0; Host: x"
            })
    void whatAnHonestClientSendsIsTaken(String head) {
        assertThat(HeadRules.objection(request(head))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1; Host: ::1",
                "GET / HTTP/1.1; Host: []",
                "GET / HTTP/1.1; Host: [zz]:80",
                "GET / HTTP/1.1; Host: [::1]x",
                "GET / HTTP/1.1; Host: [<x>]",
                "GET / HTTP/1.1; Host: [a/@b c]",
                "GET http://x@y/ HTTP/1.1; Host: y",
                "GET http://x/ HTTP/1.1; Host: x:80",
                "GET http://x/ HTTP/1.1",
                "GET / HTTP/1.1; Host: x; Host: x"
            })
    void aHostThatIsNotClearIsRefused(String head) {
        assertThat(HeadRules.objection(request(head)))
                .hasValueSatisfying(why -> assertThat(why).contains("one Host"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"xchunked", "gzip, chunked", "gzip", "", "chunked; Transfer-Encoding: chunked"})
    void anyOtherCodingThanChunkedIsRefused(String coding) {
        assertThat(HeadRules.objection(request("POST / HTTP/1.1; Host: x; Transfer-Encoding: " + coding)))
                .hasValue(HeadRules.LENGTH);
    }

    private static DefaultHttpRequest request(String head) {
        String[] lines = head.split("; ");
        String[] first = lines[0].split(" ");
        var request = new DefaultHttpRequest(HttpVersion.valueOf(first[2]), HttpMethod.valueOf(first[0]), first[1]);
        for (String line : List.of(lines).subList(1, lines.length)) {
            String[] header = line.split(": ?", 2);
            request.headers().add(header[0], header[1]);
        }
        return request;
    }
}
