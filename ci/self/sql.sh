# sql.sh - statements: every outcome by its name, what proves nothing, people no policy holds, and a
# database that cannot be used as it should be. Part of ci/self.sh.
# shellcheck shell=sh disable=SC2154

# An id begins with the trouble its case must end with; the control passes.
sql_unknown() {
	exits 3 "$lensgate" run suites/self/sql_unknown.yaml --out "$work/unknown" -q || return 1
	jq -e '[.cases[] | select(.id != "reaches")] as $cases
		| ($cases | length) == 12
		and all($cases[]; .trouble as $t | .verdict == "ERROR" and (.id | startswith($t)))' \
		"$work/unknown/run/latest/result.json" >/dev/null ||
		{ jq -r '.cases[] | "\(.id) \(.verdict) \(.trouble)"' "$work/unknown/run/latest/result.json"; return 1; }
}

# nobody_is SUITE PATTERN OPTION...: the preflight says so in a sentence that matches; nothing is judged
nobody_is() {
	suite=$1
	pattern=$2
	shift 2
	exits 3 "$lensgate" run "suites/self/$suite.yaml" --out "$work/$suite" -q "$@" || return 1
	jq -e --arg pattern "$pattern" '.cases[0] | .trouble == "preflight" and (.reason | test($pattern))' \
		"$work/$suite/run/latest/result.json" >/dev/null ||
		{ jq -r '.cases[0].reason' "$work/$suite/run/latest/result.json"; return 1; }
}

# sql_target_start: a target of our own for what needs another way to its database
sql_target_start() {
	mkfifo "$work/sql.says" || return 1
	"$lensgate" target --write-env "$work/sql.yaml" >"$work/sql.says" 2>"$work/sql.log" &
	sql_target_pid=$!
	sql_secrets=$(sed -n '/^Ctrl-C/q; s/^secrets *//p' "$work/sql.says")
	sql_socket=$(sed -n 's/^database: host=\([^ ]*\).*/\1/p' "$work/sql.yaml")
	[ -n "$sql_socket" ]
}

# sql_elsewhere NAME CONNINFO: the environment with another way to the database
sql_elsewhere() {
	sed "s|^database: .*|database: $2|" "$work/sql.yaml" >"$work/$1.yaml"
}

not_a_member() {
	sql_elsewhere member "host=$sql_socket port=5432 dbname=lens user=authenticator"
	nobody_is persona_owner 'the database user may not act as app_owner, the role of persona strong' \
		--env "$work/member.yaml" --env-file "$sql_secrets"
}

# In transaction mode statements of one connection reach several of the server's. It has to be the
# user the socket belongs to.
pooler_start() {
	mkdir -m 777 "$work/pooler" && chmod 755 "$work" && cat >"$work/pooler/ini" <<-END
		[databases]
		lens = host=$sql_socket port=5432 dbname=lens user=postgres
		[pgbouncer]
		unix_socket_dir = $work/pooler
		listen_addr =
		auth_type = any
		pool_mode = transaction
		default_pool_size = 3
		logfile =
		pidfile =
	END
	if [ "$(id -u)" -eq 0 ]; then
		pgbouncer -u "$(stat -c %U "$sql_socket")" "$work/pooler/ini" >"$work/pooler.log" 2>&1 &
	else
		pgbouncer "$work/pooler/ini" >"$work/pooler.log" 2>&1 &
	fi
	pooler_pid=$!
	tries=0
	until [ -S "$work/pooler/.s.PGSQL.6432" ] || [ "$tries" -eq 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	[ -S "$work/pooler/.s.PGSQL.6432" ]
}

# The first run may be lucky and keep the one connection it needs; then it must be right.
pooled() {
	pooler_start || return 1
	sql_elsewhere pooled "host=$work/pooler port=6432 dbname=lens user=postgres"
	"$lensgate" run suites/self/sql.yaml --env "$work/pooled.yaml" --env-file "$sql_secrets" \
		--out "$work/pooled" -q || true
	exits 3 "$lensgate" run suites/self/sql.yaml --env "$work/pooled.yaml" --env-file "$sql_secrets" \
		--out "$work/pooled" -q || return 1
	jq -e '.cases[0].reason | test("a pooler in transaction mode is in between")' \
		"$work/pooled/run/latest/result.json" >/dev/null
}

check 'every outcome of a statement has its name' exits 0 "$lensgate" run suites/self/sql.yaml --out "$work/sql" -q
check 'what proves nothing is no pass: select, update, delete, insert, blind' sql_unknown
check 'a superuser as persona: exit 3' nobody_is persona_superuser 'is a superuser in SQL'
check 'BYPASSRLS as persona: exit 3' nobody_is persona_bypassrls 'has BYPASSRLS in SQL'
check 'an owner without FORCE as persona: exit 3' nobody_is persona_owner \
	'owns pms_.* which lack FORCE ROW LEVEL SECURITY' --fault rls-no-force
check 'a persona that auth.uid() takes for another: exit 3' nobody_is persona_other '^auth.uid\(\) of persona other should be '
if sql_target_start; then
	check 'a database user that may not become the persona: exit 3' not_a_member
	if command -v pgbouncer >/dev/null; then
		check 'a pooler in transaction mode: a sentence, exit 3' pooled
		[ -z "$pooler_pid" ] || kill "$pooler_pid"
	else
		echo 'SKIP  a pooler in transaction mode: pgbouncer is not installed'
	fi
	kill -TERM "$sql_target_pid" && wait "$sql_target_pid"
fi
