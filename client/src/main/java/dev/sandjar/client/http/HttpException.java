package dev.sandjar.client.http;

import java.io.IOException;

/** What came is not HTTP as this client understands it. */
public final class HttpException extends IOException {
    HttpException(String message) {
        super(message);
    }
}
