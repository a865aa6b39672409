#include "report/cases.h"

bool
cases_each(const struct run *run, case_wanted_fn *wanted, case_fn *fn, void *arg, struct error *err)
{
	struct arena arena = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < run->entry_count; i++) {
		const struct run_entry *entry = &run->entries[i];
		struct run_case run_case;

		if (wanted && !wanted(entry, arg))
			continue;
		ok = run_case_read(run, i, &arena, &run_case, err);
		if (ok)
			fn(arg, &entry->planned, &run_case);
		arena_reset(&arena);
	}
	arena_release(&arena);
	return ok;
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
