package dev.sandjar.springai;

import dev.sandjar.Sandbox;
import dev.sandjar.tools.ToolSet;
import org.springframework.ai.tool.ToolCallbackProvider;
import org.springframework.ai.tool.method.MethodToolCallbackProvider;

/** What an agent does with a sandbox: {@code ChatClient.builder(model).defaultTools(SandboxToolCallbacks.of(sandbox))}. */
public final class SandboxToolCallbacks {
    private SandboxToolCallbacks() {}

    /**
     * The tools of a sandbox, each with a name, a description and a schema for the model. Any number of threads may call them at once.
     *
     * <p>What goes wrong is told to the model, as a result where it can mend it. What only the program can mend (the sandbox is gone or paused) is a
     * {@code SandboxException} in a {@code ToolExecutionException}: Spring AI tells the model its message too, unless a {@code ToolExecutionExceptionProcessor} throws it on,
     * which stops the agent.
     *
     * @param sandbox what the model may do as it likes with; stays its owner's to close
     * @return six callbacks; {@link ToolSet} says what they do
     * @throws dev.sandjar.SandboxException {@code SANDBOX_NOT_FOUND}
     */
    public static ToolCallbackProvider of(Sandbox sandbox) {
        return MethodToolCallbackProvider.builder()
                .toolObjects(new SandboxTools(new ToolSet(sandbox)))
                .build();
    }
}
