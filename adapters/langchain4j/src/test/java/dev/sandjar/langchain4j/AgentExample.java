package dev.sandjar.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.AiServices;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;

/** The example of the README, with a model that is scripted: put a real one in its place. */
public final class AgentExample {
    private AgentExample() {}

    interface Assistant {
        String chat(String message);
    }

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
            var tools = new SandboxTools(sandbox);
            var assistant = AiServices.builder(Assistant.class)
                    .chatModel(model)
                    .tools(tools)
                    .build();
            System.out.print(assistant.chat("What is the sum of the numbers from 1 to 100? Compute it."));
        }
        // end
    }
}
