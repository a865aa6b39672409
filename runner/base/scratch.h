/* scratch.h - a file for one test, in a directory of its own. */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define SCRATCH_BYTES 64

/* Write `bytes` to a new file called `name`; its path goes to `path`. */
static inline void
scratch_make(char path[SCRATCH_BYTES], const char *name, const char *bytes, size_t len)
{
	char directory[] = "/tmp/scratch-XXXXXX";
	struct error err = { 0 };

	cr_assert_not_null(mkdtemp(directory));
	(void)snprintf(path, SCRATCH_BYTES, "%s/%s", directory, name);
	cr_assert(file_replace(path, bytes, len, &err));
}

/* Remove the file and its directory. */
static inline void
scratch_remove(char path[SCRATCH_BYTES])
{
	(void)unlink(path);
	*strrchr(path, '/') = '\0';
	(void)rmdir(path);
}

#endif
