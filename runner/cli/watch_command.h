/* watch_command.h - `lensgate watch`. */
#ifndef CLI_WATCH_COMMAND_H
#define CLI_WATCH_COMMAND_H

#include "cli/options.h"

int watch_command(const struct settings *settings, const char *const *argv);

#endif
