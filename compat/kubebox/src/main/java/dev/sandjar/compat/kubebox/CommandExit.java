package dev.sandjar.compat.kubebox;

/**
 * The end of a command and of its stream.
 *
 * @param exitCode negative for the signal that killed it
 * @param processId whose
 */
public record CommandExit(int exitCode, long processId) implements CommandEvent {}
