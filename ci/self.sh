#!/bin/sh
# self.sh - the runner on itself: suites that must pass, suites that must not, and every exit
# status; then, each in a file of ci/self/: a hostile service, secrets planted everywhere, the twelve
# rules of a verdict, gates that cannot judge, snapshot and dashboard of a month, and every runbook
# followed on what it is for. Ends with `N passed, N failed`.
set -u
hostile_pid=
cd "$(dirname "$0")/.." || exit 1
lensgate=$PWD/build/lensgate
work=$(mktemp -d)
target_pid=
trap '[ -z "$hostile_pid" ] || kill "$hostile_pid" 2>/dev/null
	[ -z "$target_pid" ] || { kill -TERM "$target_pid" && kill -CONT "$target_pid"; } 2>/dev/null; rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME CONDITION...: the command must succeed
check() {
	checked=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		passed=$((passed + 1))
		echo "PASS  $checked"
	else
		failed=$((failed + 1))
		echo "FAIL  $checked"
		sed 's/^/      /' "$work/said" | tail -n 20
	fi
}

# exits STATUS COMMAND...
exits() {
	wanted=$1
	shift
	status=0
	"$@" || status=$?
	[ "$status" -eq "$wanted" ] || {
		echo "exit status $status, expected $wanted: $*"
		return 1
	}
}

# Each id begins with the verdict it has to end with, and the trouble where there is one.
verdicts_as_named() {
	exits 3 "$lensgate" run suites/self/failing.yaml --out "$work/failing" -q
	[ "$(jq -r '.cases | length' "$work/failing/run/latest/result.json")" -eq 14 ] &&
		jq -e '[.cases[] | select(
			((.verdict | ascii_downcase) + "-") as $v | .id | startswith($v) | not)] == []
			and ([.cases[] | select(.verdict == "ERROR") | .trouble] | sort)
			== ["blocked", "blocked", "database", "unknown"]' "$work/failing/run/latest/result.json"
}

# result.json is as its schema says, of whatever came out: passed, failed, refused, killed.
as_schema_says() {
	"$lensgate" run shopping_list/rls.yaml rls-06-hod-approve --fault success-without-write \
		--out "$work/wrong" -q >"$work/wrong.log" 2>&1
	[ $? -eq 1 ] || return 1
	for made in fixtures/golden/killed fixtures/golden/refused fixtures/golden/mixed; do
		"$lensgate" report "$made.jsonl" --report json="$work/$(basename "$made").json" >"$work/made.log" 2>&1
	done
	python3 - suites/schema/result.schema.json "$work/wrong/run/latest/result.json" \
		"$work/gate/pre-deploy/latest/result.json" "$work/failing/run/latest/result.json" \
		"$work/killed.json" "$work/refused.json" "$work/mixed.json" <<-'END'
		import json, sys, jsonschema
		schema, *results = [json.load(open(path)) for path in sys.argv[1:]]
		kind = jsonschema.validators.validator_for(schema)
		kind.check_schema(schema)
		wrong = [f"{path}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
		         for path, result in zip(sys.argv[2:], results)
		         for e in kind(schema).iter_errors(result)]
		# A schema that takes anything would take these.
		for name in schema["required"]:
		    less = {key: value for key, value in results[0].items() if key != name}
		    if kind(schema).is_valid(less):
		        wrong.append(f"a result without {name} is taken")
		print("\n".join(wrong))
		sys.exit(bool(wrong))
	END
}

well_formed() {
	exits 0 "$lensgate" gate pre-deploy --out "$work/gate" -q &&
		xmllint --noout --schema fixtures/golden/junit.xsd "$work/gate/pre-deploy/latest/junit.xml" &&
		[ "$(grep -c '<testcase ' "$work/gate/pre-deploy/latest/junit.xml")" -eq 27 ] &&
		grep -q '27 planned, 27 passed' "$work/gate/pre-deploy/latest/evidence.md"
}

# A gate against nothing: 27 cases, all ERROR, one reason, exit status 3.
nobody_there() {
	LENSGATE_TARGET_JWT_SECRET=0123456789abcdef0123456789abcdef
	export LENSGATE_TARGET_JWT_SECRET
	# shellcheck disable=SC2016 # the braces are the file's, not the shell's
	sed -e 's|\${embedded.base_url}|http://127.0.0.1:9|' -e 's|\${embedded.database}|host=/nonexistent|' \
		-e '/commit:/d' -e '/^apikey:/d' -e '/password/d' -e '/^ *\(pin\|totp\):/d' -e 's/, pin: [^ ]*//' \
		fixtures/environments/embedded.yaml >"$work/gone.yaml"
	exits 3 "$lensgate" gate pre-deploy --env "$work/gone.yaml" --out "$work/gone" -q &&
		jq -e '(.cases | length) == 27 and all(.cases[]; .verdict == "ERROR" and .trouble == "preflight")' \
			"$work/gone/pre-deploy/latest/result.json"
}

# kill -9 in the middle: what had settled is on record, the report says INCOMPLETE, nothing stays.
killed() {
	"$lensgate" run shopping_list/input.yaml -j 1 --out "$work/killed" >"$work/killed.log" 2>&1 &
	pid=$!
	until grep -q '"record":"case"' "$work"/killed/run/*/run.jsonl 2>/dev/null; do
		kill -0 "$pid" || return 1
	done
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	exits 4 "$lensgate" report "$work"/killed/run/* --report "markdown=$work/killed.md" &&
		grep -q INCOMPLETE "$work/killed.md"
}

terminated() {
	"$lensgate" run shopping_list/input.yaml -j 1 --out "$work/term" -q >"$work/term.log" 2>&1 &
	pid=$!
	until grep -q '"record":"case"' "$work"/term/run/*/run.jsonl 2>/dev/null; do
		kill -0 "$pid" || return 1
	done
	kill -TERM "$pid"
	wait "$pid"
	[ $? -eq 143 ] && [ -s "$work/term/run/latest/junit.xml" ] && [ -s "$work/term/run/latest/evidence.md" ]
}

# No byte of the secret, in any file of a run.
no_secret() {
	! grep -rqE 'eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}' "$work/gate"
}

check 'suites that must pass do' exits 0 "$lensgate" run suites/self/passing.yaml --out "$work/passing" -q
check 'suites that must not pass end as their cases are named' verdicts_as_named
check 'only failures: exit 1' exits 1 "$lensgate" run suites/self/failing.yaml fail-status fail-body --out "$work/one" -q
check 'a gate of 27 writes JUnit and evidence of 27' well_formed
if python3 -c 'import jsonschema' 2>/dev/null; then
	check 'every result is as its schema says' as_schema_says
else
	echo "SKIP  every result is as its schema says: there is no python3-jsonschema"
fi
check 'no token is in any output' no_secret
check 'no target: 27 errors, exit 3' nobody_there
check 'a usage error: exit 2' exits 2 "$lensgate" run --no-such-option
check 'an unknown gate: exit 2' exits 2 "$lensgate" gate no-such-gate
check 'a wrong file: exit 2' exits 2 "$lensgate" validate fixtures/invalid/suite-matrix/suite.yaml
check 'nothing selected: exit 5' exits 5 "$lensgate" run suites/self/passing.yaml -g no-such-case
check 'fail fast: exit 4' exits 4 "$lensgate" run suites/self/failing.yaml -x -j 1 --out "$work/fast" -q
check 'a report that cannot be written: exit 6' exits 6 "$lensgate" run suites/self/passing.yaml --out /dev/full/x -q
check 'a deadline: exit 4' exits 4 "$lensgate" run shopping_list/input.yaml --deadline 50ms --out "$work/late" -q
check 'a dry run sends nothing and exits 0' exits 0 "$lensgate" gate full --dry-run
check 'help, operators and the manual are printed' exits 0 "$lensgate" help manual
check 'a kill leaves a record that says INCOMPLETE' killed
check 'SIGTERM cleans up and reports: exit 143' terminated
. ci/self/sql.sh
. ci/self/prove.sh
. ci/self/hostile.sh
. ci/self/target.sh
. ci/self/board.sh
. ci/self/canary.sh
. ci/self/new.sh
. ci/self/verdicts.sh
. ci/self/alerts.sh
. ci/self/rules.sh
. ci/self/refused.sh
. ci/self/runbooks.sh
. ci/self/watch.sh
# Every rule of the lens's alerts fires, and resolves, and says so as it ever did.
all_alerts() {
	"$lensgate" alerts shopping_list --simulate suites/shopping_list/alerts.simulation.yaml >"$work/alerts" &&
		diff fixtures/golden/alerts.txt "$work/alerts"
}

check 'every alert fires and resolves in a simulated bad day' all_alerts
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
