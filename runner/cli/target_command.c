#include "cli/target_command.h"

#include <stdio.h>

#include "cli/exit.h"
#include "cli/mistakes.h"
#include "embed/foreground.h"

int
target_command(const struct settings *settings, const char *const *argv)
{
	struct error err = { 0 };
	struct foreground_options options = { .embed = { .faults = settings->faults.items,
							 .fault_count = settings->faults.count,
							 .flags = settings->flags.items,
							 .flag_count = settings->flags.count,
							 .port = (int)settings->port,
							 .log_fd = -1 },
					      .write_env = settings->write_env,
					      .show_secrets = settings->show_secrets };

	(void)argv;
	if (settings->list_faults)
		return embed_list_faults(stdout, &err) ? EXIT_PASSED : mistake_print(&err);
	if (!foreground_run(&options, stdout, &err))
		return mistake_print(&err);
	return EXIT_PASSED;
}
