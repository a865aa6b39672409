#include "evidence/chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

struct link {
	char previous[DIGEST_HEX_BYTES]; /* as the line says; "" when it does not */
	char digest[DIGEST_HEX_BYTES];   /* of the line as it stands */
	char what[32];                   /* "header", "case 3" */
};

struct links {
	struct link *items;
	size_t count, room;
	bool cut; /* there is more: the beginning of a line that was never finished */
};

/* The text of the member that begins with `key`, up to `stop`. Lines are as record.c writes them:
 * whatever does not look so has been changed, and its hash says that, too. */
static void
pick(const char *line, const char *key, char stop, char *out, size_t size)
{
	const char *at = strstr(line, key);
	size_t len = 0;

	if (at) {
		at += strlen(key);
		while (at[len] && at[len] != stop && len < size - 1)
			len++;
		memcpy(out, at, len);
	}
	out[len] = '\0';
}

static void
describe(const char *line, struct link *link)
{
	char kind[16], index[12];

	pick(line, "{\"previous\":\"", '"', link->previous, sizeof(link->previous));
	pick(line, "\"record\":\"", '"', kind, sizeof(kind));
	pick(line, "\"index\":", ',', index, sizeof(index));
	index[strspn(index, "0123456789")] = '\0';
	if (strcmp(kind, "case") == 0)
		(void)snprintf(link->what, sizeof(link->what), "case %.11s", index);
	else
		(void)snprintf(link->what, sizeof(link->what), "%.15s", kind[0] ? kind : "?");
}

static void
append(struct links *links, struct digest *digest, const char *line, size_t len)
{
	if (links->count == links->room) {
		links->room = links->room ? links->room * 2 : 64;
		links->items = must(realloc(links->items, links->room * sizeof(*links->items)));
	}
	struct link *link = &links->items[links->count++];
	*link = (struct link){ 0 };
	describe(line, link);
	digest_next(digest, line, len, link->digest);
}

static bool
read_links(struct links *links, const char *path, struct error *err)
{
	struct digest *digest = digest_new();
	FILE *file = fopen(path, "rbe");
	char *line = NULL;
	size_t size = 0;
	ssize_t got;

	while (file && (got = getline(&line, &size, file)) > 0) {
		links->cut = line[got - 1] != '\n';
		if (!links->cut)
			append(links, digest, line, (size_t)got - 1);
	}
	bool ok = file && !ferror(file);
	if (!ok)
		error_set(err, ERROR_ENVIRONMENT, "cannot read %s: %s", path, strerror(errno));
	if (file)
		(void)fclose(file);
	free(line);
	digest_free(digest);
	return ok;
}

/* The line whose digest is `wanted`; `count` when there is none. */
static size_t
find(const struct links *links, const char *wanted)
{
	size_t i = 0;

	while (i < links->count && strcmp(links->items[i].digest, wanted) != 0)
		i++;
	return i;
}

/* Line `at` (from 0) does not follow from the one before it: how can that be? */
static void
explain(struct chain *chain, const struct links *links, size_t at, long expected_lines)
{
	const struct link *link = &links->items[at];
	size_t source = find(links, link->previous);
	bool itself =
		at + 1 < links->count && strcmp(links->items[at + 1].previous, link->digest) != 0;
	bool missing = expected_lines && (long)links->count < expected_lines;
	bool same = expected_lines && (long)links->count == expected_lines;
	char *text = chain->problem;
	size_t size = sizeof(chain->problem);

	if (source < links->count && source > at)
		(void)snprintf(text, size,
			       "line %zu (%s) stands before line %zu, which it follows: lines were "
			       "reordered",
			       at + 1, link->what, source + 1);
	else if (source < links->count)
		(void)snprintf(text, size,
			       "line %zu (%s) follows line %zu: what stands between them was put "
			       "there",
			       at + 1, link->what, source + 1);
	else if (at == 0)
		(void)snprintf(text, size,
			       "line 1 (%s) was altered, or lines before it are missing",
			       link->what);
	else if (missing)
		(void)snprintf(text, size,
			       "after line %zu (%s) lines are missing: %zu of %ld are here", at,
			       links->items[at - 1].what, links->count, expected_lines);
	else if (expected_lines && (long)links->count > expected_lines)
		(void)snprintf(text, size, "line %zu (%s) was put there", at + 1, link->what);
	else if (itself)
		(void)snprintf(text, size, "line %zu (%s) was altered", at + 1, link->what);
	else
		(void)snprintf(text, size, "line %zu (%s) was altered%s", at,
			       links->items[at - 1].what,
			       same ? "" : ", or lines after it are missing");
}

static void
judge(struct chain *chain, const struct links *links, long expected_lines,
      const char *expected_digest)
{
	const char *before = ZEROS;

	for (size_t i = 0; i < links->count && !chain->problem[0]; i++) {
		if (strcmp(links->items[i].previous, before) != 0)
			explain(chain, links, i, expected_lines);
		before = links->items[i].digest;
	}
	if (chain->problem[0] || links->count == 0)
		return;
	const struct link *last = &links->items[links->count - 1];
	if (expected_lines && chain->lines != expected_lines)
		(void)snprintf(chain->problem, sizeof(chain->problem),
			       "after line %ld (%s) lines %s: %ld of %ld", chain->lines, last->what,
			       chain->lines < expected_lines ? "are missing" : "were added",
			       chain->lines, expected_lines);
	else if (expected_digest && strcmp(last->digest, expected_digest) != 0)
		(void)snprintf(chain->problem, sizeof(chain->problem), "line %ld (%s) was altered",
			       chain->lines, last->what);
}

bool
chain_check(struct chain *chain, const char *path, long expected_lines, const char *expected_digest,
	    struct error *err)
{
	struct links links = { 0 };
	bool ok = read_links(&links, path, err);

	*chain = (struct chain){ .lines = (long)links.count, .cut = links.cut };
	if (ok && links.count == 0)
		(void)snprintf(chain->problem, sizeof(chain->problem), "it is empty");
	if (ok && links.count)
		(void)snprintf(chain->digest, sizeof(chain->digest), "%s",
			       links.items[links.count - 1].digest);
	if (ok)
		judge(chain, &links, expected_lines, expected_digest);
	free(links.items);
	return ok;
}
