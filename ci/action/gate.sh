#!/bin/sh
# ci/action/gate.sh - run a gate in a step of GitHub Actions: outputs, summary, annotations.
#
# GATE, ENVIRONMENT, DIRECTORY, ARGS (one on each line), SHARD and OUT are the inputs of action.yml.
# The exit status is that of the gate, whatever happens to the rest.
set -u

lensgate=$ROOT/build/lensgate
start=$PWD
cd "${DIRECTORY:-$PWD}" || exit 2
[ -n "$DIRECTORY" ] || [ -d ci/gates ] || cd "$ROOT" || exit 2
case $OUT in
/*) out=$OUT ;;
*) out=$start/$OUT ;;
esac
mkdir -p "$out" || exit 6

set -- gate "$GATE" --env "$ENVIRONMENT" --out "$out" \
	--report "html=$out/$GATE.html" --report "ctrf=$out/$GATE.ctrf.json" \
	--report "github=$out/$GATE.summary.md" --report "pr-comment=$out/$GATE.comment.md" \
	--report "annotations=$out/$GATE.commands"
[ -z "${SHARD-}" ] || set -- "$@" --shard "$SHARD"
while IFS= read -r line; do
	[ -z "$line" ] || set -- "$@" "$line"
done <<END
${ARGS-}
END

# What a target answers is printed too, and GitHub would obey it.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
"$lensgate" "$@"
status=$?
echo "::$token::"

# The names of runs grow with time.
evidence=
for folder in "$out/$GATE"/*-*-*-*-*/; do
	[ -e "$folder/result.json" ] && evidence=${folder%/}
done

# The value of a member of the first line of result.json, of the characters that may be in it.
value() {
	sed -n "1s/.*\"$1\":\"\\{0,1\\}\\([A-Za-z0-9 ]*\\).*/\\1/p" "$evidence/result.json"
}

if [ -n "$evidence" ]; then
	digest=$(sha256sum <"$evidence/manifest.json")
	{
		echo "verdict=$(value verdict)"
		echo "planned=$(value planned)"
		echo "passed=$(value passed)"
		echo "failed=$(value failed)"
		echo "evidence=$evidence"
		echo "evidence-digest=${digest%% *}"
		echo "comment=$out/$GATE.comment.md"
	} >>"$GITHUB_OUTPUT"
	cat "$out/$GATE.summary.md" >>"$GITHUB_STEP_SUMMARY"
	cat "$out/$GATE.commands"
else
	echo "verdict=DID NOT RUN" >>"$GITHUB_OUTPUT"
	echo "::error title=lensgate did not run::exit status $status; the log of this step says why"
fi
{
	echo "exit-status=$status"
	echo "out=$out"
} >>"$GITHUB_OUTPUT"
exit "$status"
