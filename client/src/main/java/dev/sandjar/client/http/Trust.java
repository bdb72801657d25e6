package dev.sandjar.client.http;

import dev.sandjar.SandboxException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Whom to believe that it is the server: whoever one of some certificates vouches for. */
public final class Trust {
    private final SSLSocketFactory factory;

    private Trust(SSLSocketFactory factory) {
        this.factory = factory;
    }

    /** The certificates that come with Java, or that its system properties name. */
    public static Trust standard() {
        return new Trust((SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    /**
     * The certificates of a file, and no others.
     *
     * @param file PEM: the server's own certificate, or those of who signs them
     * @throws SandboxException {@code INVALID_ARGUMENT}: it holds none, or cannot be read
     */
    public static Trust of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (all.isEmpty()) {
                throw invalid("an empty file");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate one : all) {
                store.setCertificateEntry("trusted-" + store.size(), one);
            }
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return new Trust(context.getSocketFactory());
        } catch (IOException e) {
            throw invalid("a file that cannot be read");
        } catch (GeneralSecurityException e) {
            throw invalid("a file without certificates");
        }
    }

    private static SandboxException invalid(String what) {
        return SandboxException.invalid("certificate", what, "a PEM file with certificates");
    }

    /** Greets the server over a connection. */
    Socket secure(Socket plain, Address address, Duration limit) throws IOException {
        var secured = (SSLSocket) factory.createSocket(plain, address.host(), address.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // without it any valid certificate would do
        secured.setSSLParameters(parameters);
        secured.setSoTimeout((int) limit.toMillis());
        secured.startHandshake();
        return secured;
    }
}
