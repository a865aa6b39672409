/* run_command.h - `run`, `gate`, and what they share with `list`, `plan` and `validate`. */
#ifndef CLI_RUN_COMMAND_H
#define CLI_RUN_COMMAND_H

#include "cli/options.h"

/* Each returns the exit status. `argv` is the whole command line, for the record. */
int run_command(const struct settings *settings, const char *const *argv);
int gate_command(const struct settings *settings, const char *const *argv);
int list_command(const struct settings *settings, const char *const *argv);
int plan_command(const struct settings *settings, const char *const *argv);
int validate_command(const struct settings *settings, const char *const *argv);

#endif
