/* The cases of a run, read again from its record. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/run.h"
#include "run/settled.h"

/* The line of `entry`, in `arena`. */
static char *
read_line(const struct run *run, const struct run_entry *entry, struct arena *arena,
	  struct error *err)
{
	char *line = arena_array(arena, entry->length + 1, 1);
	size_t done = 0;

	while (done < entry->length) {
		ssize_t n = pread(run->fd, line + done, entry->length - done,
				  entry->offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			error_set(err, ERROR_SUITE, "cannot read %s: %s", run->path,
				  strerror(errno));
		else if (n == 0)
			error_set(err, ERROR_SUITE, "%s was changed while it was read", run->path);
		if (n <= 0)
			return NULL;
		done += (size_t)n;
	}
	return line;
}

typedef bool reader_fn(char *line, size_t len, struct arena *arena, struct run_case *out,
		       const char **bad);

static bool
read_case(const struct run *run, size_t index, reader_fn *reader, struct arena *arena,
	  struct run_case *out, struct error *err)
{
	const struct run_entry *entry = &run->entries[index];
	const char *bad = NULL;

	if (entry->offset < 0) {
		*out = (struct run_case){ .index = index,
					  .verdict = VERDICT_ERROR,
					  .trouble = TROUBLE_INTERRUPTED,
					  .reason = "did not run: the run was cut short",
					  .findings.arena = arena };
		return true;
	}
	char *line = read_line(run, entry, arena, err);
	if (!line)
		return false;
	if (!reader(line, entry->length, arena, out, &bad))
		return error_set(err, ERROR_SUITE, "%s was changed while it was read", run->path);
	out->index = index;
	return !bad || error_set(err, ERROR_SUITE, "%s: the record of %s/%s has a malformed `%s`",
				 run->path, entry->planned.suite, entry->planned.id, bad);
}

bool
run_case_read(const struct run *run, size_t index, struct arena *arena, struct run_case *out,
	      struct error *err)
{
	return read_case(run, index, settled_read, arena, out, err);
}

bool
run_case_read_brief(const struct run *run, size_t index, struct arena *arena, struct run_case *out,
		    struct error *err)
{
	return read_case(run, index, settled_read_brief, arena, out, err);
}

const struct exchange *
run_preflight_exchanges(const struct run *run, struct arena *arena, size_t *count)
{
	const json_t *array = json_object_get(run->preflight, "exchanges");
	char *text = json_is_array(array) ? json_dumps(array, 0) : NULL;

	*count = 0;
	if (!text)
		return NULL;

	size_t len = strlen(text);
	const struct exchange *exchanges =
		settled_exchanges(arena_text(arena, text, len), len, arena, count);
	free(text);
	return exchanges;
}
