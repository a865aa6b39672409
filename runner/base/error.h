/* error.h - one value that says what went wrong, and where in the *input*.
 *
 * A fallible function returns bool and takes `struct error *err` last. It
 * fills *err exactly when it returns false. The first error wins: a caller
 * that adds context uses error_within(), never a second error_set().
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#include "base/base.h"

enum error_code {
	ERROR_NONE,
	ERROR_USAGE,       /* the command line is wrong: exit status 2 */
	ERROR_SUITE,       /* a suite file is wrong: exit status 2 */
	ERROR_ENVIRONMENT, /* we could not ask: network, database, disk: exit status 3 */
};

struct error {
	enum error_code code;
	int line, column;  /* 1-based position in `file`; 0 when unknown */
	char file[128];    /* tail of the path, "" when no file is involved */
	char pointer[256]; /* JSON Pointer to the value at fault, "" for the root */
	char message[512]; /* a lower-case sentence without the full stop */
};

/* Record an error unless one is recorded already. Always returns false, so a
 * caller can write `return error_set(...)`. */
bool error_set(struct error *err, enum error_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Prepend one reference token ("cases", "3") to the pointer while unwinding.
 * Always returns false. */
bool error_within(struct error *err, const char *token);

/* Every mistake of a file, in the order met: a loader adds one per element and goes on. */
struct errors {
	struct error *items;
	size_t count, room;
};

/* A new, empty error at the end of the list; borrowed until the next call. */
struct error *errors_new(struct errors *list);
void errors_release(struct errors *list);
/* Put the errors from index `from` on, all of one file, in the order of their places; those of one
 * place stay as they are. */
void errors_sort(struct errors *list, size_t from);

/* Write `err` to `line` as a user reads it: "file:line:column: message (at /pointer)\n";
 * parts that are not known are left out. */
struct buf;
void error_print(const struct error *err, struct buf *line);

/* Exit status a run that ended with `err` must report. */
int error_exit_status(const struct error *err);

#endif
