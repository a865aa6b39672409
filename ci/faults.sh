#!/bin/sh
# faults.sh - would the gates notice? Starts the embedded target with each of its faults, one at
# a time, runs the three gates, and prints who noticed, by which case, with which finding.
#
#   ci/faults.sh [FAULT ...]      these faults only; default: all that the target lists
#   STEADY=10 ci/faults.sh        first every gate ten times without a fault: none may be red
#   JOBS=2                        faults at a time
#
# A fault is caught when a gate ends with exit status 1 (or 3, for the faults that ci/faults.tsv
# marks so: availability and identity) and one of its findings matches the row's pattern, so that
# a red for another reason does not count. The last line is `faults caught: N/N`.
set -eu
cd "$(dirname "$0")/.."
lensgate=$PWD/build/lensgate
table=$PWD/ci/faults.tsv
gates='pre-deploy post-deploy full'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Every red case of a result, one line each: "suite/case type message".
red_lines() {
	jq -r '.cases[] | select(.verdict == "FAIL" or .verdict == "ERROR")
		| . as $c
		| (if (.findings | length) > 0
		   then .findings[] | "\(.type) \(.pointer // "") \(.message)"
		   else "\($c.trouble) \($c.reason)" end)
		| "\($c.suite)/\($c.id) \(gsub("\n"; " "))"' "$1" 2>/dev/null || true
}

# try FAULT GATE PATTERN UNJUDGED: the first line that counts goes to $work/FAULT.GATE
try() {
	out=$work/run.$1.$2
	status=0
	"$lensgate" gate "$2" --fault "$1" --out "$out" -q >"$work/log.$1.$2" 2>&1 || status=$?
	: >"$work/$1.$2"
	if [ "$status" -eq 1 ] || { [ "$status" -eq 3 ] && [ "$4" = 3 ]; }; then
		red_lines "$out/$2/latest/result.json" | grep -E -m 1 -e "$3" >"$work/$1.$2" || true
	fi
	[ -s "$work/$1.$2" ] || red_lines "$out/$2/latest/result.json" | head -n 1 >"$work/other.$1.$2"
	echo "$status" >"$work/status.$1.$2"
	rm -rf "$out"
}

# score FAULT: one line for people, and its verdict in $work/score
score() {
	row=$(awk -F '\t' -v name="$1" '$1 == name' "$table")
	if [ -z "$row" ]; then
		printf 'MISSED  %-22s has no row in ci/faults.tsv\n' "$1"
		return
	fi
	pattern=$(printf '%s\n' "$row" | cut -f 3)
	unjudged=$(printf '%s\n' "$row" | cut -f 2)
	noticed='' why='' other=''
	for gate in $gates; do
		try "$1" "$gate" "$pattern" "$unjudged"
		if [ -s "$work/$1.$gate" ]; then
			noticed="$noticed $gate"
			[ -n "$why" ] || why=$(cat "$work/$1.$gate")
		elif [ -z "$other" ]; then
			other="$gate ended with $(cat "$work/status.$1.$gate"): $(cat "$work/other.$1.$gate")"
		fi
	done
	if [ -n "$noticed" ]; then
		printf 'caught  %-22s by%s: %.160s\n' "$1" "$noticed" "$why"
	else
		printf 'MISSED  %-22s %.200s\n' "$1" "$other"
	fi
}

if [ "${1-}" = --score ]; then
	score "$2"
	exit 0
fi

[ -x "$lensgate" ] || { echo "faults.sh: build/lensgate is not there; run make" >&2; exit 2; }
steady=${STEADY:-1}
for gate in $gates; do
	n=0
	while [ "$n" -lt "$steady" ]; do
		n=$((n + 1))
		"$lensgate" gate "$gate" --out "$work/steady" -q >"$work/steady.log" 2>&1 || {
			echo "the $gate gate is red without a fault (run $n):"
			cat "$work/steady.log"
			exit 1
		}
	done
	echo "steady  $gate: green $n of $n times without a fault"
done
if [ "$#" -gt 0 ]; then
	printf '%s\n' "$@" >"$work/names"
else
	"$lensgate" target --list-faults | cut -f 1 >"$work/names"
fi
# The embedded database of each run stands alone, so several may run side by side.
xargs -P "${JOBS:-2}" -n 1 "$0" --score <"$work/names" | tee "$work/lines"
caught=$(grep -c '^caught' "$work/lines" || true)
all=$(wc -l <"$work/names")
echo "faults caught: $caught/$((all))"
[ "$caught" -eq "$all" ]
