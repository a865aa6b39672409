# verdicts.sh - `lensgate canary` on weeks and days that are made up: the verdict, the exit status and
# the document of each. Part of ci/self.sh, after target.sh.
# shellcheck shell=sh disable=SC2154

database=$(sed -n 's/^database: //p' "$work/target.yaml")
yacht=85fe1119-b04c-41ac-80f1-829d23322598

statement() {
	PGOPTIONS="-c client_min_messages=warning" psql -qXAt -v ON_ERROR_STOP=1 -d "$database" "$@"
}

# rounds DAYS: that many days of good rounds, the last of them just now. Every reply takes 100 to 119
# ms, and the target calls itself aaaaaaaaaaaa.
rounds() {
	statement <<-END
		truncate public.pms_health_checks cascade;
		insert into public.pms_health_checks (id, yacht_id, lens_id, status, p95_latency_ms,
			error_rate_percent, sample_size, observed_at, notes)
		select gen_random_uuid(), '$yacht', 'shopping_list', 'healthy', 119, 0, 5,
			now() - n * interval '15 minutes',
			jsonb_build_object('target', jsonb_build_object('commit', 'aaaaaaaaaaaa'), 'errors', '[]'::jsonb,
				'checks', (select jsonb_object_agg(name, jsonb_build_object('verdict', 'PASS', 'status_code', 200,
					'latency_ms', 100 + n % 20)) from unnest('{service_health,handlers,feature_flags,list_endpoint,
					suggestions_endpoint}'::text[]) as name))
		from generate_series(0, $1 * 96 - 1) as n;
	END
}

# changed ROUND SET: the round so many before the last becomes another one.
changed() {
	statement <<-END
		update public.pms_health_checks set $2 where id = (select id from public.pms_health_checks
			order by observed_at desc offset $1 limit 1);
	END
}

# A reply of round $1 takes so long, or answers so.
reply() {
	changed "$1" "notes = jsonb_set(notes, '{checks,list_endpoint,$2}', '$3')"
}

# judged STATUS VERDICT STAGE [OPTION...]: the exit status, the verdict in both documents.
judged() {
	wanted_status=$1 wanted_verdict=$2 stage=$3
	shift 3
	rm -rf "$work/canary.out"
	exits "$wanted_status" "$lensgate" canary shopping_list --stage "$stage" --env "$work/target.yaml" \
		--env-file "$target_secrets" --out "$work/canary.out" "$@" || return 1
	document=$(echo "$work/canary.out/canary/shopping_list-$stage"-*.md)
	grep -q "^# .*: $wanted_verdict\$" "$document" &&
		jq -e --arg verdict "$wanted_verdict" '.verdict == $verdict and (.criteria | length) == 6' "${document%.md}.json"
}

good_week() {
	rounds 7 && judged 0 promote production-canary && ! grep -q 'not met' "$document" &&
		grep -q '^| rounds in the window | at least 672 | 672 ' "$document" &&
		grep -q '^Every round there is was healthy and in time' "$document"
}

# The preflight's, or one before the last reply of a check: only the row's count of replies knows it.
week_with_one_5xx_that_no_check_saw_last() {
	rounds 7 && changed 100 "notes = notes || '{\"replies\": 9, \"replies_5xx\": 1}'" &&
		judged 7 'roll back' production-canary &&
		grep -q '^| 5xx replies | at most 0 | 1 | -1 | 3364 | \*\*not met\*\* |' "$document"
}

# The flag is still on when the verdict is made: each endpoint is asked, and the document says so.
week_with_one_5xx() {
	rounds 7 && reply 100 status_code 500 &&
		changed 100 "status = 'unhealthy', error_rate_percent = 20,
			notes = jsonb_set(notes, '{errors}', '[\"list_endpoint: it answered 500\"]')" &&
		statement -c "insert into public.pms_health_events (id, check_id, level, detail_json)
			select gen_random_uuid(), id, 'error', '{\"check\": \"list_endpoint\", \"message\": \"it answered 500\"}'
			from public.pms_health_checks where status = 'unhealthy'" &&
		judged 7 'roll back' production-canary &&
		grep -q '^| 5xx replies | at most 0 | 1 | -1 | 3360 | \*\*not met\*\* |' "$document" &&
		grep -q ' | unhealthy | error | list_endpoint | it answered 500 |' "$document" &&
		grep -q '^\*\*No\*\*: 17 of 17 endpoints are not off: ' "$document" &&
		grep -q '^- suites/shopping_list/runbooks/5xx.md' "$document" &&
		jq -e '(.rows | length) == 1 and .off.on == 17 and .off.proved == false' "${document%.md}.json"
}

two_slow_rounds() {
	rounds 7 && reply 20 latency_ms 12000 && reply 21 latency_ms 14000 &&
		judged 7 'roll back' production-canary &&
		grep -q '^| rounds with a reply over the limit | at most 1 | 2 | -1 | 672 | \*\*not met\*\* |' "$document" &&
		grep -q '^- suites/shopping_list/runbooks/latency.md' "$document"
}

gap() {
	rounds 7 && statement -c "delete from public.pms_health_checks where observed_at
			between now() - interval '30 hours' and now() - interval '27 hours'" &&
		judged 8 inconclusive production-canary &&
		grep -q '| no round: 12 are missing |' "$document" &&
		grep -q '^- suites/shopping_list/runbooks/worker.md' "$document"
}

# Wrong answers, but none of them a 5xx: nothing is rolled back, and nothing goes on.
wrong_checks() {
	rounds 1 && changed 3 "status = 'degraded', error_rate_percent = 60" &&
		changed 4 "status = 'degraded', error_rate_percent = 60" &&
		judged 7 hold staging-canary && grep -q 'Stay at this stage' "$document"
}

# The newer half is another version; $1 percent slower.
candidate() {
	rounds 2 && statement -c "update public.pms_health_checks set notes = jsonb_set(jsonb_set(notes,
			'{target,commit}', '\"bbbbbbbbbbbb\"'), '{checks}', (select jsonb_object_agg(key, jsonb_set(value,
			'{latency_ms}', to_jsonb(((value->>'latency_ms')::int * $1) / 100)))
			from jsonb_each(notes->'checks')))
		where observed_at > now() - interval '23 hours'"
}

compared() {
	judged "$1" "$2" staging-canary --baseline aaaaaaaa --candidate bbbbbbbb
}

like_the_baseline() {
	candidate 100 && compared 0 promote && grep -q 'bbbbbbbb is neither surely slower nor faster' "$document"
}

slower_than_the_baseline() {
	candidate 125 && compared 7 'roll back' &&
		grep -q 'bbbbbbbb is slower by 2[0-9.]* % (95 % sure that it is between ' "$document" &&
		grep -q 'deploy: bbbbbbbbbbbb instead of aaaaaaaaaaaa' "$document"
}

too_few_to_compare() {
	candidate 100 && statement -c "update public.pms_health_checks set notes = jsonb_set(notes, '{target,commit}',
			'\"aaaaaaaaaaaa\"') where observed_at < now() - interval '40 minutes'" &&
		compared 8 inconclusive && grep -q 'is not ruled out' "$document"
}

# A round that went wrong, made here: its record is here, too, and the document shows what was asked.
with_transcript() {
	sed 's/^expect: { commit: [^,]*/expect: { commit: 0123456789abcdef/' "$work/target.yaml" >"$work/strange.yaml"
	rounds 1 && exits 1 "$lensgate" watch shopping_list --once --env "$work/strange.yaml" \
		--env-file "$target_secrets" --out "$work/told" >"$work/told.log" || return 1
	"$lensgate" canary shopping_list --stage staging-canary --env "$work/target.yaml" \
		--env-file "$target_secrets" --out "$work/told" >"$work/told.md"
	grep -q '^### .*: service_health, ERROR' "$work/told.md" &&
		grep -q '^nothing was asked: the target runs another version: commit 0123456789abcdef was expected' "$work/told.md"
}

# In at 10 is in at 50; and the same again tomorrow.
rolled_out() {
	for percent in 10 50 100; do
		exits 0 "$lensgate" canary shopping_list --rollout $percent --env "$work/target.yaml" \
			--env-file "$target_secrets" >"$work/in.$percent" || return 1
		sed -n 's/^\([0-9a-f-]\{36\}\)  .*/\1/p' "$work/in.$percent" | sort >"$work/yachts.$percent"
	done
	[ -s "$work/yachts.100" ] && [ -z "$(comm -23 "$work/yachts.10" "$work/yachts.50")" ] &&
		[ -z "$(comm -23 "$work/yachts.50" "$work/yachts.100")" ] &&
		"$lensgate" canary shopping_list --rollout 50 --env "$work/target.yaml" --env-file "$target_secrets" |
			cmp - "$work/in.50"
}

still_on() {
	exits 7 "$lensgate" canary shopping_list --verify-off --env "$work/target.yaml" \
		--env-file "$target_secrets" --out "$work/canary.out"
}

check 'canary: the tables of the rounds are made' exits 0 "$lensgate" migrate --env "$work/target.yaml" \
	--env-file "$target_secrets"
check 'canary: a good week is promoted' good_week
check 'canary: a week with one 5xx is rolled back, with all that is known of it' week_with_one_5xx
check 'canary: a 5xx that no check saw last rolls back all the same' week_with_one_5xx_that_no_check_saw_last
check 'canary: two slow rounds are rolled back' two_slow_rounds
check 'canary: a gap is inconclusive' gap
check 'canary: wrong checks hold' wrong_checks
check 'canary: a candidate like the baseline is promoted' like_the_baseline
check 'canary: a candidate that is surely slower is rolled back' slower_than_the_baseline
check 'canary: too few rounds of a candidate are inconclusive' too_few_to_compare
check 'canary: a round that went wrong is in the document with what was asked' with_transcript
check 'canary: who is in at 10 % is in at 50 %, and stays' rolled_out
check 'canary: a lens that is still on is found to be' still_on

# The same target again, with the flag off.
is_off() {
	exits 0 "$lensgate" canary shopping_list --verify-off --env "$work/off/target.yaml" \
		--env-file "$off_secrets" --out "$work/canary.out"
}

off_start() {
	mkdir -p "$work/off" && mkfifo "$work/off/says" || return 1
	"$lensgate" target --flag SHOPPING_LIST_LENS_V1_ENABLED=false --write-env "$work/off/target.yaml" \
		>"$work/off/says" 2>"$work/off/log" &
	off_pid=$!
	off_secrets=$(sed -n '/^Ctrl-C/q; s/^secrets *//p' "$work/off/says")
	[ -n "$off_secrets" ]
}

off_start
check 'canary: a lens that is off is proved to be, all its endpoints' is_off
kill -TERM "$off_pid" && wait "$off_pid"
