#!/bin/sh
# bench-rls.sh - 1 000 user-written checks of row-level security, beside the same checks in pgTAP
# under pg_prove in one file, and beside a bare pipeline of them without suite, witness, record or
# report. Interleaved: what the machine does meanwhile happens to all of them. RUNS=7 sets how often.
# The checks of lensgate do more: each zero has a row the witness sees, before and after.
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

if ! command -v pg_prove >/dev/null || ! ls /usr/share/postgresql/*/extension/pgtap.control >/dev/null 2>&1; then
	echo 'pgTAP or pg_prove is not installed: left out (ci/setup.sh bench installs them)'
	exit 0
fi

spread() {
	sort -n | awk -v label="$1" -v unit="$2" '
		{ v[NR] = $1 }
		END { printf "%-52s %9s %9s %9s  %s\n", label, v[1], v[int((NR + 1) / 2)], v[NR], unit }'
}

# timed FILE COMMAND...: append its milliseconds to FILE
timed() {
	file=$1
	shift
	from=$(date +%s%3N)
	"$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	echo $(($(date +%s%3N) - from)) >>"$file"
}

"$lensgate" target --write-env "$work/env.yaml" --show-secrets >"$work/target.log" 2>&1 &
target=$!
until [ -s "$work/env.yaml" ] && grep -q '=' "$work/target.log"; do
	kill -0 "$target" || { cat "$work/target.log" >&2; exit 1; }
	sleep 0.1
done
sed -n 's/^ *export *//p' "$work/target.log" >"$work/secrets"
socket=$(sed -n 's/^database: host=\([^ ]*\).*/\1/p' "$work/env.yaml")
conninfo="host=$socket port=5432 dbname=lens user=postgres"
crew=$(sed -n 's/^  crew:.*user: \([^,]*\),.*/\1/p' "$work/env.yaml")
other=$(sed -n '/^  foreign_hod:/,/yacht:/s/^ *user: *//p' "$work/env.yaml")
claims="{\"sub\":\"$crew\",\"role\":\"authenticated\"}"

psql -qX -v ON_ERROR_STOP=1 "$conninfo" >"$work/log" 2>&1 <<-END || { cat "$work/log" >&2; exit 1; }
	create extension pgtap;
	create table bench_orders (id int primary key, owner uuid not null, title text);
	insert into bench_orders select n, case when n % 5 = 0 then '$crew'::uuid else '$other' end,
		'order ' || n from generate_series(1, 30) n;
	alter table bench_orders enable row level security;
	alter table bench_orders force row level security;
	create policy own on bench_orders to authenticated using (owner = (select auth.uid()))
		with check (owner = (select auth.uid()));
	grant select, insert, update, delete on bench_orders to authenticated;
END

# Four kinds of check, 250 of each.
awk -v other="$other" 'BEGIN {
	for (i = 0; i < 250; i++) n = n (i ? "," : "") i
	head = "matrix: { n: [" n "] }, steps: [{ sql: "
	row = "unchanged: { table: bench_orders, id: 1 }"
	q = "\047"
	print "suite: bench.rls\ntitle: one thousand checks\ndefaults: { as: crew }\ncases:"
	print "  - { id: own, title: own rows, " head "\"select id from bench_orders\", expect: { outcome: allowed 6 } }] }"
	print "  - { id: other, title: a row of another, " head "\"select id from bench_orders where id = 1\", expect: { outcome: filtered }, " row " }] }"
	print "  - { id: update, title: a write to it, " head "\"update bench_orders set title = " q "x" q " where id = 1\", expect: { outcome: filtered }, " row " }] }"
	print "  - { id: insert, title: a row in the name of another, " head "\"insert into bench_orders values (99, " q other q ")\", expect: { outcome: denied.policy }, control: own.0 }] }"
}' >"$work/rls.yaml"
awk -v other="$other" -v claims="$claims" 'BEGIN {
	q = "\047"
	as = "set local role authenticated;\nselect set_config(" q "request.jwt.claims" q ", " q claims q ", true) \\g /dev/null\n"
	print "begin;\nselect plan(1000);"
	for (i = 0; i < 250; i++) {
		print as "select is((select count(*)::int from bench_orders), 6, " q "own rows" q ");\nreset role;"
		print as "select is_empty($$select id from bench_orders where id = 1$$, " q "a row of another" q ");\nreset role;"
		print as "select is_empty($$update bench_orders set title = " q "x" q " where id = 1 returning id$$, " q "a write to it" q ");\nreset role;"
		print as "select throws_ok($$insert into bench_orders values (99, " q other q ")$$, " q "42501" q ", null, " q "in the name of another" q ");\nreset role;"
	}
	print "select * from finish();\nrollback;"
}' >"$work/rls.sql"
# shellcheck disable=SC2046 # a list of words
${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -O2 -o "$work/pipeline" fixtures/bench/pipeline.c \
	$(pkg-config --cflags --libs libpq)

i=0
while [ "$i" -lt "$runs" ]; do
	i=$((i + 1))
	timed "$work/lensgate" "$lensgate" run "$work/rls.yaml" --env "$work/env.yaml" --env-file "$work/secrets" \
		--out "$work/out" -j 32 -q
	# what the checks alone took, as recorded: without reading the files and writing the reports
	jq -n -r 'reduce (inputs | select(.record == "case")) as $c ({n: 0, from: 1e18, to: 0};
			.n += 1 | .from = ([.from, $c.started_us // 0] | min)
			| .to = ([.to, ($c.started_us // 0) + $c.elapsed_us] | max))
		| 1e6 * .n / (.to - .from) | floor' "$work"/out/run/latest/run.jsonl >>"$work/rate"
	timed "$work/pgtap" pg_prove --ext .sql -h "$socket" -p 5432 -U postgres -d lens "$work/rls.sql"
	"$work/pipeline" "$conninfo" "$claims" "$other" 1000 64 >>"$work/bare"
	rm -rf "$work/out"
done
printf '%-52s %9s %9s %9s\n' 'row-level security' 'min' 'median' 'max'
spread '1 000 checks: lensgate run, reports included' ms <"$work/lensgate"
spread '1 000 checks: pgTAP, pg_prove, one file' ms <"$work/pgtap"
paste "$work/pgtap" "$work/lensgate" | awk '{ printf "%.2f\n", $1 / $2 }' |
	spread '  faster than pgTAP, whole command (aim 4)' ratio
spread '1 000 checks: lensgate, with witness and record' checks/s <"$work/rate"
paste "$work/pgtap" "$work/rate" | awk '{ printf "%.2f\n", $1 * $2 / 1e6 }' |
	spread '  faster than pgTAP, the checks' ratio
spread '1 000 checks: bare pipeline, one connection' checks/s <"$work/bare"
