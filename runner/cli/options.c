#include "cli/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document/node.h"

enum kind { KIND_FLAG, KIND_NUMBER, KIND_TEXT, KIND_DURATION, KIND_LIST };

struct option {
	const char *name; /* long name, without the dashes */
	char letter;      /* short name, 0 for none */
	enum kind kind;
	unsigned group;
	size_t offset; /* of the field in struct settings */
	const char *argument;
	const char *standard; /* default, as a user would type it; NULL: none */
	long min, max;
	const char *help;
};

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[] = {
	{ "env", 'e', KIND_TEXT, OPTIONS_WHERE, FIELD(environment), "NAME", "embedded", 0, 0,
	  "environment: fixtures/environments/NAME.yaml, or a path" },
	{ "env-file", 0, KIND_LIST, OPTIONS_WHERE, FIELD(env_files), "FILE", NULL, 0, 0,
	  "read NAME=VALUE lines: configuration and secrets" },
	{ "var", 0, KIND_LIST, OPTIONS_WHERE, FIELD(vars), "K=V", NULL, 0, 0,
	  "set ${var.K} for suites" },
	{ "fault", 0, KIND_LIST, OPTIONS_WHERE | OPTIONS_TARGET, FIELD(faults), "NAME", NULL, 0, 0,
	  "start the embedded target with this fault" },
	{ "tag", 't', KIND_LIST, OPTIONS_SELECT | OPTIONS_PROVE, FIELD(tags), "EXPR", NULL, 0, 0,
	  "cases whose tags satisfy EXPR: denial and not slow" },
	{ "grep", 'g', KIND_TEXT, OPTIONS_SELECT | OPTIONS_PROVE, FIELD(grep), "RE", NULL, 0, 0,
	  "cases whose id or title matches RE (PCRE2, any case)" },
	{ "last-failed", 0, KIND_FLAG, OPTIONS_SELECT, FIELD(last_failed), NULL, NULL, 0, 0,
	  "cases that did not pass in the last run below --out, and what they need" },
	{ "failed-in", 0, KIND_TEXT, OPTIONS_SELECT, FIELD(failed_in), "RUN", NULL, 0, 0,
	  "cases that did not pass in this run: its folder or record, from wherever it came" },
	{ "shard", 0, KIND_TEXT, OPTIONS_SELECT | OPTIONS_RUN, FIELD(shard), "I/N", NULL, 0, 0,
	  "part I of N that take about the same time; `merge` puts them together" },
	{ "timings", 0, KIND_TEXT, OPTIONS_SELECT | OPTIONS_RUN, FIELD(timings), "RUN", NULL, 0, 0,
	  "pack shards by what cases took in this run, not in the latest" },
	{ "as", 0, KIND_TEXT, OPTIONS_PART, FIELD(variant), "DOCUMENT", NULL, 0, 0,
	  "report these cases only, under this heading; see: lensgate help variants" },
	{ "into", 0, KIND_TEXT, OPTIONS_INTO, FIELD(into), "DIR", NULL, 0, 0,
	  "the folder to write, instead of one below --out" },
	{ "sign", 0, KIND_TEXT, OPTIONS_SIGN, FIELD(sign), "KEY", NULL, 0, 0,
	  "sign what is written with this SSH key (ssh-keygen -Y sign, namespace lensgate)" },
	{ "allowed-signers", 0, KIND_TEXT, OPTIONS_CHECK, FIELD(allowed_signers), "FILE", NULL, 0,
	  0, "who may have signed: lines of NAME PUBLIC-KEY, as in ssh-keygen(1)" },
	{ "list", 0, KIND_FLAG, OPTIONS_SELECT, FIELD(list), NULL, NULL, 0, 0,
	  "print the selected cases and send nothing" },
	{ "dry-run", 'n', KIND_FLAG, OPTIONS_RUN | OPTIONS_ALERTS, FIELD(dry_run), NULL, NULL, 0, 0,
	  "print the plan and send nothing" },
	{ "jobs", 'j', KIND_NUMBER, OPTIONS_RUN | OPTIONS_PROVE, FIELD(jobs), "N", "8", 1, 256,
	  "cases in flight at once" },
	{ "seed", 0, KIND_NUMBER, OPTIONS_RUN, FIELD(seed), "N", "0", 0, 2147483647,
	  "start cases in another order, the same for the same N; 0: in that of the suites" },
	{ "retries", 0, KIND_NUMBER, OPTIONS_RUN, FIELD(retries), "N", "0", 0, 10,
	  "try a case again that did not pass; then it is FLAKY" },
	{ "fail-fast", 'x', KIND_FLAG, OPTIONS_RUN, FIELD(fail_fast), NULL, NULL, 0, 0,
	  "begin nothing new after the first case that does not pass" },
	{ "timeout", 0, KIND_DURATION, OPTIONS_RUN | OPTIONS_PROVE, FIELD(timeout_ms), "TIME",
	  "10s", 1, 0, "longest a step may take that names no limit of its own" },
	{ "deadline", 0, KIND_DURATION, OPTIONS_RUN | OPTIONS_PROVE, FIELD(deadline_ms), "TIME",
	  "10m", 0, 0, "longest the whole run may take" },
	{ "database", 0, KIND_TEXT, OPTIONS_CATALOG | OPTIONS_MATRIX, FIELD(database), "URL", NULL,
	  0, 0,
	  "look at this database (URL or libpq connection string) instead of an environment's" },
	{ "schema", 0, KIND_LIST, OPTIONS_CATALOG | OPTIONS_MATRIX | OPTIONS_PROVE, FIELD(schemas),
	  "NAME", NULL, 0, 0, "look at this schema; default: those that client roles may use" },
	{ "role", 0, KIND_LIST, OPTIONS_CATALOG, FIELD(roles), "NAME", NULL, 0, 0,
	  "a database role that clients have; default: anon and authenticated, or who has grants" },
	{ "tenant-column", 0, KIND_TEXT, OPTIONS_CATALOG | OPTIONS_MATRIX | OPTIONS_PROVE,
	  FIELD(tenant_column), "NAME", NULL, 0, 0,
	  "the column that says whose a row is; default: the likely name most tables have" },
	{ "root", 0, KIND_TEXT, OPTIONS_MATRIX, FIELD(root), "TABLE", NULL, 0, 0,
	  "the table that tenants are rows of; default: the one tenant columns refer to" },
	{ "personas", 0, KIND_TEXT, OPTIONS_MATRIX, FIELD(personas), "FILE", NULL, 0, 0,
	  "who is measured, instead of the environment's personas" },
	{ "snapshot", 0, KIND_TEXT, OPTIONS_MATRIX, FIELD(snapshot), "FILE", NULL, 0, 0,
	  "compare with this file, and write it when there is none" },
	{ "accept", 0, KIND_FLAG, OPTIONS_MATRIX, FIELD(accept), NULL, NULL, 0, 0,
	  "write the snapshot again: what changed is right" },
	{ "layers", 0, KIND_TEXT, OPTIONS_MATRIX, FIELD(layers), "RUN", NULL, 0, 0,
	  "set what list and execute said beside it: a saved run of the lens's role matrix" },
	{ "probe-timeout", 0, KIND_DURATION, OPTIONS_MATRIX, FIELD(probe_ms), "TIME", "5s", 1, 0,
	  "longest one persona on one relation may take" },
	{ "connections", 0, KIND_NUMBER, OPTIONS_MATRIX, FIELD(connections), "N", "2", 1, 16,
	  "connections to the database that try things at once" },
	{ "fail-on", 0, KIND_TEXT, OPTIONS_AUDIT, FIELD(fail_on), "WHAT", "error", 0, 0,
	  "what turns the audit red: note, warning, error, none, codes (D10,B5), or several" },
	{ "baseline", 0, KIND_TEXT, OPTIONS_AUDIT, FIELD(baseline), "FILE", NULL, 0, 0,
	  "accepted findings, each with code, object, reason and until" },
	{ "source", 0, KIND_TEXT, OPTIONS_AUDIT, FIELD(source), "DIR", NULL, 0, 0,
	  "SQL files in which to look for what makes an object: findings then have file and line" },
	{ "report", 'r', KIND_LIST, OPTIONS_REPORT | OPTIONS_AUDIT | OPTIONS_MATRIX | OPTIONS_PROVE,
	  FIELD(reports), "KIND=PATH", NULL, 0, 0,
	  "write a report (see: lensgate help reports); - is standard output" },
	{ "html", 0, KIND_TEXT, OPTIONS_PAGE, FIELD(html), "PATH", NULL, 0, 0,
	  "where the page is written; default DIR/dashboard/LENS.html" },
	{ "out", 'o', KIND_TEXT, OPTIONS_REPORT | OPTIONS_PAGE, FIELD(out), "DIR", "reports", 0, 0,
	  "where the folder of the run is made" },
	{ "title", 0, KIND_TEXT,
	  OPTIONS_REPORT | OPTIONS_INTO | OPTIONS_AUDIT | OPTIONS_MATRIX | OPTIONS_PROVE,
	  FIELD(title), "TEXT", NULL, 0, 0, "heading of the evidence document" },
	{ "record", 0, KIND_TEXT, OPTIONS_RUN, FIELD(record), "DETAIL", "full", 0, 0,
	  "full: every exchange; summary: no headers and bodies of cases that pass" },
	{ "quiet", 'q', KIND_FLAG, OPTIONS_TERMINAL, FIELD(quiet), NULL, NULL, 0, 0,
	  "print failures and the totals only" },
	{ "verbose", 'v', KIND_FLAG, OPTIONS_TERMINAL, FIELD(verbose), NULL, NULL, 0, 0,
	  "print exchanges too" },
	{ "no-color", 0, KIND_FLAG, OPTIONS_TERMINAL, FIELD(no_color), NULL, NULL, 0, 0,
	  "no colour, as with NO_COLOR in the environment" },
	{ "flag", 0, KIND_LIST, OPTIONS_TARGET, FIELD(flags), "NAME=VALUE", NULL, 0, 0,
	  "set a flag of the target; NAME alone unsets it" },
	{ "port", 0, KIND_NUMBER, OPTIONS_TARGET, FIELD(port), "N", "0", 0, 65535,
	  "where the target listens; 0 is any free port" },
	{ "list-faults", 0, KIND_FLAG, OPTIONS_TARGET, FIELD(list_faults), NULL, NULL, 0, 0,
	  "print what --fault knows" },
	{ "show-secrets", 0, KIND_FLAG, OPTIONS_TARGET, FIELD(show_secrets), NULL, NULL, 0, 0,
	  "print the secrets of the target, as lines a shell can read" },
	{ "write-env", 0, KIND_TEXT, OPTIONS_TARGET, FIELD(write_env), "PATH", NULL, 0, 0,
	  "write an environment file that points at the target" },
	{ "gate", 0, KIND_TEXT, OPTIONS_PROVE, FIELD(gate), "NAME", NULL, 0, 0,
	  "the suites of ci/gates/NAME.yaml" },
	{ "mutant", 0, KIND_TEXT, OPTIONS_PROVE, FIELD(mutant), "RE", NULL, 0, 0,
	  "only mutants whose name matches RE (PCRE2)" },
	{ "without-matrix", 0, KIND_FLAG, OPTIONS_PROVE, FIELD(without_matrix), NULL, NULL, 0, 0,
	  "what no case notices is a survivor, even if the matrix would change" },
	{ "list-mutants", 0, KIND_FLAG, OPTIONS_PROVE, FIELD(list_mutants), NULL, NULL, 0, 0,
	  "print the mutants and try none" },
	{ "stage", 0, KIND_TEXT, OPTIONS_CANARY, FIELD(canary_stage), "NAME", NULL, 0, 0,
	  "judge this stage of suites/LENS/canary.yaml by the rounds of its window" },
	{ "baseline", 0, KIND_TEXT, OPTIONS_CANARY, FIELD(baseline), "VERSION", NULL, 0, 0,
	  "compare with this version: a commit, or how it begins" },
	{ "candidate", 0, KIND_TEXT, OPTIONS_CANARY, FIELD(candidate), "VERSION", NULL, 0, 0,
	  "the version that is compared with --baseline" },
	{ "verify-off", 0, KIND_FLAG, OPTIONS_CANARY, FIELD(verify_off), NULL, NULL, 0, 0,
	  "ask every endpoint of the lens whether it is off: 503 FEATURE_DISABLED" },
	{ "rollout", 0, KIND_NUMBER, OPTIONS_CANARY, FIELD(rollout), "PERCENT", "0", 0, 100,
	  "print which yachts are in; those in at 10 are in at 50" },
	{ "simulate", 0, KIND_TEXT, OPTIONS_ALERTS, FIELD(simulate), "FILE", NULL, 0, 0,
	  "look at the rounds of this file, and print every change" },
	{ "backtest", 0, KIND_FLAG, OPTIONS_ALERTS, FIELD(backtest), NULL, NULL, 0, 0,
	  "look at the rounds of the database since --since, and print every change" },
	{ "ca", 0, KIND_TEXT, OPTIONS_ALERTS, FIELD(ca), "FILE", NULL, 0, 0,
	  "who may sign a webhook's certificate (PEM); default: SSL_CERT_FILE, else the system's" },
	{ "since", 0, KIND_TEXT, OPTIONS_ALERTS, FIELD(since), "TIME", "7d", 0, 0, "how far back" },
	{ "every", 0, KIND_DURATION, OPTIONS_WATCH | OPTIONS_ALERTS, FIELD(every_ms), "TIME", "15m",
	  10, 0, "a round at each multiple of this since midnight" },
	{ "once", 0, KIND_FLAG, OPTIONS_WATCH | OPTIONS_ALERTS, FIELD(once), NULL, NULL, 0, 0,
	  "one round, now, and its exit status" },
	{ "listen", 0, KIND_TEXT, OPTIONS_WATCH, FIELD(listen), "ADDRESS:PORT", NULL, 0, 0,
	  "answer /metrics, /healthz and /verdict there" },
	{ "from", 0, KIND_TEXT, OPTIONS_NEW, FIELD(from), "FILE", NULL, 0, 0,
	  "the lens's description; default: suites/LENS/lens.yaml below --into" },
	{ "from-target", 0, KIND_FLAG, OPTIONS_NEW, FIELD(from_target), NULL, NULL, 0, 0,
	  "ask the running service, as each persona, what it lists" },
	{ "from-openapi", 0, KIND_TEXT, OPTIONS_NEW, FIELD(from_openapi), "FILE", NULL, 0, 0,
	  "take the actions of an OpenAPI 3 document, YAML or JSON" },
	{ "into", 0, KIND_TEXT, OPTIONS_NEW, FIELD(into), "DIR", ".", 0, 0,
	  "the repository to write into" },
	{ "help", 'h', KIND_FLAG, ~0U, FIELD(help), NULL, NULL, 0, 0, "print this" },
};

static bool
assign_number(const struct option *opt, const char *text, long *field, struct error *err)
{
	char *end;

	errno = 0;
	long n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < opt->min || n > opt->max)
		return error_set(err, ERROR_USAGE,
				 "--%s wants a number from %ld to %ld, not \"%s\"", opt->name,
				 opt->min, opt->max, text);
	*field = n;
	return true;
}

static bool
assign_duration(const struct option *opt, const char *text, int64_t *field, struct error *err)
{
	if (!duration_parse(text, field) || *field < opt->min)
		return error_set(err, ERROR_USAGE,
				 "--%s wants a time such as 500ms, 10s or 5m, not \"%s\"",
				 opt->name, text);
	return true;
}

static void
append(struct option_list *list, const char *text, size_t room, struct arena *arena)
{
	if (!list->items)
		list->items = ARENA_ARRAY(arena, room + 1, const char *);
	list->items[list->count++] = text;
}

/* `room` is the number of words there are: no list can be longer. */
static bool
assign(const struct option *opt, const char *text, struct settings *settings, size_t room,
       struct arena *arena, struct error *err)
{
	char *field = (char *)settings + opt->offset;

	switch (opt->kind) {
	case KIND_FLAG:
		memcpy(field, &(bool){ true }, sizeof(bool));
		return true;
	case KIND_TEXT:
		memcpy(field, &text, sizeof(text));
		return true;
	case KIND_NUMBER:
		return assign_number(opt, text, (long *)(void *)field, err);
	case KIND_DURATION:
		return assign_duration(opt, text, (int64_t *)(void *)field, err);
	case KIND_LIST:
		append((struct option_list *)(void *)field, text, room, arena);
		return true;
	}
	abort();
}

/* The option `arg` names among those of `groups`, and in *value the text after "=" or the letter,
 * NULL when the argument must come from the next word. */
static const struct option *
find(const char *arg, unsigned groups, const char **value)
{
	bool is_long = arg[1] == '-';
	const char *name = arg + (is_long ? 2 : 1);
	size_t len = is_long ? strcspn(name, "=") : 1;

	*value = name[len] ? name + len + (is_long ? 1 : 0) : NULL;
	for (size_t i = 0; i < COUNTOF(options); i++) {
		const struct option *opt = &options[i];
		if (!(opt->group & groups))
			continue;
		if (is_long ? strlen(opt->name) == len && strncmp(opt->name, name, len) == 0
			    : opt->letter && opt->letter == name[0])
			return opt;
	}
	return NULL;
}

static bool
unknown(const char *arg, unsigned groups, struct error *err)
{
	const char *names[COUNTOF(options)];
	char name[80];
	size_t count = 0;

	for (size_t i = 0; i < COUNTOF(options); i++) {
		if (options[i].group & groups)
			names[count++] = options[i].name;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg, "="), arg);
	const char *near = arg[1] == '-' ? nearest_name(name + 2, names, count) : NULL;
	if (near)
		return error_set(err, ERROR_USAGE, "unknown option %s; did you mean --%s?", name,
				 near);
	return error_set(err, ERROR_USAGE, "unknown option %s", name);
}

/* One option word, and its argument when that is the next word; returns how many were used, 0 on
 * failure. */
static size_t
take_option(const char *const *words, size_t left, unsigned groups, struct arena *arena,
	    struct settings *settings, struct error *err)
{
	const char *value;
	const struct option *opt = find(words[0], groups, &value);
	size_t used = 1;

	if (!opt) {
		unknown(words[0], groups, err);
		return 0;
	}
	if (opt->kind == KIND_FLAG && value && words[0][1] == '-') {
		error_set(err, ERROR_USAGE, "--%s takes no argument", opt->name);
		return 0;
	}
	if (opt->kind != KIND_FLAG && !value) {
		if (left < 2) {
			error_set(err, ERROR_USAGE, "--%s needs %s", opt->name, opt->argument);
			return 0;
		}
		value = words[1];
		used = 2;
	}
	if (opt->kind == KIND_FLAG && value) {
		error_set(err, ERROR_USAGE, "write the options of %s apart", words[0]);
		return 0;
	}
	return assign(opt, value, settings, left, arena, err) ? used : 0;
}

static bool
set_defaults(struct settings *settings, struct error *err)
{
	*settings = (struct settings){ 0 };
	for (size_t i = 0; i < COUNTOF(options); i++) {
		if (options[i].standard &&
		    !assign(&options[i], options[i].standard, settings, 0, NULL, err))
			return false;
	}
	return true;
}

bool
options_parse(const char *const *words, size_t count, unsigned groups, struct arena *arena,
	      struct settings *settings, struct error *err)
{
	const char **operands = ARENA_ARRAY(arena, count + 1, const char *);
	bool only_operands = false;

	if (!set_defaults(settings, err))
		return false;
	for (size_t i = 0; i < count;) {
		if (!only_operands && strcmp(words[i], "--") == 0) {
			only_operands = true;
			i++;
		} else if (!only_operands && words[i][0] == '-' && words[i][1]) {
			size_t used =
				take_option(words + i, count - i, groups, arena, settings, err);
			if (!used)
				return false;
			i += used;
		} else {
			operands[settings->operand_count++] = words[i++];
		}
	}
	settings->operands = operands;
	return true;
}

void
options_help(unsigned groups, struct buf *out)
{
	for (size_t i = 0; i < COUNTOF(options); i++) {
		const struct option *opt = &options[i];
		char left[48];

		if (!(opt->group & groups))
			continue;
		(void)snprintf(left, sizeof(left), "%c%c%s --%s%s%s", opt->letter ? '-' : ' ',
			       opt->letter ? opt->letter : ' ', opt->letter ? "," : " ", opt->name,
			       opt->argument ? " " : "", opt->argument ? opt->argument : "");
		buf_printf(out, "  %-26s %s", left, opt->help);
		if (opt->standard)
			buf_printf(out, " [%s]", opt->standard);
		if (opt->kind == KIND_LIST)
			buf_printf(out, " (may be repeated)");
		buf_add(out, "\n", 1);
	}
}
