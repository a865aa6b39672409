/* report.h - the reports by name: each a pure function of a saved run. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "base/buf.h"
#include "run/mask.h"
#include "run/run.h"

struct report_options {
	const char *title; /* heads the document instead of the suite's own; NULL */
	bool color;        /* terminal only */
	bool quiet;        /* terminal: failures only */
	bool verbose;      /* terminal: exchanges too */
};

struct report_kind {
	const char *name; /* "junit", "markdown", "html", ... */
	const char *sentence;
};

const struct report_kind *report_kinds(size_t *count);

/* Which of `kinds` is called by the first `len` bytes of `name`; false when none is. */
bool report_kind_find(const struct report_kind *kinds, size_t count, const char *name, size_t len,
		      size_t *at) MUST_USE;

/* Write report `kind` of `run` to `path` ("-": standard output), through the masker, replacing the
 * file by rename. */
bool report_write(const char *kind, const struct run *run, const char *path,
		  const struct mask *mask, const struct report_options *options,
		  struct error *err) MUST_USE;

/* Write the consolidated summary of several runs to `path`, in the same way. */
bool report_consolidate(const struct run *const *runs, size_t count, const char *path,
			const struct mask *mask, const struct report_options *options,
			struct error *err) MUST_USE;

/* report_write into memory: appended to `out`. */
bool report_text(const char *kind, const struct run *run, const struct mask *mask,
		 const struct report_options *options, struct buf *out, struct error *err) MUST_USE;

#endif
