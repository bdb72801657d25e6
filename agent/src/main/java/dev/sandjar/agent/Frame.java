package dev.sandjar.agent;

import java.nio.ByteBuffer;

/** One frame of the link; PROTOCOL.md has the table. Buffers are read-only views of memory that is not used again. */
public sealed interface Frame {
    /** The largest payload a frame may have, in bytes. */
    int MAX_PAYLOAD = 262_144;
    /** Length, type and channel. */
    int HEADER = 9;
    /** What either side may send on a new channel before it is granted more, in bytes. */
    int WINDOW = 262_144;

    int channel();

    record Hello(int version, ByteBuffer nonce) implements Frame {
        @Override
        public int channel() {
            return 0;
        }
    }

    record Auth(ByteBuffer nonce, ByteBuffer proof) implements Frame {
        @Override
        public int channel() {
            return 0;
        }
    }

    record Welcome(ByteBuffer proof, int features, long startedMillis) implements Frame {
        @Override
        public int channel() {
            return 0;
        }
    }

    record Open(int channel, int kind, ByteBuffer request) implements Frame {}

    record Reply(int channel, ByteBuffer payload) implements Frame {}

    record Data(int channel, ByteBuffer bytes) implements Frame {}

    record Output(int channel, int stream, long offset, ByteBuffer bytes) implements Frame {}

    record Event(int channel, int event, ByteBuffer payload) implements Frame {}

    record Eof(int channel) implements Frame {}

    record Credit(int channel, long bytes) implements Frame {}

    record Close(int channel, int error, String message) implements Frame {}

    record Taken(int channel, long offset) implements Frame {}
}
