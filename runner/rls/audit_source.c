#include "rls/audit_source.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/must.h"

#define SOURCE_BYTES ((size_t)16 * 1024 * 1024)
#define DEEPEST      4
/* A statement that makes something names it within so many bytes. */
#define HEAD_BYTES 240
#define NAME_BYTES 128

struct source {
	const char *path;
	char *text;
	struct source *next;
};

struct audit_sources {
	struct arena arena;
	struct source *first, **last;
	size_t bytes;
};

static int
keep_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len > end && strcmp(name + len - end, suffix) == 0;
}

static bool
load_file(struct audit_sources *sources, const char *path, struct error *err)
{
	size_t len = 0;
	char *text = file_read(path, SOURCE_BYTES - sources->bytes, &len, err);

	if (!text)
		return false;
	struct source *source = ARENA_NEW(&sources->arena, struct source);
	*source = (struct source){ arena_text(&sources->arena, path, strlen(path)), text, NULL };
	*sources->last = source;
	sources->last = &source->next;
	sources->bytes += len;
	return true;
}

static bool
load_folder(struct audit_sources *sources, const char *folder, int depth, struct error *err)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, keep_visible, alphasort);
	bool ok = true;

	if (count < 0)
		return error_set(err, ERROR_USAGE, "cannot read the folder %s", folder);
	for (int i = 0; i < count; i++) {
		char path[1024];
		struct stat st;

		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (ok && stat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode) && depth < DEEPEST)
				ok = load_folder(sources, path, depth + 1, err);
			else if (S_ISREG(st.st_mode) && has_suffix(path, ".sql"))
				ok = load_file(sources, path, err);
		}
		free(entries[i]);
	}
	free(entries);
	return ok;
}

struct audit_sources *
audit_sources_load(const char *folder, struct error *err)
{
	struct audit_sources *sources = must(calloc(1, sizeof(*sources)));

	sources->last = &sources->first;
	if (load_folder(sources, folder, 0, err))
		return sources;
	audit_sources_free(sources);
	return NULL;
}

void
audit_sources_free(struct audit_sources *sources)
{
	if (!sources)
		return;
	for (struct source *source = sources->first; source; source = source->next)
		free(source->text);
	arena_release(&sources->arena);
	free(sources);
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* `word` stands whole, in any case, within the first `len` bytes of `text`. */
static bool
has_word(const char *text, size_t len, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= len && text[i]; i++) {
		if (strncasecmp(text + i, word, size) == 0 && (i == 0 || !is_word(text[i - 1])) &&
		    !is_word(text[i + size]))
			return true;
	}
	return false;
}

/* The names of an object, "public.items.items_select" or "app.role()", without quotes, schema and
 * arguments: the last is what a statement makes, the one before it, if any, what it belongs to. */
static void
split(const char *object, char *owner, char *name, size_t size)
{
	size_t len = 0;

	*owner = *name = '\0';
	for (const char *c = object; *c && *c != '('; c++) {
		if (*c == '.') {
			(void)snprintf(owner, size, "%s", name);
			len = 0;
			*name = '\0';
		} else if (*c != '"' && len + 1 < size) {
			name[len++] = *c;
			name[len] = '\0';
		}
	}
}

/* The text after `word` and blanks, if it begins with that word; else NULL. */
static const char *
after(const char *text, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(text, word, len) != 0 || is_word(text[len]))
		return NULL;
	return text + len + strspn(text + len, " \t\n");
}

/* "create or replace view x": the text from "x" on when it is `kind` that is made; else NULL.
 * Statements begin at the beginning of a line, but for blanks. */
static const char *
made(const char *line, const char *kind)
{
	static const char *const fillers[] = { "or",           "replace",   "temp",
					       "temporary",    "unlogged",  "unique",
					       "concurrently", "recursive", "constraint" };
	const char *at = after(line, "create");

	for (size_t i = 0; at && i < COUNTOF(fillers); i++) {
		const char *next = after(at, fillers[i]);
		at = next ? next : at;
	}
	return at ? after(at, kind) : NULL;
}

/* The last part of the name at `text`, `public."My Items"`, without quotes. */
static void
read_name(const char *text, char *name, size_t size)
{
	size_t len = 0;
	bool quoted = false;

	for (; *text && (quoted || is_word(*text) || *text == '"' || *text == '.'); text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (*text == '.' && !quoted)
			len = 0;
		else if (len + 1 < size)
			name[len++] = *text;
	}
	name[len] = '\0';
}

static bool
makes(const char *line, const char *kind, const char *owner, const char *name)
{
	const char *rest = made(line, kind);
	char made_name[NAME_BYTES];

	if (!rest)
		return false;
	if (strncasecmp(rest, "if not exists ", 14) == 0)
		rest += 14;
	read_name(rest, made_name, sizeof(made_name));
	/* "create policy name on table" says later whose it is. */
	size_t len = strcspn(rest, ";");
	if (len > HEAD_BYTES)
		len = HEAD_BYTES;
	return strcasecmp(made_name, name) == 0 && (!*owner || has_word(rest, len, owner));
}

bool
audit_sources_find(const struct audit_sources *sources, const struct audit_finding *finding,
		   struct audit_spot *spot)
{
	char owner[NAME_BYTES], name[NAME_BYTES];
	bool found = false;
	/* What belongs to a table is made by a statement that names both. */
	bool owned = strcmp(finding->kind, "policy") == 0 ||
		     strcmp(finding->kind, "trigger") == 0 || strcmp(finding->kind, "rule") == 0;
	bool column =
		strcmp(finding->kind, "column") == 0 || strcmp(finding->kind, "constraint") == 0;

	split(finding->object, owner, name, sizeof(name));
	for (const struct source *s = sources ? sources->first : NULL; s; s = s->next) {
		long line = 1;
		for (const char *at = s->text; *at; line++) {
			const char *first = at + strspn(at, " \t");
			if (makes(first, column ? "table" : finding->kind, owned ? owner : "",
				  column ? owner : name)) {
				*spot = (struct audit_spot){ s->path, line };
				found = true;
			}
			at += strcspn(at, "\n");
			at += *at == '\n';
		}
	}
	return found;
}
