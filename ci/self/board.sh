# board.sh - snapshot, dashboard and Grafana's panels, on a real database with a month of rounds.
# Part of ci/self.sh, after target.sh; leaves the database as it was.
# shellcheck shell=sh disable=SC2034,SC2154

board_yacht=85fe1119-b04c-41ac-80f1-829d23322598
board_sql() {
	psql -X -q -At -v ON_ERROR_STOP=1 -d "$(sed -n 's/^database: //p' "$work/target.yaml")" "$@"
}

# board STATUS COMMAND [OPTION...]: snapshot or dashboard of the lens, ends with STATUS.
board() {
	wanted=$1 command=$2
	shift 2
	exits "$wanted" "$lensgate" "$command" shopping_list --env "$work/target.yaml" \
		--env-file "$target_secrets" --out "$work/board" "$@"
}

board_empty() {
	board 8 snapshot >"$work/board.txt" && grep -q '^UNKNOWN  shopping_list' "$work/board.txt" &&
		board 0 dashboard --html "$work/board.html" && grep -q '>UNKNOWN</p>' "$work/board.html"
}

# Rounds every quarter of an hour for 20 days, the last of them $1 minutes ago; four unhealthy ones, six
# missing, a deploy and the flag off and on, all yesterday. Another lens and another yacht are all bad.
board_fill() {
	board_sql -v minutes="$1" <<'EOF'
delete from public.pms_health_checks where lens_id in ('shopping_list', 'parts');
with made as (
	select n, to_timestamp(floor(extract(epoch from now() - make_interval(mins => :minutes)) / 900) * 900)
			- n * interval '15 minutes' as at,
		n between 40 and 43 as bad, case when n > 60 then 'aaaaaaaaaaaaaaaa' else 'bbbbbbbbbbbbbbbb' end as commit
	from generate_series(0, 1920) as n where n not between 50 and 55
), kept as (
	insert into public.pms_health_checks (yacht_id, lens_id, status, p95_latency_ms, error_rate_percent,
		sample_size, observed_at, notes)
	select '85fe1119-b04c-41ac-80f1-829d23322598', 'shopping_list',
		case when bad then 'unhealthy' else 'healthy' end, 40, case when bad then 50 else 0 end, 2, at,
		jsonb_build_object('errors', jsonb_build_array(), 'target', jsonb_build_object('commit', commit),
			'checks', jsonb_build_object(
				'list_endpoint', jsonb_build_object('verdict', 'PASS', 'status_code', 200, 'latency_ms', 40),
				'feature_flags', jsonb_build_object('verdict', case when bad then 'FAIL' else 'PASS' end,
					'status_code', case when bad then 503 else 200 end, 'latency_ms', 10)))
	from made returning id, status
)
insert into public.pms_health_events (check_id, level, detail_json)
select id, 'error', '{"check": "feature_flags", "message": "503 <FEATURE_DISABLED>"}'
from kept where status = 'unhealthy';
insert into public.pms_health_checks (yacht_id, lens_id, status, observed_at)
select yacht, lens, 'unhealthy', now() - n * interval '15 minutes'
from (values ('85fe1119-b04c-41ac-80f1-829d23322598'::uuid, 'parts'),
		('6513270e-269e-4d37-b2a7-4de452e6b438'::uuid, 'shopping_list')) as other (yacht, lens),
	generate_series(0, 100) as n;
EOF
}

# The same judgement and the same sentences in each form.
board_agrees() {
	board "$1" snapshot --report json="$work/board.json" --report markdown="$work/board.md" \
		--report terminal="$work/board.txt" >/dev/null || return 1
	verdict=$(jq -r .verdict "$work/board.json")
	head -n 1 "$work/board.md" | grep -q ": $verdict\$" &&
		head -n 1 "$work/board.txt" | grep -qi "^$verdict " || return 1
	jq -r '.done[], .next[], .risks[]' "$work/board.json" | while IFS= read -r sentence; do
		grep -qF -- "  - $sentence" "$work/board.txt" || exit 1
		# Markdown has the same words, with marks before what would be markup.
		sed 's/\\//g' "$work/board.md" | grep -qF -- "- $sentence" || exit 1
	done || {
		echo "a sentence is missing in a form of the snapshot"
		return 1
	}
}

board_good() {
	board_fill 0 && board_agrees 0 &&
		jq -e '.verdict == "good" and .worker == "alive" and .last_round.status == "healthy"
			and (.trend[1] | .missing == 6 and .unhealthy == 4 and .due == .healthy + 10)
			and (.risks | any(test("6 rounds of the last 24 hours are missing")))
			and (.alerts == [])' "$work/board.json"
}

board_dead() {
	board_fill 60 && board_agrees 7 &&
		jq -e '.verdict == "bad" and .worker == "dead"
			and (.alerts | map(select(.state == "firing") | .id) | index("worker-dead") != null)
			and (.next | any(test("worker.md")))' "$work/board.json"
}

board_page() {
	board_fill 0 && board 0 dashboard --html "$work/board.html" &&
		grep -q '503 &lt;FEATURE_DISABLED&gt;' "$work/board.html" &&
		[ "$(grep -c ' of 4 missing' "$work/board.html")" -ge 2 ] &&
		grep -q 'another version answered' "$work/board.html" &&
		grep -q 'the flag was switched' "$work/board.html" && ! grep -q 'parts' "$work/board.html"
}

# ---- Grafana ----

# The SQL of panel $1 as Grafana would send it.
board_panel() {
	jq -r --argjson id "$1" --arg yacht "$board_yacht" '.panels[] | select(.id == $id)
		| (.timeFrom // "7d" | rtrimstr("d") | tonumber) as $days | (now | floor) as $now
		| .targets[0].rawSql
		| gsub("\\$\\{lens:sqlstring\\}"; "\u0027shopping_list\u0027")
		| gsub("\\$\\{yacht:sqlstring\\}"; "\u0027\($yacht)\u0027")
		| gsub("\\$\\{every:sqlstring\\}"; "\u002715 minutes\u0027")
		| gsub("\\$__timeFrom\\(\\)"; "\u0027\($now - $days * 86400 | todate)\u0027")
		| gsub("\\$__timeTo\\(\\)"; "\u0027\($now | todate)\u0027")' ci/deploy/grafana/dashboard.json
}

board_reader() {
	awk '/^```/ { inside = /sql/; next } inside' ci/deploy/grafana/README.md | board_sql
}

board_panels() {
	ci/deploy/grafana/make.sh --check && board_fill 0 && board_reader || return 1
	for id in $(jq -r '.panels[].id' ci/deploy/grafana/dashboard.json); do
		board_panel "$id" >"$work/panel.sql"
		if grep -q '\$' "$work/panel.sql"; then
			echo "panel $id has a variable that nobody fills"
			return 1
		fi
		rows=$({ echo 'set role grafana_reader;'; cat "$work/panel.sql"; } | board_sql | wc -l)
		if [ "$rows" -eq 0 ]; then
			echo "panel $id shows nothing"
			return 1
		fi
	done
}

# What Grafana shows is what the program says: its 30 days of uptime.
board_same() {
	board 0 snapshot --report json="$work/board.json" >/dev/null || return 1
	shown=$(board_panel 2 | sed '1s/^/select uptime_percent from (/; $s/$/) as q/' | board_sql)
	jq -e --argjson shown "$shown" '.trend[3].uptime_percent - $shown | fabs < 0.01' "$work/board.json"
}

# A reader of Grafana's sees health, and nothing of the lens.
board_only() {
	! board_sql -c 'set role grafana_reader' -c 'select from public.pms_shopping_list_items' 2>/dev/null &&
		! board_sql -c 'set role grafana_reader' -c 'delete from public.pms_health_checks' 2>/dev/null
}

board_clean() {
	board_sql <<'EOF'
delete from public.pms_health_checks where lens_id in ('shopping_list', 'parts');
drop policy grafana_reads on public.pms_health_checks;
drop policy grafana_reads on public.pms_health_events;
drop owned by grafana_reader;
drop role grafana_reader;
EOF
}

check 'snapshot and dashboard of a lens without a round say that nothing is known: exit 8' board_empty
check 'a snapshot of a lens that is well says the same in every form: exit 0' board_good
check 'a snapshot names a dead worker and the alert that fires: exit 7' board_dead
check 'a dashboard has errors, gaps, deploys and the flag of its lens and yacht only' board_page
check 'the SQL of every panel of Grafana runs, as the role its manual makes' board_panels
check 'Grafana shows the uptime that a snapshot says' board_same
check 'the role of Grafana reads nothing else' board_only
check 'and all of it is gone again' board_clean
