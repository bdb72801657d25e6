package dev.sandjar.springai;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** A model that calls the tools it was told to call, one by one, then answers with the last result. All else is Spring AI. */
final class ScriptedModel implements ChatModel {
    private final Deque<ToolCall> calls = new ArrayDeque<>();
    private final List<String> results = new ArrayList<>();
    private List<ToolDefinition> tools = List.of();

    /** @param arguments as a model sends them: JSON */
    ScriptedModel calls(String tool, String arguments) {
        calls.add(new ToolCall("call-" + calls.size(), "function", tool, arguments));
        return this;
    }

    @Override
    public ChatOptions getOptions() {
        return ToolCallingChatOptions.builder().build();
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        tools = ((ToolCallingChatOptions) prompt.getOptions())
                .getToolCallbacks().stream()
                        .map(ToolCallback::getToolDefinition)
                        .toList();
        if (prompt.getInstructions().getLast() instanceof ToolResponseMessage message) {
            results.add(message.getResponses().getFirst().responseData());
        }
        var answer = AssistantMessage.builder();
        ToolCall next = calls.poll();
        return new ChatResponse(List.of(new Generation(
                next == null
                        ? answer.content(results.getLast()).build()
                        : answer.toolCalls(List.of(next)).build())));
    }

    /** What the tools answered, in the order of the calls, as Spring AI hands it to the model: a JSON string, unless the tool threw. */
    List<String> results() {
        return results;
    }

    /** What the model was offered last. */
    List<ToolDefinition> tools() {
        return tools;
    }
}
