package dev.sandjar.compat.kubebox;

/** What one gets for a command; which it is, its {@link CommandMode} says. */
public sealed interface CommandRun permits CommandResult, BackgroundProcess, StreamProcess {}
