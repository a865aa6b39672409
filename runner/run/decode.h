/* decode.h - JSON text to a tree: what json_loadb makes of it, in a third of the time.
 *
 * Every reply is read, and every row a witness saw. What is unusual in any way is left to jansson,
 * so that what is refused, and how it is read, are its decisions.
 */
#ifndef RUN_DECODE_H
#define RUN_DECODE_H

#include <jansson.h>
#include <stddef.h>

/* Any JSON value, "\u0000" in its strings included, as a new reference; NULL when `text` is none.
 */
json_t *decode(const char *text, size_t len);

#endif
