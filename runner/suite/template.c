#include "suite/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "document/node.h"
#include "suite/scope.h"

#define NAME_BYTES 128
#define TEXT_BYTES ((size_t)16 * 1024 * 1024)

enum piece_kind { PIECE_END, PIECE_PLAIN, PIECE_ESCAPE, PIECE_NAME, PIECE_BROKEN };

/* A part of a text: plain bytes, `$${`, or a name in ${}. */
struct piece {
	enum piece_kind kind;
	const char *start;
	size_t len;            /* in the text, ${} included */
	char name[NAME_BYTES]; /* of PIECE_NAME */
};

static struct piece
piece_at(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_.+-";
	struct piece piece = { .start = text };

	if (*text == '\0')
		return piece;
	if (strncmp(text, "$${", 3) == 0) {
		piece.kind = PIECE_ESCAPE;
		piece.len = 3;
		return piece;
	}
	if (strncmp(text, "${", 2) != 0) {
		piece.kind = PIECE_PLAIN;
		do
			piece.len++;
		while (text[piece.len] && strncmp(text + piece.len, "${", 2) != 0 &&
		       strncmp(text + piece.len, "$${", 3) != 0);
		return piece;
	}
	size_t len = strspn(text + 2, letters);
	piece.kind = PIECE_BROKEN;
	if (len > 0 && len < NAME_BYTES && text[2 + len] == '}') {
		piece.kind = PIECE_NAME;
		piece.len = len + 3;
		memcpy(piece.name, text + 2, len);
	}
	return piece;
}

struct filling {
	enum template_extent extent;
	template_lookup_fn *lookup;
	void *arg;
};

static const char *
kind_of(const json_t *value)
{
	if (json_is_object(value))
		return "a mapping";
	return json_is_array(value) ? "a list" : "null";
}

/* Write a value that stands inside longer text. */
static bool
add_value(struct buf *out, const json_t *value, const char *name, struct error *err)
{
	if (json_is_string(value)) {
		buf_add(out, json_string_value(value), json_string_length(value));
		return true;
	}
	if (!json_is_number(value) && !json_is_boolean(value))
		return error_set(err, ERROR_SUITE,
				 "`${%s}` is %s, which cannot stand inside a text", name,
				 kind_of(value));
	char *json = must(json_dumps(value, JSON_ENCODE_ANY));
	buf_printf(out, "%s", json);
	free(json);
	return true;
}

/* Look a name up. NULL without an error: keep it as it stands. */
static json_t *
look_up(const struct filling *filling, const char *name, struct error *err)
{
	json_t *value = filling->lookup(filling->arg, name, err);

	if (!value && err->code == ERROR_NONE && filling->extent == TEMPLATE_WHOLE)
		error_set(err, ERROR_SUITE, "`${%s}` has no value here", name);
	return value;
}

static bool
add_piece(const struct filling *filling, const struct piece *piece, struct buf *out,
	  struct error *err)
{
	if (piece->kind == PIECE_BROKEN)
		return error_set(err, ERROR_SUITE,
				 "`${` must be followed by a name and `}`: a literal one is `$${`");
	if (piece->kind == PIECE_ESCAPE && filling->extent == TEMPLATE_WHOLE) {
		buf_add(out, "${", 2);
		return true;
	}
	json_t *value = NULL;
	if (piece->kind == PIECE_NAME) {
		value = look_up(filling, piece->name, err);
		if (!value && err->code != ERROR_NONE)
			return false;
	}
	if (!value) {
		buf_add(out, piece->start, piece->len);
		return true;
	}
	bool ok = add_value(out, value, piece->name, err);
	json_decref(value);
	return ok;
}

static json_t *
fill_pieces(const struct filling *filling, const char *text, struct error *err)
{
	struct piece piece;
	struct buf out;
	json_t *filled = NULL;
	bool ok = true;

	buf_init(&out, TEXT_BYTES);
	for (; ok && (piece = piece_at(text)).kind != PIECE_END; text += piece.len)
		ok = add_piece(filling, &piece, &out, err);
	if (ok && out.truncated)
		ok = error_set(err, ERROR_SUITE, "the text is longer than %zu bytes", TEXT_BYTES);
	if (ok)
		filled = json_stringn_nocheck(out.text, out.len);
	buf_release(&out);
	return filled;
}

static json_t *
fill_text(const struct filling *filling, const json_t *value, struct error *err)
{
	const char *text = json_string_value(value);

	if (!strstr(text, "${"))
		return node_share(value);
	struct piece piece = piece_at(text);
	if (piece.kind != PIECE_NAME || text[piece.len] != '\0')
		return fill_pieces(filling, text, err);
	json_t *whole = look_up(filling, piece.name, err);
	if (!whole && err->code == ERROR_NONE)
		return node_share(value);
	return whole;
}

static json_t *fill_value(const struct filling *filling, const json_t *value, struct error *err);

/* Before the first change, *filled is `original` itself: what needs no filling is shared. */
static json_t *
own(json_t *filled, const json_t *original)
{
	if (filled != original)
		return filled;
	json_t *copy = json_copy(filled);
	json_decref(filled);
	return copy;
}

static json_t *
fill_list(const struct filling *filling, const json_t *list, struct error *err)
{
	json_t *filled = node_share(list);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		json_t *value = fill_value(filling, item, err);
		if (!value) {
			char index[24];
			(void)snprintf(index, sizeof(index), "%zu", i);
			error_within(err, index);
			json_decref(filled);
			return NULL;
		}
		if (value != item) {
			filled = own(filled, list);
			json_array_set_new(filled, i, value);
		} else {
			json_decref(value);
		}
	}
	return filled;
}

static json_t *
fill_mapping(const struct filling *filling, const json_t *mapping, struct error *err)
{
	json_t *filled = node_share(mapping);
	struct node node = { .value = mapping }, member;

	for (const char *key = NULL; node_next(&node, &key, &member);) {
		json_t *value = fill_value(filling, member.value, err);
		if (!value) {
			error_within(err, key);
			json_decref(filled);
			return NULL;
		}
		if (value != member.value) {
			filled = own(filled, mapping);
			json_object_set_new(filled, key, value);
		} else {
			json_decref(value);
		}
	}
	return filled;
}

static json_t *
fill_value(const struct filling *filling, const json_t *value, struct error *err)
{
	if (json_is_string(value))
		return fill_text(filling, value, err);
	if (json_is_array(value))
		return fill_list(filling, value, err);
	if (json_is_object(value))
		return fill_mapping(filling, value, err);
	return node_share(value);
}

json_t *
template_fill_with(const json_t *value, enum template_extent extent, template_lookup_fn *lookup,
		   void *arg, struct error *err)
{
	struct filling filling = { extent, lookup, arg };

	if (template_is_constant(value))
		return node_share(value);
	return fill_value(&filling, value, err);
}

json_t *
template_fill(const json_t *value, const struct scope *scope, struct error *err)
{
	struct scope_lookup lookup = { .scope = scope };

	return template_fill_with(value, TEMPLATE_WHOLE, scope_value, &lookup, err);
}

char *
template_fill_text(const char *text, const struct scope *scope, struct error *err)
{
	struct scope_lookup lookup = { .scope = scope };
	struct filling filling = { TEMPLATE_WHOLE, scope_value, &lookup };
	json_t *filled = fill_pieces(&filling, text, err);
	char *copy = NULL;

	if (filled && !(copy = strdup(json_string_value(filled))))
		abort();
	json_decref(filled);
	return copy;
}

bool
template_is_constant(const json_t *value)
{
	if (json_is_string(value))
		return strstr(json_string_value(value), "${") == NULL;
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!template_is_constant(json_array_get(value, i)))
			return false;
	}
	struct node node = { .value = value }, member;
	for (const char *key = NULL; json_is_object(value) && node_next(&node, &key, &member);) {
		if (!template_is_constant(member.value))
			return false;
	}
	return true;
}

void
template_names(const json_t *value, template_name_fn *fn, void *arg)
{
	struct node node = { .value = value }, member;
	struct piece piece;

	for (const char *text = json_string_value(value); text; text += piece.len) {
		piece = piece_at(text);
		if (piece.kind == PIECE_END || piece.kind == PIECE_BROKEN)
			break;
		if (piece.kind == PIECE_NAME)
			fn(arg, piece.name);
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		template_names(json_array_get(value, i), fn, arg);
	for (const char *key = NULL; json_is_object(value) && node_next(&node, &key, &member);)
		template_names(member.value, fn, arg);
}

const json_t *
template_walk(const json_t *value, const char *path)
{
	char part[NAME_BYTES];

	while (value && *path) {
		size_t len = strcspn(path, ".");
		if (len >= sizeof(part))
			return NULL;
		memcpy(part, path, len);
		part[len] = '\0';
		if (!json_is_array(value))
			value = json_object_get(value, part);
		else if (len > 0 && len < 10 && strspn(part, "0123456789") == len)
			value = json_array_get(value, (size_t)strtoul(part, NULL, 10));
		else
			value = NULL;
		path += len + (path[len] == '.');
	}
	return value;
}
