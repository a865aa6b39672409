#include "cli/exit.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(exit, no_number_is_used_twice_and_each_says_what_it_means)
{
	struct buf table;
	long last = -1;
	int rows = 0;

	buf_init(&table, 4096);
	exit_table(&table);
	for (char *rest = NULL, *line = strtok_r(table.text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest), rows++) {
		char *meaning;
		long status = strtol(line, &meaning, 10);

		cr_expect_gt(status, last, "%s", line);
		cr_expect_gt(strlen(meaning), 5, "%s", line);
		last = status;
	}
	cr_expect_eq(rows, 11);
	cr_expect_eq(last, EXIT_SIGTERM);
	buf_release(&table);
}
