package dev.sandjar.engine;

import dev.sandjar.ErrorCode;
import dev.sandjar.ImageInfo;
import dev.sandjar.Images;
import dev.sandjar.SandboxException;
import java.util.List;
import java.util.function.Consumer;

/** The images as they are for one of many owners: what one removed, the others would have to fetch again, and what there is tells what they use. */
record SharedImages(Images all) implements Images {
    @Override
    public List<ImageInfo> list() {
        throw forOperators("listing images");
    }

    @Override
    public ImageInfo pull(String reference, Consumer<String> progress) {
        return all.pull(reference, progress);
    }

    @Override
    public void remove(String reference) {
        throw forOperators("removing images");
    }

    static SandboxException forOperators(String what) {
        return new SandboxException(
                ErrorCode.PERMISSION_DENIED,
                what + " is for operators of this place",
                "ask one, or name the owner in sandjar.auth.operators",
                null);
    }
}
