# In the sandbox's image: its users, and before them the one who logs in.
set -eu
umask 022
{
  echo "$NAME:x:$NUMBER:$NUMBER::$HOME_OF_USER:/bin/sh"
  [ ! -r /etc/passwd ] || while IFS= read -r line; do
    case $line in "$NAME":*) ;; *) echo "$line" ;; esac
  done </etc/passwd
} >/opt/sandjar/passwd
