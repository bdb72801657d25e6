package dev.sandjar.server.config;

import dev.sandjar.Network;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Everything about the server. Keys: {@code sandjar.*}; an unknown one stops the start. */
@ConfigMapping(prefix = "sandjar")
public interface ServerConfig {
    /** {@code local}: sandboxes on this machine; {@code kubernetes}: on a cluster. */
    @WithDefault("local")
    String runtime();

    /** How a cluster is used. */
    Kubernetes kubernetes();

    /** Where the sandboxes of this machine are kept. */
    @WithDefault("/var/lib/sandjar")
    String home();

    /** {@code crun}, {@code runc} or {@code runsc}; else the fastest that works. */
    Optional<String> ociRuntime();

    /** Names for images, such as {@code python:3.11=host,node:20=host}. By default the one that clients of the sessions API always send. */
    @WithDefault("sandbox:latest=host")
    Optional<String> aliases();

    /** Where images of Docker Hub are fetched instead, such as {@code http://127.0.0.1:5000}. */
    Optional<String> mirror();

    /** Registries whose images clients may name; {@code *} for any, which lets them make this machine talk to any host. */
    @WithDefault("docker.io,ghcr.io,quay.io,mcr.microsoft.com,registry.k8s.io")
    String registries();

    /** Image of a sandbox whose request and template name none. */
    @WithDefault("host")
    String defaultImage();

    /** After so long without a result, a space is sent to keep the client's read timeout from striking; then again and again. */
    @WithDefault("5s")
    Duration keepAlive();

    /** Who may come in. */
    Auth auth();

    /** How much is too much. */
    Limits limits();

    /** The door for SSH. */
    Ssh ssh();

    /** The door to programs in sandboxes. */
    Preview preview();

    /** The door for kubebox clients. */
    Kubebox kubebox();

    /** Recipes, by name. */
    Map<String, TemplateConfig> templates();

    /** Who may come in. Keys: {@code sandjar.auth.*} */
    interface Auth {
        /** A file of tokens, a line each: the token, or {@code owner:token}. Made with one token when it is missing. */
        Optional<String> tokenFile();

        /** Owners who may remove images, call doctor and read {@code /metrics}, with commas; {@code default} is who a token without a name belongs to. */
        @WithDefault("default")
        Set<String> operators();

        /** JSON Web Tokens. */
        Jwt jwt();

        /** Whether tokens of the cluster's service accounts are taken; the owner is {@code system:serviceaccount:NAMESPACE:NAME}. */
        @WithDefault("false")
        boolean kubernetes();

        /** Who needs no credentials. */
        Trusted trusted();

        /** A folder of files {@code OWNER.pem}: RSA public keys of those who sign their requests; see docs/kubebox.md. */
        Optional<String> keys();
    }

    /** Networks of which clients are let in that can send no credentials; none unless named. Keys: {@code sandjar.auth.trusted.*} */
    interface Trusted {
        /** Such as {@code 127.0.0.0/8,fd00::/8}. */
        Optional<List<String>> networks();

        /** Names that these clients may call the server by besides {@code localhost} and addresses; a page in a browser could ask for any. */
        Optional<Set<String>> hosts();

        /** Whose sandboxes all of them make and use. */
        @WithDefault("trusted")
        String owner();
    }

    /** JSON Web Tokens; the owner is the claim {@code sub}. Keys: {@code sandjar.auth.jwt.*} */
    interface Jwt {
        /** The secret of HS256 tokens: 32 bytes of text or more. */
        Optional<String> secret();

        /** A file with the PEM public key of RS256 tokens, or a file or address of a JWKS. */
        Optional<String> publicKey();

        /** What the claim {@code iss} must be. */
        Optional<String> issuer();

        /** What the claim {@code aud} must hold. */
        Optional<String> audience();
    }

    /** How a cluster is used; the values are read by its runtime. Keys: {@code sandjar.kubernetes.*} */
    interface Kubernetes {
        /** A file; else {@code KUBECONFIG}, the user's own, or inside a cluster the pod's account. */
        Optional<String> kubeconfig();

        /** Of the kubeconfig. */
        Optional<String> context();

        /** Where sandboxes live. */
        Optional<String> namespace();

        /** {@code pod-address} or {@code port-forward}; else what works. */
        Optional<String> dial();

        /** Where pods have the agent from: {@code config-map}, {@code init:IMAGE}, {@code image:IMAGE}, {@code node:/FOLDER}. */
        Optional<String> agent();

        /** Of a sandbox whose image is {@code host}. */
        Optional<String> image();

        /** Names for images. */
        Optional<String> aliases();

        /** {@code IfNotPresent}, {@code Always}, {@code Never}. */
        Optional<String> pullPolicy();

        /** Names. */
        Optional<String> pullSecrets();

        /** Labels that nodes must have. */
        Optional<String> nodeSelector();

        /** Of taints. */
        Optional<String> tolerations();

        /** Of every pod. */
        Optional<String> labels();

        /** Of every pod. */
        Optional<String> annotations();

        /** Such as gVisor's. */
        Optional<String> runtimeClass();

        /** Processors set aside for each. */
        Optional<String> cpuRequest();

        /** Bytes set aside for each. */
        Optional<String> memoryRequest();

        /** Bytes of its node's disk that a sandbox may fill before the kubelet evicts it. */
        Optional<String> diskLimit();

        /** Seconds after which the kubelet ends a sandbox. */
        Optional<String> longestLife();

        /** A claim for the workspace of all. */
        Optional<String> workspaceClaim();

        /** Bytes of a claim of its own for each. */
        Optional<String> workspaceSize();

        /** Of these claims. */
        Optional<String> workspaceClass();

        /** A file with what every pod starts from. */
        Optional<String> podTemplate();

        /** Networks that may be reached. */
        Optional<String> egress();

        /** Seconds that a pod may wait for a node. */
        Optional<String> capacityWait();

        /** Seconds that another replica may say nothing. */
        Optional<String> silence();

        /** Whom service accounts' tokens must be for. */
        Optional<String> tokenAudience();

        /** Of the nodes. */
        Optional<String> architecture();
    }

    /** How much is too much. Keys: {@code sandjar.limits.*} */
    interface Limits {
        /** Requests of one caller a minute; a program that runs one short command after another makes 30 000. */
        @WithDefault("60000")
        int requests();

        /** How often a minute an address may be wrong about its credentials, before tokens from there are not looked at. */
        @WithDefault("60")
        int wrongCredentials();

        /** Bytes of one uploaded file. */
        @WithDefault("4294967296")
        long upload();

        /** How long a client may send nothing in the middle of a file. */
        @WithDefault("60s")
        Duration body();

        /** How long a client may take to send a request's head, the first one from its connection's beginning. */
        @WithDefault("15s")
        Duration head();

        /** How long nothing may move while a preview is answered, by the program in the sandbox or by the client. */
        @WithDefault("2m")
        Duration answer();

        /** Connections of one address at a time: half of all, so that one address leaves the others room. Behind a proxy all clients share one. */
        @WithDefault("1024")
        int connectionsPerAddress();

        /** Connections of one owner at a time, by whatever door: half of all, so that one owner leaves the others room. */
        @WithDefault("1024")
        int connectionsPerOwner();

        /** How long a create may take, image pull included. */
        @WithDefault("2m")
        Duration create();

        /** How long a sandbox's agent may take to answer. */
        @WithDefault("30s")
        Duration agent();

        /** How long removing a sandbox may take. */
        @WithDefault("30s")
        Duration destroy();

        /** How long a pull may take that is no part of a create. */
        @WithDefault("30m")
        Duration pull();

        /** How long removing what a failed create has left may take. */
        @WithDefault("30s")
        Duration cleanup();

        /** How long doctor may try one OCI runtime. */
        @WithDefault("20s")
        Duration doctor();

        /** Sandboxes of one owner. */
        @WithDefault("1000")
        int sandboxesPerOwner();

        /** Sandboxes in all. */
        @WithDefault("10000")
        int sandboxes();
    }

    /** The door for SSH. Keys: {@code sandjar.ssh.*} */
    interface Ssh {
        /** A port that speaks nothing but SSH, where the user's name is the sandbox's id; 0 takes a free one. By default there is none: SSH comes through CONNECT. */
        OptionalInt port();

        /** Where that port listens; by default where HTTP does. */
        Optional<String> host();

        /** The server's host key, PEM, made if the file is not there; {@code ssh_host_key} in {@code sandjar.home} by default. Replicas need the same one. */
        Optional<String> hostKey();

        /** How long a client may take to log in. */
        @WithDefault("30s")
        Duration login();

        /** How long a connection may be silent. */
        @WithDefault("8h")
        Duration idle();

        /** How long a connection may last. */
        @WithDefault("24h")
        Duration longest();
    }

    /** The door to programs in sandboxes. Keys: {@code sandjar.preview.*} */
    interface Preview {
        /** Such as {@code preview.example}: each port of a sandbox is then seen as {@code PORT-ID.preview.example}, an origin of its own to browsers. */
        Optional<String> domain();

        /** What a proxy in front takes off every path, such as {@code /tools/sandjar}: by path, previews are seen below it. */
        Optional<String> prefix();

        /** What browsers' passes are signed with: 32 bytes of text or more; made anew at each start by default. Replicas need the same one. */
        Optional<String> secret();

        /** How long a browser that was let in by a link stays in. */
        @WithDefault("8h")
        Duration access();

        /** How long a WebSocket may be silent. */
        @WithDefault("1h")
        Duration idle();

        /** How long an answer or a WebSocket may last. */
        @WithDefault("24h")
        Duration longest();
    }

    /** The door for kubebox clients. Keys: {@code sandjar.kubebox.*} */
    interface Kubebox {
        /** {@code each}: a sandbox for each session; {@code shared}: one for all sessions of an owner; or the id of one that is there, for all sessions. */
        @WithDefault("each")
        String sandbox();

        /** The recipe of the sandboxes that sessions are given. */
        Optional<String> template();
    }

    /** One recipe. Keys: {@code sandjar.templates.NAME.*} */
    interface TemplateConfig {
        /** Its image. */
        Optional<String> image();

        /** Processors. */
        OptionalDouble cpu();

        /** Bytes of memory. */
        OptionalLong memory();

        /** Processes and threads. */
        OptionalInt pids();

        /** Bytes of files. */
        OptionalLong disk();

        /** What it can reach: {@code none} or {@code outbound}; {@code none} when empty, and outbound is refused by a place that cannot. */
        Optional<Network> network();

        /** {@code name}, {@code uid} or {@code uid:gid}. */
        Optional<String> user();

        /** Where commands start. */
        Optional<String> cwd();

        /** Environment of every command. */
        Map<String, String> env();

        /** Given back with the sandbox; the caller's own entries win. */
        Map<String, String> metadata();

        /** Lines as in {@code authorized_keys} that may come in besides the caller's. */
        Optional<List<String>> sshPublicKeys();

        /** From creation until it is deleted. */
        Optional<Duration> ttl();

        /** Removed when unused for so long. */
        Optional<Duration> idle();

        /** How many to keep made ahead. */
        @WithDefault("0")
        int warm();
    }
}
