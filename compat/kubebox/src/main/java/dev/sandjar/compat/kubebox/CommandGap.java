package dev.sandjar.compat.kubebox;

/**
 * Here output is missing, or may be.
 *
 * @param reason in words
 * @param processId whose
 */
public record CommandGap(String reason, long processId) implements CommandEvent {}
