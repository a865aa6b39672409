/* pack.h - a directory as one file, and back.
 *
 * One file is written, renamed and removed at once, and where making a file is slow it is
 * much faster than the hundreds a database directory has. The format is for the program
 * that wrote it: it is kept in a cache whose key names everything that could change.
 */
#ifndef EMBED_PACK_H
#define EMBED_PACK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Write every file and directory below `folder`, with mode and bytes, to the new file
 * `path`. Anything else (a link, a socket) is an error. Nothing is flushed to disk. */
bool pack_write(const char *folder, const char *path, struct error *err) MUST_USE;

/* Make the directory `folder`, which must not exist, from the file `path`. Everything in
 * it belongs to `owner` and `group` (-1: whoever we are). Fails when the file is not whole; then a
 * part of the directory may be there. */
bool pack_read(const char *path, const char *folder, uid_t owner, gid_t group,
	       struct error *err) MUST_USE;

#endif
