package dev.sandjar.oci.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.SandboxSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BundleTest {
    private static final Limits.Enforceable ALL = new Limits.Enforceable(true, true, true, true, true, 0);

    @Test
    void noCapabilityIsGivenAndNoneCanBeGained() throws IOException {
        JsonNode process = config(ALL).path("process");
        assertThat(process.path("noNewPrivileges").asBoolean()).isTrue();
        assertThat(process.path("capabilities")).hasSize(5).allMatch(JsonNode::isEmpty);
    }

    @Test
    void everyNamespaceIsItsOwn() throws IOException {
        var kinds = new ArrayList<String>();
        for (JsonNode namespace : config(ALL).path("linux").path("namespaces")) {
            kinds.add(namespace.path("type").asText());
            assertThat(namespace.path("path").asText())
                    .isEqualTo(namespace.path("type").asText().equals("user") ? "/proc/1/fd/3" : "");
        }
        assertThat(kinds).containsExactlyInAnyOrder("pid", "mount", "ipc", "uts", "network", "user", "cgroup");
    }

    @Test
    void usersAreMappedToTheSandboxesRange() throws IOException {
        JsonNode linux = config(ALL).path("linux");
        for (String map : List.of("uidMappings", "gidMappings")) {
            assertThat(linux.path(map)).hasSize(1);
            assertThat(linux.path(map).at("/0/containerID").asInt(-1)).isZero();
            assertThat(linux.path(map).at("/0/hostID").asLong()).isEqualTo(0xE000_0000L);
            assertThat(linux.path(map).at("/0/size").asInt()).isEqualTo(65_536);
        }
    }

    @Test
    void theDefaultsAreLimits() throws IOException {
        JsonNode resources = config(ALL).path("linux").path("resources");
        assertThat(resources.at("/memory/limit").asLong()).isEqualTo(512L << 20);
        assertThat(resources.at("/memory/swap").asLong()).isEqualTo(512L << 20);
        assertThat(resources.at("/cpu/quota").asLong())
                .isEqualTo(resources.at("/cpu/period").asLong());
        assertThat(resources.at("/pids/limit").asInt()).isEqualTo(256);
        assertThat(resources.at("/devices/0/allow").asBoolean(true)).isFalse();
    }

    @Test
    void theSpecsLimitsAreTaken() {
        var spec = SandboxSpec.builder().memory(64 << 20).cpu(0.01).pids(8).build();
        assertThat(Limits.of(spec)).isEqualTo(new Limits(64 << 20, 0.01, 8));
        assertThat(Limits.of(spec).json(ALL).toString()).contains("quota=1000");
    }

    @Test
    void whatTheMachineCannotEnforceIsNotAskedOfTheOciRuntime() throws IOException {
        JsonNode linux = config(new Limits.Enforceable(true, false, false, false, false, 0))
                .path("linux");
        assertThat(linux.path("resources").path("memory").has("swap")).isFalse();
        assertThat(linux.path("resources").has("cpu")).isFalse();
        assertThat(linux.path("resources").has("pids")).isFalse();
        assertThat(linux.path("namespaces").toString()).doesNotContain("cgroup");
    }

    @Test
    void everythingOfTheHostIsReadOnlyAndWithoutSetUserIdBits() throws IOException {
        for (JsonNode mount : config(ALL).path("mounts")) {
            assertThat(mount.path("options").toString()).contains("nosuid");
            if (mount.path("type").asText().equals("bind")
                    && !mount.path("destination").asText().equals("/run/sandjar/link")) {
                assertThat(mount.path("options").toString()).contains("\"ro\"", "\"nodev\"");
            }
        }
    }

    @Test
    void systemCallsAreRefusedUnlessNamed() throws IOException {
        JsonNode seccomp = config(ALL).path("linux").path("seccomp");
        assertThat(seccomp.path("defaultAction").asText()).isEqualTo("SCMP_ACT_ERRNO");
        assertThat(seccomp.at("/syscalls/0/names").toString())
                .contains("\"openat2\"", "\"execve\"", "\"ptrace\"")
                .doesNotContain(
                        "\"clone\"",
                        "\"unshare\"",
                        "\"mount\"",
                        "\"bpf\"",
                        "\"io_uring_setup\"",
                        "\"socket\"",
                        "\"keyctl\"");
    }

    private static JsonNode config(Limits.Enforceable enforceable) throws IOException {
        var bundle = new Bundle(
                "/rootfs",
                List.of("/agent"),
                List.of("NAME=\"quoted\" \u00e4"),
                "/",
                new Bundle.User(1000, 1000, "sandbox", "/home/sandbox", "/bin/sh"),
                new Bundle.Users(0xE000_0000L, Optional.of("/proc/1/fd/3")),
                "/sandjar/x",
                Limits.DEFAULT,
                enforceable,
                Mount.sharedDevices(),
                List.of(Mount.readOnly("/usr", "/usr"), Mount.writable("/link", "/run/sandjar/link")));
        JsonNode config = new ObjectMapper().readTree(bundle.json());
        assertThat(config.at("/process/env/0").asText()).isEqualTo("NAME=\"quoted\" \u00e4");
        return config;
    }
}
