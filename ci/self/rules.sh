# rules.sh - the twelve rules of a verdict: a check for each, called what the rule says. Part of
# ci/self.sh; uses the hostile service, the target of target.sh, and runs that other parts made.
# shellcheck shell=sh disable=SC2016,SC2154

# says FILE JQ-CONDITION: print the file's cases when it does not hold
says() {
	jq -e "$2" "$1" >/dev/null || {
		jq -c '{verdict, exit_status, totals}, (.cases[] | [.id, .verdict, .trouble, .reason, .proof])' "$1"
		echo "does not hold: $2"
		return 1
	}
}

# on_target FOLDER OPERAND...: run against the target in the foreground
on_target() {
	folder=$1
	shift
	"$lensgate" run --env "$work/target.yaml" --env-file "$target_secrets" --out "$work/$folder" -q "$@"
}

count_items() {
	psql -XAt -d "$(sed -n 's/^database: //p' "$work/target.yaml")" \
		-c 'select count(*) from pms_shopping_list_items'
}

rule_1() {
	says "$work/passing/run/latest/result.json" 'all(.cases[]; .verdict == "PASS")' &&
		says "$work/failing/run/latest/result.json" '.totals.planned == (.cases | length)
			and ([.cases[] | .verdict] | unique) == ["ERROR", "FAIL", "SKIP"]
			and all(.cases[]; (.verdict == "ERROR") == (.trouble != null))
			and all(.cases[]; (.verdict == "FAIL") == (.findings != []))'
}

# Blocked, cut short, refused: all are there. And a gate that plans another number is red.
rule_2() {
	says "$work/failing/run/latest/result.json" '.totals.planned == (.cases | length)
		and (.cases[] | select(.id == "error-blocked") | .trouble == "blocked" and (.reason | test("fail-status")))' &&
		says "$work/fast/run/latest/result.json" '.totals.planned == (.cases | length) and .totals.planned > 10' &&
		says "$work/gone/pre-deploy/latest/result.json" '(.cases | length) == 27' || return 1
	sed 's/^planned: .*/planned: 28/' ci/gates/pre-deploy.yaml >"$work/pinned.yaml"
	exits 1 "$lensgate" gate "$work/pinned.yaml" --env "$work/target.yaml" --env-file "$target_secrets" \
		--out "$work/pinned" -q &&
		says "$work/pinned/pre-deploy/latest/result.json" '.totals.passed == 27 and .verdict == "FAILED"
			and (.reason | test("28"))'
}

rule_3() {
	exits 2 "$lensgate" validate fixtures/invalid/suite-alternatives/suite.yaml --env ./fixtures/hostile/environment.yaml 2>"$work/mistakes"
	grep -q 'alternatives must not mix success and refusal' "$work/mistakes" &&
		grep -q 'alternatives need a reason' "$work/mistakes" || return 1
	cat >"$work/either.yaml" <<'END'
suite: self.either
cases:
  - id: either
    steps:
      - http: GET /nowhere
        as: anonymous
        expect: { status: { $one_of: [403, 404], because: routers differ } }
        unproved: there is nothing here
END
	exits 0 hostile_run either "$work/either.yaml" &&
		says "$work/either/run/latest/result.json" '.cases[0].note == "status 404, allowed because routers differ"'
}

# The row changed, or is not there; the control failed; or nobody thought of any of it.
rule_4() {
	exits 1 "$lensgate" run shopping_list/rls.yaml rls-02-crew-approve-denied --fault denied-but-written \
		--out "$work/denied" -q &&
		says "$work/denied/run/latest/result.json" '[.cases[] | select(.id == "rls-02-crew-approve-denied")
			| .findings[].type] | index("unchanged")' &&
		says "$work/failing/run/latest/result.json" '[.cases[] | select(.id == "error-control" or .id == "error-unknown")
			| .trouble] == ["blocked", "unknown"]' &&
		says "$work/gate/pre-deploy/latest/result.json" '.cases[] | select(.id == "rls-02-crew-approve-denied")
			| .expected == "403 INSUFFICIENT_PERMISSIONS" and .actual == .expected
			and (.proof | test("nothing changed") and test("control"))' || return 1
	exits 2 "$lensgate" validate fixtures/invalid/suite-unproved-refusal/suite.yaml \
		--env ./fixtures/hostile/environment.yaml 2>"$work/mistakes"
	grep -q 'a refusal needs `control` or `unchanged`' "$work/mistakes"
}

# Each of four things that can happen, against each of four expectations: only the diagonal passes.
rule_5() {
	{
		printf 'suite: self.outcomes\ndefaults: { as: crew }\ncases:\n'
		for is in allowed filtered denied error; do
			for said in allowed filtered denied error; do
				case $is in
				allowed) sql="select id from auth_users_profiles where id = '57e82f78-0a2d-4a7c-a428-6287621d06c5'" ;;
				filtered) sql="select id from auth_users_profiles where id = '90c192cf-d3ac-44af-8f21-ddb66cad4a26'" ;;
				denied) sql="insert into auth_users_roles (id, user_id, yacht_id, role, is_active, valid_from) select gen_random_uuid(), '57e82f78-0a2d-4a7c-a428-6287621d06c5', '85fe1119-b04c-41ac-80f1-829d23322598', 'captain', true, now()" ;;
				error) sql="select 1 / (length(id::text) - 36) from auth_users_profiles where id = '57e82f78-0a2d-4a7c-a428-6287621d06c5'" ;;
				esac
				printf '  - id: %s-%s\n    steps:\n      - sql: "%s"\n' "$is" "$said" "$sql"
				case $said in
				allowed) printf '        expect: { outcome: allowed }\n' ;;
				filtered) printf '        expect: { outcome: filtered }\n        unchanged: { table: auth_users_profiles, id: 90c192cf-d3ac-44af-8f21-ddb66cad4a26 }\n' ;;
				denied) printf '        expect: { outcome: denied }\n        unproved: it is about the outcome\n' ;;
				error) printf '        expect: { outcome: error 22012 }\n' ;;
				esac
			done
		done
	} >"$work/outcomes.yaml"
	exits 1 on_target outcomes "$work/outcomes.yaml" &&
		says "$work/outcomes/run/latest/result.json" '(.cases | length) == 16
			and all(.cases[]; (.id | split("-") | .[0] == .[1]) == (.verdict == "PASS"))
			and all(.cases[]; .verdict == "PASS" or .verdict == "FAIL")'
}

rule_6() {
	exits 1 "$lensgate" run shopping_list/rls.yaml rls-06-hod-approve --fault success-without-write \
		--out "$work/unwritten" -q &&
		says "$work/unwritten/run/latest/result.json" 'any(.cases[].findings[]; .type == "written")' &&
		says "$work/gate/pre-deploy/latest/result.json" '.cases[] | select(.id == "rls-06-hod-approve")
			| .proof | test("promised writes? seen")'
}

# A step that says nothing about the status still does not take a 5xx; and of no reply nothing is said.
rule_7() {
	cat >"$work/unasked.yaml" <<'END'
suite: self.unasked
cases:
  - id: unasked
    steps:
      - http: GET /broken
        as: anonymous
        expect: { headers: { Content-Type: { $contains: json } } }
END
	exits 1 hostile_run unasked "$work/unasked.yaml" &&
		says "$work/unasked/run/latest/result.json" '.cases[0].findings[0].type == "invariant"
			and .invariants.replies == 1 and .invariants.replies_5xx == 1' &&
		grep -q '1 of 1 replies were 5xx' "$work/unasked/run/latest/evidence.md" &&
		grep -q 'no reply was received, so nothing is said about 5xx' "$work/gone/pre-deploy/latest/evidence.md" &&
		says "$work/hostile/run/latest/result.json" '.invariants.transport_errors > 20'
}

# What refused.sh asks for is not asked again here; but who is privileged in SQL is nobody either.
rule_8() {
	sed '/^  crew:/s/ }$/, claims: { role: service_role } }/' "$work/target.yaml" >"$work/bypass.yaml"
	exits 3 "$lensgate" gate pre-deploy --env "$work/bypass.yaml" --env-file "$target_secrets" \
		--out "$work/bypass" -q &&
		says "$work/bypass/pre-deploy/latest/result.json" 'all(.cases[]; .trouble == "preflight"
			and (.reason | test("persona crew has BYPASSRLS in SQL"))) and .invariants.statements == 0'
}

# `eventually` is no retry of the case; --retries is, and shows in every report, and against a budget.
rule_9() {
	exits 1 hostile_run noretry suites/self/later.yaml --var a=1 --var b=2 || return 1
	exits 0 hostile_run later suites/self/later.yaml --var a=3 --var b=4 --retries 2 >"$work/later.out" || return 1
	run=$work/later/run/latest
	says "$run/result.json" '[.cases[] | [.id, .verdict, .flaky, .attempts]] == [["flaky", "PASS", true, 3],
		["eventually", "PASS", false, 1], ["at-once", "PASS", false, 1]] and .totals.flaky == 1 and .invariants.retried == 4' &&
		grep -qi 'flakyFailure' "$run/junit.xml" && grep -qi 'flaky' "$run/evidence.md" && grep -qi '1 flaky' "$work/later.out" ||
		return 1
	# In a gate the budget is 0 unless it says otherwise.
	mkdir -p "$work/gates"
	printf 'gate: later\nsuites: [self/later.yaml]\nplanned: 3\n' >"$work/gates/strict.yaml"
	printf 'gate: later\nsuites: [self/later.yaml]\nplanned: 3\nflaky_budget: 1\n' >"$work/gates/lenient.yaml"
	exits 1 "$lensgate" gate "$work/gates/strict.yaml" --env ./fixtures/hostile/environment.yaml --out "$work/strict" \
		-q --retries 2 --var a=5 --var b=6 &&
		exits 0 "$lensgate" gate "$work/gates/lenient.yaml" --env ./fixtures/hostile/environment.yaml \
			--out "$work/lenient" -q --retries 2 --var a=7 --var b=8 &&
		says "$work/strict/later/latest/result.json" '.reason | test("only on a retry")'
}

rule_10() {
	grep -q INCOMPLETE "$work/killed.md" && [ -s "$work/term/run/latest/evidence.md" ] &&
		grep -q 'COULD NOT JUDGE' "$work/gone/pre-deploy/latest/evidence.md" &&
		[ -z "$(find "$work/killed" "$work/term" "$work/gone" -name '*.tmp*')" ]
}

# On a target that outlives the run: what SIGTERM finds is removed, and counted.
rule_11() {
	before=$(count_items) && [ -n "$before" ] || return 1
	"$lensgate" run shopping_list/rls.yaml -j 1 --env "$work/target.yaml" --env-file "$target_secrets" \
		--out "$work/left" -q >"$work/left.log" 2>&1 &
	pid=$!
	until grep -q '/v1/actions/execute.*"status":200' "$work"/left/run/*/run.jsonl 2>/dev/null; do
		kill -0 "$pid" || return 1
	done
	kill -TERM "$pid"
	wait "$pid"
	[ $? -eq 143 ] || return 1
	[ "$(count_items)" -eq "$before" ] || {
		echo "rows before: $before, after: $(count_items)"
		return 1
	}
	tail -n 1 "$work"/left/run/latest/run.jsonl | jq -e '.record == "footer" and .interrupted
		and .cleanup.registered > 0 and .cleanup.removed == .cleanup.registered and .cleanup.leftovers == []'
}

# A clean-up that fails changes no verdict, and is in the report: of a case, of a fixture, of a suite.
rule_11_reported() {
	cat >"$work/unclean.yaml" <<'END'
suite: self.unclean
defaults: { as: anonymous }
setup:
  - http: GET /fine
    expect: { status: 200 }
cleanup:
  - http: GET /broken?suite
    expect: { status: 200 }
once:
  thing:
    steps: [{ http: GET /fine, expect: { status: 200 } }]
    cleanup: [{ http: GET /hang-up?fixture, expect: { status: 200 } }]
cases:
  - id: unclean
    needs: [thing]
    steps: [{ http: GET /fine, expect: { status: 200 } }]
    cleanup:
      - http: GET /broken?case
        expect: { status: 204 }
      - http: GET /fine
        expect: { status: 200 }
END
	exits 0 hostile_run unclean "$work/unclean.yaml" || return 1
	run=$work/unclean/run/latest
	grep '"record":"case"' "$run/run.jsonl" | jq -e '.leftovers == ["expected status 204, got 500: it broke"]
		and ([.exchanges[] | select(.purpose == "cleanup")] | length) == 2' &&
		tail -n 1 "$run/run.jsonl" | jq -e '.cleanup.leftovers == ["expected status 200, got 500: it broke",
			"the connection was closed before a reply came"]' &&
		grep -q 'expected status 204, got 500: it broke' "$run/evidence.md" &&
		grep -q 'the connection was closed before a reply came' "$run/evidence.md"
}

rule_12() {
	exits 2 "$lensgate" validate --env ./fixtures/invalid/environment-literal-secret/environment.yaml \
		suites/self/hostile.yaml 2>"$work/mistakes"
	grep -q 'a secret is named, never written' "$work/mistakes" && canary_is_silent
}

# What a fixture did is with the first case it blocks; what was written is listed.
fixture_shown() {
	cat >"$work/fixture.yaml" <<'END'
suite: self.fixture
defaults: { as: anonymous }
once:
  thing:
    steps:
      - http: GET /fine
        expect: { status: 200 }
      - http: GET /broken?because
        expect: { status: 200 }
cases:
  - id: one
    needs: [thing]
    steps: [{ http: GET /fine, expect: { status: 200 } }]
  - id: two
    needs: [thing]
    steps: [{ http: GET /fine, expect: { status: 200 } }]
END
	exits 1 hostile_run fixture "$work/fixture.yaml" --report "tap=$work/fixture/tap" ||
		exits 3 hostile_run fixture "$work/fixture.yaml" --report "tap=$work/fixture/tap" || return 1
	run=$work/fixture/run/latest
	says "$run/result.json" 'all(.cases[]; .verdict == "ERROR" and (.reason | test("its thing did not succeed: expected status 200, got 500")))
		and .reports[-1].kind == "tap" and (.reports | length) == 4' &&
		[ "$(grep -c '"purpose":"setup"' "$run/run.jsonl")" -eq 1 ] &&
		grep '"purpose":"setup"' "$run/run.jsonl" | jq -e '[.exchanges[] | .http.status // .status] == [200, 500]' &&
		grep -q 'GET /broken?because' "$run/evidence.md" && jq -r '.reports[].path' "$run/result.json" | xargs ls
}

check 'a fixture that failed can be seen in the report, and the reports are listed' fixture_shown
check 'rule 1: each case has exactly one of four verdicts' rule_1
check 'rule 2: the planned total never shrinks' rule_2
check 'rule 3: a case expects one status, and alternatives have a reason' rule_3
check 'rule 4: a denial is proved, not observed' rule_4
check 'rule 5: SQL outcomes are told apart' rule_5
check 'rule 6: a success is proved too' rule_6
check 'rule 7: invariants hold over every exchange, and of none nothing is said' rule_7
check 'rule 8: identity comes first, and nobody is privileged in SQL' rule_8
check 'rule 9: retries are never silent' rule_9
check 'rule 10: evidence is always written' rule_10
check 'rule 11: nothing is left behind, on SIGTERM neither' rule_11
check 'rule 11: a clean-up that fails is reported' rule_11_reported
check 'rule 12: secrets enter by name and leave never' rule_12
