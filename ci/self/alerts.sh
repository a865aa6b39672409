# alerts.sh - alerts of a real database, sent to a real HTTP server. Part of ci/self.sh, after
# verdicts.sh, which has statement() and rounds().
# shellcheck shell=sh disable=SC2154,SC2016,SC2119,SC2120

# receive NAME [ARGUMENT...]: a receiver; $receiver_url, and what it got in $work/NAME.got.
receive() {
	receiver_name=$1
	shift
	mkfifo "$work/$receiver_name.in" || return 1
	.build/receiver "$@" <"$work/$receiver_name.in" >"$work/$receiver_name.got" &
	receiver_pid=$!
	exec 9>"$work/$receiver_name.in"
	until_there '^port ' 1 "$work/$receiver_name.got" || return 1
	scheme=http
	[ "${1-}" != --tls ] || scheme=https
	receiver_url=$scheme://127.0.0.1:$(sed -n 's/^port //p' "$work/$receiver_name.got")/hook
}

receive_stop() {
	exec 9>&-
	wait "$receiver_pid"
	sed -i 1d "$work/$receiver_name.got"
}

# until_there PATTERN COUNT FILE: waits until so many lines of it match, ten seconds at most.
until_there() {
	tries=0
	until [ "$(grep -c "$1" "$3")" -ge "$2" ]; do
		[ $((tries += 1)) -le 100 ] || return 1
		sleep 0.1
	done
}

# look [OPTION...]: one look at what is in the database, with $receiver_url as address of ops-critical.
look() {
	LENSGATE_WEBHOOK_OPS_CRITICAL=$receiver_url "$lensgate" alerts shopping_list --once \
		--env "$work/target.yaml" --env-file "$target_secrets" "$@" 2>"$work/alerts.err"
}

# A day of rounds, the newest of them with a 5xx, and nothing told yet.
alerting() {
	rounds 1 && reply 0 status_code 500 && changed 0 "status = 'unhealthy', error_rate_percent = 20" &&
		statement -c 'truncate public.lensgate_alert_messages'
}

told_once() {
	alerting && receive once && exits 0 look && exits 0 look && receive_stop &&
		[ "$(wc -l <"$work/once.got")" -eq 1 ] &&
		sed 's/^200 //' "$work/once.got" | jq -e '.text | test("^CRITICAL any-5xx: .*Runbook: suites/shopping_list/runbooks/5xx.md.*get_health_check_history")'
}

# Two that look at the same moment: one of them tells it.
told_once_by_two() {
	alerting && receive two || return 1
	look >"$work/two.a" &
	other=$!
	exits 0 look >"$work/two.b" && wait "$other" && receive_stop && [ "$(wc -l <"$work/two.got")" -eq 1 ]
}

told_again() {
	alerting && receive again 503 429 200 && exits 0 look && receive_stop &&
		[ "$(cut -c 1-4 "$work/again.got" | tr -d '\n')" = '503 429 200 ' ]
}

# What did not arrive fails the look, and the next look tells it.
not_delivered() {
	alerting && receive refused 404 200 && exits 6 look &&
		grep -q 'not delivered to \$LENSGATE_WEBHOOK_OPS_CRITICAL: it answered 404' "$work/alerts.err" &&
		! grep -q 127.0.0.1 "$work/alerts.err" && exits 0 look && receive_stop && [ "$(wc -l <"$work/refused.got")" -eq 2 ]
}

nobody_listens() {
	receiver_url=http://127.0.0.1:1/hook
	alerting && exits 6 look
}

# As a paging service wants it: another body, a key of its own, one incident for alert and recovery.
by_template() {
	mkdir -p "$work/paging/suites/shopping_list" && alerting && receive paging || return 1
	{
		cat suites/shopping_list/alerts.yaml
		cat <<-'END'
			channels:
			  - name: ops-critical
			    secret: PAGER_URL
			    template:
			      routing_key: ${secret.PAGER_KEY}
			      event_action: ${action}
			      dedup_key: ${lens}/${yacht}/${alert}
			      payload: { summary: "${title}: ${why}", severity: "${level}", source: lensgate, custom_details: { runbook: "${runbook}", query: "${query}" } }
		END
	} >"$work/paging/suites/shopping_list/alerts.yaml"
	(cd "$work/paging" && PAGER_URL=$receiver_url PAGER_KEY=0123456789abcdef0123456789abcdef exits 0 "$lensgate" alerts \
		shopping_list --once --env "$work/target.yaml" --env-file "$target_secrets") && receive_stop &&
		sed 's/^200 //' "$work/paging.got" | jq -e '.event_action == "trigger" and .payload.severity == "critical"
			and .routing_key == "0123456789abcdef0123456789abcdef"
			and (.dedup_key | test("^shopping_list/85fe1119-.*/any-5xx$"))'
}

certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=receiver -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$work/receiver.key" -out "$work/receiver.pem" 2>"$work/openssl.log"
}

# A certificate of our own: refused, unless it is said who signed it.
over_tls() {
	certificate && alerting && receive tls --tls "$work/receiver.pem" "$work/receiver.key" && exits 6 look &&
		exits 0 look --ca "$work/receiver.pem" && receive_stop && [ "$(wc -l <"$work/tls.got")" -eq 1 ] || return 1
	alerting && receive tls2 --tls "$work/receiver.pem" "$work/receiver.key" &&
		SSL_CERT_FILE=$work/receiver.pem exits 0 look && receive_stop && [ "$(wc -l <"$work/tls2.got")" -eq 1 ]
}

# A look every second: what fires is told, and so is the recovery. Ends with a signal, in order.
again_and_again() {
	alerting && statement -c "update public.pms_health_checks set observed_at = observed_at - interval '16 minutes'" &&
		receive every || return 1
	LENSGATE_WEBHOOK_OPS_CRITICAL=$receiver_url "$lensgate" alerts shopping_list --every 1s \
		--env "$work/target.yaml" --env-file "$target_secrets" >"$work/every.out" 2>&1 &
	looking=$!
	until_there ' round.* firing' 2 "$work/every.out"
	statement -c "insert into public.pms_health_checks (id, yacht_id, lens_id, status, p95_latency_ms,
			error_rate_percent, sample_size, observed_at, notes)
		select gen_random_uuid(), yacht_id, lens_id, 'healthy', 100, 0, 5, now(),
			jsonb_set(notes, '{checks,list_endpoint,status_code}', '200')
		from public.pms_health_checks order by observed_at desc limit 1"
	until_there RESOLVED 1 "$work/every.got"
	kill -TERM "$looking"
	exits 143 wait "$looking" && receive_stop && [ "$(grep -c 'CRITICAL any-5xx' "$work/every.got")" -eq 1 ] &&
		[ "$(grep -c 'RESOLVED any-5xx' "$work/every.got")" -eq 1 ]
}

check 'alerts: migrate makes their table, again and again' exits 0 "$lensgate" migrate --env "$work/target.yaml" \
	--env-file "$target_secrets"
check 'alerts: a change is told once, however often it is looked at' told_once
check 'alerts: a change is told once, whoever looks' told_once_by_two
check 'alerts: what was refused for now is sent again' told_again
check 'alerts: what was not delivered is exit 6, and told by the next look' not_delivered
check 'alerts: nobody listens: exit 6' nobody_listens
check 'alerts: any webhook, by a template' by_template
check 'alerts: TLS with a certificate of our own' over_tls
check 'alerts: a look every second tells firing and recovery, once each' again_and_again
