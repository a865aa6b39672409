/* matrix_command.h - `matrix`: who can do what to whose rows, as measured in SQL. */
#ifndef CLI_MATRIX_COMMAND_H
#define CLI_MATRIX_COMMAND_H

#include "cli/options.h"

/* Returns the exit status. */
int matrix_command(const struct settings *settings, const char *const *argv);

#endif
