# Sourced by ./sandjar and the scripts in dev/: finding a JDK, installing what is missing.

# command=package: what a build, a sandbox and the tests need. A name with a slash is a file.
BUILD_PACKAGES="mvn=maven make=make gcc=gcc musl-gcc=musl-tools strip=binutils /usr/include/linux/seccomp.h=linux-libc-dev"
RUN_PACKAGES="runc=runc python3=python3 /usr/bin/python3=python3"
TEST_PACKAGES="/usr/lib/gcc/x86_64-linux-gnu/12/libasan.so=libgcc-12-dev clang-14=clang-14
  /usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a=libclang-rt-14-dev
  aarch64-linux-gnu-gcc=gcc-aarch64-linux-gnu /usr/aarch64-linux-gnu/lib/libc.a=libc6-dev-arm64-cross
  docker-registry=docker-registry runsc=runsc /bin/busybox=busybox-static /usr/lib/python3/dist-packages/requests/__init__.py=python3-requests
  ssh=openssh-client /usr/sbin/sshd=openssh-server rsync=rsync /usr/lib/python3/dist-packages/paramiko/__init__.py=python3-paramiko git=git
  /usr/lib/python3/dist-packages/socketio/__init__.py=python3-socketio /usr/lib/python3/dist-packages/aiohttp/__init__.py=python3-aiohttp
  /usr/lib/python3/dist-packages/cryptography/__init__.py=python3-cryptography /usr/lib/chromium/chromium=chromium chromedriver=chromium-driver
  /usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1=faketime
  /usr/lib/go-1.19/bin/go=golang-1.19-go /usr/share/gocode/src/github.com/hashicorp/hcl/v2/cmd/hclfmt/main.go=golang-github-hashicorp-hcl-v2-dev"

announce() { # what takes minutes: whoever waits must know why, also where a log is read
  echo "sandjar: $*" >&2
}

say() { # progress, for people only
  if [ -t 2 ] || [ -n "${CI:-}" ]; then echo "sandjar: $*" >&2; fi
}

give_up() { # what is wrong, what to type
  echo "sandjar: $1" >&2
  [ $# -lt 2 ] || echo "         $2" >&2
  exit 125
}

is_jdk_25() {
  local version
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] &&
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release") && [ "${version:-0}" -ge 25 ]
}

find_jdk() { # sets JAVA_HOME
  local on_path candidate
  on_path=$(command -v javac || true)
  for candidate in ${JAVA_HOME:+"$JAVA_HOME"} ${on_path:+"$(dirname "$(dirname "$(readlink -f "$on_path")")")"} /usr/lib/jvm/*; do
    if is_jdk_25 "$candidate"; then
      export JAVA_HOME=$candidate
      return
    fi
  done
  give_up "no JDK 25 or newer was found in JAVA_HOME, on the PATH or in /usr/lib/jvm" "install one, such as temurin-25-jdk"
}

need_packages() { # command=package ...: installs the packages whose commands are missing
  local missing pair log as_root=()
  missing=$(packages_missing "$@")
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null 2>&1 || give_up "missing: $missing" "install them with your system's package manager"
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || give_up "missing: $missing" "run: sudo apt-get install --no-install-recommends $missing"
    as_root=(sudo -n)
  fi
  announce "installing $missing"
  log=$(mktemp)
  # shellcheck disable=SC2086
  "${as_root[@]}" apt-get update -qq >"$log" 2>&1 || true # perhaps an old list is good enough
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends $missing >>"$log" 2>&1 || tail -n 20 "$log" >&2
  rm -f "$log"
  missing=$(packages_missing "$@")
  [ -z "$missing" ] || give_up "could not be installed: $missing" "run: apt-get install $missing"
}

packages_missing() { # command=package ...: the packages, each once
  local pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || [ -e "${pair%%=*}" ] || echo "${pair#*=}"
  done | sort -u | tr '\n' ' ' | sed 's/ $//'
}
