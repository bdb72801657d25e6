package dev.sandjar.server;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;

/** Where the server listens, as its users write it. */
record Listening(String host, int port, boolean secure) {
    /** The host, or where it stands for all of this machine's addresses, these. */
    List<String> urls() {
        List<String> addresses = isWildcard() ? ofThisMachine() : List.of(host);
        return addresses.stream().map(this::url).toList();
    }

    /** For programs on this machine. The client sends a token in clear to another address only when told to. */
    String urlHere() {
        String here = url(isWildcard() ? "127.0.0.1" : host);
        return isInClear() && !isWildcard() ? here + "?cleartext=true" : here;
    }

    /** Whether tokens come from other machines and can be read on their way. */
    boolean isInClear() {
        return !secure && !address().isLoopbackAddress();
    }

    private boolean isWildcard() {
        return address().isAnyLocalAddress();
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // it listens there
        }
    }

    private static List<String> ofThisMachine() {
        try {
            List<String> others = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .map(InetAddress::getHostAddress)
                    .toList();
            return others.isEmpty() ? List.of("127.0.0.1") : others;
        } catch (SocketException e) {
            return List.of("127.0.0.1"); // there at any rate
        }
    }

    private String url(String name) {
        String bare = name.replaceAll("%.*", ""); // of an interface
        return (secure ? "https://" : "http://") + (bare.contains(":") ? "[" + bare + "]" : bare) + ":" + port;
    }
}
