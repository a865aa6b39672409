#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "run/member.h"
#include "run/run.h"

/* A run being read, line after line. */
struct loading {
	struct run *run;
	struct digest *digest;
	struct error *err;
	char *text; /* the current line, with its newline */
	size_t size;
	size_t len;  /* of it, without the newline */
	long number; /* of it, 1-based */
	long offset; /* of it in the file */
	size_t room; /* entries allocated */
	char previous[DIGEST_HEX_BYTES];
};

static bool
malformed(struct loading *loading, const char *what)
{
	struct error *err = loading->err;
	const char *path = loading->run->path;
	size_t len = strlen(path);
	size_t skip = len < sizeof(err->file) ? 0 : len - sizeof(err->file) + 1;

	err->line = (int)loading->number;
	err->column = 1;
	memcpy(err->file, path + skip, len - skip + 1);
	return error_set(err, ERROR_SUITE, "%s", what);
}

static bool
read_header(struct loading *loading, json_t *object)
{
	if (loading->run->header)
		return malformed(loading, "a second header");
	if (json_integer_value(json_object_get(object, "format")) != 1)
		return malformed(loading, "not a run record of format 1");
	loading->run->header = json_incref(object);
	return true;
}

static struct run_entry *
append_entry(struct loading *loading)
{
	struct run *run = loading->run;

	if (run->entry_count == loading->room) {
		loading->room = loading->room ? loading->room * 2 : 64;
		run->entries = realloc(run->entries, loading->room * sizeof(*run->entries));
		if (!run->entries)
			abort();
	}
	return &run->entries[run->entry_count++];
}

static bool
read_planned(struct loading *loading, json_t *object)
{
	struct members members = { .arena = &loading->run->arena };
	struct planned_case planned = {
		.suite = member_text(&members, object, "suite"),
		.id = member_text(&members, object, "id"),
		.title = member_text(&members, object, "title"),
		.group = member_text(&members, object, "group"),
		.persona = member_text(&members, object, "persona"),
		.file = member_text(&members, object, "file"),
		.line = (int)member_int(&members, object, "line", 0),
		.action = member_text(&members, object, "action"),
		.role = member_text(&members, object, "role"),
		.layer = member_text(&members, object, "layer"),
		.flags = member_text(&members, object, "flags"),
		.tags = member_text(&members, object, "tags"),
	};

	if (members.bad || !planned.suite || !planned.id)
		return malformed(loading, "a planned case without a readable suite and id");
	*append_entry(loading) = (struct run_entry){ .planned = planned, .offset = -1 };
	return true;
}

static bool
read_preflight(struct loading *loading, json_t *object)
{
	if (loading->run->preflight)
		return malformed(loading, "a second preflight");
	loading->run->preflight = json_incref(object);
	return true;
}

/* True for an exchange that the case's own steps made. */
static bool
count_exchange(struct invariants *invariants, const json_t *exchange)
{
	const char *kind = json_string_value(json_object_get(exchange, "kind"));
	const char *purpose = json_string_value(json_object_get(exchange, "purpose"));
	bool step = purpose && strcmp(purpose, purpose_name(PURPOSE_STEP)) == 0;

	if (json_integer_value(json_object_get(exchange, "attempt")) > 1)
		invariants->retried++;
	if (kind && strcmp(kind, "sql") == 0)
		invariants->statements += step;
	else if (json_object_get(exchange, "status") && !json_object_get(exchange, "problem"))
		invariants->replies++;
	else
		invariants->transport_errors++;
	return step;
}

static void
count_findings(struct invariants *invariants, const json_t *findings)
{
	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *type = json_object_get(json_array_get(findings, i), "type");
		const char *name = json_string_value(type);

		if (name && strcmp(name, finding_type_name(FINDING_INVARIANT)) == 0)
			invariants->replies_5xx++;
		if (name && strcmp(name, finding_type_name(FINDING_LATENCY)) == 0)
			invariants->late++;
	}
}

static bool
is_blocked(const json_t *object)
{
	const char *trouble = json_string_value(json_object_get(object, "trouble"));

	return trouble && strcmp(trouble, trouble_name(TROUBLE_BLOCKED)) == 0;
}

static void
count_case(struct run *run, const json_t *object, const struct run_entry *entry)
{
	const json_t *exchanges = json_object_get(object, "exchanges");
	struct totals *totals = &run->totals;
	bool asked = false;

	for (size_t i = 0; i < json_array_size(exchanges); i++)
		asked |= count_exchange(&run->invariants, json_array_get(exchanges, i));
	count_findings(&run->invariants, json_object_get(object, "findings"));
	totals->passed += entry->verdict == VERDICT_PASS;
	totals->failed += entry->verdict == VERDICT_FAIL;
	totals->errors += entry->verdict == VERDICT_ERROR;
	totals->blocked += entry->verdict == VERDICT_ERROR && is_blocked(object);
	totals->skipped += entry->verdict == VERDICT_SKIP;
	totals->flaky += entry->flaky;
	/* An ERROR was executed when its steps sent something; PASS and FAIL always were. */
	totals->executed += entry->verdict == VERDICT_PASS || entry->verdict == VERDICT_FAIL ||
			    (entry->verdict == VERDICT_ERROR && asked);
}

static bool
read_case(struct loading *loading, json_t *object)
{
	struct run *run = loading->run;
	const json_t *index = json_object_get(object, "index");
	const char *verdict = json_string_value(json_object_get(object, "verdict"));
	const char *trouble = json_string_value(json_object_get(object, "trouble"));

	if (!json_is_integer(index) || json_integer_value(index) < 0 ||
	    (size_t)json_integer_value(index) >= run->entry_count)
		return malformed(loading, "a case that was not planned");

	struct run_entry *entry = &run->entries[json_integer_value(index)];
	if (entry->offset >= 0)
		return malformed(loading, "a case that had settled before");
	if (!verdict || !verdict_parse(verdict, &entry->verdict) || entry->verdict == VERDICT_NONE)
		return malformed(loading, "a case without a verdict");
	entry->flaky = json_is_true(json_object_get(object, "flaky"));
	entry->elapsed_us = json_integer_value(json_object_get(object, "elapsed_us"));
	entry->ended_us =
		entry->elapsed_us + json_integer_value(json_object_get(object, "started_us"));
	entry->offset = loading->offset;
	entry->length = loading->len;
	if (trouble && strcmp(trouble, trouble_name(TROUBLE_INTERRUPTED)) == 0)
		run->interrupted = true;
	count_case(run, object, entry);
	return true;
}

static bool
read_footer(struct loading *loading, json_t *object)
{
	loading->run->footer = json_incref(object);
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct loading *loading, json_t *object);
} kinds[] = {
	{ "case", read_case },       { "footer", read_footer },       { "header", read_header },
	{ "planned", read_planned }, { "preflight", read_preflight },
};

static bool
dispatch(struct loading *loading, json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "record"));

	if (!loading->run->header && (!name || strcmp(name, "header") != 0))
		return malformed(loading, "a run record begins with its header");
	if (loading->run->footer)
		return malformed(loading, "a line after the footer");
	for (size_t i = 0; name && i < COUNTOF(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].read(loading, object);
	}
	return malformed(loading, "a line of an unknown kind");
}

/* Remember the first place where a line does not follow from the one before it. */
static void
check_chain(struct loading *loading, const json_t *object)
{
	struct run *run = loading->run;
	const char *previous = json_string_value(json_object_get(object, "previous"));

	if (!run->broken[0] && (!previous || strcmp(previous, loading->previous) != 0))
		(void)snprintf(run->broken, sizeof(run->broken),
			       "line %ld does not carry the SHA-256 of the line before it",
			       loading->number);
	digest_next(loading->digest, loading->text, loading->len, loading->previous);
}

/* Read the current line. *cut is set when it is the beginning of one that was never finished. */
static bool
read_line(struct loading *loading, bool *cut)
{
	bool whole = loading->text[loading->len] == '\n';
	json_error_t error;
	json_t *object = json_loadb(loading->text, loading->len, JSON_ALLOW_NUL, &error);

	if (!object && !whole) {
		*cut = true;
		return true;
	}
	if (!json_is_object(object)) {
		json_decref(object);
		return malformed(loading, "not a JSON object");
	}
	check_chain(loading, object);
	bool ok = dispatch(loading, object);
	json_decref(object);
	return ok;
}

static bool
read_lines(struct loading *loading, FILE *file)
{
	bool ok = true;
	bool cut = false;
	ssize_t got;

	while (ok && !cut && (got = getline(&loading->text, &loading->size, file)) > 0) {
		loading->number++;
		loading->len = (size_t)got - (loading->text[got - 1] == '\n');
		ok = read_line(loading, &cut);
		loading->run->line_count = loading->number - cut;
		loading->offset += got;
	}
	if (ok && ferror(file))
		ok = error_set(loading->err, ERROR_SUITE, "cannot read %s: %s", loading->run->path,
			       strerror(errno));
	if (ok && !loading->run->header)
		ok = malformed(loading, "not a run record: it has no header");
	return ok;
}

static long
larger(long mine, const json_t *invariants, const char *key)
{
	long theirs = (long)json_integer_value(json_object_get(invariants, key));

	return theirs > mine ? theirs : mine;
}

/* The footer counts exchanges of preflight, setup and clean-up too, which belong to no case. It
 * may add to what the cases show, and never take away. */
static void
settle_invariants(struct run *run)
{
	const json_t *footer = json_object_get(run->footer, "invariants");
	struct invariants *mine = &run->invariants;

	mine->replies = larger(mine->replies, footer, "replies");
	mine->replies_5xx = larger(mine->replies_5xx, footer, "replies_5xx");
	mine->transport_errors = larger(mine->transport_errors, footer, "transport_errors");
	mine->late = larger(mine->late, footer, "late");
	mine->statements = larger(mine->statements, footer, "statements");
	mine->retried = larger(mine->retried, footer, "retried");
}

static void
settle(struct run *run)
{
	long unsettled = 0;

	for (size_t i = 0; i < run->entry_count; i++)
		unsettled += run->entries[i].offset < 0;
	run->totals.planned = (long)run->entry_count;
	run->totals.errors += unsettled;
	run->complete = run->footer && !run->broken[0] && unsettled == 0;
	settle_invariants(run);
}

/* `path`, or the record in the directory `path`; malloc'ed. */
static char *
record_path(const char *path)
{
	static const char name[] = "/run.jsonl";
	struct stat info;
	size_t len = strlen(path);
	char *full = malloc(len + sizeof(name));

	if (!full)
		abort();
	memcpy(full, path, len + 1);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		memcpy(full + len, name, sizeof(name));
	return full;
}

struct run *
run_load(const char *path, struct error *err)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		abort();
	run->path = record_path(path);
	FILE *file = fopen(run->path, "rbe");
	if (!file) {
		error_set(err, ERROR_SUITE, "cannot open %s: %s", run->path, strerror(errno));
		run_free(run);
		return NULL;
	}

	struct loading loading = { .run = run, .digest = digest_new(), .err = err };
	memset(loading.previous, '0', DIGEST_HEX_BYTES - 1);
	bool ok = read_lines(&loading, file);
	memcpy(run->digest, loading.previous, sizeof(run->digest));
	settle(run);
	digest_free(loading.digest);
	free(loading.text);
	(void)fclose(file);
	if (ok)
		return run;
	run_free(run);
	return NULL;
}
