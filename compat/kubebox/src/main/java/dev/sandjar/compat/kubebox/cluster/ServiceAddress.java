package dev.sandjar.compat.kubebox.cluster;

/**
 * Where a sandbox's server is reached.
 *
 * @param host an address, or a name
 * @param port of the server
 */
public record ServiceAddress(String host, int port) {
    /**
     * What a client is given.
     *
     * @return such as {@code http://203.0.113.7:80}
     */
    public String url() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
