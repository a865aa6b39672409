/* report_command.h - `report`: any report of a saved run, a part of it, or several. */
#ifndef CLI_REPORT_COMMAND_H
#define CLI_REPORT_COMMAND_H

#include "cli/options.h"

/* The exit status is that of the run, of several the worst; 5 when --as leaves no case, 6 when a
 * report could not be written. */
int report_command(const struct settings *settings, const char *const *argv);

#endif
