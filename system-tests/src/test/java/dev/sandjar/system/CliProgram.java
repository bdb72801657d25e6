package dev.sandjar.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The command line as the launcher starts it, from the classes of this build. */
final class CliProgram {
    private CliProgram() {}

    /** Its path, in a folder where it is made if need be. */
    static String in(Path folder) throws IOException {
        Path program = folder.resolve("sandjar");
        if (Files.exists(program)) {
            return program.toString(); // others may be reading it
        }
        Files.writeString(
                program, """
                #!/bin/sh
                exec '%s/bin/java' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -Dsandjar.program="$0" -cp '%s' dev.sandjar.cli.Sandjar "$@"
                """.formatted(System.getProperty("java.home"), System.getProperty("java.class.path")));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return program.toString();
    }
}
