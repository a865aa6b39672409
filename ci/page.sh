#!/bin/sh
# ci/page.sh [--shots DIR] [RUN | PAGE.html ...] - look at our pages in headless Chromium.
#
# The pages are those of the golden runs and of each RUN, the golden dashboard, a matrix and an audit
# of a policy that is too loose and a proof (where there is a PostgreSQL to start), and each PAGE.
# See ci/page.mjs for what is checked; --shots keeps pictures. Skipped, with a sentence, without
# Chromium, node or network.
set -eu
cd "$(dirname "$0")/.."

shots=
if [ "${1-}" = --shots ]; then
	mkdir -p "$2"
	shots=$(cd "$2" && pwd)
	shift 2
fi

skip() {
	echo "page: skipped: $*"
	exit 0
}

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	skip "there is no Chromium"
modules=$(ci/npm.sh playwright-core@1 axe-core@4 2>&1) || skip "$modules"
pages=$(mktemp -d "${TMPDIR:-/tmp}/lensgate-page.XXXXXX")
trap 'rm -rf "$pages"; [ -n "${LENSGATE_NODE_MODULES-}" ] || rm -rf "${modules%/node_modules}"' EXIT

# page NAME COMMAND...: what a command of ours writes; it ends with 1, for that is what its mistake
# is there for.
page() {
	name=$1 status=0
	shift
	build/lensgate "$@" -q --report html="$pages/0-$name.html" >"$pages/$name.txt" 2>&1 || status=$?
	[ $status -eq 1 ] || {
		echo "page: no $name to look at:" && tail -n 3 "$pages/$name.txt"
		rm -f "$pages/0-$name.html"
	}
}
page matrix matrix shopping_list --env embedded --fault rls-check-loose
page audit audit --env embedded --fault rls-check-loose
page proof prove suites/self/weak.yaml --mutant 'items_select/(dropped|using-true)$' --without-matrix

number=0
for run in fixtures/golden/passing.jsonl fixtures/golden/mixed.jsonl fixtures/golden/killed.jsonl \
	fixtures/golden/refused.jsonl fixtures/golden/dashboard.html "$@"; do
	number=$((number + 1))
	name=$(basename "$run" .jsonl)
	case $run in
	*.html)
		cp "$run" "$pages/$number-$name"
		continue
		;;
	esac
	# The exit status is that of the run.
	build/lensgate report "$run" --report html="$pages/$number-$name.html" || [ $? -ne 6 ]
done
CHROMIUM=$CHROMIUM LENSGATE_NODE_MODULES=$modules node ci/page.mjs ${shots:+--shots "$shots"} "$pages"/*.html
