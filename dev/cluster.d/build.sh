# Sourced by dev/cluster: Kubernetes' own programs, compiled once from Debian's source package.
# Debian has no kube-apiserver and no kubelet of its own any more, but the whole source with everything that it needs.

KUBERNETES=1.20.2
PROGRAMS="kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl"
CLUSTER_PACKAGES="/usr/lib/go-1.19/bin/go=golang-1.19-go etcd=etcd-server containerd=containerd runc=runc
  /usr/lib/cni/bridge=containernetworking-plugins rsync=rsync dpkg-source=dpkg-dev gcc=gcc make=make iptables=iptables
  conntrack=conntrack socat=socat ethtool=ethtool jq=jq openssl=openssl ip=iproute2 mmdebstrap=mmdebstrap musl-gcc=musl-tools
  /bin/busybox=busybox-static"

build_programs() {
  local bin=$cache/kubernetes-$KUBERNETES
  [ ! -e "$bin/built" ] || return 0
  mkdir -p "$cache"
  exec 8>"$cache/building"
  flock 8 # two first calls at once: one builds, the other waits
  [ -e "$bin/built" ] || (set -e; compile_programs "$bin") || give_up "Kubernetes could not be built" "see $cache/build.log"
  exec 8>&-
}

compile_programs() { # where to
  local work=$cache/build program
  rm -rf "$work" && mkdir -p "$work/go/src/k8s.io" "$1"
  say "fetching the source of Kubernetes $KUBERNETES (35 MB)"
  fetch_source "$work" >"$cache/build.log" 2>&1
  ln -s "$work/source" "$work/go/src/k8s.io/kubernetes"
  export GOPATH=$work/go GOCACHE=$work/cache GO111MODULE=off GOFLAGS= CGO_ENABLED=0 PATH=/usr/lib/go-1.19/bin:$PATH
  cd "$GOPATH/src/k8s.io/kubernetes"
  say "generating code (half a minute)"
  make gen_openapi >>"$cache/build.log" 2>&1 # without it kube-apiserver does not compile
  for program in $PROGRAMS; do
    say "compiling $program (the first takes some minutes, the others less)"
    go build -o "$1/$program" -ldflags "$(stamp)" "k8s.io/kubernetes/cmd/$program" >>"$cache/build.log" 2>&1
  done
  cd / && chmod -R u+w "$work" && rm -rf "$work"
  touch "$1/built"
}

stamp() { # what the programs say they are
  local package=k8s.io/kubernetes/vendor/k8s.io/component-base/version
  echo "-s -w -X $package.gitVersion=v$KUBERNETES -X $package.gitMajor=1 -X $package.gitMinor=20"
}

# By apt, with package lists of our own: the machine's own need not name sources, and are left as they are
fetch_source() { # work folder
  mkdir -p "$1/apt/lists/partial"
  sources_of_this_machine >"$1/apt/sources.list"
  local apt=(apt-get -o Dir::Etc::sourcelist="$1/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$1/apt/lists" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$1" && "${apt[@]}" source --download-only kubernetes)
  dpkg-source --no-check -x "$1"/kubernetes_*.dsc "$1/source"
}

sources_of_this_machine() { # the same archives, asked for sources
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb /deb-src /p'
  cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '
    /^URIs:/ { uris = $2 } /^Suites:/ { $1 = ""; suites = $0 } /^Signed-By:/ { key = $2 }
    function out(  i, n, one) { n = split(suites, one, " "); for (i = 1; i <= n; i++) print "deb-src [signed-by=" key "] " uris " " one[i] " main" }
    /^Signed-By:/ && uris != "" { out(); uris = "" }'
}
