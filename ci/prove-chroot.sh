#!/bin/sh
# ci/prove-chroot.sh [COMMAND...] - the two commands of the README on a machine that has nothing.
#
# Makes a bare Debian (debootstrap, minbase) in a temporary folder, puts a clean clone of HEAD into
# it, and runs each COMMAND there as root, one argument one command line; by default "ci/up gate" and
# "ci/up test". Prints what it saw, and removes everything. To be run by hand, as root.
#
#   SUITE    bookworm unless set
#   MIRROR   else the one this machine's own apt uses for the suite
#   TARBALL  packages of the bare system, kept for the next time; made when missing; by default
#            in ~/.cache/lensgate
#
# Everything runs in name spaces of its own: mounts and processes go with them, however this ends.
set -eu

say() {
	printf 'chroot: %s\n' "$*"
}

die() {
	say "$*" >&2
	exit 1
}

# The first archive in this machine's sources that has the suite, in either format of apt.
mirror_of_this_machine() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		/etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v suite="$suite" '
		$1 == "deb" { sub(/\[[^]]*\] */, ""); if ($3 == suite) { print $2; exit } }
		$1 == "URIs:" { uri = $2 }
		$1 == "Suites:" { for (i = 2; i <= NF; i++) if ($i == suite) { print uri; exit } }'
}

bootstrap() {
	if [ ! -f "$tarball" ]; then
		say "fetching a bare $suite from $mirror"
		mkdir -p "$(dirname "$tarball")"
		debootstrap --variant=minbase --make-tarball="$tarball.new" "$suite" "$top/fetch" \
			"$mirror" >"$top/log" 2>&1 || die "debootstrap: $(tail -3 "$top/log")"
		mv "$tarball.new" "$tarball"
		rm -rf "$top/fetch"
	fi
	debootstrap --variant=minbase --unpack-tarball="$tarball" "$suite" "$root" "$mirror" \
		>"$top/log" 2>&1 || die "debootstrap: $(tail -3 "$top/log")"
}

# How this machine reaches the archive: names, proxies, certificates, clocks that are off.
lend_network() {
	for file in /etc/resolv.conf /etc/hosts; do
		if [ -f "$file" ]; then cat "$file" >"$root$file"; fi
	done
	apt-config dump | grep -E '^Acquire::(.*[Pp]roxy|Check-(Date|Valid-Until)|https::Ca)' \
		>"$root/etc/apt/apt.conf.d/99lent" || true
	if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
		mkdir -p "$root/etc/ssl/certs"
		cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
	fi
}

mount_what_programs_expect() {
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=755,size=16m dev "$root/dev"
	for name in null zero full random urandom tty; do
		: >"$root/dev/$name"
		mount --bind "/dev/$name" "$root/dev/$name"
	done
	ln -s /proc/self/fd "$root/dev/fd"
	ln -s fd/0 "$root/dev/stdin"
	ln -s fd/1 "$root/dev/stdout"
	ln -s fd/2 "$root/dev/stderr"
	mkdir "$root/dev/shm"
	mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
	# A chroot shares the machine's network; what is tested gets a loopback and, for apt, the rest.
}

inside() {
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=true \
		LC_ALL=C ${http_proxy:+http_proxy="$http_proxy"} \
		${https_proxy:+https_proxy="$https_proxy"} \
		chroot "$root" /bin/sh -c "cd /src && $1" </dev/null
}

# What a run left behind: processes (this name space has only ours), and files where none belong.
look_for_remains() {
	left=$(ps -e -o pid=,comm= | awk '$2 ~ /^(postgres|lensgate)/ { printf "%s ", $2 }')
	files=$(find "$root/tmp" "$root/dev/shm" -mindepth 1 -maxdepth 1 -name 'lensgate*' | tr '\n' ' ')
	say "left running: ${left:-nothing}"
	say "left lying: ${files:-nothing}"
	[ -z "$left$files" ]
}

prove() {
	bootstrap
	lend_network
	mount_what_programs_expect
	git -c advice.detachedHead=false clone -q "file://$here" "$root/src"
	say "bare Debian $(cat "$root/etc/debian_version"), $(inside 'dpkg-query -f . -W | wc -c') packages"
	say "clean clone of $(git -C "$here" log -1 --format='%h %s')"
	verdict=0
	for command in "$@"; do
		say "--- $command"
		begin=$(date +%s)
		status=0
		inside "$command" || status=$?
		say "--- $command: exit status $status after $(($(date +%s) - begin)) s"
		[ "$status" -eq 0 ] || verdict=1
		look_for_remains || verdict=1
	done
	return $verdict
}

here=$(cd "$(dirname "$0")/.." && pwd)
suite=${SUITE:-bookworm}
tarball=${TARBALL:-${XDG_CACHE_HOME:-$HOME/.cache}/lensgate/bare-$suite-$(dpkg --print-architecture).tar}
[ $# -gt 0 ] || set -- "ci/up gate" "ci/up test"

if [ -z "${LENSGATE_CHROOT_TOP-}" ]; then
	[ "$(id -u)" -eq 0 ] || die "debootstrap and chroot need root"
	command -v debootstrap >/dev/null || die "debootstrap is not installed"
	LENSGATE_CHROOT_TOP=$(mktemp -d)
	export LENSGATE_CHROOT_TOP
	proof=
	# The first process of the name space takes the others with it, and unshare ends when all
	# are gone: only then is there nobody who still writes.
	trap '[ -z "$proof" ] || kill -9 $(ps -o pid= --ppid "$proof") 2>/dev/null || true
		wait; rm -rf --one-file-system "$LENSGATE_CHROOT_TOP"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	[ -z "$(git -C "$here" status --porcelain)" ] || say "what is not committed is not tested"
	status=0
	unshare --mount --pid --fork --kill-child --mount-proc "$here/ci/prove-chroot.sh" "$@" &
	proof=$!
	wait "$proof" || status=$?
	proof=
	exit "$status"
fi
top=$LENSGATE_CHROOT_TOP
root=$top/root
mirror=${MIRROR:-$(mirror_of_this_machine)}
[ -n "$mirror" ] || die "no source of this machine has $suite; set MIRROR"
prove "$@"
