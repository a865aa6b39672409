#include "cli/delivery.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/manifest.h"
#include "evidence/sign.h"
#include "report/report.h"

/* What `gate` and `run` always write, beside run.jsonl. */
static const struct {
	const char *kind, *file;
} standard_reports[] = {
	{ "junit", "junit.xml" },
	{ "markdown", "evidence.md" },
	{ "json", "result.json" },
};

bool
delivery_check(const struct option_list *asked, struct error *err)
{
	for (size_t i = 0; i < asked->count; i++) {
		size_t count;
		const struct report_kind *kinds = report_kinds(&count);
		size_t len = strcspn(asked->items[i], "="), at;

		if (!report_kind_find(kinds, count, asked->items[i], len, &at) ||
		    !asked->items[i][len] || !asked->items[i][len + 1])
			return error_set(err, ERROR_USAGE,
					 "--report wants KIND=PATH, not \"%s\"; "
					 "see: lensgate help reports",
					 asked->items[i]);
	}
	return true;
}

json_t *
delivery_list(const char *folder, const struct settings *settings)
{
	const struct option_list *asked = &settings->reports;
	json_t *list = json_array();

	for (size_t i = 0; i < COUNTOF(standard_reports); i++)
		json_array_append_new(
			list, json_pack("{s:s, s:o}", "kind", standard_reports[i].kind, "path",
					json_sprintf("%s/%s", folder, standard_reports[i].file)));
	for (size_t i = 0; i < asked->count; i++) {
		size_t len = strcspn(asked->items[i], "=");
		json_array_append_new(list, json_pack("{s:s%, s:s}", "kind", asked->items[i], len,
						      "path", asked->items[i] + len + 1));
	}
	return list;
}

static bool
write_one(const struct run *run, const char *kind, const char *path,
	  const struct settings *settings, const struct mask *mask)
{
	struct report_options options = { .title = settings->title,
					  .quiet = settings->quiet,
					  .verbose = settings->verbose };
	struct error err = { 0 };

	if (report_write(kind, run, path, mask, &options, &err))
		return true;
	(void)fprintf(stderr, "lensgate: the %s report was not written: %s\n", kind, err.message);
	return false;
}

bool
delivery_write(const struct run *run, const char *folder, const struct settings *settings,
	       const struct mask *mask)
{
	const struct option_list *asked = &settings->reports;
	bool ok = true;

	for (size_t i = 0; i < COUNTOF(standard_reports); i++) {
		char path[PATH_MAX];
		(void)snprintf(path, sizeof(path), "%s/%s", folder, standard_reports[i].file);
		ok = write_one(run, standard_reports[i].kind, path, settings, mask) && ok;
	}
	for (size_t i = 0; i < asked->count; i++) {
		const char *equals = strchr(asked->items[i], '=');
		char kind[32];
		(void)snprintf(kind, sizeof(kind), "%.*s", (int)(equals - asked->items[i]),
			       asked->items[i]);
		ok = write_one(run, kind, equals + 1, settings, mask) && ok;
	}
	return ok;
}

bool
delivery_remake(const struct run *run, const char *file, const struct mask *mask, struct buf *out)
{
	const struct report_options options = { 0 };
	struct error err = { 0 };

	for (size_t i = 0; i < COUNTOF(standard_reports); i++) {
		if (strcmp(standard_reports[i].file, file) == 0)
			return report_text(standard_reports[i].kind, run, mask, &options, out,
					   &err);
	}
	return false;
}

bool
delivery_seal(const struct run *run, const char *folder, const struct settings *settings,
	      struct error *err)
{
	const struct manifest_run only = { "run.jsonl", run };

	return manifest_write(folder, &only, 1, err) &&
	       (!settings->sign || sign_folder(folder, settings->sign, err));
}

/* Replaced by rename: whoever looks sees the old run or the new one. */
static void
point(const char *from, const char *to)
{
	char temporary[PATH_MAX];

	(void)snprintf(temporary, sizeof(temporary), "%s.%ld", from, (long)getpid());
	if (symlink(to, temporary) == 0 && rename(temporary, from) != 0)
		(void)unlink(temporary);
}

void
delivery_point(const char *out, const char *kind, const char *run_id)
{
	char from[PATH_MAX], to[PATH_MAX];

	(void)snprintf(from, sizeof(from), "%s/%s/latest", out, kind);
	point(from, run_id);
	(void)snprintf(from, sizeof(from), "%s/last", out);
	(void)snprintf(to, sizeof(to), "%s/%s", kind, run_id);
	point(from, to);
}

bool
delivery_color(const struct settings *settings)
{
	const char *no_color = getenv("NO_COLOR");

	return !settings->no_color && !(no_color && *no_color) && isatty(STDOUT_FILENO);
}
