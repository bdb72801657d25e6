package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.wire.Json;
import java.util.Set;

/** Two paths by which these clients see that somebody is there. */
final class Greetings {
    private Greetings() {}

    static void hello(Call call) {
        call.query().check();
        call.answer(Json.object().put("message", "Hello, World!"));
    }

    static void item(Call call) {
        String text = String.valueOf(call.context().pathParam("item_id"));
        if (!text.matches("-?[0-9]{1,18}")) {
            JsonNode none = Json.object();
            var path = new Fields("path", none, Set.of());
            path.refuse(
                    "int_parsing", "item_id", "Input should be a valid integer, unable to parse string as an integer");
            path.check();
        }
        call.answer(Json.object().put("item_id", Long.parseLong(text)));
    }
}
