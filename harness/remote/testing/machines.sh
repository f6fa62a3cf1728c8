#!/usr/bin/env bash
# Machines for tests: network namespaces, each with an address and an sshd of its own, and an inventory of them. Run in namespaces that end with it:
#
#     unshare --net --pid --fork --kill-child --mount-proc bash machines.sh FOLDER COUNT COMMAND…
#
# The command finds FOLDER/inventory.json and FOLDER/ssh_config. Keys, configuration and addresses are of this run only.
#
# WITHOUT names programs that the machines lack, first and without which they are not found: "nft". With CLOCKS=own every machine has a clock of its own, by libfaketime, which
# date(1) there sets; FOLDER/clocks has their offsets. The clock of the host cannot be set by anything here: the capability is given up.
set -euo pipefail
folder=$1 count=$2
shift 2
if [ -z "${NO_TIME:-}" ]; then
  NO_TIME=given exec setpriv --bounding-set=-sys_time --inh-caps=-sys_time bash "$0" "$folder" "$count" "$@"
fi

# What is not to be found.
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p "$folder/bin" "$folder/clocks"
for program in ${WITHOUT:-}; do
  found=$(type -P "$program")
  mount --bind "$(type -P false)" "$(readlink -f "$found")"
done
# Sets the clock of its machine, by what libfaketime reads, and shows it.
cat >"$folder/bin/date" <<'END'
#!/bin/bash
for word; do
  if [ "${setting:-}" = yes ]; then new=${word#@}; fi
  if [ "$word" = -s ]; then setting=yes; else setting=no; fi
done
if [ -z "${new:-}" ]; then exec /bin/date "$@"; fi
now=$(LD_PRELOAD= /bin/date +%s%N)
off=$((10#${new/./} - now))
sign=+
if [ "$off" -lt 0 ]; then sign=- off=$((-off)); fi
printf '%s%d.%09d x1\n' "$sign" $((off / 1000000000)) $((off % 1000000000)) >"$FAKETIME_TIMESTAMP_FILE.new"
cat "$FAKETIME_TIMESTAMP_FILE.new" >>"$FAKETIME_TIMESTAMP_FILE.all"
exec mv "$FAKETIME_TIMESTAMP_FILE.new" "$FAKETIME_TIMESTAMP_FILE"
END
chmod +x "$folder/bin/date"
# What sshd wants to be there; hidden from the host.
mount -t tmpfs tmpfs /run
# What libfaketime leaves behind.
mount -t tmpfs tmpfs /dev/shm
mkdir -p /run/sshd
# What bash reads when it is started by sshd: it may take its time, and is none of this.
if [ -e ~/.bashrc ]; then mount --bind /dev/null ~/.bashrc; fi
ssh-keygen -q -t ed25519 -N '' -C test -f "$folder/key"
ssh-keygen -q -t ed25519 -N '' -C test -f "$folder/host_key"
cp "$folder/key.pub" "$folder/authorized_keys"
echo "10.99.0.* $(cut -d' ' -f1,2 "$folder/host_key.pub")" >"$folder/known_hosts"
cat >"$folder/sshd_config" <<END
HostKey $folder/host_key
AuthorizedKeysFile $folder/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
END
cat >"$folder/ssh_config" <<END
Host *
  User root
  IdentityFile $folder/key
  IdentitiesOnly yes
  UserKnownHostsFile $folder/known_hosts
  StrictHostKeyChecking yes
END

ip link set lo up
ip link add machines type bridge
ip address add 10.99.0.254/24 dev machines
ip link set machines up
nodes=""
library=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null || :)
for ((i = 1; i <= count; i++)); do
  unshare --net sleep infinity &
  machine=$!
  until [ "$(readlink "/proc/$machine/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
  ip link add "machine$i" type veth peer name eth0 netns "$machine"
  ip link set "machine$i" master machines up
  nsenter -t "$machine" -n sh -c "ip link set lo up; ip address add 10.99.0.$i/24 dev eth0; ip link set eth0 up"
  environment="PATH=$path"
  if [ "${CLOCKS:-}" = own ]; then
    echo "+0 x1" >"$folder/clocks/n$i"
    environment="PATH=$folder/bin:$path LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$folder/clocks/n$i FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1"
  fi
  nsenter -t "$machine" -n /usr/sbin/sshd -D -f "$folder/sshd_config" -o "ListenAddress=10.99.0.$i" -o "SetEnv=$environment" 2>>"$folder/sshd.log" &
  nodes="$nodes${nodes:+, }\"n$i\": {\"host\": \"10.99.0.$i\"}"
done
cat >"$folder/inventory.json" <<END
{"all": {"config": "ssh_config", "directory": "$folder/machines", "clock": "${CLOCKS:-shared}"}, "nodes": {$nodes}}
END
for ((i = 1; i <= count; i++)); do
  until ssh -F "$folder/ssh_config" "10.99.0.$i" true 2>/dev/null; do sleep 0.05; done
done
"$@"
