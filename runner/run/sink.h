/* sink.h - a file that is written under the mask, or not at all.
 *
 * What is added is kept in memory, at most 1 GiB, and masked when the sink is closed: a secret
 * that became known late is masked in what was added before. The masked bytes are searched once
 * more before anything reaches the disk; then the file is replaced by rename, so a reader sees the
 * old one or the whole new one. A device or pipe (/dev/stdout) is written in place.
 */
#ifndef RUN_SINK_H
#define RUN_SINK_H

#include "base/buf.h"
#include "base/error.h"
#include "run/mask.h"

struct sink;

/* Begin the file at `path` ("-": standard output). Missing directories are made now, so that a
 * wrong path is known before a run. NULL when that fails. `mask` is borrowed until the sink is
 * closed.
 */
struct sink *sink_open(const char *path, const struct mask *mask, struct error *err) MUST_USE;

/* A sink whose masked text is appended to `out` when it is closed; for tests and for standard
 * output that is shown another way. */
struct sink *sink_memory(const struct mask *mask, struct buf *out);

void sink_add(struct sink *sink, const void *bytes, size_t len);
void sink_printf(struct sink *sink, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Mask, search, write and free the sink. False when it cannot be written (no half file is left),
 * and when a secret would have been written: then nothing stands at `path` afterwards, not even an
 * older file that could be taken for this one. */
bool sink_close(struct sink *sink, struct error *err) MUST_USE;

/* Free the sink and write nothing; an older file stays. NULL does nothing. */
void sink_drop(struct sink *sink);

#endif
