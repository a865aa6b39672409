#include "cli/report_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/mistakes.h"
#include "evidence/variant.h"
#include "report/report.h"
#include "run/run.h"

/* What is reported: whole runs, or with --as a part of each. */
struct reporting {
	const struct settings *settings;
	struct run **wholes;
	struct run **parts;      /* NULL without --as */
	const struct run **runs; /* the parts, or the wholes */
	size_t count;
	struct mask *mask; /* the secrets of those runs are not known here, and need not be: their
			      records were masked. It still knows the shapes of tokens and keys. */
};

static bool
write_one(const struct reporting *reporting, const char *asked, struct error *err)
{
	const struct settings *settings = reporting->settings;
	struct report_options options = { .title = settings->title,
					  .quiet = settings->quiet,
					  .verbose = settings->verbose,
					  .color = delivery_color(settings) };
	const char *equals = strchr(asked, '=');
	char kind[32];

	(void)snprintf(kind, sizeof(kind), "%.*s", (int)(equals - asked), asked);
	if (strcmp(kind, "summary") == 0)
		return report_consolidate(reporting->runs, reporting->count, equals + 1,
					  reporting->mask, &options, err);
	if (reporting->count > 1)
		return error_set(err, ERROR_USAGE,
				 "the %s report is one of a single run; of several there is "
				 "--report summary=PATH",
				 kind);
	return report_write(kind, reporting->runs[0], equals + 1, reporting->mask, &options, err);
}

static bool
write_all(const struct reporting *reporting)
{
	const struct option_list *asked = &reporting->settings->reports;
	const char *standard = reporting->count > 1 ? "summary=-" : "terminal=-";
	bool ok = true;

	for (size_t i = 0; i < asked->count || i == 0; i++) {
		struct error err = { 0 };
		if (!write_one(reporting, asked->count ? asked->items[i] : standard, &err)) {
			(void)mistake_print(&err);
			ok = false;
		}
	}
	return ok;
}

/* The first of these that some run ended with. */
static int
worst_status(const struct reporting *reporting)
{
	static const int order[] = { 6, 130, 143, 4, 3, 1, 7, 8, 5 };

	for (size_t k = 0; k < COUNTOF(order); k++) {
		for (size_t i = 0; i < reporting->count; i++) {
			if (run_exit_status(reporting->runs[i]) == order[k])
				return order[k];
		}
	}
	return EXIT_PASSED;
}

static bool
load_all(struct reporting *reporting, struct error *err)
{
	const struct settings *settings = reporting->settings;
	size_t room = settings->operand_count + 1;

	reporting->wholes = calloc(room, sizeof(struct run *));
	reporting->parts = calloc(room, sizeof(struct run *));
	reporting->runs = calloc(room, sizeof(const struct run *));
	if (!reporting->wholes || !reporting->parts || !reporting->runs)
		abort();
	for (size_t i = 0; i < settings->operand_count; i++) {
		reporting->wholes[i] = run_load(settings->operands[i], err);
		if (!reporting->wholes[i])
			return false;
		reporting->runs[i] = reporting->wholes[i];
	}
	reporting->count = settings->operand_count;
	return true;
}

/* Leave only the runs that have cases of the variant, and of these only such cases. */
static bool
take_parts(struct reporting *reporting, const struct variant *variant, struct error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < reporting->count; i++) {
		struct run *part = variant_part(variant, reporting->wholes[i], err);

		if (!part && err->code != ERROR_NONE)
			return false;
		if (part)
			reporting->runs[count] = reporting->parts[count] = part;
		count += part != NULL;
	}
	reporting->count = count;
	return true;
}

static const struct variant *
find_variant(const char *name, struct error *err)
{
	const struct variant *variant = variant_find(name);

	if (!variant)
		error_set(err, ERROR_USAGE,
			  "there is no document `%s`; see: lensgate help variants", name);
	return variant;
}

static int
perform(struct reporting *reporting, const struct variant *variant)
{
	struct error err = { 0 };

	if (!load_all(reporting, &err) || (variant && !take_parts(reporting, variant, &err))) {
		(void)mistake_print(&err);
		return EXIT_UNWRITTEN;
	}
	if (variant && reporting->count == 0) {
		(void)fprintf(stderr, "lensgate: the run has no case for `%s`: %s\n", variant->name,
			      variant->sentence);
		return EXIT_NOTHING;
	}
	return write_all(reporting) ? worst_status(reporting) : EXIT_UNWRITTEN;
}

static void
release(struct reporting *reporting)
{
	for (size_t i = 0; reporting->wholes && i < reporting->settings->operand_count; i++) {
		run_free(reporting->parts[i]);
		run_free(reporting->wholes[i]);
	}
	free(reporting->wholes);
	free(reporting->parts);
	free(reporting->runs);
	mask_free(reporting->mask);
}

int
report_command(const struct settings *settings, const char *const *argv)
{
	struct reporting reporting = { .settings = settings, .mask = mask_new() };
	const struct variant *variant = NULL;
	struct error err = { 0 };
	int status = EXIT_USAGE;

	(void)argv;
	if (settings->operand_count == 0)
		error_set(&err, ERROR_USAGE, "report wants a run: a run.jsonl or its directory");
	else if (delivery_check(&settings->reports, &err) &&
		 (!settings->variant || (variant = find_variant(settings->variant, &err))))
		status = perform(&reporting, variant);
	if (err.code != ERROR_NONE)
		(void)mistake_print(&err);
	release(&reporting);
	return status;
}
