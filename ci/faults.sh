#!/bin/sh
# faults.sh - would the gates notice? Starts the embedded target with each of its faults, one at
# a time, runs the gates until one notices, and prints which, by which case, with which finding.
#
#   ci/faults.sh [FAULT ...]      these faults only; default: all that the target lists
#   STEADY=10 ci/faults.sh        first every gate ten times without a fault: none may be red
#   JOBS=2                        faults at a time
#
# ci/faults.tsv has a row per fault: its name, `judged` or `unjudged`, and a pattern. A fault is
# caught when a gate ends with exit status 1 and a case that FAILED matches the pattern: so a
# red for another reason does not count. `unjudged` is for faults of availability and identity:
# there the preflight, or a case that got no answer, may notice, and the exit status may be 3.
# The last line is `faults caught: N/N`.
set -eu
cd "$(dirname "$0")/.."
lensgate=$PWD/build/lensgate
table=$PWD/ci/faults.tsv
gates='pre-deploy post-deploy full'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Every red case of a result, one line a finding: "VERDICT suite/case type pointer message".
red_lines() {
	jq -r '.cases[] | select(.verdict == "FAIL" or .verdict == "ERROR")
		| . as $c
		| (if (.findings | length) > 0
		   then .findings[] | "\(.type) \(.pointer // "") \(.message)"
		   else "\($c.trouble) \($c.reason)" end)
		| "\($c.verdict) \($c.suite)/\($c.id) \(gsub("\n"; " "))"' "$1" 2>/dev/null || true
}

# try FAULT GATE PATTERN KIND: the first line that counts goes to $work/caught, else any to $work/other
try() {
	status=0
	"$lensgate" gate "$2" --fault "$1" --out "$work/out" -q >"$work/log" 2>&1 || status=$?
	lines=$work/out/$2/latest/result.json
	verdicts=FAIL
	[ "$4" = judged ] || verdicts='FAIL|ERROR'
	: >"$work/caught"
	case $status-$4 in
	1-* | 3-unjudged) red_lines "$lines" | grep -E "^($verdicts) " | grep -E -m 1 -e "$3" >"$work/caught" || true ;;
	esac
	[ -s "$work/other" ] || red_lines "$lines" | head -n 1 >"$work/other"
	rm -rf "$work/out"
}

# score FAULT: one line for people
score() {
	row=$(awk -F '\t' -v name="$1" '$1 == name' "$table")
	if [ -z "$row" ]; then
		printf 'MISSED  %-22s has no row in ci/faults.tsv\n' "$1"
		return
	fi
	kind=$(printf '%s\n' "$row" | cut -f 2)
	pattern=$(printf '%s\n' "$row" | cut -f 3)
	for gate in $gates; do
		try "$1" "$gate" "$pattern" "$kind"
		if [ -s "$work/caught" ]; then
			printf 'caught  %-22s %-11s exit %s  %.170s\n' "$1" "$gate" "$status" \
				"$(cat "$work/caught")"
			return
		fi
	done
	printf 'MISSED  %-22s %-11s exit %s  %.170s\n' "$1" "$gate" "$status" "$(cat "$work/other")"
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
