package dev.sandjar.springai;

import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;

/** The example of the README, with a model that is scripted: put a real one in its place. */
public final class AgentExample {
    private AgentExample() {}

    /**
     * Runs the agent.
     *
     * @param args none
     * @throws InterruptedException never, unless interrupted
     */
    public static void main(String... args) throws InterruptedException {
        ChatModel model = new ScriptedModel()
                .calls("sandbox_run_code", "{\"language\": \"python\", \"code\": \"print(sum(range(101)))\"}");
        // begin
        try (var sandboxes = Sandboxes.open("local:");
                var sandbox = sandboxes.create(SandboxSpec.of("host"))) {
            var tools = SandboxToolCallbacks.of(sandbox);
            var agent = ChatClient.builder(model).defaultTools(tools).build();
            System.out.println(agent.prompt("What is the sum of the numbers from 1 to 100? Compute it.")
                    .call()
                    .content());
        }
        // end
    }
}
