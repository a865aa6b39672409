# runbooks.sh - every runbook of a lens, followed as it is written, on a target that is broken in each
# of the ways it names: the first bold answer must be the cause it says. Part of ci/self.sh.
# shellcheck shell=sh disable=SC1090,SC2034,SC2154

# A runbook is read like this: "## 1." begins a step; its block in sh or sql is run (one marked `by
# hand` is not); of the table after it the first row whose text is in the output counts; one in bold is
# a cause, and ends it. "Tested with" lists how the target is broken: options of `lensgate target`, and
# at the end of them a function below, runbook_NAME.

# runbook_steps FILE DIRECTORY: N.sh or N.sql, and N.rows (text, tab, meaning) for each step.
runbook_steps() {
	mkdir -p "$2"
	awk -v folder="$2" '
		/^## [0-9]+\./ { step = $2 + 0 }
		/^## [^0-9]/ { step = 0 }
		/^```/ { kind = inside ? "" : NF == 1 ? substr($1, 4) : ""; inside = !inside; next }
		!step { next }
		inside && kind { print > (folder "/" step "." kind) }
		!inside && /^\| `/ {
			gsub(/\\\|/, "\001")
			split($0, cell, " \\| ")
			gsub(/\001/, "|", cell[1])
			sub(/^\| `/, "", cell[1])
			sub(/`$/, "", cell[1])
			print cell[1] "\t" cell[2] > (folder "/" step ".rows")
		}' "$1"
}

# runbook_cases FILE: how, tab, cause for each row of "Tested with".
runbook_cases() {
	awk '/^## / { tested = $2 == "Tested" }
		tested && /^\| .*`/ { split($0, cell, " \\| "); gsub(/`/, "", cell[2]); sub(/ *\|$/, "", cell[3])
			print cell[2] "\t" cell[3] }' "$1"
}

# What the step says, on standard output, whatever it ends with.
runbook_run() {
	case $1 in
	*.sh) sh "$1" 2>&1 ;;
	*.sql) psql -X -d "$DATABASE_URL" -v yacht="$YACHT" -f "$1" 2>&1 ;;
	esac
	return 0
}

# The cause that following the steps in $1 names; "" when none does.
runbook_follow() {
	number=1
	while [ -e "$1/$number.sh" ] || [ -e "$1/$number.sql" ]; do
		for block in "$1/$number".s*; do
			runbook_run "$block" >"$1/$number.said"
		done
		[ ! -e "$1/$number.rows" ] || while IFS="	" read -r text meaning; do
			grep -qF -- "$text" "$1/$number.said" || continue
			case $meaning in
			'**'*)
				meaning=${meaning#??}
				printf '%s\n' "${meaning%%\*\**}"
				return 0
				;;
			esac
			break
		done <"$1/$number.rows"
		number=$((number + 1))
	done
}

# ---- what is broken, beside faults of the target ----

# In the background, until the target is put away.
runbook_behind() {
	"$@" >"$work/behind" 2>&1 &
	runbook_pids="$runbook_pids $!"
}

runbook_psql() {
	psql -X -q -v ON_ERROR_STOP=1 -d "$DATABASE_URL" "$@"
}

# A transaction with $1, which stays open; and somebody who waits for it.
runbook_lock() {
	mkfifo "$work/lock"
	runbook_behind psql -X -q -d "$DATABASE_URL" -f "$work/lock"
	exec 8>"$work/lock"
	echo "begin; lock table public.auth_users_roles; $1" >&8
	until runbook_psql -At -c "select 1 from pg_locks where mode = 'AccessExclusiveLock' and granted
		and relation = 'public.auth_users_roles'::regclass" | grep -q 1; do sleep 0.1; done
	runbook_behind runbook_psql -c 'select count(*) from public.auth_users_roles'
	until runbook_psql -At -c 'select 1 from pg_locks where not granted' | grep -q 1; do sleep 0.1; done
}

runbook_transaction_left_open() { runbook_lock ''; }
runbook_table_locked() { runbook_lock 'select pg_sleep(30);'; }

runbook_long_statement() {
	runbook_behind runbook_psql -c 'select pg_sleep(30)'
	sleep 2.2
}

# The service goes on without its database; its keeper sleeps, or it would put the rest away.
runbook_database_stopped() {
	kill -STOP "$target_pid"
	kill -INT "$(head -n 1 "$target_folder/db/data/postmaster.pid")"
	while [ -e "$target_folder/db/data/postmaster.pid" ]; do sleep 0.1; done
}

runbook_service_killed() {
	kill -STOP "$target_pid"
	kill -KILL "$target_service"
	while curl -s -m 1 -o /dev/null "$BASE_URL/health"; do sleep 0.1; done
}

runbook_nothing() { :; }

# A round an hour ago, of version $1, with the flag on.
runbook_round_before() {
	runbook_psql -v commit="$1" -v yacht="$YACHT" <<'EOF'
insert into public.pms_health_checks (yacht_id, lens_id, status, sample_size, error_rate_percent, observed_at, notes)
values (:'yacht', 'shopping_list', 'healthy', 1, 0, now() - interval '1 hour', jsonb_build_object(
	'checks', '{"feature_flags": {"verdict": "PASS", "status_code": 200}}'::jsonb,
	'target', jsonb_build_object('commit', :'commit')));
EOF
}

runbook_after_another_version() { runbook_round_before 0123456789abcdef; }
runbook_after_the_same_version() {
	runbook_round_before "$(curl -s "$BASE_URL/version" | jq -r .git_commit)"
}

# A worker with a round each second, until its first round is there.
runbook_worker() {
	WORKER=127.0.0.1:$((20000 + $$ % 20000))
	"$lensgate" watch shopping_list --env "$NAME" --every 1s --listen "$WORKER" --out "$place/reports" \
		>"$work/worker.log" 2>&1 &
	worker_pid=$!
	runbook_pids="$runbook_pids $worker_pid"
	tries=0
	until grep -q "$1" "$work/worker.log"; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || return 1
		sleep 0.1
	done
}

runbook_worker_well() { runbook_worker ' healthy: '; }

# Whatever was written is an hour old.
runbook_age() {
	runbook_psql -c "update public.pms_health_checks set observed_at = observed_at - interval '1 hour'
		where lens_id = 'shopping_list'"
}

runbook_worker_ended() {
	runbook_worker ' healthy: ' && kill -TERM "$worker_pid" && wait "$worker_pid"
	runbook_age
}

runbook_worker_stopped() {
	runbook_worker ' healthy: ' && kill -STOP "$worker_pid" && runbook_age
}

runbook_lock_lost() {
	runbook_round_before 0123456789abcdef
	mkfifo "$work/lock"
	runbook_behind psql -X -q -d "$DATABASE_URL" -v yacht="$YACHT" -f "$work/lock"
	exec 8>"$work/lock"
	echo "select pg_advisory_lock(hashtext('lensgate.watch.shopping_list'), hashtext(:'yacht'));" >&8
	until runbook_psql -At -c "select 1 from pg_locks where locktype = 'advisory'" | grep -q 1; do sleep 0.1; done
	runbook_worker 'standing by'
}

runbook_not_migrated() {
	runbook_psql -c 'drop owned by lensgate_worker; drop role lensgate_worker'
}

runbook_wrong_file() {
	{ cat "$NAME"; echo 'flagss: true'; } >"$work/wrong.yaml"
	NAME=$work/wrong.yaml
}

# ---- all of them ----

# The target as `how` says, and what a reader of the runbook knows.
runbook_break() {
	options=
	trouble=
	# shellcheck disable=SC2086 # words: options with a value each, and what else is broken
	set -- $1
	while [ $# -gt 0 ]; do
		case $1 in
		--*) options="$options $1 $2" && shift ;;
		*) trouble=$(printf %s "$1" | tr - _) ;;
		esac
		shift
	done
	rm -f "$work/target.says" "$work/lock"
	# shellcheck disable=SC2086 # options are words
	target_start $options || return 1
	set -a
	. "$target_secrets"
	set +a
	NAME=$work/target.yaml
	BASE_URL=$(sed -n 's/^base_url: //p' "$NAME")
	DATABASE_URL=$(sed -n 's/^database: //p' "$NAME")
	YACHT=$(sed -n 's/^yacht: //p' "$NAME")
	WORKER=127.0.0.1:9
	export NAME BASE_URL DATABASE_URL YACHT WORKER
	"$lensgate" migrate --env "$NAME" >/dev/null && { [ -z "$trouble" ] || "runbook_$trouble"; }
}

runbook_mend() {
	exec 8>&-
	for pid in $runbook_pids; do
		kill -CONT "$pid" 2>/dev/null && kill -TERM "$pid" && wait "$pid"
	done
	runbook_pids=
	target_stop
}

# runbook NAME HOW CAUSE: following it on what is broken names the cause.
runbook() {
	steps=$work/runbook
	place=$work/place
	rm -rf "$steps" "$place"
	# A place of its own: rounds that one of them cannot write are not another one's.
	mkdir "$place" && ln -s "$PWD/suites" "$PWD/fixtures" "$PWD/ci" "$place"
	runbook_steps "suites/shopping_list/runbooks/$1.md" "$steps"
	runbook_break "$2" >"$work/break" 2>&1 || {
		cat "$work/break"
		runbook_mend
		return 1
	}
	found=$(PATH=$(dirname "$lensgate"):$PATH && cd "$place" && runbook_follow "$steps")
	runbook_mend >/dev/null 2>&1
	[ "$found" = "$3" ] && return 0
	echo "it names: ${found:-nothing}"
	tail -n 4 "$steps"/*.said
	return 1
}

# Every alert leads to one of them.
runbook_of_each_alert() {
	sed -n 's/^ *runbook: //p' suites/shopping_list/alerts.yaml | sort -u | while read -r file; do
		[ -s "suites/shopping_list/$file" ] || exit 1
	done
}

check 'every alert has its runbook' runbook_of_each_alert
runbook_pids=
for page in suites/shopping_list/runbooks/*.md; do
	page=$(basename "$page" .md)
	runbook_cases "suites/shopping_list/runbooks/$page.md" >"$work/cases"
	check "the runbook $page says what it was tested with" [ -s "$work/cases" ]
	while IFS="	" read -r how cause <&7; do
		check "the runbook $page, with $how: $cause" runbook "$page" "$how" "$cause"
	done 7<"$work/cases"
done
