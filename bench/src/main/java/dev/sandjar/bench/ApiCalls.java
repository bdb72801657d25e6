package dev.sandjar.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.regex.Pattern;

/**
 * What the API server counted, by its own metrics. It does not tell by whom, so only what nobody else does is looked at: secrets, and making and
 * removing pods.
 */
final class ApiCalls {
    private static final Pattern LINE = Pattern.compile("apiserver_request_total\\{([^}]*)} ([0-9.e+]+)");
    private static final Pattern OURS = Pattern.compile(
            ".*resource=\"secrets\".*verb=\"(POST|PUT|PATCH|DELETE|GET|LIST)\".*|.*resource=\"pods\",scope=\"[a-z]*\",subresource=\"\",verb=\"(POST|DELETE|PATCH|PUT)\".*|.*resource=\"pods\".*subresource=\"(exec|portforward)\".*");

    private final KubernetesClient client;

    ApiCalls(KubernetesClient client) {
        this.client = client;
    }

    long count() {
        double sum = 0;
        var lines = LINE.matcher(client.raw("/metrics"));
        while (lines.find()) {
            if (OURS.matcher(lines.group(1)).matches()) {
                sum += Double.parseDouble(lines.group(2));
            }
        }
        return Math.round(sum);
    }
}
