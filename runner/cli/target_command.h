/* target_command.h - `target`: the embedded reference target in the foreground. */
#ifndef CLI_TARGET_COMMAND_H
#define CLI_TARGET_COMMAND_H

#include "cli/options.h"

int target_command(const struct settings *settings, const char *const *argv);

#endif
