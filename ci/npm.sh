#!/bin/sh
# ci/npm.sh PACKAGE... - install packages into a temporary directory; print its node_modules.
#
# For tests that look at our output with other people's programs. LENSGATE_NODE_MODULES names a
# directory that has them already. Exits 1 with a sentence when there is no node, npm or network.
set -eu

if [ -n "${LENSGATE_NODE_MODULES-}" ]; then
	echo "$LENSGATE_NODE_MODULES"
	exit 0
fi
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "there is no node, or no npm" >&2
	exit 1
fi
place=$(mktemp -d "${TMPDIR:-/tmp}/lensgate-npm.XXXXXX")
if ! npm install --prefix "$place" --no-audit --no-fund --ignore-scripts "$@" >"$place/log" 2>&1; then
	echo "npm cannot install $*: $(grep -m 1 'npm ERR!' "$place/log" || tail -n 1 "$place/log")" >&2
	rm -rf "$place"
	exit 1
fi
echo "$place/node_modules"
