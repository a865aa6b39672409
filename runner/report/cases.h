/* cases.h - the cases of a saved run, one in memory at a time. */
#ifndef REPORT_CASES_H
#define REPORT_CASES_H

#include "run/run.h"

typedef bool case_wanted_fn(const struct run_entry *entry, const void *arg);
typedef void case_fn(void *arg, const struct planned_case *planned,
		     const struct run_case *run_case);

/* Call `fn` for each case that is `wanted` (NULL: for all), in plan order. What it is given
 * lives during the call. False when a case cannot be read. */
bool cases_each(const struct run *run, case_wanted_fn *wanted, case_fn *fn, void *arg,
		struct error *err) MUST_USE;

/* The same for who tells of exchanges only where something is wrong: a case that passed or was
 * skipped comes without. */
bool cases_each_brief(const struct run *run, case_wanted_fn *wanted, case_fn *fn, void *arg,
		      struct error *err) MUST_USE;

/* FAIL, ERROR, or never settled. `arg` is not looked at. */
bool case_is_bad(const struct run_entry *entry, const void *arg);
bool case_has_failed(const struct run_entry *entry, const void *arg);
/* Could not be judged: bad, and no failure. */
bool case_has_erred(const struct run_entry *entry, const void *arg);

#endif
