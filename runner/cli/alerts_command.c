#include "cli/alerts_command.h"

#include <ctype.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/exit.h"
#include "cli/lens_file.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "document/node.h"
#include "exec/http.h"
#include "exec/sql_session.h"
#include "watch/alert.h"
#include "watch/grid.h"
#include "watch/moment.h"
#include "watch/rounds.h"

#define CONNECT_MS    5000
#define STATEMENT_MS  30000
#define DELIVERY_MS   10000
#define TRIES         3
#define WINDOW_S      INT64_C(604800) /* a week */
#define LATE_S        3600            /* a change older than this is told nobody any more */
#define MESSAGE_BYTES 1200

/* Everything here is released by finish(). */
struct watchman {
	const struct settings *settings;
	const char *lens;
	struct stage stage;
	struct alert_rules rules;
	struct alert *alerts;
	struct loop *loop;
	struct sql_session *session;
	struct errors errors;
	struct error err;
	int64_t now_us;
	long told, failed, changes;
	int signal_number;
};

/* ---- the rules ---- */

static bool
load_rules(struct watchman *w)
{
	char path[LENS_FILE_BYTES];

	if (w->settings->operand_count != 1)
		return error_set(&w->err, ERROR_USAGE, "alerts takes one operand: the lens");
	w->lens = w->settings->operands[0];
	if (!lens_file_find(w->lens, "alerts.yaml", path, &w->err))
		return false;
	if (!alert_rules_load(&w->rules, path, &w->errors))
		return false;
	w->alerts = calloc(w->rules.count + 1, sizeof(*w->alerts));
	if (!w->alerts)
		abort();
	return true;
}

/* ---- a message ---- */

static void
write_message(const struct watchman *w, const struct alert_rule *rule, enum alert_change change,
	      const char *why, char message[MESSAGE_BYTES])
{
	char within[MOMENT_BYTES], level[16] = "";

	for (size_t i = 0; i + 1 < sizeof(level) && rule->level[i]; i++)
		level[i] = (char)toupper((unsigned char)rule->level[i]);
	moment_length(rule->answer_within_ms * 1000, within);
	if (change == ALERT_RESOLVED)
		(void)snprintf(message, MESSAGE_BYTES, "RESOLVED %s: %s (%s)", rule->id,
			       rule->title, w->lens);
	else
		(void)snprintf(message, MESSAGE_BYTES,
			       "%s %s%s: %s (%s): %s. Answer within %s. Runbook: "
			       "suites/%s/%s. More: select * from get_health_check_history(YACHT, "
			       "'%s', 1)",
			       level, rule->id, change == ALERT_REMINDED ? " still" : "",
			       rule->title, w->lens, why, within, w->lens, rule->runbook, w->lens);
}

/* ---- simulation and back test: every change is a line ---- */

static void
show_change(void *arg, const struct alert *alert, enum alert_change change, int64_t at_us,
	    const char *why, const char *untold)
{
	struct watchman *w = arg;
	char moment[CLOCK_TEXT_BYTES], message[MESSAGE_BYTES];

	clock_text(at_us, moment);
	w->changes++;
	(void)printf("%.16sZ  %-16s %-9s %s%s%s%s\n", moment, alert->rule->id,
		     alert_change_name(change), change == ALERT_RESOLVED ? "" : why,
		     untold ? "  (told nobody: " : "", untold ? untold : "", untold ? ")" : "");
	if (change == ALERT_BEGAN || untold)
		return;
	write_message(w, alert->rule, change, why, message);
	(void)printf("                     -> %s: %s\n", alert->rule->channel, message);
}

static bool
read_simulated(struct watchman *w, const struct node *item, struct observation *out)
{
	static const char *const keys[] = { "at",          "status", "p95_ms", "error_rate_percent",
					    "status_code", "flag",   "started" };
	const char *status = NULL, *flag = NULL;
	int64_t at_ms = 0, p95 = 100, code = 200;
	struct node member;

	(void)w;
	*out = (struct observation){ .flag = FLAG_ON };
	if (!node_is_object(item) || !node_keys(item, keys, COUNTOF(keys)) ||
	    !node_duration(item, "at", REQUIRED, &at_ms) ||
	    !node_text(item, "status", OPTIONAL, &status) ||
	    !node_text(item, "flag", OPTIONAL, &flag) ||
	    !node_integer(item, "p95_ms", OPTIONAL, 0, INT32_MAX, &p95) ||
	    !node_integer(item, "status_code", OPTIONAL, 0, 599, &code) ||
	    !node_boolean(item, "started", OPTIONAL, &out->restarted))
		return false;
	if (node_member(item, "error_rate_percent", &member))
		out->error_rate_percent = json_number_value(member.value);
	for (int i = HEALTH_HEALTHY; status && i <= HEALTH_UNHEALTHY; i++) {
		if (strcmp(status, health_status_name((enum health_status)i)) == 0)
			out->status = (enum health_status)i;
	}
	out->at_us = at_ms * 1000;
	out->p95_ms = (double)p95;
	out->has_5xx = code >= 500;
	if (flag)
		out->flag = strcmp(flag, "on") == 0 ? FLAG_ON : FLAG_OFF;
	return true;
}

static bool
simulate(struct watchman *w)
{
	struct document *document = document_load(w->settings->simulate, &w->errors);

	if (!document)
		return false;
	struct node root = node_root(document, &w->errors);
	bool ok = node_is_array(&root);
	size_t count = ok ? json_array_size(root.value) : 0;
	struct observation *series = calloc(count + 1, sizeof(*series));
	if (!series)
		abort();
	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(&root, i);
		ok = read_simulated(w, &item, &series[i]) && ok;
		if (i && series[i].at_us <= series[i - 1].at_us)
			ok = node_fail(&item, "is not later than the one above");
	}
	if (ok && count)
		alert_replay(&w->rules, w->alerts,
			     &(struct observed){ series, count, series[count - 1].at_us },
			     show_change, w);
	free(series);
	document_free(document);
	return ok;
}

/* ---- the rows ---- */

static bool
open_database(struct watchman *w)
{
	struct stage *stage = &w->stage;

	*stage = (struct stage){ .settings = w->settings, .without_suites = true };
	if (!stage_load(stage, false) || !stage_start(stage) || !stage_database(stage))
		return false;
	struct sql_options options = { .conninfo = stage->workspace.environment->database,
				       .connect_timeout_ms = CONNECT_MS };
	w->session = sql_session_open(w->loop, &options, &w->err);
	return w->session != NULL;
}

static struct observation *
read_rows(struct watchman *w, int64_t since_s, size_t *count)
{
	struct rounds_query query = { w->lens, w->stage.workspace.environment->yacht, 0,
				      clock_wall_us() };

	query.from_us = query.to_us - since_s * INT64_C(1000000);
	return rounds_read(w->session, &query, count, &w->err);
}

/* "7d", or a duration. */
static bool
since_read(struct watchman *w, int64_t *since_s)
{
	const char *text = w->settings->since;
	char *end;
	long days = strtol(text, &end, 10);
	int64_t ms;

	if (end != text && strcmp(end, "d") == 0 && days > 0 && days <= 3650) {
		*since_s = (int64_t)days * 24 * 3600;
		return true;
	}
	if (!duration_parse(text, &ms) || ms < 1000)
		return error_set(&w->err, ERROR_USAGE,
				 "--since wants a time such as 7d, 24h or 90m, not \"%s\"", text);
	*since_s = ms / 1000;
	return true;
}

static bool
backtest(struct watchman *w)
{
	size_t count;
	int64_t since_s = 0;

	if (!since_read(w, &since_s) || !open_database(w))
		return false;
	struct observation *series = read_rows(w, since_s, &count);

	if (!series)
		return false;
	alert_replay(&w->rules, w->alerts, &(struct observed){ series, count, clock_wall_us() },
		     show_change, w);
	(void)printf("%zu rounds looked at, %ld changes\n", count, w->changes);
	free(series);
	return true;
}

/* ---- for real: each change is told once, whoever looks ---- */

static const char claim_sql[] =
	"insert into public.lensgate_alert_messages (lens_id, yacht_id, alert_id, change, "
	"changed_at)"
	" values ($1, $2, $3, $4, to_timestamp($5::double precision / 1e6)) on conflict do nothing"
	" returning alert_id";

struct delivery {
	struct watchman *watchman;
	bool done, ok;
	char problem[300];
};

static void
got_reply(void *arg, const struct http_reply *reply)
{
	struct delivery *delivery = arg;

	delivery->done = true;
	delivery->ok = reply->problem == HTTP_OK && reply->status >= 200 && reply->status < 300;
	if (reply->problem != HTTP_OK)
		(void)snprintf(delivery->problem, sizeof(delivery->problem), "%s", reply->sentence);
	else
		(void)snprintf(delivery->problem, sizeof(delivery->problem), "it answered %ld",
			       reply->status);
	loop_stop(delivery->watchman->loop);
}

static void
wake(void *arg)
{
	loop_stop(arg);
}

/* The address of a channel is a secret: LENSGATE_WEBHOOK_OPS_CRITICAL for ops-critical. */
static const char *
webhook_of(struct watchman *w, const char *channel, char name[120])
{
	struct error unset = { 0 };
	size_t len = (size_t)snprintf(name, 120, "LENSGATE_WEBHOOK_%.80s", channel);

	for (size_t i = 0; i < len; i++)
		name[i] = isalnum((unsigned char)name[i]) ? (char)toupper((unsigned char)name[i])
							  : '_';
	return secrets_secret(w->stage.secrets, name, &unset);
}

/* Who names an address allows its host, and no other. */
static bool
host_of(const char *url, char host[256])
{
	CURLU *parsed = curl_url();
	char *part = NULL;
	bool ok = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
		  curl_url_get(parsed, CURLUPART_HOST, &part, 0) == CURLUE_OK;

	(void)snprintf(host, 256, "%s", part ? part : "");
	curl_free(part);
	curl_url_cleanup(parsed);
	return ok;
}

static bool
post(struct watchman *w, const char *url, const char *message, char *problem, size_t size)
{
	char host[256];
	const char *const hosts[] = { host };
	struct http_options options = { .allow_hosts = hosts, .allow_host_count = 1 };
	static const struct http_header headers[] = { { "Content-Type", "application/json" } };
	json_t *body = json_pack("{s:s}", "text", message);
	char *text = json_dumps(body, JSON_COMPACT);
	struct delivery delivery = { .watchman = w };
	struct http_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.header_count = 1,
		.body = text,
		.body_len = strlen(text),
		.timeout_ms = DELIVERY_MS,
	};

	if (!host_of(url, host)) {
		(void)snprintf(delivery.problem, sizeof(delivery.problem), "it is no URL");
		request.timeout_ms = 0;
	}
	struct http *http = http_new(w->loop, &options);
	for (int i = 0; i < TRIES && request.timeout_ms && !delivery.ok && !w->signal_number; i++) {
		if (i > 0) {
			(void)loop_after(w->loop, 500 << i, wake, w->loop);
			if (!loop_run(w->loop, &w->err))
				break;
		}
		delivery.done = false;
		http_send(http, http_identity(http, "webhook"), &request, got_reply, &delivery);
		while (!delivery.done && loop_run(w->loop, &w->err))
			;
	}
	(void)snprintf(problem, size, "%s", delivery.problem);
	http_free(http);
	free(text);
	json_decref(body);
	return delivery.ok;
}

static bool
deliver(struct watchman *w, const struct alert_rule *rule, const char *message)
{
	char name[120], problem[300];
	const char *url = webhook_of(w, rule->channel, name);

	(void)printf("%s: %s\n", rule->channel, message);
	if (!url || w->settings->dry_run)
		return true;
	if (post(w, url, message, problem, sizeof(problem)))
		return true;
	(void)fprintf(stderr, "lensgate: not delivered to %s ($%s): %s\n", rule->channel, name,
		      problem);
	return false;
}

/* True when nobody has told this change yet; the row stays only if the transaction is committed. */
static bool
claim(struct watchman *w, const struct alert *alert, enum alert_change change, int64_t at_us)
{
	char moment[32];
	const char *params[] = { w->lens, w->stage.workspace.environment->yacht, alert->rule->id,
				 alert_change_name(change), moment };
	json_t *rows = NULL;

	(void)snprintf(moment, sizeof(moment), "%lld", (long long)at_us);
	if (!sql_session_ask(w->session, claim_sql, params, 5, STATEMENT_MS, &rows, &w->err))
		return false;
	bool mine = json_array_size(rows) == 1;
	json_decref(rows);
	return mine;
}

static void
tell_change(void *arg, const struct alert *alert, enum alert_change change, int64_t at_us,
	    const char *why, const char *untold)
{
	struct watchman *w = arg;
	char message[MESSAGE_BYTES];
	struct error ignored = { 0 };

	if (change == ALERT_BEGAN || untold || w->now_us - at_us > LATE_S * INT64_C(1000000) ||
	    w->err.code)
		return;
	write_message(w, alert->rule, change, why, message);
	if (w->settings->dry_run) {
		(void)deliver(w, alert->rule, message);
		return;
	}
	if (!sql_session_script(w->session, "begin", STATEMENT_MS, NULL, &w->err))
		return;
	bool mine = claim(w, alert, change, at_us);
	bool told = mine && deliver(w, alert->rule, message);
	/* What was not delivered is not claimed: the next look tries again. */
	bool kept = sql_session_script(w->session, told ? "commit" : "rollback", STATEMENT_MS, NULL,
				       told ? &w->err : &ignored);
	w->told += told && kept;
	w->failed += mine && !told;
}

static bool
look_once(struct watchman *w)
{
	size_t count;
	long firing = 0;
	struct observation *series = read_rows(w, WINDOW_S, &count);

	if (!series)
		return false;
	w->now_us = clock_wall_us();
	alert_replay(&w->rules, w->alerts, &(struct observed){ series, count, w->now_us },
		     tell_change, w);
	free(series);
	for (size_t i = 0; i < w->rules.count; i++) {
		if (w->alerts[i].state == ALERT_FIRING)
			firing++;
	}
	(void)printf("%zu rounds, %ld alerts firing, %ld messages told, %ld not delivered\n", count,
		     firing, w->told, w->failed);
	(void)fflush(stdout);
	return w->err.code == ERROR_NONE;
}

static void
signalled(void *arg, int signal_number)
{
	struct watchman *w = arg;

	w->signal_number = signal_number;
	loop_stop(w->loop);
}

static bool
look_on(struct watchman *w)
{
	int64_t every_us = w->settings->every_ms * 1000;

	if (!open_database(w) || !loop_on_signals(w->loop, signalled, w, &w->err))
		return false;
	while (!w->signal_number) {
		if (!look_once(w))
			return false;
		if (w->settings->once || w->settings->dry_run)
			break;
		int64_t wait_us = grid_next(clock_wall_us(), every_us) - clock_wall_us();
		struct loop_timer *timer = loop_after(w->loop, wait_us / 1000 + 1, wake, w->loop);
		if (!loop_run(w->loop, &w->err))
			return false;
		if (w->signal_number)
			loop_cancel(w->loop, timer);
	}
	return true;
}

static void
finish(struct watchman *w)
{
	sql_session_close(w->session);
	loop_free(w->loop);
	free(w->alerts);
	alert_rules_release(&w->rules);
	stage_release(&w->stage);
}

int
alerts_command(const struct settings *settings, const char *const *argv)
{
	struct watchman w = { .settings = settings, .loop = loop_new() };
	bool ok = load_rules(&w);

	(void)argv;
	if (ok && settings->simulate)
		ok = simulate(&w);
	else if (ok && settings->backtest)
		ok = backtest(&w);
	else if (ok)
		ok = look_on(&w);
	if (!ok && w.err.code)
		*errors_new(&w.errors) = w.err;
	int status = ok ? w.failed ? EXIT_UNWRITTEN : EXIT_PASSED
			: mistakes_print(w.errors.count ? &w.errors : &w.stage.errors);
	if (ok && w.signal_number)
		status = w.signal_number == SIGINT ? EXIT_SIGINT : EXIT_SIGTERM;
	finish(&w);
	return status;
}
