/* alerts_command.h - `lensgate alerts`. */
#ifndef CLI_ALERTS_COMMAND_H
#define CLI_ALERTS_COMMAND_H

#include "cli/options.h"

int alerts_command(const struct settings *settings, const char *const *argv);

#endif
