#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/must.h"
#include "run/member.h"
#include "run/run.h"
#include "run/settled.h"

/* A run being read, line after line. */
struct loading {
	struct run *run;
	struct digest *digest;
	struct error *err;
	char *text; /* the current line, with its newline */
	size_t size;
	size_t len;           /* of it, without the newline */
	long number;          /* of it, 1-based */
	long offset;          /* of it in the file */
	size_t room;          /* entries allocated */
	bool no_object;       /* the line is none */
	struct arena scratch; /* of one case */
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

/* The line is no JSON, or cut off: read_line tells which. */
static bool
no_object(struct loading *loading)
{
	loading->no_object = true;
	return false;
}

/* Parse a line whose members are not known beforehand. */
static bool
parse(struct loading *loading, json_t **object)
{
	*object = json_loadb(loading->text, loading->len, JSON_ALLOW_NUL, NULL);
	return *object || no_object(loading);
}

static bool
read_header(struct loading *loading)
{
	if (loading->run->header)
		return malformed(loading, "a second header");
	if (!parse(loading, &loading->run->header))
		return false;
	return json_integer_value(json_object_get(loading->run->header, "format")) == 1 ||
	       malformed(loading, "not a run record of format 1");
}

static struct run_entry *
append_entry(struct loading *loading)
{
	struct run *run = loading->run;

	if (run->entry_count == loading->room) {
		loading->room = loading->room ? loading->room * 2 : 64;
		run->entries = must(realloc(run->entries, loading->room * sizeof(*run->entries)));
	}
	return &run->entries[run->entry_count++];
}

/* In the order in which record.c writes them. */
static const struct member planned_rows[] = {
	{ "suite", MEMBER_TEXT, offsetof(struct planned_case, suite), 0, NULL },
	{ "id", MEMBER_TEXT, offsetof(struct planned_case, id), 0, NULL },
	{ "title", MEMBER_TEXT, offsetof(struct planned_case, title), 0, NULL },
	{ "group", MEMBER_TEXT, offsetof(struct planned_case, group), 0, NULL },
	{ "persona", MEMBER_TEXT, offsetof(struct planned_case, persona), 0, NULL },
	{ "file", MEMBER_TEXT, offsetof(struct planned_case, file), 0, NULL },
	{ "line", MEMBER_INT, offsetof(struct planned_case, line), 0, NULL },
	{ "action", MEMBER_TEXT, offsetof(struct planned_case, action), 0, NULL },
	{ "role", MEMBER_TEXT, offsetof(struct planned_case, role), 0, NULL },
	{ "layer", MEMBER_TEXT, offsetof(struct planned_case, layer), 0, NULL },
	{ "flags", MEMBER_TEXT, offsetof(struct planned_case, flags), 0, NULL },
	{ "tags", MEMBER_TEXT, offsetof(struct planned_case, tags), 0, NULL },
};

/* The text as it is kept: cases follow others of their suite, and share what is the same. */
static void
keep(struct run *run, const char **text, const char *before)
{
	if (!*text)
		return;
	if (before && strcmp(*text, before) == 0)
		*text = before;
	else
		*text = arena_text(&run->arena, *text, strlen(*text));
}

static void
keep_planned(struct run *run, struct planned_case *planned)
{
	static const struct planned_case none = { 0 };
	const struct planned_case *before =
		run->entry_count ? &run->entries[run->entry_count - 1].planned : &none;

	keep(run, &planned->suite, before->suite);
	keep(run, &planned->id, before->id);
	keep(run, &planned->title, before->title);
	keep(run, &planned->group, before->group);
	keep(run, &planned->persona, before->persona);
	keep(run, &planned->file, before->file);
	keep(run, &planned->action, before->action);
	keep(run, &planned->role, before->role);
	keep(run, &planned->layer, before->layer);
	keep(run, &planned->flags, before->flags);
	keep(run, &planned->tags, before->tags);
}

static bool
read_planned(struct loading *loading)
{
	struct members members = { .scan = scan_of(loading->text, loading->len) };
	struct planned_case planned = { 0 };

	(void)members_read(&members, planned_rows, COUNTOF(planned_rows), &planned);
	if (!scan_done(&members.scan))
		return no_object(loading);
	if (members.bad || !planned.suite || !planned.id)
		return malformed(loading, "a planned case without a readable suite and id");
	keep_planned(loading->run, &planned);
	*append_entry(loading) = (struct run_entry){ .planned = planned, .offset = -1 };
	return true;
}

static bool
read_preflight(struct loading *loading)
{
	if (loading->run->preflight)
		return malformed(loading, "a second preflight");
	return parse(loading, &loading->run->preflight);
}

static bool
read_case(struct loading *loading)
{
	struct run *run = loading->run;
	struct run_case settled;
	const char *bad; /* whoever asks for the case is told */

	arena_reset(&loading->scratch);
	if (!settled_read(loading->text, loading->len, &loading->scratch, &settled, &bad))
		return no_object(loading);
	if (settled.index >= run->entry_count)
		return malformed(loading, "a case that was not planned");

	struct run_entry *entry = &run->entries[settled.index];
	if (entry->offset >= 0)
		return malformed(loading, "a case that had settled before");
	if (settled.verdict == VERDICT_NONE)
		return malformed(loading, "a case without a verdict");
	entry->verdict = settled.verdict;
	entry->flaky = settled.flaky;
	entry->elapsed_us = settled.elapsed_us;
	entry->ended_us = settled.elapsed_us + settled.started_us;
	entry->offset = loading->offset;
	entry->length = loading->len;
	if (settled.trouble == TROUBLE_INTERRUPTED)
		run->interrupted = true;
	settled_count(&settled, run);
	return true;
}

static bool
read_footer(struct loading *loading)
{
	return parse(loading, &loading->run->footer);
}

static const struct {
	const char *name;
	bool (*read)(struct loading *loading);
} kinds[] = {
	{ "case", read_case },       { "footer", read_footer },       { "header", read_header },
	{ "planned", read_planned }, { "preflight", read_preflight },
};

static bool
dispatch(struct loading *loading, const struct span *name)
{
	if (!loading->run->header && !span_is(name, "header"))
		return malformed(loading, "a run record begins with its header");
	if (loading->run->footer)
		return malformed(loading, "a line after the footer");
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		if (span_is(name, kinds[i].name))
			return kinds[i].read(loading);
	}
	return malformed(loading, "a line of an unknown kind");
}

/* Remember the first place where a line does not follow from the one before it. */
static void
check_chain(struct loading *loading, const struct span *previous)
{
	struct run *run = loading->run;

	if (!run->broken[0] && !span_is(previous, loading->previous))
		(void)snprintf(run->broken, sizeof(run->broken),
			       "line %ld does not carry the SHA-256 of the line before it",
			       loading->number);
}

/* Find the two members that every line begins with, wherever they stand. False when the line is
 * not an object, as far as it was looked at. */
static bool
look_at(struct loading *loading, struct span *previous, struct span *name)
{
	struct scan scan = scan_of(loading->text, loading->len);
	struct span key;

	*previous = *name = (struct span){ .text = loading->text };
	if (!scan_open(&scan, '{'))
		return no_object(loading);
	while ((!previous->len || !name->len) && scan_member(&scan, &key)) {
		bool read = (span_is(&key, "previous") && scan_string(&scan, previous)) ||
			    (span_is(&key, "record") && scan_string(&scan, name));

		if (!read)
			scan_skip(&scan);
	}
	return (!scan.bad && previous->len && name->len) || scan_done(&scan) || no_object(loading);
}

/* Read the current line. *cut is set when it is the beginning of one that was never finished. */
static bool
read_line(struct loading *loading, bool *cut)
{
	struct span previous, name;
	char digest[DIGEST_HEX_BYTES];
	bool whole = loading->text[loading->len] == '\n';

	/* Before its texts are decoded where they stand. */
	digest_next(loading->digest, loading->text, loading->len, digest);
	bool ok = look_at(loading, &previous, &name) && dispatch(loading, &name);
	if (loading->no_object && whole)
		return malformed(loading, "not a JSON object");
	*cut = loading->no_object;
	if (ok) {
		check_chain(loading, &previous);
		memcpy(loading->previous, digest, sizeof(digest));
	}
	return ok || *cut;
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
	char *full = must(malloc(len + sizeof(name)));

	memcpy(full, path, len + 1);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		memcpy(full + len, name, sizeof(name));
	return full;
}

struct run *
run_load(const char *path, struct error *err)
{
	struct run *run = must(calloc(1, sizeof(*run)));

	run->path = record_path(path);
	FILE *file = fopen(run->path, "rbe");
	/* The run keeps the file, whatever becomes of its name. */
	run->fd = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 0) : -1;
	if (run->fd < 0) {
		error_set(err, ERROR_SUITE, "cannot open %s: %s", run->path, strerror(errno));
		if (file)
			(void)fclose(file);
		run_free(run);
		return NULL;
	}

	struct loading loading = { .run = run, .digest = digest_new(), .err = err };
	memset(loading.previous, '0', DIGEST_HEX_BYTES - 1);
	bool ok = read_lines(&loading, file);
	memcpy(run->digest, loading.previous, sizeof(run->digest));
	settle(run);
	digest_free(loading.digest);
	arena_release(&loading.scratch);
	free(loading.text);
	(void)fclose(file);
	if (ok)
		return run;
	run_free(run);
	return NULL;
}
