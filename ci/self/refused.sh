# refused.sh - a gate that cannot judge: its target, database or people are not what they have to be.
# Part of ci/self.sh, after target.sh; nothing can use the target after this.
# shellcheck shell=sh disable=SC2034,SC2154

# refuses NAME PATTERN ENVIRONMENT SECRETS: the gate ends with 3, and all its 27 cases are errors with
# one and the same sentence, which matches; in every report.
refuses() {
	folder=$work/$1
	exits 3 "$lensgate" gate pre-deploy --env "$3" --env-file "$4" --out "$folder" -q || return 1
	run=$folder/pre-deploy/latest
	jq -e --arg pattern "$2" '(.cases | length) == 27 and .exit_status == 3
		and all(.cases[]; .verdict == "ERROR" and .trouble == "preflight" and .attempts == 0)
		and ([.cases[].reason] | unique | length == 1 and (.[0] | test($pattern)))
		and .invariants.statements == 0' "$run/result.json" >/dev/null || {
		jq -r '.cases[0] | "\(.verdict) \(.trouble) \(.attempts): \(.reason)"' "$run/result.json"
		return 1
	}
	[ "$(grep -c '<error type="preflight"' "$run/junit.xml")" -eq 27 ] &&
		xmllint --noout --schema fixtures/golden/junit.xsd "$run/junit.xml" &&
		grep -q '27 planned, 0 passed, 27 errors' "$run/evidence.md" &&
		grep -q "COULD NOT JUDGE.* none of 27 cases was judged: " "$run/evidence.md"
}

wrong_secret() {
	sed 's/^\(LENSGATE_TARGET_JWT_SECRET=\).*/\1'"$HOSTILE_JWT_SECRET"'/' "$target_secrets" >"$work/secrets"
	refuses secret '^persona [a-z_]+ should be [a-z_]+, but the target does not accept it: 401 ' \
		"$work/target.yaml" "$work/secrets"
}

# The gate's people have minted tokens; here one of them logs in.
wrong_password() {
	sed 's/^\(LENSGATE_TARGET_PASSWORD=\).*/\1'"$HOSTILE_JWT_SECRET"'/' "$target_secrets" >"$work/secrets"
	# shellcheck disable=SC2016 # the braces are the file's, not the shell's
	sed '/^  hod:/s/ }$/, password: ${secret.LENSGATE_TARGET_PASSWORD} }/' "$work/target.yaml" >"$work/login.yaml"
	refuses password '^persona hod cannot log in: 400 ' "$work/login.yaml" "$work/secrets"
}

# The people of the seed: crew becomes somebody whose only role has ended.
without_role() {
	sed '/^  crew:/s/user: [^,]*/user: 0fd630f1-f29d-4da9-953f-48f1a09f76b5/' "$work/target.yaml" \
		>"$work/norole.yaml"
	refuses norole '^persona crew should be crew, but the target does not accept it: 403 ' \
		"$work/norole.yaml" "$target_secrets"
}

# And hod becomes crew.
other_role() {
	sed '/^  hod:/s/user: [^,]*/user: 57e82f78-0a2d-4a7c-a428-6287621d06c5/' "$work/target.yaml" \
		>"$work/otherrole.yaml"
	refuses otherrole '^persona hod should be chief_officer, but the target says its role is crew$' \
		"$work/otherrole.yaml" "$target_secrets"
}

other_commit() {
	sed 's/^expect: { commit: [^,]*/expect: { commit: 0123456789abcdef/' "$work/target.yaml" \
		>"$work/commit.yaml"
	refuses commit '^the target runs another version: commit 0123456789abcdef was expected, it says ' \
		"$work/commit.yaml" "$target_secrets"
}

database_out_of_reach() {
	sed "s|^database: .*|database: host=$work/nowhere port=5432 dbname=lens user=postgres|" \
		"$work/target.yaml" >"$work/nodatabase.yaml"
	refuses nodatabase '^the database does not answer' "$work/nodatabase.yaml" "$target_secrets"
}

# The service goes on without its database; its keeper sleeps, or it would put the rest away.
database_stopped() {
	kill -STOP "$target_pid"
	kill -INT "$(head -n 1 "$target_folder/db/data/postmaster.pid")"
	while [ -e "$target_folder/db/data/postmaster.pid" ]; do :; done
	refuses stopped '^the target says it is not healthy: GET /health is 503, database down$' \
		"$work/target.yaml" "$target_secrets"
}

target_gone() {
	kill -KILL "$target_service"
	refuses gone '^the target does not answer: connection refused by 127.0.0.1:[0-9]+$' \
		"$work/target.yaml" "$target_secrets"
}

nothing_stays() {
	target_stop
	[ ! -e "$target_folder" ] || ls -la "$target_folder"
	[ ! -e "$target_folder" ]
}

check 'a wrong secret: 27 errors, exit 3' wrong_secret
check 'a wrong password: 27 errors, exit 3' wrong_password
check 'a persona without its role: 27 errors, exit 3' without_role
check 'a persona with another role: 27 errors, exit 3' other_role
check 'another commit: 27 errors, exit 3' other_commit
check 'a database out of reach: 27 errors, exit 3' database_out_of_reach
check 'a database that was stopped: 27 errors, exit 3' database_stopped
check 'a target that is gone: 27 errors, exit 3' target_gone
check 'a target in the foreground leaves nothing behind' nothing_stays
