/* schema.h - what a JSON schema of an OpenAPI document says of an object: which of its fields are
 * required, and a value for each.
 *
 * `$ref` into the same document and `allOf` are followed; other documents are not read.
 */
#ifndef SCAFFOLD_SCHEMA_H
#define SCAFFOLD_SCHEMA_H

#include <jansson.h>

#include "base/error.h"

/* The schema that `schema` stands for: itself, or what its `$ref` leads to in `root`; borrowed.
 * NULL with err when that is not in the document, or goes round in a circle. */
const json_t *schema_resolve(const json_t *root, const json_t *schema, struct error *err);

/* Collect the fields of an object's schema: names that are required into the array `required`, the
 * schemas of all fields into the object `properties`. */
bool schema_fields(const json_t *root, const json_t *schema, json_t *required, json_t *properties,
		   struct error *err) MUST_USE;

/* A value that such a field takes: `example`, `const`, `default`, the first of `enum`, else one of
 * its type. Ids and texts with a pattern are nobody's to guess: LENS_FILL_IN. A new reference, NULL
 * with err. */
json_t *schema_value(const json_t *root, const char *name, const json_t *schema, struct error *err);

#endif
