# Sourced by ./sandjar and the scripts in dev/: finding a JDK, installing what is missing. Sets nothing else.

say() { # progress, for people only
  if [ -t 2 ] || [ -n "${CI:-}" ]; then echo "sandjar: $*" >&2; fi
}

give_up() { # what is wrong, what to type
  echo "sandjar: $1" >&2
  [ $# -lt 2 ] || echo "         $2" >&2
  exit 125
}

is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] &&
    [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")" -ge 25 ] 2>/dev/null
}

find_jdk() { # sets JAVA_HOME
  local on_path
  if [ -n "${JAVA_HOME:-}" ] && is_jdk_25 "$JAVA_HOME"; then return; fi
  on_path=$(command -v javac || true)
  for JAVA_HOME in ${on_path:+"$(dirname "$(dirname "$(readlink -f "$on_path")")")"} /usr/lib/jvm/*; do
    if is_jdk_25 "$JAVA_HOME"; then export JAVA_HOME; return; fi
  done
  give_up "no JDK 25 or newer was found in JAVA_HOME, on the PATH or in /usr/lib/jvm" "install one, such as temurin-25-jdk"
}

need_packages() { # command=package ...: installs the packages whose commands are missing
  local pair missing=() as_root=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || [ -e "${pair%%=*}" ] || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null 2>&1 || give_up "missing: ${missing[*]}" "install them with your system's package manager"
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || give_up "missing: ${missing[*]}" "run: sudo apt-get install ${missing[*]}"
    as_root=(sudo -n)
  fi
  say "installing ${missing[*]}"
  { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 2>&1 |
    { if [ -t 2 ]; then cat >&2; else cat >/dev/null; fi; }
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || [ -e "${pair%%=*}" ] ||
      give_up "${pair#*=} could not be installed" "run: apt-get install ${pair#*=}"
  done
}

BUILD_PACKAGES="mvn=maven make=make gcc=gcc musl-gcc=musl-tools strip=binutils"
RUN_PACKAGES="runc=runc python3=python3 /usr/bin/python3=python3 bash=bash"
