# hostile.sh - the runner against a service that does everything wrong: part of ci/self.sh.
# shellcheck shell=sh disable=SC2034,SC2154

# Start .build/hostile; its URL is in $HOSTILE_URL, and the secrets of its environment file are set.
# It ends when nobody holds its standard input any more; ci/self.sh ends it sooner.
hostile_start() {
	mkfifo "$work/hostile.in" "$work/hostile.url" || return 1
	.build/hostile <"$work/hostile.in" >"$work/hostile.url" &
	hostile_pid=$!
	exec 9>"$work/hostile.in"
	read -r HOSTILE_URL <"$work/hostile.url"
	HOSTILE_JWT_SECRET=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
	HOSTILE_APIKEY=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
	export HOSTILE_URL HOSTILE_JWT_SECRET HOSTILE_APIKEY
}

# hostile_run FOLDER OPERAND...: run against it, reports below $work/FOLDER
hostile_run() {
	folder=$1
	shift
	"$lensgate" run --env ./fixtures/hostile/environment.yaml --out "$work/$folder" -q "$@"
}

# All 8 MiB of a reply are kept as evidence, so several of them, the record's line and the reports
# have to fit; 1 GiB, or what a bomb unpacks to, does not. (The program's libraries take 100 MiB of
# addresses before main.)
hostile_memory() {
	(
		# shellcheck disable=SC3045 # dash has it
		ulimit -v 400000
		exits 3 hostile_run hostile suites/self/hostile.yaml
	)
}

# An id begins with the verdict and the trouble; what a title says behind its colon begins the reason.
hostile_verdicts() {
	jq -e '[.cases[]
		| ((.verdict | ascii_downcase) + "-" + (if .trouble then .trouble + "-" else "" end)) as $kind
		| (.reason // .findings[0].message // "") as $said
		| (.title | split(": ")[1:] | join(": ")) as $wanted
		| select((.id | startswith($kind) | not)
			or (.verdict != "PASS" and ($wanted == "" or ($said | startswith($wanted) | not))))
		| "\(.id): \($kind) \($said)"]
		| if . == [] then true else (.[] | halt_error) end' "$work/hostile/run/latest/result.json" &&
		jq -e '(.cases | length) == 49 and .complete' "$work/hostile/run/latest/result.json"
}

# 30 s is the limit of a step; the slow ones have 1.5 s. Nothing came near: what ends a reply is its
# size or the end of the step, never luck.
hostile_in_time() {
	jq -e 'all(.cases[]; .elapsed_us < 20000000) and ([.cases[] | select(.id | contains("-drip"))
		| .elapsed_us] | length == 2 and all(.[]; . < 8000000))' "$work/hostile/run/latest/result.json"
}

hostile_reports() {
	run=$work/hostile/run/latest
	xmllint --noout --schema fixtures/golden/junit.xsd "$run/junit.xml" &&
		[ "$(grep -c '<testcase ' "$run/junit.xml")" -eq 49 ] &&
		iconv -f UTF-8 -t UTF-8 "$run/evidence.md" >/dev/null && [ "$(stat -c %s "$run/junit.xml")" -lt 2000000 ]
}

hostile_start || exit 1
check 'a hostile service: a run that ends, in 400 MB of addresses, with exit 3' hostile_memory
check 'a hostile service: each reply has the verdict and the sentence it deserves' hostile_verdicts
check 'a hostile service: every step ends within its time limit' hostile_in_time
check 'a hostile service: reports that machines can read' hostile_reports
