#include "cli/round.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/journal.h"

#define ROW_BYTES ((size_t)1024 * 1024)
#define KEPT      "watch/kept"

/* ---- asking ---- */

static void
preflighted(void *arg)
{
	struct round *r = arg;

	recording_begin(&r->recording, &r->performance);
}

static void
settled(void *arg, const struct run_case *result)
{
	struct round *r = arg;
	const struct planned_case *planned = &r->recording.planned[result->index];

	recording_case(&r->recording, result);
	health_case(&r->health, planned, result);
	const json_t *seen = json_object_get(r->health.seen, planned->id);
	const json_t *status = json_object_get(seen, "status_code");
	if (status)
		journal_say("  %-22s %-5s %lld in %lld ms", planned->id,
			    verdict_name(result->verdict), (long long)json_integer_value(status),
			    (long long)json_integer_value(json_object_get(seen, "latency_ms")));
	else
		journal_say("  %-22s %s", planned->id, verdict_name(result->verdict));
}

static bool
ask_all(struct round *r, struct error *err)
{
	r->asked = (struct performance_options){
		.settings = r->options.settings,
		.workspace = r->options.workspace,
		.plan = r->options.plan,
		.identity = &r->identity,
		.embed = r->options.embed,
		.mask = r->mask,
		.loop = r->options.loop,
		.own_signals = true,
		.preflighted = preflighted,
		.settled = settled,
		.arg = r,
	};

	bool ok = performance_open(&r->performance, &r->asked, err) &&
		  performance_run(&r->performance, err);
	r->cut_short = r->performance.signal_number != 0;
	return ok;
}

static void
say_events(const struct round *r)
{
	for (size_t i = 0; i < json_array_size(r->health.events); i++) {
		const json_t *event = json_array_get(r->health.events, i);
		const json_t *detail = json_object_get(event, "detail_json");

		journal_say("  %s: %s: %s", json_string_value(json_object_get(event, "level")),
			    json_string_value(json_object_get(detail, "check")),
			    json_string_value(json_object_get(detail, "message")));
	}
}

/* ---- the record ---- */

static int
status_of(const struct totals *totals)
{
	if (totals_unjudged(totals))
		return EXIT_UNJUDGED;
	return totals->failed > 0 ? EXIT_FAILED : EXIT_PASSED;
}

static void
drop(const char *folder, const char *path)
{
	(void)unlink(path);
	(void)rmdir(folder);
}

static int
is_run(const struct dirent *entry)
{
	return strlen(entry->d_name) == IDENTITY_RUN_BYTES - 1;
}

/* Remove the oldest records of rounds: ids sort by time. */
static void
drop_old(const char *out)
{
	char folder[PATH_MAX], one[PATH_MAX + 300], path[PATH_MAX + 320];
	struct dirent **entries;

	(void)snprintf(folder, sizeof(folder), "%s/" KEPT, out);
	int count = scandir(folder, &entries, is_run, alphasort);
	for (int i = 0; i < count; i++) {
		(void)snprintf(one, sizeof(one), "%s/%s", folder, entries[i]->d_name);
		(void)snprintf(path, sizeof(path), "%s/run.jsonl", one);
		if (i < count - ROUND_RECORDS)
			drop(one, path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* Everything that a run leaves, made from its record. */
static bool
deliver(const struct round *r, struct error *err)
{
	const struct settings *settings = r->options.settings;
	struct run *run = run_load(r->recording.path, err);

	if (!run)
		return false;
	bool ok = delivery_write(run, r->recording.folder, settings, r->mask) &&
		  delivery_seal(run, r->recording.folder, settings, err);
	delivery_point(settings->out, r->recording.options.kind, r->identity.run_id);
	run_free(run);
	return ok;
}

/* A record that is not whole is no reason to make no round: the row is what counts. */
static void
end_record(struct round *r, bool kept)
{
	struct error err = { 0 };

	recording_end(&r->recording, &r->performance,
		      status_of(engine_totals(r->performance.engine)), NULL);
	bool ok = recording_finish(&r->recording, &err);
	if (!kept)
		drop(r->recording.folder, r->recording.path);
	else if (ok && r->options.settings->once)
		ok = deliver(r, &err);
	else
		drop_old(r->options.settings->out);
	if (!ok)
		journal_say("the record is not whole: %s", err.message);
	else if (kept)
		journal_say("record: %s", r->recording.path);
}

/* ---- all of it ---- */

static bool
begin(struct round *r, struct error *err)
{
	const struct round_options *options = &r->options;
	const struct recording_options recording = {
		.settings = options->settings,
		.workspace = options->workspace,
		.plan = options->plan,
		.argv = options->argv,
		.identity = &r->identity,
		.mask = r->mask,
		.kind = options->settings->once ? "watch" : KEPT,
		.title = options->plan->case_count ? options->plan->nodes[0].suite->title
						   : options->lens,
	};

	identity_make(&r->identity);
	return recording_open(&r->recording, &recording, err);
}

static void
see_replies(struct round *r)
{
	size_t count;
	const struct exchange *exchanges = preflight_exchanges(r->performance.preflight, &count);

	health_count(&r->health, &r->performance.session.invariants, exchanges, count);
	if (r->performance.refused)
		health_refused(&r->health, exchanges, count);
}

bool
round_make(struct round *r, const struct round_options *options, int64_t due_us, struct error *err)
{
	r->options = *options;
	r->mask = mask_new();
	health_begin(&r->health, options->lens, options->workspace->environment->yacht, due_us);
	if (!begin(r, err) || !ask_all(r, err))
		return false;
	if (r->cut_short) {
		drop(r->recording.folder, r->recording.path);
		return true;
	}
	health_target(&r->health, preflight_target(r->performance.preflight));
	see_replies(r);
	if (options->first)
		health_started(&r->health);
	health_conclude(&r->health);
	say_events(r);
	bool kept = options->first || options->settings->once || r->health.status != HEALTH_HEALTHY;
	if (kept)
		r->health.run = r->identity.run_id;
	end_record(r, kept);
	return true;
}

json_t *
round_row(const struct round *r)
{
	json_t *row = health_row(&r->health), *masked;
	char *text = json_dumps(row, JSON_COMPACT);
	struct buf out;

	buf_init(&out, ROW_BYTES);
	mask_text(r->mask, text, strlen(text), &out);
	masked = json_loadb(out.text, out.len, 0, NULL);
	buf_release(&out);
	free(text);
	if (!masked)
		return row;
	json_decref(row);
	return masked;
}

void
round_release(struct round *r)
{
	performance_close(&r->performance);
	recording_release(&r->recording);
	health_release(&r->health);
	mask_free(r->mask);
	*r = (struct round){ 0 };
}
