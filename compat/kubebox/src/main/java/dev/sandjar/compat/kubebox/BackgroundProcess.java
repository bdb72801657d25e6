package dev.sandjar.compat.kubebox;

/**
 * A command that goes on by itself.
 *
 * @param processId by which it can be asked for and killed
 */
public record BackgroundProcess(long processId) implements CommandRun {}
