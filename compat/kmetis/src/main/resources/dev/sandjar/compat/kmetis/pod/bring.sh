# In an image with OpenSSH: copies sshd, a shell and mkdir with all they load, and the keys, to where the sandbox's container finds them.
set -eu
umask 022
to=/opt/sandjar/openssh
sshd=$(command -v sshd || echo /usr/sbin/sshd)
if [ ! -x "$sshd" ]; then
  echo "this image has no sshd: name one that has, such as one of Debian with openssh-server"
  exit 1
fi
for second in /usr/lib/openssh/sshd-session /usr/lib/ssh/sshd-session /usr/libexec/openssh/sshd-session; do
  if [ -e "$second" ]; then # the kernel would look for its loader in the sandbox's image
    echo "this image's sshd starts a second program, $second, which cannot be moved: name an image with OpenSSH 9.7 or older"
    exit 1
  fi
done
mkdir -p "$to/bin" "$to/lib"
for program in "$sshd" "$(command -v sh)" "$(command -v mkdir)"; do
  cp -L "$program" "$to/bin/${program##*/}"
  ldd "$program" | tr -s ' \t()' '\n\n\n\n' | while read -r file; do
    case $file in
      */ld-linux* | */ld-musl-* | */ld64.so*) cp -L "$file" "$to/loader" ;;
      /*) cp -L "$file" "$to/lib/" ;;
    esac
  done
done
# compiled in: the empty folder that sshd locks its unprivileged half into
grep -aoE '/run/sshd|/var/empty|/usr/share/empty\.sshd|/var/chroot/ssh' "$sshd" | head -n 1 >"$to/empty-folder"
for file in authorized_keys host_key sshd_config; do
  cp -L "/keys/$file" "$to/$file"
done
chmod 644 "$to/authorized_keys" "$to/sshd_config"
chmod 600 "$to/host_key"
