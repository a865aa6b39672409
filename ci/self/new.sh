# shellcheck shell=sh disable=SC2154 # sourced by ci/self.sh
# new.sh - the files that `lensgate new` writes are run unchanged, and it writes all of them or none.

# drafted DIR: from what the target lists, into DIR; then all that was made of it
drafted() {
	exits 0 "$lensgate" new parts --from-target --into "$work/$1" &&
		(cd "$work/$1" &&
			exits 0 "$lensgate" validate suites/parts &&
			exits 0 "$lensgate" gate parts-full --out "$work/new" -q)
}

described() {
	exits 0 "$lensgate" new parts --from fixtures/scaffold/parts.yaml --into "$work/described" &&
		(cd "$work/described" &&
			exits 0 "$lensgate" gate parts-full --out "$work/new" -q &&
			exits 0 "$lensgate" watch parts --once --out "$work/new" &&
			exits 0 "$lensgate" alerts parts --once)
}

# What the files are for: a hole in a lens is found by what was made from its description.
noticed() {
	for fault in router-open rls-parts-crew expired-token list-unfiltered; do
		(cd "$work/described" &&
			exits 1 "$lensgate" gate parts-full --fault "$fault" --out "$work/new" -q) || return 1
	done
}

# refused SENTENCE ARGUMENT...: exit 2 with this sentence, and nothing is written
refused() {
	sentence=$1
	shift
	exits 2 "$lensgate" new "$@" --into "$work/new_refused" 2>"$work/new_refusal" &&
		grep -qF "$sentence" "$work/new_refusal" && [ ! -e "$work/new_refused" ]
}

# The files of a lens that is there already are named, and stay as they are.
never_overwritten() {
	cp -R "$work/described" "$work/before" &&
		exits 2 "$lensgate" new parts --into "$work/described" 2>"$work/new_refusal" &&
		[ "$(grep -c 'is there already, and nothing is overwritten' "$work/new_refusal")" -eq 14 ] &&
		diff -r "$work/before" "$work/described"
}

# Where the disk is full, or a folder cannot be made, half a lens is worse than none.
all_or_nothing() {
	mkdir "$work/half" && echo stone >"$work/half/ci" &&
		exits 6 "$lensgate" new parts --from fixtures/scaffold/parts.yaml --into "$work/half" &&
		[ "$(ls -A "$work/half")" = ci ]
}

# To others it is YAML, too; asked where there is somebody to ask.
parses() {
	! python3 -c 'import yaml' 2>/dev/null || python3 -c 'import sys, yaml
for path in sys.argv[1:]:
    yaml.safe_load(open(path))' "$work"/described/.github/workflows/*.yml "$work"/described/ci/gates/*.yaml || return 1
	! command -v actionlint >/dev/null || actionlint "$work"/described/.github/workflows/*.yml
}

sed 's/purser\]$/purser, deckhand]/' fixtures/scaffold/parts.yaml >"$work/deckhand.yaml"
sed 's/quantity: 2/quantity: FILL_IN/' fixtures/scaffold/parts.yaml >"$work/gap.yaml"
check 'new: what is drafted from a running service is run unchanged' drafted drafted
check 'new: what is made from a description is run unchanged, watched and looked at for alerts' described
check 'new: faults of the service turn the gate red' noticed
# shellcheck disable=SC2016 # the backquotes are the sentence's
check 'new: an unknown role is refused' refused 'unknown role `deckhand`' parts --from "$work/deckhand.yaml"
check 'new: a place that is not filled in is refused' refused 'is a place to fill in (FILL_IN)' parts --from "$work/gap.yaml"
check 'new: a domain that the service knows nothing of is refused' \
	refused 'the service lists no action in the domain engines to anybody' engines --from-target
check 'new: one description only' refused 'a lens has one description' parts --from x --from-target
check 'new: files that are there are never overwritten' never_overwritten
check 'new: what fails in the middle leaves nothing behind' all_or_nothing
check 'new: the workflow is YAML' parses
