/* prove_command.h - `lensgate prove`: loosen what guards the rows, one thing at a time, and see
 * whether the tests notice. */
#ifndef CLI_PROVE_COMMAND_H
#define CLI_PROVE_COMMAND_H

#include "cli/options.h"

int prove_command(const struct settings *settings, const char *const *argv);

#endif
