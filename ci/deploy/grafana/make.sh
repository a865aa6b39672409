#!/bin/sh
# ci/deploy/grafana/make.sh [--check] - dashboard.json, of layout.json and the queries of the program.
#
# A panel of layout.json names its query (runner/watch/chronicle_NAME.sql) and, where the query cuts
# time into stretches, how long one is. The parameters become Grafana's variables and macros. With
# --check nothing is written: exit 1 when dashboard.json is not what would be.
set -eu
cd "$(dirname "$0")/../../.."
here=ci/deploy/grafana

queries=$(for file in runner/watch/chronicle_*.sql; do
	name=${file##*/chronicle_}
	jq -Rs --arg name "${name%.sql}" '{ ($name): . }' "$file"
done | jq -s add)

made=$(jq --argjson queries "$queries" '
	def for_grafana(stretch): rtrimstr("\n")
		| gsub("\\$1"; "${lens:sqlstring}") | gsub("\\$2"; "${yacht:sqlstring}")
		| gsub("\\$3"; "$__timeFrom()") | gsub("\\$4"; "$__timeTo()")
		| gsub("\\$5"; "${every:sqlstring}") | gsub("\\$6"; "\u0027" + stretch + "\u0027");
	# The head of a query says which parameters it has; here they are named already.
	def without_head: split("\n") | map(select(startswith("--") | not)) | join("\n");
	def panel: . as $panel
		| ($queries[$panel.query] // error("no query is called \($panel.query)")) as $sql
		| del(.query, .stretch, .format)
		| . + { datasource: { type: "grafana-postgresql-datasource", uid: "${datasource}" },
			targets: [{ refId: "A", rawQuery: true, editorMode: "code",
				format: $panel.format, rawSql: ($sql | without_head | for_grafana($panel.stretch // "")),
				datasource: { type: "grafana-postgresql-datasource", uid: "${datasource}" } }] };
	.panels = [.panels | to_entries[] | .value + { id: (.key + 1) } | panel]' "$here/layout.json")

if [ "${1-}" = --check ]; then
	printf '%s\n' "$made" | cmp -s - "$here/dashboard.json" || {
		echo "$here/dashboard.json is not what $here/make.sh makes" >&2
		exit 1
	}
else
	printf '%s\n' "$made" >"$here/dashboard.json.new"
	mv "$here/dashboard.json.new" "$here/dashboard.json"
fi
