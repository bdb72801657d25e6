package dev.sandjar.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.regex.Pattern;

/**
 * What the API server counted, by its own metrics. It does not tell by whom, so only what nobody else does is looked at: secrets, and making and
 * removing pods.
 */
final class ApiCalls {
    private static final Pattern LINE = Pattern.compile("apiserver_request_total\\{([^}]*)} ([0-9.e+]+)");
    private static final Pattern WRITES = Pattern.compile(
            ".*resource=\"secrets\".*verb=\"(POST|PUT|PATCH|DELETE)\".*|.*resource=\"pods\",scope=\"[a-z]*\",subresource=\"\",verb=\"(POST|DELETE|PATCH|PUT)\".*");
    private static final Pattern READS = Pattern.compile(
            ".*resource=\"secrets\".*verb=\"(GET|LIST)\".*|.*resource=\"pods\".*subresource=\"(exec|portforward)\".*");

    private final KubernetesClient client;

    ApiCalls(KubernetesClient client) {
        this.client = client;
    }

    /** Making, changing and removing; our server reads nothing meanwhile. */
    long writes() {
        return count(WRITES);
    }

    /** Looking, running commands and forwarding; a kubelet reads secrets too, while it starts a pod. */
    long reads() {
        return count(READS);
    }

    private long count(Pattern which) {
        double sum = 0;
        var lines = LINE.matcher(client.raw("/metrics"));
        while (lines.find()) {
            if (which.matcher(lines.group(1)).matches()) {
                sum += Double.parseDouble(lines.group(2));
            }
        }
        return Math.round(sum);
    }
}
