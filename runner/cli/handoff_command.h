/* handoff_command.h - `handoff`: the folder that is handed over, index first. */
#ifndef CLI_HANDOFF_COMMAND_H
#define CLI_HANDOFF_COMMAND_H

#include "cli/options.h"

/* The exit status is the worst of the runs', or 6 when the folder could not be written, or a run is
 * not the one that was sealed. */
int handoff_command(const struct settings *settings, const char *const *argv);

#endif
