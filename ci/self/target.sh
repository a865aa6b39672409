# target.sh - a target in the foreground, for the parts of ci/self.sh that need one.
# shellcheck shell=sh disable=SC2034,SC2119,SC2120,SC2154

# target_start [OPTION...]: start a target of our own: $target_pid, its environment file
# $work/target.yaml, its secrets in $target_secrets. What it prints last says that it is up.
target_start() {
	mkfifo "$work/target.says" || return 1
	"$lensgate" target "$@" --write-env "$work/target.yaml" >"$work/target.says" 2>"$work/target.log" &
	target_pid=$!
	target_secrets=$(sed -n '/^Ctrl-C/q; s/^secrets *//p' "$work/target.says")
	target_folder=$(dirname "$target_secrets")
	# The service is the one of our name that was told of this folder; ps may not be there.
	target_service=$(grep -lsF "$target_folder" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do
		case $(cat "/proc/$pid/comm") in lensgate-target*) echo "$pid" ;; esac
	done)
	[ -n "$target_service" ]
}

target_stop() {
	[ -n "$target_pid" ] || return 0
	kill -CONT "$target_pid"
	kill -TERM "$target_pid"
	wait "$target_pid"
	target_pid=
}

target_start || exit 1
