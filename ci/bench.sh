#!/bin/sh
# bench.sh - timings, each with min / median / max over its runs, beside other programs in the same
# run: only the ratios travel to another machine. RUNS=7 sets how often.
set -eu
cd "$(dirname "$0")/.."
lensgate=$PWD/build/lensgate
runs=${RUNS:-7}
work=$(mktemp -d)
target=
stop() {
	[ -z "$target" ] || kill "$target" 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

now_ms() {
	date +%s%3N
}

# spread LABEL UNIT: min / median / max of the numbers on standard input
spread() {
	sort -n | awk -v label="$1" -v unit="$2" '
		{ v[NR] = $1 }
		END { printf "%-52s %9s %9s %9s  %s\n", label, v[1], v[int((NR + 1) / 2)], v[NR], unit }'
}

# wall COMMAND...: its milliseconds, once per run
wall() {
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		from=$(now_ms)
		"$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
		echo $(($(now_ms) - from))
	done
}

# A gate with a new, empty cache each time: the cluster is made from nothing.
cold() {
	rm -rf "$work/cache"
	XDG_CACHE_HOME=$work/cache "$lensgate" gate pre-deploy --out "$work/out" -q
}

# rate DETAIL: requests per second of 10 000 cases that GET and check, once per run
rate() {
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		"$lensgate" run "$work/many.yaml" --env "$work/env.yaml" --env-file "$work/secrets" --out "$work/out" \
			-j 16 --record "$1" -q >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
		# from the first case's start to the last case's end, as recorded
		jq -s '[.[] | select(.record == "case")] | 1e6 * length
			/ (([.[] | (.started_us // 0) + .elapsed_us] | max) - ([.[] | .started_us // 0] | min)) | floor' \
			"$work"/out/run/latest/run.jsonl
	done
}

bare() {
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		"$work/bare" "$url/version" 10000 16
	done
}

printf '%-52s %9s %9s %9s\n' 'what' 'min' 'median' 'max'
wall "$lensgate" gate pre-deploy --out "$work/out" -q | spread 'pre-deploy gate, warm' ms
wall cold | spread 'pre-deploy gate, cold (database made from nothing)' ms
wall "$lensgate" gate full --dry-run | spread 'load, check and plan the full gate' ms

"$lensgate" target --write-env "$work/env.yaml" --show-secrets >"$work/target.log" 2>&1 &
target=$!
until [ -s "$work/env.yaml" ] && grep -q '=' "$work/target.log"; do
	kill -0 "$target" || { cat "$work/target.log" >&2; exit 1; }
done
sed -n 's/^ *export *//p' "$work/target.log" >"$work/secrets"
url=$(sed -n 's/^base_url: *//p' "$work/env.yaml" | tr -d '"'"'")
awk 'BEGIN {
	print "suite: bench.many\ntitle: ten thousand\ncases:\n  - id: get\n    title: get\n    matrix: { n: ["
	for (i = 0; i < 10000; i++) printf "%s%d", i ? "," : "", i
	print "] }\n    steps:\n      - http: GET /version\n        expect: { status: 200, body: { git_commit: { $type: string } } }"
}' >"$work/many.yaml"
# shellcheck disable=SC2046 # a list of words
${CC:-cc} -O2 -o "$work/bare" fixtures/bench/bare.c $(pkg-config --cflags --libs libcurl)
bare | spread 'bare libcurl loop, GET /version, 16 in flight' 'requests/s'
rate full | spread '10 000 cases, full transcripts' 'requests/s'
rate summary | spread '10 000 cases, --record summary' 'requests/s'
if command -v wrk >/dev/null; then
	wrk -t1 -c16 -d3s "$url/version" | awk '/Requests\/sec/ { print int($2) }' |
		spread 'wrk, the same request' 'requests/s'
else
	echo 'wrk is not installed: left out (ci/setup.sh bench installs it)'
fi
