#include "cli/score_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/mistakes.h"

static bool
is_known(const char *kind, size_t len)
{
	size_t count;
	const struct score_report_kind *kinds = score_report_kinds(&count);

	for (size_t i = 0; i < count; i++) {
		if (strlen(kinds[i].name) == len && strncmp(kinds[i].name, kind, len) == 0)
			return true;
	}
	return false;
}

bool
score_files_check(const struct settings *settings, struct error *err)
{
	for (size_t i = 0; i < settings->reports.count; i++) {
		const char *asked = settings->reports.items[i];
		size_t len = strcspn(asked, "=");

		if (!is_known(asked, len) || !asked[len] || !asked[len + 1])
			return error_set(err, ERROR_USAGE,
					 "--report of a proof wants json, junit, markdown or "
					 "terminal, and =PATH, not \"%s\"",
					 asked);
	}
	return true;
}

static bool
write_one(const struct score_report *report, const char *kind, size_t len, const char *path,
	  const struct mask *mask)
{
	struct error err = { 0 };
	char name[32];

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, kind);
	if (score_report_write(name, report, path, mask, &err))
		return true;
	(void)mistake_print(&err);
	return false;
}

static bool
use_color(const struct settings *settings)
{
	const char *no_color = getenv("NO_COLOR");

	return !settings->no_color && !(no_color && *no_color) && isatty(STDOUT_FILENO);
}

bool
score_files_write(const struct settings *settings, const struct score_report *report,
		  const struct mask *mask)
{
	struct score_report shown = *report;
	bool ok = true, spoken = false;

	shown.verbose = settings->verbose;
	shown.quiet = settings->quiet;
	for (size_t i = 0; i < settings->reports.count; i++) {
		const char *asked = settings->reports.items[i];
		size_t len = strcspn(asked, "=");

		ok = write_one(&shown, asked, len, asked + len + 1, mask) && ok;
		spoken = spoken || strcmp(asked + len, "=-") == 0;
	}
	shown.color = use_color(settings);
	return (spoken || write_one(&shown, "terminal", 8, "-", mask)) && ok;
}
