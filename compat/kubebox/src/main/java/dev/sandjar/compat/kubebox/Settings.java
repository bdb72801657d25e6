package dev.sandjar.compat.kubebox;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * How a client behaves.
 *
 * @param url of the server, without a slash at its end
 * @param credentials that each request brings along
 * @param tls whom to believe that it is the server
 * @param connectLimit until a connection is there and lets us in
 * @param answerLimit until an answer is there
 * @param silenceLimit after which a stream that gives nothing has its process asked for
 * @param reconnectLimit until a lost connection with streams is there again
 * @param stallLimit for how long a stream whose reader is slow may hold up the others of its session
 * @param colours whether they are left in
 */
record Settings(
        URI url,
        Credentials credentials,
        SSLContext tls,
        Duration connectLimit,
        Duration answerLimit,
        Duration silenceLimit,
        Duration reconnectLimit,
        Duration stallLimit,
        boolean colours) {
    static final String DEFAULT_URL = "http://localhost:80";

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9]+(;[0-9]+)*m");

    static URI url(String text) {
        try {
            URI url = new URI(text.replaceFirst("/+$", ""));
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getRawUserInfo() == null) {
                return url;
            }
        } catch (URISyntaxException none) {
            // told below
        }
        throw KubeboxException.invalid("url", '"' + text + '"', "such as " + DEFAULT_URL);
    }

    /** Whoever Java knows. */
    static SSLContext usualTls() {
        try {
            return SSLContext.getDefault();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Nothing waits for ever. */
    static Duration limit(String name, Duration given) {
        if (given.compareTo(Duration.ofMillis(1)) < 0 || given.compareTo(Duration.ofHours(24)) > 0) {
            throw KubeboxException.invalid(name, given, "1 millisecond to 24 hours");
        }
        return given;
    }

    /** Below the server's address. */
    URI resolve(String target) {
        return URI.create(url + target);
    }

    /** Text as it is given out. */
    String shown(String text) {
        return colours ? text : COLOUR.matcher(text).replaceAll("");
    }
}
