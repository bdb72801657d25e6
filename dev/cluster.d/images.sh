# Sourced by dev/cluster: images made on this machine, because nothing can be pulled.
# Kept as archives in the cache; a change here needs a new number.

IMAGES=$(printf '%s ' pause:1 busybox:1 python:1 tools:1 sshd:1)
IMAGE_HOST=sandjar.test # no such host: whoever tries to pull one of these fails

build_images() {
  local image
  mkdir -p "$cache/images"
  for image in $IMAGES; do
    [ -e "$cache/images/$image.tar" ] && continue
    say "making image $image"
    (
      set -e
      work=$(mktemp -d "$cache/images/new.XXXXXX")
      trap 'rm -rf "$work"' EXIT
      "rootfs_${image%:*}" "$work"
      archive "$work" "$IMAGE_HOST/$image"
      mv "$work/image.tar" "$cache/images/$image.tar"
    ) || give_up "image $image could not be made"
  done
}

rootfs_pause() { # one program that waits, and takes in orphans
  mkdir "$1/rootfs"
  cat >"$1/pause.c" <<'C'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static void leave(int signal) { _exit(signal == SIGCHLD); }
static void reap(int signal) { (void)signal; while (waitpid(-1, 0, WNOHANG) > 0) {} }
int main(void)
{
    signal(SIGTERM, leave);
    signal(SIGINT, leave);
    signal(SIGCHLD, reap);
    for (;;)
        pause();
}
C
  musl-gcc -O2 -static -s -o "$1/rootfs/pause" "$1/pause.c"
  tar -C "$1/rootfs" -cf "$1/layer.tar" .
  echo '["/pause"]' >"$1/entrypoint"
}

rootfs_busybox() {
  mkdir -p "$1"/rootfs/{bin,tmp,etc,proc,sys,dev}
  chmod 1777 "$1/rootfs/tmp"
  cp /bin/busybox "$1/rootfs/bin/busybox"
  for applet in $(/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$1/rootfs/bin/$applet"
  done
  echo 'root:x:0:0:root:/:/bin/sh' >"$1/rootfs/etc/passwd"
  tar -C "$1/rootfs" --owner=0 --group=0 -cf "$1/layer.tar" .
  echo '["sh"]' >"$1/entrypoint"
}

rootfs_python() { debian "$1" python3; }

rootfs_tools() { debian "$1" python3,nodejs,git; }

rootfs_sshd() { # serves by itself whoever has a key of root; its OpenSSH is also brought into other images
  debian "$1" openssh-server
  echo '["sh", "-c", "mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e -o UsePAM=no"]' >"$1/entrypoint"
}

debian() { # work folder, packages
  mmdebstrap --quiet --variant=essential --include="$2" --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$1/layer.tar" >"$1/log" 2>&1 || { tail -n 20 "$1/log" >&2; return 1; }
  echo '["bash"]' >"$1/entrypoint"
}

archive() { # work folder with layer.tar and entrypoint, name, arguments, layers below: image.tar, as docker save writes it
  local layers=("${@:4}" layer.tar) digests
  digests=$(cd "$1" && sha256sum "${layers[@]}" | jq -R '"sha256:" + split(" ")[0]' | jq -s .)
  jq -n --slurpfile entrypoint "$1/entrypoint" --argjson cmd "${3:-null}" --argjson layers "$digests" '{
    architecture: "amd64", os: "linux", created: "2026-01-01T00:00:00Z",
    config: {Entrypoint: $entrypoint[0], Cmd: $cmd, Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
    rootfs: {type: "layers", diff_ids: $layers}, history: [$layers[] | {created_by: "dev/cluster"}]}' >"$1/config.json"
  jq -n --arg name "$2" '[{Config: "config.json", RepoTags: [$name], Layers: $ARGS.positional}]' --args "${layers[@]}" >"$1/manifest.json"
  tar -C "$1" -cf "$1/image.tar" manifest.json config.json "${layers[@]}"
}

# The server of this clone, as deploy/images/server/Dockerfile has it: a small Java runtime and the application, on the layer of the Python image
import_server() {
  local app=$top/server/target/quarkus-app name=$IMAGE_HOST/server:1 digest
  [ -e "$app/quarkus-run.jar" ] || give_up "the server is not built" "run: mvn -DskipTests -pl server -am package"
  find_jdk
  java_runtime
  digest=$(find "$app" -type f -name '*.jar' -exec sha256sum {} + | sort -k 2 | sha256sum | cut -c1-16)
  if [ "$(cat "$state/server.digest" 2>/dev/null)" != "$digest" ]; then
    (
      set -e
      work=$(mktemp -d "$cache/images/new.XXXXXX")
      trap 'rm -rf "$work"' EXIT
      tar -C "$work" -xf "$cache/images/python:1.tar" layer.tar && mv "$work/layer.tar" "$work/base.tar"
      mkdir -p "$work/rootfs/opt"
      cp -r "$cache/java" "$work/rootfs/opt/java"
      cp -r "$app" "$work/rootfs/opt/sandjar"
      tar -C "$work/rootfs" --owner=0 --group=0 -cf "$work/layer.tar" .
      echo '["/opt/java/bin/java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "-jar", "/opt/sandjar/quarkus-run.jar"]' >"$work/entrypoint"
      archive "$work" "$name" '["--host", "0.0.0.0"]' base.tar
      containerd_ctr images import "$work/image.tar" >/dev/null
    ) || give_up "image $name could not be loaded"
    echo "$digest" >"$state/server.digest"
  fi
  echo "$name"
}

java_runtime() {
  [ ! -e "$cache/java/made-of" ] || [ "$(cat "$cache/java/made-of")" != "$JAVA_HOME" ] || return 0
  say "making a small Java runtime"
  rm -rf "$cache/java"
  "$JAVA_HOME/bin/jlink" --add-modules "$(cat "$top/deploy/images/server/modules")" --strip-debug --no-header-files --no-man-pages \
    --output "$cache/java" || give_up "the Java runtime could not be made"
  echo "$JAVA_HOME" >"$cache/java/made-of"
}

containerd_ctr() {
  ctr -a "$run/containerd.sock" -n k8s.io "$@"
}

import_images() {
  local image there
  there=$(containerd_ctr images ls -q)
  for image in $IMAGES; do
    grep -qxF "$IMAGE_HOST/$image" <<<"$there" || containerd_ctr images import "$cache/images/$image.tar" >/dev/null ||
      give_up "image $image could not be loaded"
  done
}

# The agent changes with the clone, so its name says what is in it
import_agent() {
  local binary=$top/agent/target/native/sandjar-agent-x86_64 digest name
  make -s -C "$top/agent" target/native/sandjar-agent-x86_64 >&2 || give_up "the agent could not be built"
  digest=$(sha256sum "$binary" | cut -c1-16)
  name=$IMAGE_HOST/agent:$digest
  if ! containerd_ctr images ls -q | grep -qxF "$name"; then
    (
      set -e
      work=$(mktemp -d "$cache/images/new.XXXXXX")
      trap 'rm -rf "$work"' EXIT
      install -D -m 555 "$binary" "$work/rootfs/agent"
      tar -C "$work/rootfs" --owner=0 --group=0 -cf "$work/layer.tar" .
      echo '["/agent"]' >"$work/entrypoint"
      archive "$work" "$name"
      containerd_ctr images import "$work/image.tar" >/dev/null
    ) || give_up "image $name could not be loaded"
  fi
  install -D -m 555 "$binary" "$state/agent/$digest/agent"
  echo "$name"
  echo "$state/agent/$digest"
}
