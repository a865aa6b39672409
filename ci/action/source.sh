#!/bin/sh
# ci/action/source.sh - where the sources of lensgate are, and what they are worth, for the cache.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
# hashFiles() of the workflow sees the caller's repository only.
digest=$(find Makefile runner fixtures/target -type f -exec sha256sum {} + | LC_ALL=C sort -k 2 | sha256sum)
{
	echo "root=$root"
	echo "digest=${digest%% *}"
} >>"$GITHUB_OUTPUT"
