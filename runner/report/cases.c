#include "report/cases.h"

typedef bool read_fn(const struct run *run, size_t index, struct arena *arena, struct run_case *out,
		     struct error *err);

/* Who is told of the cases. */
struct listener {
	case_wanted_fn *wanted;
	case_fn *fn;
	void *arg;
};

/* Read those that are bad whole, and all the others with `read`. */
static bool
each(const struct run *run, read_fn *read, const struct listener *listener, struct error *err)
{
	struct arena arena = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < run->entry_count; i++) {
		const struct run_entry *entry = &run->entries[i];
		struct run_case run_case;

		if (listener->wanted && !listener->wanted(entry, listener->arg))
			continue;
		ok = (case_is_bad(entry, NULL) ? run_case_read : read)(run, i, &arena, &run_case,
								       err);
		if (ok)
			listener->fn(listener->arg, &entry->planned, &run_case);
		arena_reset(&arena);
	}
	arena_release(&arena);
	return ok;
}

bool
cases_each(const struct run *run, case_wanted_fn *wanted, case_fn *fn, void *arg, struct error *err)
{
	return each(run, run_case_read, &(struct listener){ wanted, fn, arg }, err);
}

bool
cases_each_brief(const struct run *run, case_wanted_fn *wanted, case_fn *fn, void *arg,
		 struct error *err)
{
	return each(run, run_case_read_brief, &(struct listener){ wanted, fn, arg }, err);
}

bool
case_is_bad(const struct run_entry *entry, const void *arg)
{
	(void)arg;
	return entry->verdict != VERDICT_PASS && entry->verdict != VERDICT_SKIP;
}

bool
case_has_failed(const struct run_entry *entry, const void *arg)
{
	(void)arg;
	return entry->verdict == VERDICT_FAIL;
}

bool
case_has_erred(const struct run_entry *entry, const void *arg)
{
	return case_is_bad(entry, arg) && !case_has_failed(entry, arg);
}
