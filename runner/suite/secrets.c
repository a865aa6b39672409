#include "suite/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/must.h"
#include "document/document.h"

#define FILE_BYTES   ((size_t)1024 * 1024)
#define SECRET_BYTES 8

struct pair {
	const char *name, *value;
};

struct pairs {
	struct pair *items;
	size_t count, room;
};

struct secrets {
	struct arena arena; /* names and values; a value that is replaced stays until the end */
	struct pairs set, loaded; /* by secrets_set, from files */
	struct pairs used;        /* handed out as secrets */
};

struct secrets *
secrets_new(void)
{
	struct secrets *secrets = must(calloc(1, sizeof(*secrets)));

	return secrets;
}

void
secrets_free(struct secrets *secrets)
{
	if (!secrets)
		return;
	free(secrets->set.items);
	free(secrets->loaded.items);
	free(secrets->used.items);
	arena_release(&secrets->arena);
	free(secrets);
}

static const char *
pairs_find(const struct pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->count; i++) {
		if (strcmp(pairs->items[i].name, name) == 0)
			return pairs->items[i].value;
	}
	return NULL;
}

/* Both texts are borrowed. */
static void
pairs_add(struct pairs *pairs, const char *name, const char *value)
{
	if (pairs->count == pairs->room) {
		pairs->room = pairs->room ? pairs->room * 2 : 8;
		pairs->items = must(realloc(pairs->items, pairs->room * sizeof(*pairs->items)));
	}
	pairs->items[pairs->count++] = (struct pair){ name, value };
}

static void
pairs_put(struct pairs *pairs, const char *name, const char *value)
{
	for (size_t i = 0; i < pairs->count; i++) {
		if (strcmp(pairs->items[i].name, name) == 0) {
			pairs->items[i].value = value;
			return;
		}
	}
	pairs_add(pairs, name, value);
}

static bool
is_name(const char *text, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char digits[] = "0123456789";

	if (len == 0 || strchr(digits, text[0]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!strchr(letters, text[i]) && !strchr(digits, text[i]))
			return false;
	}
	return true;
}

/* Take a value in quotes out of `from`, in place. NULL when the quotes do not end, or something
 * other than a comment follows. */
static const char *
quoted(char *from)
{
	char quote = *from, *in = from + 1, *out = from;

	while (*in && *in != quote) {
		bool escaped = quote == '"' && *in == '\\' && in[1] && strchr("n\"\\$", in[1]);
		in += escaped;
		*out++ = *in;
		if (escaped && *in == 'n')
			out[-1] = '\n';
		in++;
	}
	if (*in != quote)
		return NULL;
	in += 1 + strspn(in + 1, " \t");
	if (*in && *in != '#')
		return NULL;
	*out = '\0';
	return from;
}

/* A value without quotes ends before a comment, and before blanks at the end. */
static const char *
unquoted(char *from)
{
	size_t len = 0;

	while (from[len] && !(from[len] == '#' && (len == 0 || strchr(" \t", from[len - 1]))))
		len++;
	while (len > 0 && strchr(" \t", from[len - 1]))
		len--;
	from[len] = '\0';
	return from;
}

/* One line, without its end. The sentence that says what is wrong, or NULL. */
static const char *
read_line(struct secrets *secrets, char *line)
{
	char *name = line + strspn(line, " \t");

	if (*name == '\0' || *name == '#')
		return NULL;
	if (strncmp(name, "export ", 7) == 0)
		name += 7 + strspn(name + 7, " \t");
	char *equals = strchr(name, '=');
	if (!equals)
		return "must be NAME=VALUE, a comment or blank";
	if (!is_name(name, (size_t)(equals - name)))
		return "the name before `=` must be letters, digits and `_`, without blanks";
	char *start = equals + 1 + strspn(equals + 1, " \t");
	const char *value = *start == '"' || *start == '\'' ? quoted(start) : unquoted(start);
	if (!value)
		return "the quoted value must end in this line, with nothing but a comment after "
		       "it";
	pairs_put(&secrets->loaded, arena_text(&secrets->arena, name, (size_t)(equals - name)),
		  arena_text(&secrets->arena, value, strlen(value)));
	return NULL;
}

bool
secrets_read_file(struct secrets *secrets, const char *path, struct error *err)
{
	size_t len = 0;
	char *text = file_read(path, FILE_BYTES, &len, err);
	const char *wrong = NULL;
	int number = 0;

	if (!text)
		return false;
	if (memchr(text, '\0', len))
		wrong = "the file holds a NUL: it is not text";
	for (char *line = text, *next; line && !wrong; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, "\r")] = '\0';
		number++;
		wrong = read_line(secrets, line);
	}
	if (wrong) {
		/* Never the line itself: it may hold a secret. */
		error_set(err, ERROR_SUITE, "%s", wrong);
		place_set(&(struct place){ path, number, 1 }, err);
	}
	free(text);
	return !wrong;
}

void
secrets_set(struct secrets *secrets, const char *name, const char *value)
{
	pairs_put(&secrets->set, arena_text(&secrets->arena, name, strlen(name)),
		  arena_text(&secrets->arena, value, strlen(value)));
}

const char *
secrets_config(const struct secrets *secrets, const char *name)
{
	const char *value = pairs_find(&secrets->set, name);

	if (!value)
		value = pairs_find(&secrets->loaded, name);
	if (!value)
		value = getenv(name);
	return value && *value ? value : NULL;
}

const char *
secrets_secret(struct secrets *secrets, const char *name, struct error *err)
{
	const char *value = secrets_config(secrets, name);

	if (!value) {
		error_set(err, ERROR_SUITE,
			  "`secret.%s` is not set: export it or name it in --env-file", name);
		return NULL;
	}
	if (strlen(value) < SECRET_BYTES) {
		error_set(err, ERROR_SUITE,
			  "`secret.%s` is shorter than %d characters: masking it would mask "
			  "innocent text",
			  name, SECRET_BYTES);
		return NULL;
	}
	for (size_t i = 0; i < secrets->used.count; i++) {
		const struct pair *used = &secrets->used.items[i];
		if (strcmp(used->name, name) == 0 && strcmp(used->value, value) == 0)
			return used->value;
	}
	/* A copy: the process environment may change. A value that was handed out before stays
	 * known to the masker when another one takes its place. */
	pairs_add(&secrets->used, arena_text(&secrets->arena, name, strlen(name)),
		  arena_text(&secrets->arena, value, strlen(value)));
	return secrets->used.items[secrets->used.count - 1].value;
}

size_t
secrets_used_count(const struct secrets *secrets)
{
	return secrets->used.count;
}

void
secrets_used(const struct secrets *secrets, size_t index, const char **name, const char **value)
{
	*name = secrets->used.items[index].name;
	*value = secrets->used.items[index].value;
}
