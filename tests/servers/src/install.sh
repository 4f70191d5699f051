# Installs the package $1 with apt-get, and sees to it that its own service does not start.

set -e
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1
policy=/usr/sbin/policy-rc.d

# The script goes on when its parent is gone, so that the policy does not stay.
trap '' HUP INT PIPE TERM
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

apt() {
    apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}
apt install --no-install-recommends "$1" || {
    apt update
    apt install --no-install-recommends "$1"
}
