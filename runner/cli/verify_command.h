/* verify_command.h - `verify`: is this evidence whole, unedited, and signed by whom? */
#ifndef CLI_VERIFY_COMMAND_H
#define CLI_VERIFY_COMMAND_H

#include "cli/options.h"

/* 0: whole, and signed by somebody allowed where that was asked for. 6 otherwise. */
int verify_command(const struct settings *settings, const char *const *argv);

#endif
