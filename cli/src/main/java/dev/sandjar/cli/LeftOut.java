package dev.sandjar.cli;

/** What a copy goes on without, as {@code cp -r} does: each is told when it is met, and all together by the exit code. */
final class LeftOut {
    private int count;

    void add(String path, String why) {
        System.err.println("sandjar: left out: " + Text.safe(path) + " " + Text.safe(why));
        count++;
    }

    /** What to end with after the rest was copied. */
    int exitCode() {
        if (count > 0) {
            System.err.println("sandjar: the copy is partial: " + count + " left out");
        }
        return count > 0 ? 1 : 0;
    }
}
