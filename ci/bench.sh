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

# many DETAIL: 10 000 cases that GET and check. Appends requests per second to $work/rate.DETAIL,
# peak kilobytes to $work/peak.DETAIL and the microseconds of CPU per case of the whole command to
# $work/cpu.DETAIL.
many() {
	/usr/bin/time -f '%M %U %S' -o "$work/time" "$lensgate" run "$work/many.yaml" \
		--env "$work/env.yaml" --env-file "$work/secrets" --out "$work/out" \
		-j 16 --record "$1" -q >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
	# from the first case's start to the last case's end, as recorded
	jq -n -r 'reduce (inputs | select(.record == "case")) as $c ({n: 0, from: 1e18, to: 0};
			.n += 1 | .from = ([.from, $c.started_us // 0] | min)
			| .to = ([.to, ($c.started_us // 0) + $c.elapsed_us] | max))
		| 1e6 * .n / (.to - .from) | floor' "$work"/out/run/latest/run.jsonl >>"$work/rate.$1"
	awk '{ print $1 }' "$work/time" >>"$work/peak.$1"
	awk '{ printf "%.0f\n", ($2 + $3) * 1e6 / 10000 }' "$work/time" >>"$work/cpu.$1"
	rm -rf "$work/out"
}

# start [cold]: milliseconds until the embedded target has answered its first request
start() {
	[ "$1" != cold ] || rm -rf "$work/cache"
	mkfifo "$work/fifo"
	from=$(now_ms)
	XDG_CACHE_HOME=$work/cache "$lensgate" target >"$work/fifo" 2>"$work/log" &
	target=$!
	exec 3<"$work/fifo"
	while read -r line <&3; do
		case $line in *http://127*) break ;; esac
	done
	curl -s -o "$work/log" "$(printf '%s\n' "$line" | grep -o 'http://127[^" ]*')/health"
	echo $(($(now_ms) - from))
	kill "$target"
	wait "$target" 2>/dev/null || true
	target=
	exec 3<&-
	rm -f "$work/fifo"
}

# starts [cold]: the same, once per run
starts() {
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		start "$1"
	done
}

peak() {
	/usr/bin/time -f '%M' -o "$work/time" "$lensgate" gate pre-deploy --out "$work/out" -q >"$work/log"
	cat "$work/time"
}

printf '%-52s %9s %9s %9s\n' 'what' 'min' 'median' 'max'
wall "$lensgate" gate pre-deploy --out "$work/out" -q | spread 'pre-deploy gate, warm' ms
wall cold | spread 'pre-deploy gate, cold (database made from nothing)' ms
wall "$lensgate" gate full --dry-run | spread 'load, check and plan the full gate' ms
starts warm | spread 'embedded target, warm: start to first reply' ms
starts cold | spread 'embedded target, cold: start to first reply' ms

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
# Side by side in one loop: what the machine does meanwhile happens to all of them.
i=0
while [ "$i" -lt "$runs" ]; do
	i=$((i + 1))
	"$work/bare" "$url/version" 10000 16 >>"$work/rate.bare"
	many full
	many summary
	peak >>"$work/peak.27"
done
spread 'bare libcurl loop, GET /version, 16 in flight' requests/s <"$work/rate.bare"
spread '10 000 cases, full transcripts' requests/s <"$work/rate.full"
spread '10 000 cases, --record summary' requests/s <"$work/rate.summary"
paste "$work/rate.full" "$work/rate.bare" | awk '{ printf "%.2f\n", $1 / $2 }' |
	spread '  full transcripts, of the bare loop (aim 0.60)' ratio
paste "$work/rate.summary" "$work/rate.bare" | awk '{ printf "%.2f\n", $1 / $2 }' |
	spread '  summary, of the bare loop (aim 0.75)' ratio
spread '10 000 cases: CPU per case, reports included' us <"$work/cpu.full"
spread 'peak memory, 27 cases' kB <"$work/peak.27"
spread 'peak memory, 10 000 cases, full transcripts' kB <"$work/peak.full"
# One load step, and wrk with the same request and as many connections, in turn.
cat >"$work/load.yaml" <<-'END'
	suite: bench.load
	title: one load
	cases:
	  - id: load
	    title: load
	    steps:
	      - http: GET /version
	        load: { at_once: 16, requests: 50000, warm_up: 1000, measured: { success_percent: 100 } }
	        expect: { status: 200 }
END
measured() {
	"$lensgate" run "$work/load.yaml" --env "$work/env.yaml" --env-file "$work/secrets" --out "$work/load" -q >/dev/null
	jq -r '[.. | objects | select(has("p50_ms") and has("per_second")) | (.per_second | floor), .p50_ms, .p99_ms] | .[:3] | @tsv' \
		"$work/load/run/latest/result.json"
}
if command -v wrk >/dev/null; then
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		measured >>"$work/load.rows"
		wrk -t1 -c16 -d3s --latency "$url/version" | awk '
			function ms(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
			/^ *50%/ { p50 = ms($2) } /^ *99%/ { p99 = ms($2) }
			/Requests\/sec/ { print int($2) "\t" p50 "\t" p99 }' >>"$work/wrk.rows"
	done
	cut -f1 "$work/wrk.rows" | spread 'wrk, the same request' requests/s
	cut -f1 "$work/load.rows" | spread 'one load step, 16 at once' requests/s
	paste "$work/load.rows" "$work/wrk.rows" | awk '{ printf "%.2f\n", $1 / $4 }' |
		spread '  of the rate of wrk (aim 0.50)' ratio
	for at in 2 3; do
		name=$([ "$at" = 2 ] && echo P50 || echo P99)
		cut -f"$at" "$work/load.rows" | spread "  $name of the load step" ms
		cut -f"$at" "$work/wrk.rows" | spread "  $name of wrk" ms
	done
else
	echo 'wrk is not installed: left out (ci/setup.sh bench installs it)'
fi

"$PWD/ci/bench-matrix.sh"
"$PWD/ci/bench-rls.sh"
"$PWD/ci/bench-watch.sh"
"$PWD/ci/bench-reports.sh"
