# canary.sh - secrets, planted everywhere a run meets text, and looked for in every byte it writes.
# Part of ci/self.sh; uses the hostile service, which gives back what it is sent, and the database of
# refused.sh's target.
# shellcheck shell=sh disable=SC1003,SC2034,SC2089,SC2090,SC2154

random_hex() {
	od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

# Each value has 32 random digits and, but for those that have to be words, all that gets escaped.
canary_plant() {
	odd='q"b\s/l<a>&%41+é '
	CANARY_JWT=$(random_hex 16)$odd CANARY_PASSWORD=$odd$(random_hex 16) CANARY_APIKEY=$(random_hex 16)
	CANARY_HEADER='h"<&>\'$(random_hex 16) CANARY_QUERY=$odd$(random_hex 16)'?&=#' CANARY_BODY=$(random_hex 16)$odd
	CANARY_ROW=$odd$(random_hex 16) CANARY_ERROR=$(random_hex 16)"$odd" CANARY_WORD=w$(random_hex 16)
	CANARY_VAR=$(random_hex 16) CANARY_CUT=$(random_hex 16) CANARY_DATABASE=$(random_hex 16)
	export CANARY_JWT CANARY_PASSWORD CANARY_APIKEY CANARY_HEADER CANARY_QUERY CANARY_BODY CANARY_ROW \
		CANARY_ERROR CANARY_WORD CANARY_VAR CANARY_CUT
	database=$(sed -n 's/^database: //p' "$work/target.yaml")
	CANARY_CONNINFO="$database password=$CANARY_DATABASE application_name=$CANARY_VAR"
	export CANARY_CONNINFO
	mkdir -p "$work/nest"
	# shellcheck disable=SC2016 # the braces are the file's, not the shell's
	sed "s/THE_WORD/$CANARY_WORD/g" suites/self/canary.yaml.in >"$work/nest/$CANARY_WORD.yaml"
}

# Every form of standard input (one value) in which it might be written: one pattern a line. Of each
# form all windows of 16 characters: a part of a secret is a secret, too.
canary_forms() {
	jq -Rrs 'def windows: . as $text | [range(0; [length - 15, 1] | max)] | map($text[.:. + 16]);
		def base64_forms: [., "a" + ., "ab" + .] | map(@base64 | gsub("="; ""))
			| [.[0][:-1], .[1][2:-1], .[2][3:-1]] | . + map(gsub("\\+"; "-") | gsub("/"; "_"));
		[., (@json | .[1:-1]), @html, @uri, (@json | @json | .[3:-3])] + base64_forms
			+ (@json | .[1:-1] | base64_forms) + (@uri | base64_forms)
		| map(windows) | add | unique | .[]'
}

canary_hex() {
	od -An -v -tx1 | tr -d ' \n' | sed 's/^\(.\{32\}\).*/\1/'
	echo
}

canary_patterns() {
	for name in JWT PASSWORD APIKEY HEADER QUERY BODY ROW ERROR WORD VAR CUT DATABASE; do
		eval "value=\$CANARY_$name"
		printf %s "$value" | canary_forms
		printf %s "$value" | canary_hex
		printf %s "$value" | canary_hex | tr a-f A-F
		printf %s "$value" | canary_hex | sed 's/../%&/g'
	done | awk 'length($0) > 15' | sort -u
}

canary_run() {
	canary_plant
	set --
	for kind in $("$lensgate" help reports | awk '{ print $1 }'); do
		set -- "$@" --report "$kind=$work/canary/asked/$kind"
	done
	exits 3 "$lensgate" run "$work/nest/$CANARY_WORD.yaml" --env ./fixtures/hostile/canary.yaml \
		--out "$work/canary" --title "About $CANARY_WORD" --var "given=$CANARY_VAR" -v "$@" \
		>"$work/canary.out" 2>"$work/canary.err" || {
		cat "$work/canary.err"
		grep -A4 '^ERROR' "$work/canary.out"
		return 1
	}
	mkdir -p "$work/canary/said"
	mv "$work/canary.out" "$work/canary.err" "$work/canary/said"
	for kind in $("$lensgate" help reports | awk '{ print $1 }'); do
		exits 3 "$lensgate" report "$work/canary/run/latest" --report "$kind=$work/canary/again/$kind" \
			>>"$work/canary/said/report" 2>&1 || return 1
	done
}

# All of it was written, and what a secret stands for is named in its place.
canary_was_there() {
	for name in JWT PASSWORD APIKEY HEADER QUERY BODY ROW ERROR WORD CUT CONNINFO; do
		grep -rq "\[secret CANARY_$name\]" "$work/canary/run" || {
			echo "nothing is shown in the place of CANARY_$name"
			return 1
		}
	done
	grep -q '<member token>' "$work/canary/run/latest/run.jsonl"
}

canary_is_silent() {
	canary_patterns >"$work/patterns"
	[ "$(wc -l <"$work/patterns")" -gt 500 ] && [ -s "$work/canary/run/latest/run.jsonl" ] || return 1
	# It would be found: the same search finds what was planted.
	grep -qaFf "$work/patterns" "$work/nest/$CANARY_WORD.yaml" || return 1
	! grep -raoFf "$work/patterns" "$work/canary" | sort | uniq -c | sort -rn | head -n 20 | grep .
}

# What only the reply knew: a token by its name, a cookie, and a capture that the suite calls secret.
canary_late() {
	[ -s "$work/canary/run/latest/run.jsonl" ] &&
	! grep -raoE 'canary-[0-9a-f]{4,}' "$work/canary" | head -n 5 | grep .
}

check 'canaries: a run that meets secrets everywhere ends, with every kind of report' canary_run
check 'canaries: each was there, and its name stands in its place' canary_was_there
check 'canaries: no form of any secret, nor a part of it, is in any output' canary_is_silent
check 'canaries: what only a reply knew is in no output' canary_late

# Two secrets that are each other's names: whatever is shown for one gives the other away. There is no
# way to write that, so nothing is.
canary_refused() {
	CANARY_JWT=CANARY_PASSWORD CANARY_PASSWORD=CANARY_JWT
	export CANARY_JWT CANARY_PASSWORD
	exits 6 "$lensgate" run "$work/nest/$CANARY_WORD.yaml" body --env ./fixtures/hostile/canary.yaml \
		--out "$work/refused" --title "About CANARY_JWT" --report "markdown=$work/refused/asked" || return 1
	! grep -r 'CANARY_\(JWT\|PASSWORD\)' "$work/refused" && [ ! -e "$work/refused/asked" ] &&
		[ -z "$(find "$work/refused" -type f ! -name run.jsonl)" ]
}

check 'canaries: what cannot be masked is not written, exit 6' canary_refused
