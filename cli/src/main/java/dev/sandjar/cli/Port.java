package dev.sandjar.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A port of a sandbox, from the command line. */
final class Port implements ITypeConverter<Integer> {
    private static final int LARGEST = 65_535;

    @Override
    public Integer convert(String text) {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > LARGEST) {
            throw new TypeConversionException("port is \"" + text + "\", allowed: 1 to " + LARGEST);
        }
        return port;
    }
}
