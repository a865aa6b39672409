/* template.h - a value of a suite that may hold ${...}, and what fills it in.
 *
 * Names and what they give:
 *   NAME                 a capture of this case, else of a case it needs, else a suite's `vars`
 *   persona.user .role .email .yacht .name     of the step's persona
 *   personas.NAME.user ...                     of another one
 *   lens.name
 *   environment.name, environment.base_url, yacht, base_url, apikey
 *   env.X, secret.X      configuration and secrets by name
 *   var.K                --var K=V
 *   run.id, unique, unique.LABEL, now, now-2h, now+1d
 *   payload.a.b, reply.a.b    in a lens's `writes`: the request's payload and the reply's body
 *
 * A text that is one ${...} as a whole takes the value with its type; inside longer
 * text, numbers and booleans are written as JSON writes them, and null, objects and arrays
 * are errors. `$${` is a literal `${`. Nothing is ever spliced into SQL text.
 */
#ifndef SUITE_TEMPLATE_H
#define SUITE_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct environment;
struct lens;
struct persona;
struct suite;

struct template
{
	const json_t *value; /* borrowed from the document; NULL: not given */
	bool constant;       /* no ${} anywhere inside */
};

/* Where names are looked up. Everything is borrowed, and may be NULL when there is none. */
struct scope {
	const struct environment *environment;
	const struct lens *lens;
	const struct suite *suite;
	const struct persona *persona;
	const json_t *vars;          /* --var, an object */
	const json_t *captures;      /* of this case, an object */
	const json_t *const *needed; /* captures of the cases this one needs, nearest first */
	size_t needed_count;
	const json_t *payload, *reply;
	const char *run_id;
	const char *unique; /* of this case */
	const char *apikey; /* for /auth and /rest */
};

/* Fill in every ${}. A new reference, which shares with the template what holds none: nobody may
 * change it in place. NULL with
 * err when a name has no value: the message says which, and the nearest name there is. */
json_t *template_fill(const json_t *value, const struct scope *scope, struct error *err);

/* As template_fill, for a text inside an arena-free caller: malloc'ed, NUL-terminated. */
char *template_fill_text(const char *text, const struct scope *scope, struct error *err);

/* The value of `name`, a new reference. NULL with err set: a mistake. NULL without: left to a later
 * filling (TEMPLATE_PART), or a name without a value (TEMPLATE_WHOLE). */
typedef json_t *template_lookup_fn(void *arg, const char *name, struct error *err);

/* TEMPLATE_PART keeps the names its lookup does not know, and `$${`, as they stand: a matrix or an
 * include fills in its own names and leaves the rest. */
enum template_extent { TEMPLATE_WHOLE, TEMPLATE_PART };

/* As template_fill, with names looked up by `lookup`. */
json_t *template_fill_with(const json_t *value, enum template_extent extent,
			   template_lookup_fn *lookup, void *arg, struct error *err);

/* The value at a dotted path below `value`, borrowed: members by key, items by number. NULL when
 * there is none. */
const json_t *template_walk(const json_t *value, const char *path);

bool template_is_constant(const json_t *value);

/* Call `fn` with each name used in `value`, for the checks made at load time. */
typedef void template_name_fn(void *arg, const char *name);
void template_names(const json_t *value, template_name_fn *fn, void *arg);

#endif
