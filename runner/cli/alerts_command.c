#include "cli/alerts_command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "cli/exit.h"
#include "cli/lens_file.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "document/node.h"
#include "exec/sql_session.h"
#include "watch/alert_message.h"
#include "watch/alert_series.h"
#include "watch/alert_teller.h"
#include "watch/grid.h"
#include "watch/rounds.h"

#define CONNECT_MS 5000
#define BACKOFF_MS 1000
#define WINDOW_S   INT64_C(604800) /* a week */

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
	long failed, changes;
	bool waiting; /* for the next look: a signal ends that at once */
	int signal_number;
};

static const char *
plural(long count)
{
	return count == 1 ? "" : "s";
}

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
	w->alerts = must(calloc(w->rules.count + 1, sizeof(*w->alerts)));
	return true;
}

/* ---- simulation and back test: every change is a line ---- */

static void
show_change(void *arg, const struct alert *alert, enum alert_change change, int64_t at_us,
	    const char *why, const char *untold)
{
	struct watchman *w = arg;
	const struct alert_facts facts = { w->lens, NULL, alert->rule, change, at_us, why };
	char moment[CLOCK_TEXT_BYTES], message[ALERT_MESSAGE_BYTES];

	clock_text(at_us, moment);
	w->changes++;
	(void)printf("%.16sZ  %-16s %-9s %s%s%s%s\n", moment, alert->rule->id,
		     alert_change_name(change), change == ALERT_RESOLVED ? "" : why,
		     untold ? "  (told nobody: " : "", untold ? untold : "", untold ? ")" : "");
	if (change == ALERT_BEGAN || untold)
		return;
	alert_message_text(&facts, message);
	(void)printf("                     -> %s: %s\n", alert->rule->channel, message);
}

static bool
simulate(struct watchman *w)
{
	struct observation *series;
	size_t count;
	bool ok = alert_series_load(w->settings->simulate, &series, &count, &w->errors);

	if (ok && count)
		alert_replay(&w->rules, w->alerts,
			     &(struct observed){ series, count, series[count - 1].at_us },
			     show_change, w);
	free(series);
	return ok;
}

/* ---- the rows ---- */

static bool
open_stage(struct watchman *w)
{
	struct stage *stage = &w->stage;

	*stage = (struct stage){ .settings = w->settings, .without_suites = true };
	return stage_load(stage, false) && stage_start(stage) && stage_database(stage);
}

static bool
connect_database(struct watchman *w)
{
	struct sql_options options = { .conninfo = w->stage.workspace.environment->database,
				       .connect_timeout_ms = CONNECT_MS };

	if (w->session && sql_session_alive(w->session))
		return true;
	sql_session_close(w->session);
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

	if (!since_read(w, &since_s) || !open_stage(w) || !connect_database(w))
		return false;
	struct observation *series = read_rows(w, since_s, &count);

	if (!series)
		return false;
	alert_replay(&w->rules, w->alerts, &(struct observed){ series, count, clock_wall_us() },
		     show_change, w);
	(void)printf("%zu round%s looked at, %ld change%s\n", count, plural((long)count),
		     w->changes, plural(w->changes));
	free(series);
	return true;
}

/* ---- for real ---- */

static void
said(void *arg, const char *channel, const char *text, const char *problem)
{
	(void)arg;
	(void)printf("%s: %s\n", channel, text);
	if (problem)
		(void)fprintf(stderr, "lensgate: not delivered %s\n", problem);
}

static long
firing(const struct watchman *w)
{
	long count = 0;

	for (size_t i = 0; i < w->rules.count; i++)
		count += w->alerts[i].state == ALERT_FIRING;
	return count;
}

static bool
look_once(struct watchman *w)
{
	const char *ca_file = w->settings->ca ? w->settings->ca : getenv("SSL_CERT_FILE");
	struct alert_teller teller = {
		.loop = w->loop,
		.rules = &w->rules,
		.secrets = w->stage.secrets,
		.lens = w->lens,
		.yacht = w->stage.workspace.environment->yacht,
		.ca_file = ca_file,
		.backoff_ms = BACKOFF_MS,
		.dry_run = w->settings->dry_run,
		.said = said,
	};
	struct observation *series = NULL;
	size_t count;

	if (connect_database(w))
		series = read_rows(w, WINDOW_S, &count);
	if (!series)
		return false;
	teller.session = w->session;
	teller.now_us = clock_wall_us();
	alert_replay(&w->rules, w->alerts, &(struct observed){ series, count, teller.now_us },
		     alert_teller_tell, &teller);
	free(series);
	w->failed += teller.failed;
	w->err = teller.err;
	long burning = firing(w);
	(void)printf("%zu round%s, %ld alert%s firing, %ld message%s told, %ld not delivered\n",
		     count, plural((long)count), burning, plural(burning), teller.told,
		     plural(teller.told), teller.failed);
	(void)fflush(stdout);
	return w->err.code == ERROR_NONE;
}

static void
signalled(void *arg, int signal_number)
{
	struct watchman *w = arg;

	/* There is nothing to read again: a look reads what there is. */
	if (signal_number == SIGHUP)
		return;
	w->signal_number = signal_number;
	if (w->waiting)
		loop_stop(w->loop);
}

static void
wake(void *arg)
{
	loop_stop(arg);
}

static bool
wait_for_next(struct watchman *w)
{
	int64_t now_us = clock_wall_us();
	int64_t wait_us = grid_next(now_us, w->settings->every_ms * 1000) - now_us;
	struct loop_timer *timer = loop_after(w->loop, wait_us / 1000 + 1, wake, w->loop);

	w->waiting = true;
	bool ok = w->signal_number || loop_run(w->loop, &w->err);
	w->waiting = false;
	if (w->signal_number)
		loop_cancel(w->loop, timer);
	return ok;
}

/* A look that fails is told, and the next one tries again; the only one there is fails it all. */
static bool
look_on(struct watchman *w)
{
	bool only_once = w->settings->once || w->settings->dry_run;

	if (!open_stage(w) || !loop_on_signals(w->loop, signalled, w, &w->err))
		return false;
	while (!w->signal_number) {
		bool ok = look_once(w);

		if (only_once)
			return ok;
		if (!ok) {
			(void)fprintf(stderr, "lensgate: this look failed: %s\n", w->err.message);
			w->err = (struct error){ 0 };
		}
		if (!w->signal_number && !wait_for_next(w))
			return false;
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

static int
status_of(const struct watchman *w, bool ok)
{
	if (!ok)
		return mistakes_print(w->errors.count ? &w->errors : &w->stage.errors);
	if (w->failed)
		return EXIT_UNWRITTEN;
	if (w->signal_number)
		return w->signal_number == SIGINT ? EXIT_SIGINT : EXIT_SIGTERM;
	return EXIT_PASSED;
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
	int status = status_of(&w, ok);
	finish(&w);
	return status;
}
