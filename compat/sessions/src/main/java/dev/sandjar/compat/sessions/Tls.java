package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whom to believe that it is the server.
 *
 * @param known vouches for servers
 * @param checked whether it is asked, and the certificate must be for the server's name
 */
record Tls(SSLContext known, boolean checked) {
    /** Whoever a certificate authority that Java knows vouches for. */
    static Tls standard() {
        try {
            return new Tls(SSLContext.getDefault(), true);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    Tls with(SSLContext context) {
        return new Tls(context, checked);
    }

    Tls verified(boolean wanted) {
        return new Tls(known, wanted);
    }

    SSLContext context() {
        return checked ? known : unchecked();
    }

    /** Anybody. */
    private static SSLContext unchecked() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Says which host is meant (SNI), and returns once it has proved to be it, if that is wanted. */
    SSLSocket over(Socket socket, String host, int port) throws IOException {
        var wrapped = (SSLSocket) context().getSocketFactory().createSocket(socket, host, port, true);
        SSLParameters parameters = wrapped.getSSLParameters();
        if (!host.matches("[0-9.]+|\\[.*")) { // of itself Java leaves out names without a dot, which clusters have
            parameters.setServerNames(List.of(new SNIHostName(host)));
        }
        if (checked) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        wrapped.setSSLParameters(parameters);
        wrapped.startHandshake();
        return wrapped;
    }

    /** An extended one, because Java would check the name on behalf of any other. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
