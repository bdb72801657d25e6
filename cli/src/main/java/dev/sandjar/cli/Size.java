package dev.sandjar.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes, as people write it: {@code 512M}, {@code 1.5GiB}, {@code 1000000}. Units count by 1024.
 *
 * @param bytes 0 or more
 */
record Size(long bytes) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,3})?)\\s*(?:([KMGT])I?)?B?");
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    /** With the largest unit that it is a multiple of. */
    @Override
    public String toString() {
        int unit = bytes == 0 ? 0 : Math.min(4, Long.numberOfTrailingZeros(bytes) / 10);
        return (bytes >> (10 * unit)) + (unit == 0 ? "" : "KMGT".substring(unit - 1, unit));
    }

    /** Reads one from the command line. */
    static final class Converter implements ITypeConverter<Size> {
        @Override
        public Size convert(String text) {
            Matcher matcher = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new TypeConversionException("size is \"" + text + "\", allowed: a number and K, M, G or T");
            }
            int shift = matcher.group(2) == null ? 0 : 10 * ("KMGT".indexOf(matcher.group(2)) + 1);
            BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << shift));
            if (bytes.compareTo(LARGEST) > 0) {
                throw new TypeConversionException("size is \"" + text + "\", allowed: less than 8388608T");
            }
            return new Size(bytes.longValue());
        }
    }
}
