/* mask.h - the one redactor: no secret leaves through any writer.
 *
 * A registered secret is found as it is, in base64 and base64url at every alignment, in
 * hexadecimal, and below JSON, percent and XML escapes of any mixture, up to three deep. What
 * nobody registered is found by its shape (shapes.h). Masking what is masked changes nothing. A
 * value that is a reference to a variable ($NAME, ${NAME}) stays; so does what the masker of
 * another process left ("<NAME token>", "[secret NAME]"): a report of a saved run is the report of
 * the run.
 *
 * Texts are masked whole: a secret spread over two calls is not found. One that is cut off by the
 * end of the text is, as long as 12 bytes of it are there.
 */
#ifndef RUN_MASK_H
#define RUN_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct mask;

struct mask *mask_new(void);
void mask_free(struct mask *mask);

/* Register a secret: every encoded form of it is known from now on. `shown` replaces it: "[secret
 * STAGING_JWT_SECRET]", "<crew token>". Both are copied. Refused, with ERROR_ENVIRONMENT,
 * under 8 bytes: it would mask innocent text. Parts of a JSON Web Token count, too. */
bool mask_add(struct mask *mask, const char *value, const char *shown, struct error *err) MUST_USE;

/* Append `len` bytes of `text` to `out`, every secret replaced. False when one is still there,
 * because secrets and what is shown for them hold each other: then `out` must not be written. */
bool mask_text(const struct mask *mask, const char *text, size_t len, struct buf *out);

/* The same, and every part of a registered secret as well: for words that quote what was cut off
 * (fragments.h). Slower, and may take innocent text for a part. */
void mask_words(const struct mask *mask, const char *text, size_t len, struct buf *out);
/* True when that would leave the text as it is. */
bool mask_spares(const struct mask *mask, const char *text, size_t len);

/* True when a secret of any form or shape is in the text; *shown, borrowed, says which. Never
 * true for what mask_text wrote, unless secrets and what is shown for them hold each other. */
bool mask_finds(const struct mask *mask, const char *text, size_t len, const char **shown);

#endif
