#!/bin/sh
# ci/setup.sh [--check] [TARGET] - install the Debian packages that `make TARGET` needs.
#
# Silent and quick when nothing is missing. Otherwise it lists what it will install, and installs
# exactly that, with apt: as root, or with sudo. --check only tells, and exits 1 when something is
# missing. TARGET is test, lint or bench for what these need on top, "everything" for all, or any
# other: what it takes to build and run.
set -eu

# What it takes to build and run. libc6-dev is only recommended by gcc, and recommendations are
# not installed. `postgresql` is whatever version the distribution has; see provided_otherwise.
build="gcc make pkg-config libc6-dev libcurl4-openssl-dev libjansson-dev libpq-dev libyaml-dev
	libpcre2-dev libssl-dev libmicrohttpd-dev postgresql"
test="libcriterion-dev libxml2-utils jq curl openssl openssh-client python3-jsonschema"
lint="clang-format clang-tidy shellcheck"
bench="wrk time curl jq pgtap"

# The dropped-in file keeps the server package from making and starting a cluster nobody asked
# for. It goes again: what an administrator installs later is not our business.
clusters=/etc/postgresql-common/createcluster.d
no_cluster=$clusters/00-lensgate-setup.conf

say() {
	printf '%s\n' "setup: $*" >&2
}

needed_for() {
	case $1 in
	test | unit | self | faults | target-check) echo "$build $test" ;;
	lint) echo "$build $test $lint" ;;
	bench) echo "$build $bench" ;;
	everything) echo "$build $test $lint $bench" ;;
	*) echo "$build" ;;
	esac
}

# Print those of the arguments that are not installed. One call: it is the price of every run.
missing_of() {
	# shellcheck disable=SC2016 # dpkg-query fills in the braces, not the shell
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" pkgconf 'postgresql-[0-9]*' 2>/dev/null |
		awk -v needed="$*" '
		$1 == "installed" { have[$2] = 1 }
		# provided otherwise: a server of one version without the package for "the" version
		$1 == "installed" && $2 ~ /^postgresql-(1[5-9]|[2-9][0-9])$/ { have["postgresql"] = 1 }
		$1 == "installed" && $2 == "pkgconf" { have["pkg-config"] = 1 }
		END {
			n = split(needed, name)
			for (i = 1; i <= n; i++)
				if (!(name[i] in have))
					printf "%s%s", sep++ ? " " : "", name[i]
		}'
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Nothing that is installed is removed to make room: then apt fails, and says why.
apt_install() {
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -qq -y \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
		--no-install-recommends --no-remove "$@" install $missing </dev/null
}

# The lists of a fresh container are empty, those of an old one name files that are gone. Both
# show when the files are fetched, before anything is changed.
fetch() {
	if apt_install --download-only >/dev/null 2>&1; then
		return
	fi
	say "reading the lists of packages"
	as_root apt-get -qq -o Acquire::Retries=3 update </dev/null
	apt_install --download-only >/dev/null
}

install_missing() {
	case " $missing " in
	*" postgresql "*)
		as_root mkdir -p "$clusters"
		echo "create_main_cluster = false" | as_root tee "$no_cluster" >/dev/null
		trap 'as_root rm -f "$no_cluster"' EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM
		;;
	esac
	fetch
	# Thousands of lines nobody reads, except when it fails.
	if ! log=$(apt_install 2>&1); then
		printf '%s\n' "$log" >&2
		say "apt-get failed"
		exit 1
	fi
}

check=false
if [ "${1-}" = --check ]; then
	check=true
	shift
fi
# shellcheck disable=SC2046 # a list of words
set -- "${1-everything}" $(needed_for "${1-everything}")
target=$1
shift

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	say "there is no apt here; install what these Debian packages hold, then run make yourself:"
	printf '  %s\n' "$@" >&2
	exit 1
fi
missing=$(missing_of "$@")
[ -n "$missing" ] || exit 0
if $check; then
	say "missing for $target: $missing"
	exit 1
fi
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
	say "missing for $target: $missing"
	say "you are not root and there is no sudo; have root run: apt-get install $missing"
	exit 1
fi
say "installing for $target: $missing"
install_missing
still=$(missing_of "$@")
if [ -n "$still" ]; then
	say "apt-get was content, but this is still missing: $still"
	exit 1
fi
