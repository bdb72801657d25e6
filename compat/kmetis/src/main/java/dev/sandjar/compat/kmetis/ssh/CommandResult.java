package dev.sandjar.compat.kmetis.ssh;

/**
 * How a command ended.
 *
 * @param stdout what it wrote, as UTF-8; bytes that are none are replaced
 * @param stderr the same, of its errors
 * @param returnCode its own, 0 to 255, or 128 and the number of the signal that ended its shell
 */
public record CommandResult(String stdout, String stderr, int returnCode) {}
