/* audit_command.h - `lensgate audit`. */
#ifndef CLI_AUDIT_COMMAND_H
#define CLI_AUDIT_COMMAND_H

#include "cli/options.h"

/* Returns the exit status. */
int audit_command(const struct settings *settings, const char *const *argv);

#endif
