#include "cli/snapshot_command.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/lens_file.h"
#include "cli/masking.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "run/sink.h"
#include "watch/dashboard.h"
#include "watch/standing.h"

#define CONNECT_MS     5000
#define PATH_BYTES     600
#define DOCUMENT_BYTES ((size_t)4 * 1024 * 1024)

/* Everything here is released by finish(). */
struct telling {
	const struct settings *settings;
	struct stage stage;
	struct mask *mask;
	struct loop *loop;
	struct alert_rules rules;
	struct chronicle chronicle;
	struct errors errors;
	struct error err;
};

/* ---- reading ---- */

static bool
load_rules(struct telling *t, const char *command)
{
	char path[LENS_FILE_BYTES];

	if (t->settings->operand_count != 1)
		return error_set(&t->err, ERROR_USAGE, "%s takes one operand: the lens", command);
	t->chronicle.lens = t->settings->operands[0];
	return lens_file_find(t->chronicle.lens, "alerts.yaml", path, &t->err) &&
	       alert_rules_load(&t->rules, path, &t->errors);
}

static bool
read_chronicle(struct telling *t)
{
	struct stage *stage = &t->stage;
	size_t learned = 0;

	*stage = (struct stage){ .settings = t->settings, .without_suites = true };
	if (!stage_load(stage, false) || !stage_start(stage) || !stage_database(stage) ||
	    !masking_learn(t->mask, stage->secrets, &learned, &t->err))
		return false;
	const struct environment *environment = stage->workspace.environment;
	struct sql_options options = { .conninfo = environment->database,
				       .connect_timeout_ms = CONNECT_MS };
	struct sql_session *session = sql_session_open(t->loop, &options, &t->err);
	t->chronicle.environment = environment->name;
	t->chronicle.yacht = environment->yacht;
	t->chronicle.now_us = clock_wall_us();
	bool ok = session && chronicle_read(&t->chronicle, session, &t->rules, &t->err);
	sql_session_close(session);
	return ok;
}

static bool
begin(struct telling *t, const struct settings *settings, const char *command)
{
	*t = (struct telling){ .settings = settings, .mask = mask_new(), .loop = loop_new() };
	return load_rules(t, command) && read_chronicle(t);
}

/* The exit status: `status`, or that of what went wrong. */
static int
finish(struct telling *t, bool ok, int status)
{
	if (!ok && t->err.code)
		*errors_new(&t->errors) = t->err;
	if (!ok)
		status = mistakes_print(t->errors.count ? &t->errors : &t->stage.errors);
	chronicle_release(&t->chronicle);
	alert_rules_release(&t->rules);
	loop_free(t->loop);
	mask_free(t->mask);
	errors_release(&t->errors);
	stage_release(&t->stage);
	return status;
}

/* ---- writing ---- */

/* False, having said so, when it could not be written. */
static bool
write_text(const struct telling *t, const char *path, const struct buf *text)
{
	struct error err = { 0 };
	struct sink *sink = sink_open(path, t->mask, &err);

	if (sink) {
		sink_add(sink, text->text, text->len);
		if (sink_close(sink, &err))
			return true;
	}
	(void)mistake_print(&err);
	return false;
}

typedef void standing_fn(const struct standing *standing, struct buf *out);

static void
plain_terminal(const struct standing *standing, struct buf *out)
{
	standing_terminal(standing, false, out);
}

static const struct {
	const char *kind;
	standing_fn *write;
} kinds[] = {
	{ "json", standing_json },
	{ "markdown", standing_markdown },
	{ "terminal", plain_terminal },
};

/* NULL: there is no such report. */
static standing_fn *
writer_of(const char *asked)
{
	size_t len = strcspn(asked, "=");

	for (size_t i = 0; asked[len] && asked[len + 1] && i < COUNTOF(kinds); i++) {
		if (strlen(kinds[i].kind) == len && strncmp(kinds[i].kind, asked, len) == 0)
			return kinds[i].write;
	}
	return NULL;
}

static bool
check_reports(const struct settings *settings)
{
	struct error err = { 0 };

	for (size_t i = 0; i < settings->reports.count; i++) {
		if (writer_of(settings->reports.items[i]))
			continue;
		error_set(&err, ERROR_USAGE,
			  "--report of a snapshot wants json=, markdown= or terminal=PATH, not "
			  "\"%s\"",
			  settings->reports.items[i]);
		(void)mistake_print(&err);
		return false;
	}
	return true;
}

static bool
write_as(const struct telling *t, const struct standing *standing, standing_fn *write,
	 const char *path)
{
	struct buf text;

	buf_init(&text, DOCUMENT_BYTES);
	write(standing, &text);
	bool ok = write_text(t, path, &text);
	buf_release(&text);
	return ok;
}

/* DIR/snapshot/LENS-MOMENT.md, which *path names, and .json beside it. */
static bool
keep(const struct telling *t, const struct standing *standing, char path[PATH_BYTES])
{
	char moment[CLOCK_TEXT_BYTES];

	/* No colons: some file systems and some uploads take none. */
	clock_text(t->chronicle.now_us, moment);
	int len = snprintf(path, PATH_BYTES, "%s/snapshot/%s-%.13s%.2s", t->settings->out,
			   t->chronicle.lens, moment, moment + 14);
	if (len >= PATH_BYTES - 6)
		return false;
	(void)snprintf(path + len, 6, ".json");
	bool ok = write_as(t, standing, standing_json, path);
	(void)snprintf(path + len, 6, ".md");
	return write_as(t, standing, standing_markdown, path) && ok;
}

static bool
show(const struct telling *t, const struct standing *standing, const char *kept)
{
	struct buf text;

	buf_init(&text, DOCUMENT_BYTES);
	if (t->settings->quiet)
		standing_headline(standing, delivery_color(t->settings), &text);
	else
		standing_terminal(standing, delivery_color(t->settings), &text);
	if (!t->settings->quiet)
		buf_printf(&text, "\nwritten to %s\n", kept);
	bool ok = write_text(t, "-", &text);
	buf_release(&text);
	return ok;
}

static bool
deliver(const struct telling *t, const struct standing *standing)
{
	const struct option_list *asked = &t->settings->reports;
	char path[PATH_BYTES];
	bool spoken = false;
	bool ok = keep(t, standing, path);

	for (size_t i = 0; i < asked->count; i++) {
		const char *equals = strchr(asked->items[i], '=');

		ok = write_as(t, standing, writer_of(asked->items[i]), equals + 1) && ok;
		spoken |= strcmp(equals, "=-") == 0;
	}
	return (spoken || show(t, standing, path)) && ok;
}

int
snapshot_command(const struct settings *settings, const char *const *argv)
{
	static const int statuses[] = { [STANDING_GOOD] = EXIT_PASSED,
					[STANDING_BAD] = EXIT_THRESHOLD,
					[STANDING_UNKNOWN] = EXIT_INCONCLUSIVE };
	struct telling t;
	int status = EXIT_UNWRITTEN;

	(void)argv;
	if (!check_reports(settings))
		return EXIT_USAGE;
	bool ok = begin(&t, settings, "snapshot");
	if (ok) {
		struct standing standing;

		standing_make(&standing, &t.chronicle);
		if (deliver(&t, &standing))
			status = statuses[standing.verdict];
		standing_release(&standing);
	}
	return finish(&t, ok, status);
}

/* ---- dashboard ---- */

int
dashboard_command(const struct settings *settings, const char *const *argv)
{
	struct telling t;
	char path[PATH_BYTES];
	int status = EXIT_UNWRITTEN;

	(void)argv;
	bool ok = begin(&t, settings, "dashboard");
	if (ok) {
		struct buf page;

		(void)snprintf(path, sizeof(path), "%s/dashboard/%s.html", settings->out,
			       t.chronicle.lens);
		const char *where = settings->html ? settings->html : path;
		buf_init(&page, DOCUMENT_BYTES);
		dashboard_html(&t.chronicle, &page);
		if (write_text(&t, where, &page))
			status = EXIT_PASSED;
		buf_release(&page);
		if (status == EXIT_PASSED && strcmp(where, "-") != 0 && !settings->quiet)
			(void)printf("written to %s\n", where);
	}
	return finish(&t, ok, status);
}
