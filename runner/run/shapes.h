/* shapes.h - secrets nobody registered, known by their shape.
 *
 * JSON Web Tokens, private keys in PEM, passwords in URLs, connection strings, forms and JSON,
 * Supabase keys, and the values of Authorization, Cookie and apikey headers. A shape is looked for
 * where three rare bytes of its name stand, so ordinary text costs one look-up per two bytes.
 */
#ifndef RUN_SHAPES_H
#define RUN_SHAPES_H

#include "run/ranges.h"
#include "run/unescape.h"

struct shapes;

struct shapes *shapes_new(void);
void shapes_free(struct shapes *shapes);

/* Add a range, in the layer, for every value of such a shape; they may overlap. A value that has
 * been masked already is found as well: only the caller knows. */
void shapes_find(const struct shapes *shapes, const struct layer *layer, struct ranges *ranges);

/* What is shown for the shapes; NULL after the last. */
extern const char *const shapes_shown[];

#endif
