/* file.h - whole files: read with a limit, replaced by rename. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The file's bytes and a NUL, malloc'ed; *len is without the NUL. NULL when it
 * cannot be read or exceeds `max` bytes (ERROR_SUITE: the user named the file). */
char *file_read(const char *path, size_t max, size_t *len, struct error *err) MUST_USE;

/* Write `bytes` to a temporary name beside `path`, and rename: a reader sees the
 * old file or the whole new one. Missing directories are made. */
bool file_replace(const char *path, const void *bytes, size_t len, struct error *err) MUST_USE;

/* Make `path` and every directory above it, mode 0777 less umask. */
bool file_make_dirs(const char *path, struct error *err) MUST_USE;

/* Make the directories above the last component of `path`. */
bool file_make_parent(const char *path, struct error *err) MUST_USE;

/* Write all of it, however many calls that takes; false with errno when the file takes no more. */
bool file_write_all(int fd, const char *bytes, size_t len) MUST_USE;

#endif
