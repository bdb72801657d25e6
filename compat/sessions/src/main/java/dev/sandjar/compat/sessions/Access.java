package dev.sandjar.compat.sessions;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where the API is, and as whom.
 *
 * @param apiUrl without a slash at its end
 * @param token the bearer's
 */
record Access(URI apiUrl, String token) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    static Access of(String apiUrl, String token) {
        URI url;
        try {
            url = new URI(apiUrl.strip().replaceFirst("/+$", ""));
        } catch (URISyntaxException e) {
            throw refused(apiUrl);
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
        if (!scheme.matches("https?") || url.getHost() == null || !plain) {
            throw refused(apiUrl);
        }
        return new Access(url, Checks.token(token));
    }

    private static IllegalArgumentException refused(String apiUrl) {
        String shown = apiUrl.contains("@") ? "one with a name or password in it" : Checks.quoted(apiUrl);
        return new IllegalArgumentException("apiUrl is " + shown
                + ", allowed: http or https with a host and perhaps a path, such as http://localhost:8080/v1");
    }

    boolean secure() {
        return "https".equalsIgnoreCase(apiUrl.getScheme());
    }

    /** With brackets around an IPv6 address. */
    String host() {
        return apiUrl.getHost();
    }

    int port() {
        if (apiUrl.getPort() >= 0) {
            return apiUrl.getPort();
        }
        return secure() ? HTTPS : HTTP;
    }

    /** What errors call the server. */
    String name() {
        return apiUrl.getScheme() + "://" + host() + ":" + port();
    }

    URI resolve(String path) {
        return URI.create(apiUrl + path);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Access[" + apiUrl + "]";
    }
}
