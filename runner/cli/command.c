#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "check/pattern.h"
#include "cli/alerts_command.h"
#include "cli/audit_command.h"
#include "cli/canary_command.h"
#include "cli/exit.h"
#include "cli/explain_command.h"
#include "cli/handoff_command.h"
#include "cli/matrix_command.h"
#include "cli/merge_command.h"
#include "cli/migrate_command.h"
#include "cli/mistakes.h"
#include "cli/new_command.h"
#include "cli/prove_command.h"
#include "cli/report_command.h"
#include "cli/run_command.h"
#include "cli/snapshot_command.h"
#include "cli/target_command.h"
#include "cli/verify_command.h"
#include "cli/watch_command.h"
#include "document/node.h"
#include "evidence/variant.h"
#include "report/report.h"
#include "rls/audit_check.h"

static int help_command(const struct settings *settings, const char *const *argv);

#define RUNNING                                                                                    \
	(OPTIONS_WHERE | OPTIONS_SELECT | OPTIONS_RUN | OPTIONS_REPORT | OPTIONS_SIGN |            \
	 OPTIONS_TERMINAL)

/* In the order people meet them. */
static const struct command commands[] = {
	{ "run", "[SUITE | DIRECTORY | FILE:LINE | CASE-ID ...]", "run suites and judge every case",
	  "Without operands every suite below suites/ runs. Writes DIR/run/RUN-ID/{run.jsonl,\n"
	  "junit.xml,evidence.md,result.json,manifest.json} and points DIR/run/latest at it.",
	  RUNNING, run_command },
	{ "gate", "NAME", "run the suites of ci/gates/NAME.yaml, with its pinned count",
	  "Red unless exactly the pinned number of cases was executed and each of them passed.\n"
	  "Writes DIR/NAME/RUN-ID/{run.jsonl,junit.xml,evidence.md,result.json} and points\n"
	  "DIR/NAME/latest at it.",
	  OPTIONS_WHERE | OPTIONS_RUN | OPTIONS_REPORT | OPTIONS_SIGN | OPTIONS_TERMINAL,
	  gate_command },
	{ "list", "[SUITE | DIRECTORY | FILE:LINE | CASE-ID ...]", "print the cases that would run",
	  NULL, OPTIONS_WHERE | OPTIONS_SELECT | OPTIONS_REPORT, list_command },
	{ "plan", "[SUITE | DIRECTORY | FILE:LINE | CASE-ID ...]",
	  "print in which order cases would run, and what each waits for", NULL,
	  OPTIONS_WHERE | OPTIONS_SELECT | OPTIONS_REPORT, plan_command },
	{ "validate", "[SUITE | DIRECTORY ...]", "check files and send nothing",
	  "Every mistake of every file, with file, line, column and JSON Pointer.", OPTIONS_WHERE,
	  validate_command },
	{ "report", "RUN...", "make reports of a saved run, or a summary of several",
	  "RUN is a run.jsonl or the directory that holds one. Without --report the summary is\n"
	  "printed. A run that was cut short gives reports that say INCOMPLETE. Of several runs\n"
	  "there is the report `summary`. The exit status is that of the run, of several the "
	  "worst.",
	  OPTIONS_REPORT | OPTIONS_PART | OPTIONS_TERMINAL, report_command },
	{ "handoff", "RUN...", "write the folder that is handed over, index first",
	  "DIR of --into must be new: README.md, the consolidated summary, a document per variant\n"
	  "(see: lensgate help variants) and per suite that names one, the records, manifest and\n"
	  "statement. Altered evidence is refused. The exit status is the worst of the runs'.",
	  OPTIONS_INTO | OPTIONS_SIGN, handoff_command },
	{ "merge", "RUN...", "make one run of the shards of one plan",
	  "RUN is a run.jsonl or the directory that holds one: every shard of `run --shard I/N` "
	  "or\n"
	  "`gate --shard I/N`, once, in any order. A missing, doubled or foreign shard is "
	  "refused.\n"
	  "The merged run is written and judged as if it had been made in one piece; the shards'\n"
	  "records are kept in its folder, in shards/.",
	  OPTIONS_REPORT | OPTIONS_INTO | OPTIONS_SIGN | OPTIONS_TERMINAL, merge_command },
	{ "verify", "PATH", "check that evidence is whole and unedited, and who signed it",
	  "PATH is the folder of a run or hand-over, or a file in one: every file is held against "
	  "the\n"
	  "manifest, every line of a record against the next, manifest and statement against what\n"
	  "the folder would give now. Names what was altered, missing, added or moved, and ends "
	  "with\n"
	  "status 6 then. Of a record without a manifest only its chain is checked.",
	  OPTIONS_CHECK, verify_command },
	{ "matrix", "[LENS]", "who can do what to whose rows in SQL, as measured",
	  "Tries every command of every persona, and of twins that must get nowhere (no claims,\n"
	  "forged user_metadata, anonymous), on rows of their own, of colleagues and of other\n"
	  "tenants, in one transaction that is rolled back. Red when anything of another tenant "
	  "is\n"
	  "reached, anything at all without claims, or a cell is not what the lens says. A "
	  "foreign\n"
	  "schema: --database URL --personas FILE, with --schema, --tenant-column and --root.\n"
	  "Reports: html, json, junit, markdown, terminal. Exit status 8 when a cell stays "
	  "unknown.",
	  OPTIONS_WHERE | OPTIONS_MATRIX | OPTIONS_TERMINAL, matrix_command },
	{ "audit", "", "what the catalog says about row-level security: findings, with fixes",
	  "Reads the catalog of the environment's database, or of --database, and no row. "
	  "Reports:\n"
	  "html, json, junit, markdown, sarif (code scanning), terminal. What it looks for: "
	  "lensgate\n"
	  "help audit-checks. What a persona can really do is the matrix's to say.",
	  OPTIONS_WHERE | OPTIONS_CATALOG | OPTIONS_AUDIT | OPTIONS_TERMINAL, audit_command },
	{ "prove", "[SUITE | DIRECTORY | FILE:LINE | CASE-ID ...]",
	  "would the tests notice? loosen each guard of the rows, and require a red",
	  "Drops, opens or widens every policy, grant, trigger and helper function, one at a time, "
	  "in\n"
	  "a throw-away database, and runs the suites (or those of --gate) until a case is red. "
	  "What\n"
	  "no case notices is a survivor, printed with the kind of case that would. Reports: "
	  "html,\n"
	  "json, junit, markdown, terminal.",
	  OPTIONS_WHERE | OPTIONS_TERMINAL | OPTIONS_PROVE, prove_command },
	{ "watch", "LENS", "check a lens again and again, and keep what was found",
	  "Asks what suites/LENS/health.yaml says, calls the lens healthy, degraded or\n"
	  "unhealthy, and writes a row of pms_health_checks with its pms_health_events. While\n"
	  "the database is away rounds wait on disk. Of several workers one checks. With --once\n"
	  "the exit status is 0 for healthy, 7 for degraded, 1 for unhealthy, 6 when the row\n"
	  "could not be written; the round is a run with its folder, DIR/watch/RUN, as a gate's\n"
	  "is. SIGHUP reads the files again, SIGTERM ends after the round.",
	  OPTIONS_WHERE | OPTIONS_RUN | OPTIONS_REPORT | OPTIONS_TERMINAL | OPTIONS_WATCH,
	  watch_command },
	{ "alerts", "LENS", "look at the health rounds, and tell who has to know",
	  "The rules are suites/LENS/alerts.yaml. Each change is told once, whichever machine\n"
	  "looks: on standard output, and to the webhook whose address is in\n"
	  "LENSGATE_WEBHOOK_CHANNEL (ops-critical: LENSGATE_WEBHOOK_OPS_CRITICAL), as Slack takes\n"
	  "it or by the channel's template. With --dry-run nothing is sent. The exit status is 6\n"
	  "when a message could not be delivered.",
	  OPTIONS_WHERE | OPTIONS_ALERTS, alerts_command },
	{ "canary", "LENS", "promote, hold or roll back a stage of a roll-out",
	  "Judges the health rounds of the stage's window by suites/LENS/canary.yaml, prints\n"
	  "each criterion with what was seen, and writes DIR/canary/LENS-STAGE-DAY.md and .json:\n"
	  "time line, events, rows, transcripts, runbooks. With --baseline and --candidate the\n"
	  "rounds of two versions are compared, too. A roll-back asks every endpoint whether it\n"
	  "is off, as --verify-off does. The exit status is 0 for promote, 7 for hold and roll\n"
	  "back (and for an endpoint that is not off), 8 when there are too few rounds.",
	  OPTIONS_WHERE | OPTIONS_CANARY | OPTIONS_REPORT, canary_command },
	{ "snapshot", "LENS",
	  "how a lens stands: worker, last round, trend, alerts; done, next, risks",
	  "Looks at the health rounds and at suites/LENS/alerts.yaml, asks the target nothing, "
	  "and\n"
	  "writes DIR/snapshot/LENS-MOMENT.{md,json}. Reports: json, markdown, terminal. The exit\n"
	  "status is 0 when rounds come, the last one was healthy and no alert fires, 7 when not, "
	  "8\n"
	  "when there is no round at all.",
	  OPTIONS_WHERE | OPTIONS_REPORT | OPTIONS_TERMINAL, snapshot_command },
	{ "dashboard", "LENS", "the last 7 and 30 days of a lens as one page",
	  "Trend by hour, uptime by day (a missing round was down), latency, latest errors, flag\n"
	  "and deploys: DIR/dashboard/LENS.html, or where --html says; - is standard output.",
	  OPTIONS_WHERE | OPTIONS_PAGE | OPTIONS_TERMINAL, dashboard_command },
	{ "migrate", "", "make the tables and the role that the health worker writes with",
	  "May be run any number of times. Prints what is there afterwards.", OPTIONS_WHERE,
	  migrate_command },
	{ "explain", "[RUN] CASE", "one case of a saved run, with everything that is known of it",
	  "CASE is SUITE/ID, or as much of ID as no other case has. Without RUN the latest run "
	  "below\n"
	  "--out is taken. Prints why it ended as it did, the step as its suite writes it, the\n"
	  "commands that repeat it, and every exchange.",
	  OPTIONS_REPORT | OPTIONS_TERMINAL, explain_command },
	{ "new", "LENS",
	  "suites, gates, alerts and workflow for the next lens, from its description",
	  "LENS's description is suites/LENS/lens.yaml, or --from FILE: see suites/README.md. Its\n"
	  "roles must be those of personas of the environment, and no place in it FILL_IN. Or it\n"
	  "is drafted: from what the service lists to each persona, or from a document. What\n"
	  "neither says is FILL_IN in the lens.yaml that is written, and what cannot be made\n"
	  "without it is left out, each with a sentence. Files that are there already are never\n"
	  "touched: then nothing is written at all.\n\n"
	  "  lensgate new receiving --from receiving.yaml\n"
	  "  lensgate new parts --from-target --env staging\n"
	  "  lensgate new parts --from-openapi openapi.json --into ../parts",
	  OPTIONS_WHERE | OPTIONS_NEW, new_command },
	{ "target", "", "the embedded reference target in the foreground",
	  "A throw-away PostgreSQL and the reference service on a loopback port, until SIGINT or\n"
	  "SIGTERM; then both are removed.",
	  OPTIONS_TARGET, target_command },
	{ "help", "[COMMAND | exit | operators | reports | variants | audit-checks | manual]",
	  "explain", NULL, 0, help_command },
};

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COUNTOF(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static void
overview(struct buf *out)
{
	buf_printf(out,
		   "lensgate %s: acceptance evidence that cannot lie\n\n"
		   "usage: lensgate COMMAND [options] [operands]\n\n",
		   LENSGATE_VERSION);
	for (size_t i = 0; i < COUNTOF(commands); i++)
		buf_printf(out, "  %-9s %s\n", commands[i].name, commands[i].sentence);
	buf_printf(out, "\nlensgate COMMAND --help explains one of them. Exit status:\n\n");
	exit_table(out);
}

static void
explain(const struct command *command, struct buf *out)
{
	buf_printf(out, "usage: lensgate %s %s%s\n\n%s\n", command->name,
		   command->options ? "[options] " : "", command->operands, command->sentence);
	if (command->more)
		buf_printf(out, "\n%s\n", command->more);
	buf_printf(out, "\n");
	options_help(command->options, out);
}

static void
operators(struct buf *out)
{
	size_t count;
	const struct operator_help *rows = pattern_operators(&count);

	for (size_t i = 0; i < count; i++)
		buf_printf(out, "  %-10s %-24s %s\n  %-10s %-24s e.g. %s\n", rows[i].name,
			   rows[i].operand, rows[i].sentence, "", "", rows[i].example);
}

static void
reports(struct buf *out)
{
	size_t count;
	const struct report_kind *kinds = report_kinds(&count);

	for (size_t i = 0; i < count; i++)
		buf_printf(out, "  %-10s %s\n", kinds[i].name, kinds[i].sentence);
}

static void
variants(struct buf *out)
{
	size_t count;
	const struct variant *list = variant_list(&count);

	for (size_t i = 0; i < count; i++)
		buf_printf(out, "  %-18s %s: %s\n", list[i].name, list[i].heading,
			   list[i].sentence);
}

/* The manual: every table the parser works from, in Markdown. */
static void
manual(struct buf *out)
{
	buf_printf(out,
		   "# lensgate %s\n\nMade by `lensgate help manual` from the tables the program "
		   "parses with.\n",
		   LENSGATE_VERSION);
	for (size_t i = 0; i < COUNTOF(commands); i++) {
		buf_printf(out, "\n## lensgate %s\n\n```\n", commands[i].name);
		explain(&commands[i], out);
		buf_printf(out, "```\n");
	}
	buf_printf(out, "\n## Exit status\n\n```\n");
	exit_table(out);
	buf_printf(out, "```\n\n## Operators in patterns\n\n```\n");
	operators(out);
	buf_printf(out, "```\n\n## Reports\n\n```\n");
	reports(out);
	buf_printf(out, "```\n\n## What the audit looks for\n\n```\n");
	audit_check_table(out);
	buf_printf(out, "```\n");
}

static const struct {
	const char *name;
	void (*write)(struct buf *out);
} topics[] = {
	{ "exit", exit_table },
	{ "operators", operators },
	{ "reports", reports },
	{ "variants", variants },
	{ "audit-checks", audit_check_table },
	{ "manual", manual },
};

static bool
write_topic(const char *name, struct buf *out)
{
	const struct command *command = find(name);

	if (command) {
		explain(command, out);
		return true;
	}
	for (size_t i = 0; i < COUNTOF(topics); i++) {
		if (strcmp(topics[i].name, name) == 0) {
			topics[i].write(out);
			return true;
		}
	}
	return false;
}

static int
print(struct buf *out)
{
	bool ok = fwrite(out->text, 1, out->len, stdout) == out->len && fflush(stdout) == 0;

	buf_release(out);
	return ok ? EXIT_PASSED : EXIT_UNWRITTEN;
}

static int
help_command(const struct settings *settings, const char *const *argv)
{
	struct buf out;

	(void)argv;
	buf_init(&out, (size_t)1024 * 1024);
	if (settings->operand_count == 0) {
		overview(&out);
	} else if (!write_topic(settings->operands[0], &out)) {
		(void)fprintf(stderr, "lensgate: there is no help about `%s`\n",
			      settings->operands[0]);
		buf_release(&out);
		return EXIT_USAGE;
	}
	return print(&out);
}

static int
unknown(const char *name)
{
	const char *names[COUNTOF(commands)];

	for (size_t i = 0; i < COUNTOF(commands); i++)
		names[i] = commands[i].name;
	const char *near = nearest_name(name, names, COUNTOF(names));
	(void)fprintf(stderr, "lensgate: unknown command `%s`%s%s%s; see: lensgate help\n", name,
		      near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
	return EXIT_USAGE;
}

static int
run_named(const struct command *command, const char *const *argv)
{
	struct arena arena = { 0 };
	struct settings settings;
	struct error err = { 0 };
	struct buf out;
	size_t count = 0;
	int status;

	while (argv[2 + count])
		count++;
	if (!options_parse(argv + 2, count, command->options, &arena, &settings, &err)) {
		status = mistake_print(&err);
		(void)fprintf(stderr, "see: lensgate %s --help\n", command->name);
	} else if (settings.help) {
		buf_init(&out, (size_t)1024 * 1024);
		explain(command, &out);
		status = print(&out);
	} else {
		status = command->run(&settings, argv);
	}
	arena_release(&arena);
	return status;
}

int
command_main(const char *const *argv)
{
	const char *name = argv[0] ? argv[1] : NULL;

	if (!name || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		struct buf out;
		buf_init(&out, (size_t)1024 * 1024);
		overview(&out);
		int status = print(&out);
		return name ? status : EXIT_USAGE;
	}
	if (strcmp(name, "--version") == 0) {
		printf("lensgate %s\n", LENSGATE_VERSION);
		return EXIT_PASSED;
	}
	const struct command *command = find(name);
	return command ? run_named(command, argv) : unknown(name);
}
