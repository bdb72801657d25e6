package dev.sandjar.kubernetes;

import dev.sandjar.SandboxException;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose a token of the cluster is, as its API server says. Answers are believed for a while, so that a caller's every request does not cost the
 * cluster one; kept by digest, because tokens are secrets.
 */
final class TokenReviews {
    private static final String SERVICE_ACCOUNT = "system:serviceaccount:";
    private static final Duration BELIEVED = Duration.ofSeconds(60);
    private static final Duration DISBELIEVED = Duration.ofSeconds(10);
    private static final int REMEMBERED = 10_000;

    private final KubernetesClient client;
    private final List<String> audiences;
    private final Map<String, Answer> answers = new LinkedHashMap<>() { // guarded by itself
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
                    return size() > REMEMBERED;
                }
            };

    private record Answer(Optional<String> owner, long nanos) {
        boolean holds() {
            Duration limit = owner.isPresent() ? BELIEVED : DISBELIEVED;
            return System.nanoTime() - nanos < limit.toNanos();
        }
    }

    /** @param audience whom tokens must be for; empty: the API server itself */
    TokenReviews(KubernetesClient client, Optional<String> audience) {
        this.client = client;
        this.audiences = audience.stream().toList();
    }

    Optional<String> owner(String token) {
        String digest = digest(token);
        synchronized (answers) {
            Answer known = answers.get(digest);
            if (known != null && known.holds()) {
                return known.owner();
            }
        }
        var answer = new Answer(asked(token), System.nanoTime());
        synchronized (answers) {
            answers.remove(digest); // so that it becomes the youngest
            answers.put(digest, answer);
        }
        return answer.owner();
    }

    private Optional<String> asked(String token) {
        TokenReview review = new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(audiences)
                .endSpec()
                .build();
        @Nullable
        TokenReviewStatus said = Api.call(
                        "asking the cluster whose a token is",
                        () -> client.tokenReviews().create(review))
                .getStatus();
        if (said == null || !Boolean.TRUE.equals(said.getAuthenticated()) || !meant(said)) {
            return Optional.empty();
        }
        return Optional.ofNullable(said.getUser().getUsername()).filter(name -> name.startsWith(SERVICE_ACCOUNT));
    }

    /** An API server that does not know audiences answers without any: then the token may be for somebody else. */
    private boolean meant(TokenReviewStatus said) {
        return audiences.isEmpty() || said.getAudiences().containsAll(audiences);
    }

    private static String digest(String token) {
        try {
            byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw SandboxException.internal("looking at a token", e);
        }
    }
}
