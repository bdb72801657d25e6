package dev.sandjar.cli;

import dev.sandjar.Signal;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Signals that are sent to this process, by {@code sun.misc.Signal}: Java has no other way to be told of one and go on. By reflection, because
 * the compiler's warning of it cannot be switched off, and warnings are errors here.
 */
final class SystemSignal {
    private final Constructor<?> signal;
    private final Class<?> handlerType;
    private final Method handle;

    SystemSignal() {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            handlerType = Class.forName("sun.misc.SignalHandler");
            signal = type.getConstructor(String.class);
            handle = type.getMethod("handle", type, handlerType);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no sun.misc.Signal", e);
        }
    }

    /**
     * From now on, calls {@code onArrival} for each, on a thread of its own; but one that is ignored by our parent's wish, as with nohup, stays so.
     *
     * @return what puts the old behaviour back
     */
    Runnable listen(Signal which, Consumer<Signal> onArrival) {
        Object handler = Proxy.newProxyInstance(
                SystemSignal.class.getClassLoader(),
                new Class<?>[] {handlerType},
                (proxy, method, args) -> switch (method.getName()) {
                    case "handle" -> {
                        onArrival.accept(which);
                        yield null;
                    }
                    case "equals" -> false; // nobody asks
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "handler of " + which;
                });
        Object before = set(which, handler);
        if (before.equals(ignore())) {
            set(which, before);
            return () -> {};
        }
        return () -> set(which, before);
    }

    private Object set(Signal which, Object handler) {
        try {
            return handle.invoke(null, signal.newInstance(which.toString()), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signal " + which + " cannot be listened to", e);
        }
    }

    private Object ignore() {
        try {
            return handlerType.getField("SIG_IGN").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java ignores no signals", e);
        }
    }
}
