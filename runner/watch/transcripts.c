#include "watch/transcripts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report/transcript.h"
#include "run/run.h"

#define PATH_BYTES 1200
#define TEXT_BYTES ((size_t)16 * 1024)

static bool
find_record(const json_t *row, const char *const *folders, char path[PATH_BYTES])
{
	const char *run = json_string_value(json_object_get(json_object_get(row, "notes"), "run"));

	/* An id, and no path to somewhere else. */
	if (!run || strlen(run) != 36 || strspn(run, "0123456789abcdef-") != 36)
		return false;
	for (; *folders; folders++) {
		(void)snprintf(path, PATH_BYTES, "%s/%s/run.jsonl", *folders, run);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

static json_t *
case_text(const struct run *run, size_t index)
{
	struct arena arena = { 0 };
	struct run_case run_case;
	struct error ignored = { 0 };
	struct buf text;
	json_t *one = NULL;

	if (run_case_read(run, index, &arena, &run_case, &ignored)) {
		buf_init(&text, TEXT_BYTES);
		transcript_case(&run_case, &text);
		if (text.len == 0)
			buf_printf(&text, "nothing was asked: %s\n",
				   run_case.reason ? run_case.reason : "no reason is on record");
		one = json_pack("{s:s, s:s, s:s%}", "id", run->entries[index].planned.id, "verdict",
				verdict_name(run_case.verdict), "text", text.text, text.len);
		buf_release(&text);
	}
	arena_release(&arena);
	return one;
}

/* The cases of a record that did not pass; NULL when all did. */
static json_t *
wrong_cases(const char *path)
{
	struct error ignored = { 0 };
	struct run *run = run_load(path, &ignored);
	json_t *cases = json_array();

	for (size_t i = 0; run && i < run->entry_count; i++) {
		enum verdict verdict = run->entries[i].verdict;

		if (verdict == VERDICT_FAIL || verdict == VERDICT_ERROR)
			json_array_append_new(cases, case_text(run, i));
	}
	run_free(run);
	if (json_array_size(cases))
		return cases;
	json_decref(cases);
	return NULL;
}

json_t *
transcripts_find(const json_t *rows, const char *const *folders, size_t most)
{
	json_t *found = json_array();
	char path[PATH_BYTES];

	for (size_t i = json_array_size(rows); i > 0 && json_array_size(found) < most; i--) {
		const json_t *row = json_array_get(rows, i - 1);
		json_t *cases = find_record(row, folders, path) ? wrong_cases(path) : NULL;

		if (cases)
			json_array_insert_new(found, 0,
					      json_pack("{s:O, s:s, s:o}", "at",
							json_object_get(row, "observed_at"),
							"record", path, "cases", cases));
	}
	return found;
}
