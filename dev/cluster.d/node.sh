# Sourced by dev/cluster: certificates, configuration, processes; and how all of it goes away again.

PROCESSES="etcd kube-apiserver api-service kube-controller-manager kube-scheduler containerd kubelet"
NODE=198.19.255.1 # on lo; the range is for tests (RFC 2544)
PODS=198.18.0.0/22
RANGE=198.18.0.0/15
SERVICES=198.19.0.0/24
API_SERVICE=198.19.0.1 # what pods know the API server by; no kube-proxy is here to lead them
API=https://$NODE:6443
run=/run/sandjar-cluster

is_up() {
  local program
  for program in $PROCESSES; do
    runs "$program" || return 1
  done
  "$bin/kubectl" get --raw /readyz >/dev/null 2>&1
}

start_cluster() {
  say "starting the cluster (about twenty seconds)"
  mkdir -p "$state"/{log,pid,cni,kubelet,pki} "$run" && chmod 700 "$state/pki" || return 1
  network_up && control_groups && certificates && configuration || return 1
  start containerd containerd --config "$state/containerd.toml"
  start etcd etcd --data-dir "$state/etcd" --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 \
    --listen-peer-urls http://127.0.0.1:12380 --unsafe-no-fsync --log-level warn
  start kube-apiserver "$bin/kube-apiserver" --bind-address=$NODE --advertise-address=$NODE --secure-port=6443 --insecure-port=0 \
    --etcd-servers=http://127.0.0.1:12379 --service-cluster-ip-range=$SERVICES --authorization-mode=Node,RBAC \
    --client-ca-file="$state/pki/ca.crt" --tls-cert-file="$state/pki/apiserver.crt" --tls-private-key-file="$state/pki/apiserver.key" \
    --service-account-issuer=$API --service-account-key-file="$state/pki/accounts.pub" --service-account-signing-key-file="$state/pki/accounts.key" \
    --kubelet-client-certificate="$state/pki/admin.crt" --kubelet-client-key="$state/pki/admin.key" \
    --kubelet-certificate-authority="$state/pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --max-requests-inflight=800 --max-mutating-requests-inflight=400 --cert-dir="$state/apiserver"
  start api-service socat "TCP-LISTEN:443,bind=$API_SERVICE,fork,reuseaddr,nodelay" "TCP:$NODE:6443,nodelay"
  start kube-controller-manager "$bin/kube-controller-manager" --kubeconfig="$state/controller.conf" --use-service-account-credentials \
    --service-account-private-key-file="$state/pki/accounts.key" --root-ca-file="$state/pki/ca.crt" --port=0 --secure-port=0 \
    --leader-elect=false --kube-api-qps=100 --kube-api-burst=200
  start kube-scheduler "$bin/kube-scheduler" --kubeconfig="$state/scheduler.conf" --port=0 --secure-port=0 --leader-elect=false \
    --kube-api-qps=100 --kube-api-burst=200
  within 60 "the API server" "$bin/kubectl" get --raw /readyz || return 1
  within 30 containerd containerd_ctr version || return 1
  no_containers # kept over a restart with the images; nobody wants them any more
  import_images
  start kubelet "$bin/kubelet" --config="$state/kubelet.yaml" --kubeconfig="$state/kubelet.conf" --root-dir="$state/kubelet" \
    --cert-dir="$state/kubelet/pki" --container-runtime=remote --container-runtime-endpoint="unix://$run/containerd.sock" \
    --hostname-override=node-1 --node-ip=$NODE
  within 60 "the node" node_ready && within 30 "the default service account" "$bin/kubectl" get serviceaccount default
}

node_ready() {
  [ "$("$bin/kubectl" get node node-1 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

within() { # seconds, what, command...: until it succeeds
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "sandjar: waited in vain for $what" >&2; return 1; }
    sleep 0.2
  done
}

control_groups() { # of their own, so that nobody else's are swept up
  local hierarchy
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then mkdir -p /sys/fs/cgroup/sandjar-cluster; return; fi
  for hierarchy in $(awk '$3 == "cgroup" { print $2 }' /proc/mounts); do
    mkdir -p "$hierarchy/sandjar-cluster" || return 1
  done
}

network_up() {
  ip address replace $NODE/32 dev lo && ip address replace $API_SERVICE/32 dev lo && ip route replace blackhole $RANGE && sysctl -qw net.ipv4.ip_forward=1
}

# ---- processes: known by number and start time, so that a number used again fools nobody

start() { # name, command...
  local name=$1
  shift
  printf '%q ' "$@" >"$state/pid/$name.command" # for starting it again
  setsid "$@" </dev/null >>"$state/log/$name.log" 2>&1 9>&- &
  echo "$! $(started_at $!)" >"$state/pid/$name"
}

started_at() { # process: its start time in ticks since boot, nothing when it is gone
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

pid_of() {
  cut -d' ' -f1 "$state/pid/$1" 2>/dev/null
}

runs() { # name
  local pid began
  read -r pid began 2>/dev/null <"$state/pid/$1" && [ -n "$began" ] && [ "$(started_at "$pid")" = "$began" ]
}

stop() { # name: asks, waits ten seconds, then kills
  local pid=
  if runs "$1"; then
    pid=$(pid_of "$1")
    kill "$pid"
    within 10 "$1 to end" not_runs "$1" || kill -9 "$pid"
    within 5 "$1 to end" not_runs "$1"
  fi
  rm -f "$state/pid/$1" "$state/pid/$1.command"
}

kill_one() { # name: at once, as a crash does
  runs "$1" || give_up "$1 does not run"
  kill -9 "$(pid_of "$1")"
  within 5 "$1 to end" not_runs "$1"
}

start_again() { # name
  local -a command
  if runs "$1"; then return; fi
  eval "command=($(cat "$state/pid/$1.command"))"
  start "$1" "${command[@]}"
}

not_runs() { ! runs "$1"; }

# ---- the way down; every step succeeds when there is nothing to do

take_down() {
  stop kubelet
  if runs containerd; then no_containers; fi
  for program in containerd kube-scheduler kube-controller-manager api-service kube-apiserver etcd; do
    stop "$program"
  done
  local mount
  for mount in $(awk -v a="$state/" -v b="$run/" 'index($2, a) == 1 || index($2, b) == 1 { print $2 }' /proc/mounts | sort -r); do
    umount -l "$mount"
  done
  if [ -e /sys/class/net/sandjar-pods ]; then ip link delete sandjar-pods; fi
  if [ -n "$(ip route show type blackhole $RANGE)" ]; then ip route delete blackhole $RANGE; fi
  ip address delete $NODE/32 dev lo 2>/dev/null
  ip address delete $API_SERVICE/32 dev lo 2>/dev/null
  find /sys/fs/cgroup -depth -type d -path '*/sandjar-cluster*' -exec rmdir {} + 2>/dev/null
  rm -rf "$state"/{etcd,kubelet,pki,cni,log,apiserver,agent} "$state"/*.conf "$state/server.digest" "$run"
}

no_containers() {
  local id network networks
  networks=$(for id in $(containerd_ctr containers ls -q); do
    containerd_ctr containers info "$id" | jq -r '.Spec.linux.namespaces[]? | select(.type == "network") | .path // empty'
  done | sort -u)
  for id in $(containerd_ctr tasks ls -q); do
    containerd_ctr tasks kill -s SIGKILL "$id" 2>/dev/null
    containerd_ctr tasks delete -f "$id" >/dev/null 2>&1
  done
  containerd_ctr containers ls -q | xargs -r -n 50 ctr -a "$run/containerd.sock" -n k8s.io containers delete >/dev/null 2>&1
  for network in $networks; do
    case $network in /var/run/netns/cni-* | /run/netns/cni-*) ip netns delete "${network##*/}" ;; esac
  done
}

# ---- certificates

certificates() {
  (
    set -e
    cd "$state/pki"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.crt -days 3650 -subj /CN=sandjar-cluster 2>/dev/null
    certificate apiserver /CN=kube-apiserver "subjectAltName=IP:$NODE,IP:127.0.0.1,IP:198.19.0.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
    certificate admin /O=system:masters/CN=admin
    certificate controller /CN=system:kube-controller-manager
    certificate scheduler /CN=system:kube-scheduler
    certificate kubelet /O=system:nodes/CN=system:node:node-1 "subjectAltName=IP:$NODE,DNS:node-1"
    openssl genrsa -out accounts.key 2048 2>/dev/null
    openssl rsa -in accounts.key -pubout -out accounts.pub 2>/dev/null
    for user in admin controller scheduler kubelet; do
      kubeconfig_of "$user" >"$state/$user.conf"
      chmod 600 "$state/$user.conf"
    done
  )
}

certificate() { # name, subject, extension
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
  printf '%s\n' "${3:-subjectAltName=DNS:$1}" "extendedKeyUsage=clientAuth,serverAuth" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -out "$1.crt" -days 3650 -extfile "$1.ext" 2>/dev/null
}

kubeconfig_of() { # user
  cat <<YAML
apiVersion: v1
kind: Config
current-context: sandjar
clusters: [{name: sandjar, cluster: {server: "$API", certificate-authority-data: "$(base64 -w0 ca.crt)"}}]
users: [{name: $1, user: {client-certificate-data: "$(base64 -w0 "$1.crt")", client-key-data: "$(base64 -w0 "$1.key")"}}]
contexts: [{name: sandjar, context: {cluster: sandjar, user: $1}}]
YAML
}

# ---- configuration

configuration() {
  cat >"$state/containerd.toml" <<TOML || return 1
version = 2
root = "$state/containerd"
state = "$run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "$run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$IMAGE_HOST/pause:1"
  restrict_oom_score_adj = true # machines without CAP_SYS_RESOURCE could not start a pod
  max_concurrent_downloads = 3
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
TOML
  cat >"$state/cni/10-pods.conflist" <<JSON || return 1
{"cniVersion": "0.4.0", "name": "sandjar-pods", "plugins": [
  {"type": "bridge", "bridge": "sandjar-pods", "isGateway": true, "hairpinMode": true, "ipMasq": false,
   "ipam": {"type": "host-local", "dataDir": "$run/addresses", "ranges": [[{"subnet": "$PODS"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
  cat >"$state/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE
healthzPort: 0
tlsCertFile: $state/pki/kubelet.crt
tlsPrivateKeyFile: $state/pki/kubelet.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $state/pki/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /sandjar-cluster
failSwapOn: false
oomScoreAdj: 0
maxPods: 250
kubeAPIQPS: 100
kubeAPIBurst: 200
eventRecordQPS: 100
eventBurst: 200
serializeImagePulls: false
makeIPTablesUtilChains: false
clusterDNS: []
volumeStatsAggPeriod: 10s # and ten more until a sandbox beyond its disk limit is evicted
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
YAML
}
