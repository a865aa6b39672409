#define PCRE2_CODE_UNIT_WIDTH 8

#include "plan/select.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "plan/tag.h"

struct selection {
	const struct selection_options *options;
	pcre2_code *pattern;
	pcre2_match_data *match;
	bool *matched; /* by id operand */
};

static bool
compile(struct selection *selection, struct error *err)
{
	int code;
	PCRE2_SIZE at;
	PCRE2_UCHAR text[120];

	selection->pattern =
		pcre2_compile((PCRE2_SPTR)selection->options->grep, PCRE2_ZERO_TERMINATED,
			      PCRE2_UTF | PCRE2_CASELESS, &code, &at, NULL);
	if (!selection->pattern) {
		(void)pcre2_get_error_message(code, text, sizeof(text));
		return error_set(err, ERROR_USAGE, "--grep: %s at offset %zu", (char *)text, at);
	}
	selection->match = pcre2_match_data_create_from_pattern(selection->pattern, NULL);
	return true;
}

struct selection *
selection_new(const struct selection_options *options, struct error *err)
{
	struct selection *selection = must(calloc(1, sizeof(*selection)));

	selection->options = options;
	selection->matched = must(calloc(options->id_count + 1, sizeof(bool)));
	for (size_t i = 0; i < options->tag_count && err->code == ERROR_NONE; i++)
		(void)tag_matches(options->tags[i], NULL, 0, err);
	if (err->code == ERROR_NONE && options->grep)
		(void)compile(selection, err);
	if (err->code == ERROR_NONE)
		return selection;
	selection_free(selection);
	return NULL;
}

void
selection_free(struct selection *selection)
{
	if (!selection)
		return;
	pcre2_match_data_free(selection->match);
	pcre2_code_free(selection->pattern);
	free(selection->matched);
	free(selection);
}

static bool
tags_accept(const struct selection_options *options, const struct suite_case *test)
{
	for (size_t i = 0; i < options->tag_count; i++) {
		struct error err = { 0 };
		if (!tag_matches(options->tags[i], test->tags, test->tag_count, &err))
			return false;
	}
	return true;
}

static bool
grep_accepts(const struct selection *selection, const struct suite *suite,
	     const struct suite_case *test)
{
	struct buf text;

	if (!selection->pattern)
		return true;
	buf_init(&text, 4096);
	buf_printf(&text, "%s/%s %s", suite->name, test->id, test->title);
	int found = pcre2_match(selection->pattern, (PCRE2_SPTR)text.text, text.len, 0, 0,
				selection->match, NULL);
	buf_release(&text);
	return found >= 0;
}

/* "suite/id" or "id". */
static bool
names_case(const char *name, const struct suite *suite, const struct suite_case *test)
{
	size_t len = strlen(suite->name);

	if (strncmp(name, suite->name, len) == 0 && name[len] == '/')
		name += len + 1;
	return strcmp(name, test->id) == 0;
}

/* "FILE:LINE": the case that starts at that line, or the last one that starts before it. */
static bool
names_line(const char *name, const struct suite *suite, const struct suite_case *test)
{
	const char *colon = strrchr(name, ':');
	char *end;

	if (!colon || !test->place.file || strlen(test->place.file) != (size_t)(colon - name) ||
	    strncmp(name, test->place.file, (size_t)(colon - name)) != 0)
		return false;
	long line = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end || line < test->place.line)
		return false;
	for (size_t i = 0; i < suite->case_count; i++) {
		const struct place *other = &suite->cases[i].place;
		if (other->line > test->place.line && other->line <= line)
			return false;
	}
	return true;
}

static bool
ids_accept(struct selection *selection, const struct suite *suite, const struct suite_case *test)
{
	const struct selection_options *options = selection->options;
	bool any = options->id_count == 0;

	for (size_t i = 0; i < options->id_count; i++) {
		if (names_case(options->ids[i], suite, test) ||
		    names_line(options->ids[i], suite, test))
			any = selection->matched[i] = true;
	}
	return any;
}

static bool
failed_accepts(const struct selection_options *options, const struct suite *suite,
	       const struct suite_case *test)
{
	if (!options->last_failed)
		return true;
	for (size_t i = 0; i < options->failed_count; i++) {
		if (strchr(options->failed[i], '/') && names_case(options->failed[i], suite, test))
			return true;
	}
	return false;
}

bool
selection_accepts(struct selection *selection, const struct suite *suite,
		  const struct suite_case *test)
{
	/* All are asked, so that an id counts as known even when a tag leaves its case out. */
	bool by_id = ids_accept(selection, suite, test);

	return by_id && tags_accept(selection->options, test) &&
	       failed_accepts(selection->options, suite, test) &&
	       grep_accepts(selection, suite, test);
}

const char *
selection_unmatched(const struct selection *selection)
{
	for (size_t i = 0; i < selection->options->id_count; i++) {
		if (!selection->matched[i])
			return selection->options->ids[i];
	}
	return NULL;
}
