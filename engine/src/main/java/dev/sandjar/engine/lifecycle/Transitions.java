package dev.sandjar.engine.lifecycle;

import dev.sandjar.SandboxState;
import java.util.Optional;

/** Which change leads from which state to which. Pure; what is not here does not happen. */
final class Transitions {
    private Transitions() {}

    /** What can happen to a sandbox. */
    enum Change {
        /** Its agent has answered for the first time. */
        READY,
        FREEZE,
        THAW,
        /** Somebody wants it gone. */
        STOP,
        /** It is gone. */
        GONE,
        /** It died by accident, or could not be removed. */
        FAIL
    }

    static Optional<SandboxState> next(SandboxState state, Change change) {
        return Optional.ofNullable(
                switch (state) {
                    case PENDING ->
                        switch (change) {
                            case READY -> SandboxState.RUNNING;
                            case STOP -> SandboxState.STOPPING;
                            case FAIL -> SandboxState.FAILED;
                            case FREEZE, THAW, GONE -> null;
                        };
                    case RUNNING ->
                        switch (change) {
                            case FREEZE -> SandboxState.PAUSED;
                            case STOP -> SandboxState.STOPPING;
                            case FAIL -> SandboxState.FAILED;
                            case GONE -> SandboxState.TERMINATED; // removed behind our back
                            case READY, THAW -> null;
                        };
                    case PAUSED ->
                        switch (change) {
                            case THAW -> SandboxState.RUNNING;
                            case STOP -> SandboxState.STOPPING;
                            case FAIL -> SandboxState.FAILED;
                            case GONE -> SandboxState.TERMINATED;
                            case READY, FREEZE -> null;
                        };
                    case STOPPING ->
                        switch (change) {
                            case GONE -> SandboxState.TERMINATED;
                            case FAIL -> SandboxState.FAILED;
                            case READY, FREEZE, THAW, STOP -> null;
                        };
                    case FAILED ->
                        switch (change) {
                            case STOP -> SandboxState.STOPPING;
                            case GONE -> SandboxState.TERMINATED;
                            case READY, FREEZE, THAW, FAIL -> null;
                        };
                    case TERMINATED -> null;
                });
    }
}
