package dev.sandjar.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A model that calls the tools it was told to call, one by one, then answers with the last result. All else is LangChain4j. */
final class ScriptedModel implements ChatModel {
    private final Deque<ToolExecutionRequest> calls = new ArrayDeque<>();
    private final List<String> results = new ArrayList<>();
    private List<ToolSpecification> tools = List.of();

    /** @param arguments as a model sends them: JSON */
    ScriptedModel calls(String tool, String arguments) {
        calls.add(ToolExecutionRequest.builder()
                .id("call-" + calls.size())
                .name(tool)
                .arguments(arguments)
                .build());
        return this;
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        tools = request.toolSpecifications();
        if (request.messages().getLast() instanceof ToolExecutionResultMessage result) {
            results.add(result.text());
        }
        var next = calls.poll();
        return ChatResponse.builder()
                .aiMessage(next == null ? AiMessage.from(results.getLast()) : AiMessage.from(next))
                .build();
    }

    /** What the tools answered, in the order of the calls. */
    List<String> results() {
        return results;
    }

    /** What the model was offered last. */
    List<ToolSpecification> tools() {
        return tools;
    }
}
