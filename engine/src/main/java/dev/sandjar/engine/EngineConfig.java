package dev.sandjar.engine;

import dev.sandjar.engine.link.RequestRoom;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How an engine behaves.
 *
 * @param resident whether it stays: then it reaps, keeps pools, and reconciles at its start. A single command line call does none of that
 *     and relies on the agents, which end by themselves when their lease does
 * @param createLimit how long a create may take, image pull included (limit "create")
 * @param agentLimit how long an agent may take to answer (limit "agent")
 * @param destroyLimit how long removing a sandbox may take (limit "destroy")
 * @param maxPerOwner how many sandboxes one owner may have
 * @param maxTotal how many sandboxes there may be in all
 * @param defaultImage for specs and templates that name none
 * @param templates the recipes
 * @param requestRoom what requests to agents may hold of memory, by owner
 * @param operators owners who may remove images and look at the place itself, which all share; empty: everyone may
 */
public record EngineConfig(
        boolean resident,
        Duration createLimit,
        Duration agentLimit,
        Duration destroyLimit,
        int maxPerOwner,
        int maxTotal,
        String defaultImage,
        List<Template> templates,
        RequestRoom requestRoom,
        Set<String> operators) {
    public EngineConfig {
        templates = List.copyOf(templates);
        operators = Set.copyOf(operators);
    }

    boolean operator(String owner) {
        return operators.isEmpty() || operators.contains(owner);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; each has a default. */
    public static final class Builder {
        private boolean resident;
        private Duration createLimit = Duration.ofMinutes(2);
        private Duration agentLimit = Duration.ofSeconds(30);
        private Duration destroyLimit = Duration.ofSeconds(30);
        private int maxPerOwner = 10_000;
        private int maxTotal = 10_000;
        private String defaultImage = "host";
        private List<Template> templates = List.of();
        private RequestRoom requestRoom = RequestRoom.UNBOUNDED;
        private Set<String> operators = Set.of();

        private Builder() {}

        public Builder resident(boolean value) {
            resident = value;
            return this;
        }

        public Builder createLimit(Duration value) {
            createLimit = value;
            return this;
        }

        public Builder agentLimit(Duration value) {
            agentLimit = value;
            return this;
        }

        public Builder destroyLimit(Duration value) {
            destroyLimit = value;
            return this;
        }

        public Builder maxPerOwner(int value) {
            maxPerOwner = value;
            return this;
        }

        public Builder maxTotal(int value) {
            maxTotal = value;
            return this;
        }

        public Builder defaultImage(String value) {
            defaultImage = value;
            return this;
        }

        public Builder requestRoom(RequestRoom value) {
            requestRoom = value;
            return this;
        }

        public Builder operators(Set<String> value) {
            operators = value;
            return this;
        }

        public Builder templates(List<Template> value) {
            templates = value;
            return this;
        }

        public EngineConfig build() {
            return new EngineConfig(
                    resident,
                    createLimit,
                    agentLimit,
                    destroyLimit,
                    maxPerOwner,
                    maxTotal,
                    defaultImage,
                    templates,
                    requestRoom,
                    operators);
        }
    }
}
