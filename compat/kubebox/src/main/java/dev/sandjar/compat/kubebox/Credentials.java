package dev.sandjar.compat.kubebox;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.security.RequestSigner;
import java.net.URI;
import java.util.Optional;

/** What a request brings along to say whose it is. */
interface Credentials {
    /** The header {@code Authorization} of one request, if it has one. */
    Optional<String> authorization(String method, URI address, byte[] body);

    /** For servers that want none. */
    static Credentials none() {
        return (_, _, _) -> Optional.empty();
    }

    /** The same for each request. */
    static Credentials token(String token) {
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw KubeboxException.invalid(
                    "token", "empty, or has spaces, line ends or characters beyond ASCII", "one that a server gave");
        }
        return (_, _, _) -> Optional.of("Bearer " + token);
    }

    /** Another for each request, which is good for it alone. */
    static Credentials key(String privateKey) {
        RequestSigner signer = RequestSigner.of(privateKey);
        return (method, address, body) -> Optional.of(signer.authorization(method, address, body));
    }
}
