# watch.sh - health workers that are killed, told to read their files again, told to end, and left
# without a database. Part of ci/self.sh, after alerts.sh, which has until_there(); with a target of its
# own, whose database it ends and starts again.
# shellcheck shell=sh disable=SC2154,SC2016,SC2034

target_stop
rm -f "$work/target.says"
target_start || exit 1
database=$(sed -n 's/^database: //p' "$work/target.yaml")

# worker NAME: a worker with a round every second; its log is $work/NAME.log, its pid $worker_pid.
worker() {
	"$lensgate" watch shopping_list --every 1s --env "$work/target.yaml" --env-file "$target_secrets" \
		--out "$work/$1" >"$work/$1.log" 2>&1 &
	worker_pid=$!
}

rows() {
	statement -c 'select count(*) from public.pms_health_checks'
}

# rows_more COUNT: waits for that many more rows.
rows_more() {
	wanted_rows=$(($(rows) + $1))
	tries=0
	until [ "$(rows)" -ge "$wanted_rows" ]; do
		[ $((tries += 1)) -le 100 ] || { echo "no more rows than $(rows)"; return 1; }
		sleep 0.1
	done
}

# No moment between the first round and the last without a row, and none with two.
whole() {
	[ "$(statement -c "select count(*) = count(distinct observed_at) and count(*)
		= extract(epoch from max(observed_at) - min(observed_at)) + 1 from public.pms_health_checks")" = t ] || {
		statement -c 'select observed_at, count(*) from public.pms_health_checks group by 1 order by 1'
		return 1
	}
}

# The postmaster of the target, ended and started again as it was. The target itself, which would end
# with its database, is asleep from here on; its service is not.
postgres_stop() {
	postgres_pid=$(head -n 1 "$target_folder"/db/*/postmaster.pid "$target_folder"/db/postmaster.pid 2>/dev/null |
		grep -m 1 '^[0-9]')
	postgres_user=$(stat -c %U "/proc/$postgres_pid")
	postgres_words=$(tr '\0' ' ' <"/proc/$postgres_pid/cmdline")
	kill -STOP "$target_pid"
	kill -INT "$postgres_pid"
	tries=0
	while statement -c 'select 1' 2>/dev/null; do
		[ $((tries += 1)) -le 100 ] || return 1
		sleep 0.1
	done
}

postgres_start() {
	# The words have no blanks of their own: it is the embedded server's command line.
	# shellcheck disable=SC2086
	if [ "$(id -u)" -eq 0 ]; then
		setsid setpriv --reuid="$postgres_user" --regid="$(id -g "$postgres_user")" --clear-groups \
			$postgres_words >"$work/postgres.log" 2>&1 &
	else
		setsid $postgres_words >"$work/postgres.log" 2>&1 &
	fi
	started_pid=$!
	tries=0
	until statement -c 'select 1' >/dev/null 2>&1; do
		[ $((tries += 1)) -le 100 ] || { cat "$work/postgres.log"; return 1; }
		sleep 0.1
	done
}

# Two workers, of which one checks; it is killed in the middle of whatever it does, three times over.
another_takes_over() {
	statement -c 'truncate public.pms_health_checks cascade'
	worker one
	one=$worker_pid
	until_there 'this worker checks' 1 "$work/one.log" || return 1
	worker two
	two=$worker_pid
	until_there 'standing by' 1 "$work/two.log" && rows_more 2 || return 1
	kill -9 "$one"
	wait "$one" 2>/dev/null
	until_there 'this worker checks' 1 "$work/two.log" && rows_more 2 || return 1
	worker three
	three=$worker_pid
	until_there 'standing by' 1 "$work/three.log" || return 1
	kill -9 "$two"
	wait "$two" 2>/dev/null
	until_there 'this worker checks' 1 "$work/three.log" && rows_more 2 && whole
}

# The one that is left goes on without its database, and writes what it kept when that is back.
rounds_wait() {
	postgres_stop && until_there 'kept on disk, 2 waiting' 1 "$work/three.log" &&
		[ "$(find "$work/three/watch" -path '*waiting/*.json' | wc -l)" -ge 2 ] &&
		postgres_start && until_there 'rounds written, those that waited first' 1 "$work/three.log" &&
		rows_more 2 && whole &&
		[ "$(statement -c "select count(*) > 0 from public.pms_health_events where level = 'error'")" = t ]
}

reads_again() {
	kill -HUP "$three"
	until_there 'SIGHUP: files read again, 5 checks' 1 "$work/three.log" && rows_more 2
}

# A file that is wrong changes nothing.
reads_wrong_files() {
	cp "$work/target.yaml" "$work/target.kept"
	echo 'no_such_key: 1' >>"$work/target.yaml"
	kill -HUP "$three"
	until_there 'the files are wrong, going on with the old ones' 1 "$work/three.log"
	went_wrong=$?
	mv "$work/target.kept" "$work/target.yaml"
	[ "$went_wrong" -eq 0 ] && grep -q 'unknown key `no_such_key`' "$work/three.log" && rows_more 2
}

# SIGTERM lets the round that is being made end: it has its row.
ends_its_round() {
	lines=$(grep -c 'service_health' "$work/three.log")
	until_there service_health $((lines + 1)) "$work/three.log" && kill -TERM "$three" &&
		exits 143 wait "$three" && grep -q 'stopped by a signal; rounds waiting: 0' "$work/three.log" || return 1
	[ "$(grep -c 'service_health' "$work/three.log")" -eq "$(grep -c 'checks as expected' "$work/three.log")" ]
}

# What a round leaves is what a run leaves: the document of a first health run is made of it.
handed_over() {
	exits 0 "$lensgate" watch shopping_list --once --env "$work/target.yaml" --env-file "$target_secrets" \
		--out "$work/first" >/dev/null && "$lensgate" verify "$work/first/watch/latest" &&
		"$lensgate" handoff "$work/first/watch/latest" --into "$work/handed" &&
		grep -q '^# First health run: shopping_list' "$work/handed/health/SHOPPING_LIST_FIRST_HEALTH_RUN.md" &&
		[ "$(statement -c "select notes->>'run' from public.pms_health_checks order by observed_at desc limit 1")" = \
			"$(jq -r .run_id "$work/first/watch/latest/result.json")" ]
}

# Records of rounds that found nothing are not kept, but for a worker's first.
keeps_few_records() {
	[ "$(find "$work/three/watch/kept" -name run.jsonl | wc -l)" -lt "$(grep -c 'checks as expected' "$work/three.log")" ] &&
		[ -n "$(find "$work/three/watch/kept" -name run.jsonl)" ]
}

check 'watch: migrate makes what a worker needs' exits 0 "$lensgate" migrate --env "$work/target.yaml" \
	--env-file "$target_secrets"
check 'watch: another worker takes over, no round is lost and none is doubled' another_takes_over
check 'watch: rounds wait for a database that is away, and are written once' rounds_wait
check 'watch: SIGHUP reads the files again' reads_again
check 'watch: SIGHUP with files that are wrong changes nothing' reads_wrong_files
check 'watch: SIGTERM lets the round end' ends_its_round
check 'watch: records are kept of what matters' keeps_few_records
check 'watch: a round is a run, and is handed over as one' handed_over
check 'watch: one round of a healthy lens: exit 0' exits 0 "$lensgate" watch shopping_list --once --out "$work/watch"
check 'watch: one round of a lens that is broken: exit 1' exits 1 "$lensgate" watch shopping_list --once \
	--fault routes-missing --out "$work/watch"
[ -z "${started_pid-}" ] || kill -INT "$started_pid"
target_stop
