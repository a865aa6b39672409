/* new_command.h - the command `new`: the files that the next lens begins with. */
#ifndef CLI_NEW_COMMAND_H
#define CLI_NEW_COMMAND_H

#include "cli/options.h"

int new_command(const struct settings *settings, const char *const *argv);

#endif
