/**
 * A sandbox for agents of LangChain4j.
 *
 * <p>Start at {@link dev.sandjar.langchain4j.SandboxTools}, for an agent that works in a sandbox, or at
 * {@link dev.sandjar.langchain4j.SandboxCodeExecutionEngine}, for what takes a code execution engine. Not here: what the tools do ({@code dev.sandjar.tools}).
 */
@NullMarked
package dev.sandjar.langchain4j;

import org.jspecify.annotations.NullMarked;
