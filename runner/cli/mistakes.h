/* mistakes.h - what is wrong with the files or the command line, printed for people. */
#ifndef CLI_MISTAKES_H
#define CLI_MISTAKES_H

#include "base/error.h"

/* Print every error to standard error, then how many there are. Returns the exit status: of the
 * first error. */
int mistakes_print(const struct errors *errors);

/* One error: "lensgate: sentence". Returns its exit status. */
int mistake_print(const struct error *err);

#endif
