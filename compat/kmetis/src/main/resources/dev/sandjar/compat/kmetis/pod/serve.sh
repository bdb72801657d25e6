# In the sandbox's image: becomes sshd. Only builtins of the shell and what was brought in are used.
set -eu
here=/opt/sandjar/openssh
has() {
  while IFS=: read -r name _; do
    [ "$name" != "$1" ] || return 0
  done </etc/passwd
  return 1
}
if [ -w /etc/passwd ]; then # as root
  has sshd || echo 'sshd:x:74:74:for sshd before a login:/:/bin/false' >>/etc/passwd
  read -r empty <"$here/empty-folder"
  "$here/loader" --library-path "$here/lib" "$here/bin/mkdir" -p -m 755 "$empty"
fi
# -r: it must not start itself again, since it is not where the kernel would find its loader
exec "$here/loader" --library-path "$here/lib" "$here/bin/sshd" -r -D -e -f "$here/sshd_config" -o "SetEnv=PATH=$PATH"
