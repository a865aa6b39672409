/* command.h - what the program can be asked to do: one row per command. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/buf.h"
#include "cli/options.h"

struct command {
	const char *name;
	const char *operands; /* as --help shows them; "" for none */
	const char *sentence;
	const char *more; /* a paragraph for --help; NULL */
	unsigned options; /* groups */
	int (*run)(const struct settings *settings, const char *const *argv);
};

/* Run the command line; argv ends with NULL. Returns the exit status. */
int command_main(const char *const *argv);

#endif
