#!/bin/sh
# bench-reports.sh - every report of one record of 100 000 cases with full transcripts: CPU seconds,
# which a busy machine changes less than the clock, and peak memory. Then the masker, in megabytes
# per CPU second. RUNS=7 sets how often.
set -eu
cd "$(dirname "$0")/.."
lensgate=$PWD/build/lensgate
runs=${RUNS:-7}
work=$(mktemp -d)
target=
stop() {
	[ -z "$target" ] || { kill "$target" && wait "$target"; } 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

spread() {
	sort -n | awk -v label="$1" -v unit="$2" '
		{ v[NR] = $1 }
		END { printf "%-52s %9s %9s %9s  %s\n", label, v[1], v[int((NR + 1) / 2)], v[NR], unit }'
}

"$lensgate" target --write-env "$work/env.yaml" --show-secrets >"$work/target.log" 2>&1 &
target=$!
until [ -s "$work/env.yaml" ] && grep -q '=' "$work/target.log"; do
	kill -0 "$target" || { cat "$work/target.log" >&2; exit 1; }
	sleep 0.1
done
sed -n 's/^ *export *//p' "$work/target.log" >"$work/secrets"
awk 'BEGIN {
	for (i = 0; i < 10000; i++) n = n (i ? "," : "") i
	print "suite: bench.reports\ntitle: one hundred thousand\ncases:"
	for (k = 0; k < 10; k++) {
		print "  - id: get" k "\n    title: get\n    matrix: { n: [" n "] }"
		print "    steps:\n      - http: GET /version\n        expect: { status: 200, body: { git_commit: { $type: string } } }"
	}
}' >"$work/many.yaml"
"$lensgate" run "$work/many.yaml" --env "$work/env.yaml" --env-file "$work/secrets" --out "$work/out" \
	-j 16 --record full -q >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
record=$work/out/run/latest/run.jsonl

printf '%-52s %9s %9s %9s\n' 'reports of 100 000 cases (aim 2 s each)' 'min' 'median' 'max'
kinds=$("$lensgate" help reports | awk '{ print $1 }')
for kind in $kinds; do
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		/usr/bin/time -f '%U %S %M' -o "$work/time" "$lensgate" report "$record" \
			--report "$kind=$work/report" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
		awk '{ printf "%.2f\n", $1 + $2 }' "$work/time" >>"$work/cpu.$kind"
		awk '{ print $3 }' "$work/time" >>"$work/peak.$kind"
	done
	spread "$kind" 's CPU' <"$work/cpu.$kind"
	spread '  peak memory' kB <"$work/peak.$kind"
done

objects=.build/release/runner
# shellcheck disable=SC2046 # a list of words
${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -O2 -Irunner -o "$work/mask" fixtures/bench/mask.c \
	$(printf "$objects/run/%s.o " mask forms fragments needles ranges shapes unescape line) \
	"$objects/base/buf.o" "$objects/base/arena.o" "$objects/base/error.o" \
	$(pkg-config --cflags --libs jansson)
i=0
while [ "$i" -lt "$runs" ]; do
	i=$((i + 1))
	"$work/mask" >>"$work/masked"
done
awk '{ print $1 }' "$work/masked" | spread 'masker, bodies (aim 500)' MB/s
awk '{ print $2 }' "$work/masked" | spread 'masker, bodies within JSON' MB/s
