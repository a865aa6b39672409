#!/bin/sh
# bench-watch.sh - a month of a health worker with its clock compressed: 2 880 rounds, a quarter of an
# hour each, as fast as they come. The worker's memory and open files have to be after the month what
# they were after a day. ROUNDS=2880 sets how many.
set -eu
cd "$(dirname "$0")/.."
lensgate=$PWD/build/lensgate
rounds=${ROUNDS:-2880}
work=$(mktemp -d)
target=
worker=
stop() {
	[ -z "$worker" ] || { kill "$worker" && wait "$worker"; } 2>/dev/null || true
	[ -z "$target" ] || { kill "$target" && wait "$target"; } 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# made: rounds so far
made() {
	grep -c 'checks as expected' "$work/log" || true
}

# until_made COUNT: at most ten minutes
until_made() {
	until [ "$(made)" -ge "$1" ]; do
		kill -0 "$worker" || { tail -n 5 "$work/log" >&2; exit 1; }
		[ $((waited += 1)) -lt 3000 ] || { echo "only $(made) rounds in ten minutes" >&2; exit 1; }
		sleep 0.2
	done
}

# kilobytes of memory that are the worker's own
memory() {
	awk '/^RssAnon/ { print $2 }' "/proc/$worker/status"
}

files() {
	find "/proc/$worker/fd" -mindepth 1 | wc -l
}

row() {
	printf '%-52s %9s  %s\n' "$1" "$2" "$3"
}

"$lensgate" target --write-env "$work/env.yaml" >"$work/says" 2>&1 &
target=$!
until grep -q '^Ctrl-C' "$work/says"; do
	kill -0 "$target" || { cat "$work/says" >&2; exit 1; }
	sleep 0.1
done
secrets=$(sed -n 's/^secrets *//p' "$work/says")
"$lensgate" migrate --env "$work/env.yaml" --env-file "$secrets" >"$work/migrated"
waited=0
from=$(date +%s%3N)
"$lensgate" watch shopping_list --every 20ms --env "$work/env.yaml" --env-file "$secrets" \
	--out "$work/out" >"$work/log" 2>&1 &
worker=$!
until_made $((rounds / 30))
day_kb=$(memory)
day_files=$(files)
until_made "$rounds"
month_kb=$(memory)
ms=$(($(date +%s%3N) - from))
row 'worker, rounds made one after the other' $((rounds * 1000 / ms)) rounds/s
row "worker's memory after $((rounds / 30)) rounds, a day" "$day_kb" kB
row "worker's memory after $rounds rounds, a month" "$month_kb" kB
row '  more after the month (aim: at most 1024)' $((month_kb - day_kb)) kB
row "worker's open files, day and month" "$day_files $(files)" files
row 'records left on disk' "$(find "$work/out" -name run.jsonl | wc -l)" files
kill "$worker"
wait "$worker" || true
worker=
found=$(psql -XAt -d "$(sed -n 's/^database: //p' "$work/env.yaml")" -c "select count(*) - count(distinct observed_at),
	count(*) from public.pms_health_checks where lens_id = 'shopping_list' and notes ? 'target'")
row 'rows written twice, and all' "$found" rows
[ $((month_kb - day_kb)) -le 1024 ]
