/* canary_command.h - `lensgate canary`. */
#ifndef CLI_CANARY_COMMAND_H
#define CLI_CANARY_COMMAND_H

#include "cli/options.h"

int canary_command(const struct settings *settings, const char *const *argv);

#endif
