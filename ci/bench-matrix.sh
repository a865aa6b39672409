#!/bin/sh
# bench-matrix.sh - the matrix of the lens, and one of 53 tables x 6 personas x 100 rows with policies
# as people write them (fixtures/bench/matrix.sql): how long, how many probes, what a probe costs the
# server in CPU beside a bare UPDATE through a policy of the same schema, and whether memory grows with
# the tables. The function that these policies call is planned anew by each statement, and called for
# each row; the rows `claims read once` are of the same policies as one is advised to write them
# (fixtures/bench/matrix_once.sql). RUNS=7 sets how often.
set -eu
cd "$(dirname "$0")/.."
lensgate=$PWD/build/lensgate
runs=${RUNS:-7}
work=$(mktemp -d)
target=
stop() {
	[ -z "$target" ] || { kill "$target" && wait "$target"; } 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

spread() {
	sort -n | awk -v label="$1" -v unit="$2" '
		{ v[NR] = $1 }
		END { printf "%-52s %9s %9s %9s  %s\n", label, v[1], v[int((NR + 1) / 2)], v[NR], unit }'
}

# ticks: hundredths of a second of CPU that the server's connections which have ended took
ticks() {
	sed 's/.*) //' "/proc/$postmaster/stat" | awk '{ print $14 + $15 }'
}

# measure NAME CONNECTIONS: appends to $work/NAME.{ms,peak,cells,tries,cpu}
measure() {
	before=$(ticks)
	/usr/bin/time -f %M -o "$work/time" "$lensgate" matrix --database "$database" \
		--connections "$2" --personas fixtures/bench/matrix.yaml -q --report json="$work/matrix.json" >"$work/log" 2>&1 ||
		{ cat "$work/log" >&2; exit 1; }
	sleep 0.2 # the server has not missed its connections yet
	jq .elapsed_ms "$work/matrix.json" >>"$work/$1.ms"
	tail -n 1 "$work/time" >>"$work/$1.peak"
	jq '(.cells | length) * 1000 / .elapsed_ms | floor' "$work/matrix.json" >>"$work/$1.cells"
	jq '.tries * 1000 / .elapsed_ms | floor' "$work/matrix.json" >>"$work/$1.tries"
	jq --argjson ticks $(($(ticks) - before)) '$ticks * 10000 / .tries | floor' "$work/matrix.json" \
		>>"$work/$1.cpu"
}

# load FILE: a schema, or a change of it
load() {
	psql -X -q -v ON_ERROR_STOP=1 -d "$database" -f "fixtures/bench/$1.sql" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
}

# bare: microseconds of CPU of 5 000 times one row read through a policy, each as a persona in a
# transaction that is rolled back
bare() {
	before=$(ticks)
	psql -qX -v ON_ERROR_STOP=1 -d "$database" -f "$work/bare.sql" >"$work/log" 2>&1 ||
		{ cat "$work/log" >&2; exit 1; }
	sleep 0.2
	echo $((($(ticks) - before) * 2)) >>"$work/bare"
}

"$lensgate" target --write-env "$work/env.yaml" --show-secrets >"$work/target.log" 2>&1 &
target=$!
until [ -s "$work/env.yaml" ]; do
	kill -0 "$target" || { cat "$work/target.log" >&2; exit 1; }
	sleep 0.1
done
database=$(sed -n 's/^database: *//p' "$work/env.yaml")
postmaster=$(head -n 1 "$(psql -XAt -d "$database" -c 'show data_directory')/postmaster.pid")
claims=$(awk '/claims:/ { sub(/.*claims: */, ""); print; exit }' fixtures/bench/matrix.yaml |
	sed 's/\([a-z_]*\): \([^,} ]*\)/"\1": "\2"/g')
awk -v claims="$claims" 'BEGIN {
	for (i = 0; i < 5000; i++)
		print "begin; select set_config(\047role\047, \047authenticated\047, true)," \
			" set_config(\047request.jwt.claims\047, \047" claims "\047, true);" \
			" update bench.things_1 set title = \047x\047 where id = \047" \
			"00000000-0000-0000-0000-000000000000\047; rollback;"
}' >"$work/bare.sql"

i=0
while [ "$i" -lt "$runs" ]; do
	i=$((i + 1))
	load matrix
	measure large 2
	bare
	load matrix_once
	measure one 1
	from=$(date +%s%3N)
	"$lensgate" matrix shopping_list -q >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	echo $(($(date +%s%3N) - from)) >>"$work/lens"
done
load matrix
psql -X -q -v ON_ERROR_STOP=1 -d "$database" -c 'set client_min_messages = error' -c "do \$\$ begin
	for n in 9..51 loop execute format('drop table bench.things_%s cascade', n); end loop; end \$\$" \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
measure small 2
measure small 2

printf '%-52s %9s %9s %9s\n' 'matrix' 'min' 'median' 'max'
spread 'matrix of the lens, embedded' ms <"$work/lens"
spread '53 tables x 6 personas x 100 rows (aim 3000)' ms <"$work/large.ms"
spread '  cells' cells/s <"$work/large.cells"
spread '  probes, over two connections' probes/s <"$work/large.tries"
spread '  CPU of the server per probe' us <"$work/large.cpu"
spread 'one update of nothing in a transaction as somebody' us <"$work/bare"
paste "$work/large.cpu" "$work/bare" | awk '{ printf "%.2f\n", $1 / $2 }' |
	spread '  a probe, of that' ratio
spread 'claims read once: probes, one connection (aim 8000)' probes/s <"$work/one.tries"
spread '  CPU of the server per probe' us <"$work/one.cpu"
spread 'peak memory, 53 tables' kB <"$work/large.peak"
spread 'peak memory, 10 tables' kB <"$work/small.peak"
