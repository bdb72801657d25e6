package dev.sandjar.compat.kubebox;

import java.util.OptionalInt;

/**
 * What became of a command that was to be killed.
 *
 * @param status {@code killed}; {@code not found} when there was no such process
 * @param exitCode negative for a signal; empty when there was no such process
 */
public record CommandKilled(String status, OptionalInt exitCode) {}
