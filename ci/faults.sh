#!/bin/sh
# faults.sh - would anybody notice? Starts the embedded target with each of its faults, one at a
# time, and asks the gates, the matrix and the audit; prints which of the three noticed, by which
# case or check.
#
#   ci/faults.sh [FAULT ...]      these faults only; default: all that the target lists
#   STEADY=10 ci/faults.sh        first every gate ten times without a fault: none may be red
#   JOBS=3                        faults at a time; default: one more than there are cores, as each
#                                 also waits for servers to start and to end
#
# ci/faults.tsv has a row per fault: its name, `judged` or `unjudged`, and what each of the three
# has to say, as a pattern: of the gates, the matrix, the audit; `-` where it has no part in it. The sixth
# column is the lens whose gates and matrix are asked; without one it is shopping_list. A fault
# is caught when each of those named there says so: a red for another reason does not count.
#
# gate    It ends with exit status 1 or 3 and a red case matches. For `judged` faults that case has to be
#         a FAIL: the target was seen to answer wrongly, and a status of 3 only says that other cases were
#         blocked by it. `unjudged` is for faults of availability and identity: there the preflight, or a
#         case that got no answer, is what notices. The gates are tried in turn until one notices.
# matrix  A finding matches "KIND RELATION CELL SENTENCE"; without the fault it has none.
# audit   A finding matches "SEVERITY CODE OBJECT DETAIL"; none may match without the fault.
#
# The last line is `faults caught: N/N`.
set -eu
cd "$(dirname "$0")/.."
lensgate=$PWD/build/lensgate
table=$PWD/ci/faults.tsv
lenses='shopping_list receiving'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# In the order in which they are asked.
gates_of() { # lens
	case $1 in
	shopping_list) echo pre-deploy post-deploy full ;;
	*) echo "$1" ;;
	esac
}

# Every red case of a result, one line a finding: "VERDICT suite/case type pointer message".
red_lines() {
	jq -r '.cases[] | select(.verdict == "FAIL" or .verdict == "ERROR")
		| . as $c
		| (if (.findings | length) > 0
		   then .findings[] | "\(.type) \(.pointer // "") \(.message)"
		   else "\($c.trouble) \($c.reason)" end)
		| "\($c.verdict) \($c.suite)/\($c.id) \(gsub("\n"; " "))"' "$1" 2>/dev/null || true
}

# Every finding of the audit, one line each; $1: --fault NAME or nothing.
audit_lines() {
	# shellcheck disable=SC2086
	"$lensgate" audit $1 --fail-on none -q --report "json=$work/audit.json" >"$work/log" 2>&1 || true
	jq -r '.findings[] | "\(.severity) \(.code) \(.object) \(.detail | gsub("\n"; " "))"' \
		"$work/audit.json" 2>/dev/null || true
	rm -f "$work/audit.json"
}

# Every finding of the matrix of a lens, one line each; $2: --fault NAME or nothing.
matrix_lines() {
	# shellcheck disable=SC2086
	"$lensgate" matrix "$1" $2 --probe-timeout 30s -q --report "json=$work/matrix.json" >"$work/log" 2>&1 || true
	jq -r '.findings[] | "\(.kind) \(.relation) \(.cell) \(.sentence | gsub("\n"; " "))"' \
		"$work/matrix.json" 2>/dev/null || cat "$work/log"
	rm -f "$work/matrix.json"
}

# by_gate FAULT PATTERN KIND LENS: the line that counts goes to $work/gate, and any other to $work/other
by_gate() {
	for gate in $(gates_of "$4"); do
		status=0
		"$lensgate" gate "$gate" --fault "$1" --out "$work/out" -q >"$work/log" 2>&1 || status=$?
		lines=$work/out/$gate/latest/result.json
		verdicts='FAIL|ERROR'
		[ "$3" = unjudged ] || verdicts=FAIL
		case $status in
		1 | 3) red_lines "$lines" | grep -E "^($verdicts) " | grep -E -m 1 -e "$2" >"$work/gate" || true ;;
		esac
		[ -s "$work/other" ] || red_lines "$lines" | head -n 1 >"$work/other"
		rm -rf "$work/out"
		if [ -s "$work/gate" ]; then
			said="$said, gate $gate"
			return
		fi
	done
	missing="$missing, no gate"
}

# by_matrix FAULT PATTERN LENS
by_matrix() {
	matrix_lines "$3" "--fault $1" >"$work/found"
	if grep -E -m 1 -e "$2" "$work/found" >"$work/matrix"; then
		said="$said, matrix"
	else
		missing="$missing, not the matrix"
		[ -s "$work/other" ] || head -n 1 "$work/found" >"$work/other"
	fi
}

# by_audit FAULT PATTERN
by_audit() {
	audit_lines "--fault $1" >"$work/found"
	if grep -E -m 1 -e "$2" "$work/found" >"$work/audit"; then
		said="$said, audit $(cut -d ' ' -f 2 "$work/audit")"
	else
		missing="$missing, not the audit"
		[ -s "$work/other" ] || head -n 1 "$work/found" >"$work/other"
	fi
}

# score FAULT: one line for people
score() {
	row=$(awk -F '\t' -v name="$1" '$1 == name' "$table")
	if [ -z "$row" ]; then
		printf 'MISSED  %-26s has no row in ci/faults.tsv\n' "$1"
		return
	fi
	kind=$(printf '%s\n' "$row" | cut -f 2)
	lens=$(printf '%s\n' "$row" | cut -s -f 6)
	lens=${lens:-shopping_list}
	said='' missing=''
	for name in gate matrix audit other; do : >"$work/$name"; done
	pattern=$(printf '%s\n' "$row" | cut -f 3)
	[ "${pattern:--}" = - ] || by_gate "$1" "$pattern" "$kind" "$lens"
	pattern=$(printf '%s\n' "$row" | cut -s -f 4)
	[ "${pattern:--}" = - ] || by_matrix "$1" "$pattern" "$lens"
	pattern=$(printf '%s\n' "$row" | cut -s -f 5)
	[ "${pattern:--}" = - ] || by_audit "$1" "$pattern"
	line=$(cat "$work/gate" "$work/matrix" "$work/audit" "$work/other" | head -n 1)
	if [ -z "$missing" ] && [ -n "$said" ]; then
		printf 'caught  %-26s by %s: %.150s\n' "$1" "${said#, }" "$line"
	else
		printf 'MISSED  %-26s by %s: %.150s\n' "$1" "${missing#, }" "$line"
	fi
}

if [ "${1-}" = --score ]; then
	score "$2"
	exit 0
fi

# A pattern of the audit that holds without the fault would catch nothing.
audit_is_quiet() {
	audit_lines '' >"$work/reference"
	if grep '^error' "$work/reference"; then
		echo "the audit has errors without a fault"
		return 1
	fi
	cut -s -f 1,5 "$table" | while IFS='	' read -r name pattern; do
		if [ "${pattern:--}" != - ] && grep -E -e "$pattern" "$work/reference"; then
			echo "that is what the audit says of $name, and it says it without the fault too"
			return 1
		fi
	done
}

[ -x "$lensgate" ] || { echo "faults.sh: build/lensgate is not there; run make" >&2; exit 2; }
steady=${STEADY:-1}
for gate in $(for lens in $lenses; do gates_of "$lens"; done); do
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
for lens in $lenses; do
	matrix_lines "$lens" '' >"$work/found"
	if [ -s "$work/found" ]; then
		echo "the matrix of $lens has findings without a fault:"
		cat "$work/found"
		exit 1
	fi
	echo "steady  matrix of $lens: no findings without a fault"
done
audit_is_quiet || exit 1
echo "steady  audit: no errors without a fault"
if [ "$#" -gt 0 ]; then
	printf '%s\n' "$@" >"$work/names"
else
	"$lensgate" target --list-faults | cut -f 1 >"$work/names"
fi
# The embedded database of each run stands alone, so several may run side by side.
xargs -P "${JOBS:-$(($(nproc) + 1))}" -n 1 "$0" --score <"$work/names" | tee "$work/lines"
caught=$(grep -c '^caught' "$work/lines" || true)
all=$(wc -l <"$work/names")
echo "faults caught: $caught/$((all))"
[ "$caught" -eq "$all" ]
