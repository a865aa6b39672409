/* unescape.h - a text with its escapes undone, and where each byte of it came from.
 *
 * JSON (\n, \", \u00e9), percent-encoding and XML or HTML references hide a secret from a plain
 * search; any of them may hold another. A layer is one of them undone (or all at once), and
 * knows which bytes of the text below each of its bytes stands for.
 */
#ifndef RUN_UNESCAPE_H
#define RUN_UNESCAPE_H

#include <stdbool.h>
#include <stddef.h>

enum escapes { ESCAPES_JSON = 1, ESCAPES_PERCENT = 2, ESCAPES_XML = 4, ESCAPES_ALL = 7 };

struct layer {
	const struct layer *below; /* NULL: this is the text itself */
	const char *text;
	size_t len;
	struct layer_part *parts;
	size_t part_count, part_room;
	char *owned;
};

/* The text itself as a layer; borrowed. */
struct layer layer_of(const char *text, size_t len);

/* Undo the escapes of `below` once. False when there are none: *layer is then empty. */
bool layer_unescape(struct layer *layer, const struct layer *below, unsigned escapes);
void layer_release(struct layer *layer);

/* Turn a stretch of the layer into the stretch of the text itself that it stands for. */
void layer_to_text(const struct layer *layer, size_t *from, size_t *to);

/* True when the byte at `at` was written as it is, not as an escape, one layer below. */
bool layer_is_literal(const struct layer *layer, size_t at);

/* The JSON escape at `text`, which begins with a backslash, as at most four bytes in `out`, never
 * more than its width; both may be the same place. Returns its width, 0 when it is none. */
size_t unescape_json(const char *text, size_t len, char *out, size_t *out_len);

#endif
