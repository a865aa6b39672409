#include "report/rerun.h"

#include <criterion/criterion.h>

static const struct {
	const char *command; /* JSON */
	const char *again;
} commands[] = {
	{ "[\"lensgate\", \"gate\", \"pre-deploy\"]", "lensgate run --last-failed" },
	{ "[\"./l\", \"run\", \"a.yaml\", \"--env\", \"staging\", \"-x\", \"-j\", \"4\"]",
	  "lensgate run --last-failed --env staging" },
	{ "[\"l\", \"run\", \"--env=staging\", \"-oout\", \"--env-file\", \"a b\"]",
	  "lensgate run --last-failed --env=staging -oout --env-file 'a b'" },
	{ "[\"l\", \"run\", \"--fault\", \"--env\", \"x\"]",
	  "lensgate run --last-failed --fault --env" },
	{ "[\"l\", \"run\", \"--var\", \"k=it's\", \"--report\", \"junit=x\", \"--environment\"]",
	  "lensgate run --last-failed --var 'k=it'\\''s'" },
	{ "[\"l\", \"run\", \"--seed\", \"7\", \"--last-failed\", \"--failed-in\", \"x\"]",
	  "lensgate run --last-failed --seed 7" },
	{ "[\"l\", \"run\", \"--env\"]", "lensgate run --last-failed --env" },
	{ "null", "lensgate run --last-failed" },
};

Test(rerun, where_a_run_happened_is_kept_and_what_it_ran_is_not)
{
	for (size_t i = 0; i < COUNTOF(commands); i++) {
		json_t *command = json_loads(commands[i].command, JSON_DECODE_ANY, NULL);
		struct run run = { .header = json_pack("{s:{s:o}}", "run", "command", command) };
		struct buf out;

		cr_assert_not_null(run.header);
		buf_init(&out, 1000);
		rerun_command(&run, &out);
		cr_expect_str_eq(out.text, commands[i].again, "row %zu: %s", i, out.text);
		buf_release(&out);
		json_decref(run.header);
	}
}
