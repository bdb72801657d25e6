package dev.sandjar.server.door.ssh;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.limit.RateLimits;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/** Who may log in to a sandbox: who has one of its keys, or as password a token of its owner. */
final class Logins implements PublickeyAuthenticator, PasswordAuthenticator {
    private final Authentication authentication;

    Logins(Authentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public boolean authenticate(String user, PublicKey key, ServerSession session) {
        return Guest.of(session)
                .sandboxes()
                .apply(user)
                .filter(sandbox -> opens(key, sandbox, session))
                .isPresent();
    }

    private static boolean opens(PublicKey key, Sandbox sandbox, ServerSession session) {
        return sandbox.info().spec().sshPublicKeys().stream()
                .anyMatch(line -> KeyUtils.compareKeys(key, key(line, session)));
    }

    private static @Nullable PublicKey key(String line, ServerSession session) {
        try {
            return AuthorizedKeyEntry.parseAuthorizedKeyEntry(line)
                    .resolvePublicKey(session, PublicKeyEntryResolver.IGNORING);
        } catch (IOException | GeneralSecurityException | RuntimeException unreadable) {
            return null; // nobody has it
        }
    }

    @Override
    public boolean authenticate(String user, String password, ServerSession session) {
        Guest guest = Guest.of(session);
        try {
            String owner = authentication.owner(password, guest.address());
            return guest.sandboxes()
                    .apply(user)
                    .filter(sandbox -> sandbox.info().owner().equals(owner))
                    .isPresent();
        } catch (SandboxException | RateLimits.TooMany unknown) {
            return false;
        }
    }
}
