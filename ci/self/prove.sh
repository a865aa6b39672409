# prove.sh - `lensgate prove` tells a mutant that is noticed from one that is not, says what kind of
# case is missing, and leaves nothing behind. Part of ci/self.sh.
# shellcheck shell=sh disable=SC2154

# A suite that never looks at anybody who should not get in: dropped is noticed, opened is not.
prove_weak() {
	exits 1 "$lensgate" prove suites/self/weak.yaml --mutant 'items_select/(dropped|using-true)$' \
		--without-matrix --no-color --report "json=$work/weak.json" \
		--report "junit=$work/weak.xml" --report "markdown=$work/weak.md" >"$work/weak.txt" || return 1
	jq -e '.killed == 1 and .counted == 2 and .fates.survived == 1 and (.mutants
		| map({ (.kind): [.fate, .killer] }) | add
		| .dropped == ["killed", "self.weak/own-row"] and ."using-true"[0] == "survived")' \
		"$work/weak.json" &&
		xmllint --noout "$work/weak.xml" &&
		[ "$(grep -c '<failure' "$work/weak.xml")" -eq 1 ] &&
		grep -q '^## Survivors' "$work/weak.md" &&
		grep -q 'MUTANTS KILLED: 1/2, 1 survived' "$work/weak.txt" &&
		grep -q 'somebody of another tenant reads public.pms_shopping_list_items' "$work/weak.txt"
}

# prove_stopped SIGNAL STATUS: in the middle of it; neither directory nor process stays. The server
# is another user when we are root, so it needs a directory that it can go through.
prove_stopped() {
	place=$(mktemp -d) && chmod 711 "$place" || return 1
	TMPDIR=$place "$lensgate" prove suites/shopping_list/rls.yaml --without-matrix -q >"$work/$1.log" 2>&1 &
	pid=$!
	until [ -n "$(find "$place" -name target.log)" ]; do
		kill -0 "$pid" || return 1
		sleep 0.1
	done
	sleep 1
	kill "-$1" "$pid"
	wait "$pid"
	status=$?
	! pgrep -f "$place/lensgate" >/dev/null && rmdir "$place" && [ "$status" -eq "$2" ] &&
		grep -q 'not tried' "$work/$1.log"
}

check 'prove: one that no case covers survives, and what is missing is said: exit 1' prove_weak
check 'prove: what no case notices the matrix does: exit 0' \
	exits 0 "$lensgate" prove suites/self/weak.yaml --mutant items_select/using-true -q
check 'prove: a loosened guard that a case looks at is noticed: exit 0' \
	exits 0 "$lensgate" prove suites/shopping_list/rls.yaml --mutant items_insert/check-without-tenant -q
check 'prove: not in an environment that nobody may break: exit 2' exits 2 "$lensgate" prove --env staging
check 'prove: interrupted, it says what was not tried and leaves nothing: exit 130' prove_stopped INT 130
check 'prove: so it does when it is terminated: exit 143' prove_stopped TERM 143
