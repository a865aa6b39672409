/* node.h - typed reads of a document's values, every mistake noted with its place.
 *
 * A node is a value and the path that led to it. Readers return false when the
 * value is wrong, having added one error to the list; the caller goes on with
 * the next element, so that all mistakes of a file come in one go.
 */
#ifndef DOCUMENT_NODE_H
#define DOCUMENT_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "document/document.h"
#include "document/places.h"

#define NODE_POINTER_BYTES POINTER_BYTES

struct node {
	const struct document *document;
	const json_t *value;
	struct errors *errors;
	char pointer[NODE_POINTER_BYTES]; /* JSON Pointer to `value` */
};

enum need { OPTIONAL, REQUIRED };

/* A new reference to `value`, which nobody may change: counting is not changing. */
json_t *node_share(const json_t *value);

/* `value` for the calls of jansson that only read, and yet want it writable (its iterators,
 * json_incref). */
json_t *node_writable(const json_t *value);

/* The root of `document`; its mistakes go to `errors`. */
struct node node_root(const struct document *document, struct errors *errors);

/* Where the node's value stands. */
struct place node_place(const struct node *node);

/* The member `key` of an object; false (and no error) when absent. */
bool node_member(const struct node *object, const char *key, struct node *member);
/* The item `index` of an array, which must exist. */
struct node node_item(const struct node *array, size_t index);

/* The member after *key in file order, the first one when *key is NULL: false after the last.
 *	for (const char *key = NULL; node_next(&object, &key, &member);) */
bool node_next(const struct node *object, const char **key, struct node *member);

/* Add an error at the value (or, for node_fail_key, at its key). Always false. */
bool node_fail(const struct node *node, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool node_fail_key(const struct node *node, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Add a copy of an error made elsewhere, at the value. Always false. */
bool node_fail_with(const struct node *node, const struct error *err);

/* The node must be an object / a non-empty array / a non-empty text; otherwise an error that
 * says what it is instead ("must be a mapping, not a number"). */
bool node_is_object(const struct node *node) MUST_USE;
bool node_is_array(const struct node *node) MUST_USE;
bool node_is_text(const struct node *node) MUST_USE;

/* Every key must be one of `known`; each other one is an error with the nearest
 * known name as a hint: unknown key `expct`; did you mean `expect`? */
bool node_keys(const struct node *object, const char *const *known, size_t count);

/* Members of an object by key. An absent OPTIONAL member leaves *out as it was and is true;
 * an absent REQUIRED one is an error at the object: missing key `suite`.
 * Texts are borrowed from the document. Durations are "250ms", "3s", "2m", "1h": at most a day. */
bool node_text(const struct node *object, const char *key, enum need need, const char **out);
bool node_integer(const struct node *object, const char *key, enum need need, int64_t min,
		  int64_t max, int64_t *out);
bool node_boolean(const struct node *object, const char *key, enum need need, bool *out);
bool node_duration(const struct node *object, const char *key, enum need need, int64_t *ms);
/* A list of texts, or one text standing for a list of one; the list may be empty. The array is in
 * `arena`. */
bool node_texts(const struct node *object, const char *key, enum need need, struct arena *arena,
		const char *const **out, size_t *count);

/* Parse a duration; false and no error when it is not one. */
bool duration_parse(const char *text, int64_t *ms) MUST_USE;

/* The name among `known` nearest to `name`, or NULL when none is near enough to be
 * a typing error (edit distance at most a third of its length; swapped neighbours are one edit,
 * upper and lower case are the same). The first of several; entries may be NULL. */
const char *nearest_name(const char *name, const char *const *known, size_t count);

#endif
