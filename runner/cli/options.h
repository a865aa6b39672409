/* options.h - the command line as one table. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct option_list {
	const char **items;
	size_t count;
};

struct settings {
	const char *environment;
	struct option_list faults, flags, tags, vars, env_files, reports, schemas, roles;
	const char *grep, *failed_in, *shard, *timings, *record, *out, *title, *write_env;
	const char *personas, *root, *snapshot, *layers; /* of a matrix */
	const char *database, *tenant_column, *fail_on, *baseline, *source, *gate, *mutant;
	const char *from, *from_openapi;                     /* description of a new lens */
	const char *into, *sign, *allowed_signers, *variant; /* folders of evidence */
	long jobs, connections, retries, seed, port, rollout;
	int64_t timeout_ms, deadline_ms; /* 0: none */
	int64_t probe_ms, every_ms;
	const char *listen, *simulate, *since, *canary_stage, *candidate, *ca, *html;
	bool once, backtest, verify_off;
	bool from_target;
	bool accept, fail_fast, last_failed, dry_run, list, quiet, verbose, no_color, list_faults,
		list_mutants, without_matrix, show_secrets, help;
	const char *const *operands;
	size_t operand_count;
};

/* Which options a command takes: bits of these groups. */
enum option_group {
	OPTIONS_WHERE = 1 << 0,  /* environment, variables */
	OPTIONS_SELECT = 1 << 1, /* which cases */
	OPTIONS_RUN = 1 << 2,    /* how they run */
	OPTIONS_REPORT = 1 << 3, /* what is written */
	OPTIONS_TERMINAL = 1 << 4,
	OPTIONS_TARGET = 1 << 5,  /* the embedded target in the foreground */
	OPTIONS_CATALOG = 1 << 6, /* a database by itself, and what in it */
	OPTIONS_AUDIT = 1 << 7,
	OPTIONS_MATRIX = 1 << 8,
	OPTIONS_PROVE = 1 << 9,
	OPTIONS_INTO = 1 << 10,  /* a folder to be made */
	OPTIONS_SIGN = 1 << 11,  /* who signs it */
	OPTIONS_CHECK = 1 << 12, /* who may have signed it */
	OPTIONS_PART = 1 << 13,  /* a document about a part of a run */
	OPTIONS_WATCH = 1 << 14,
	OPTIONS_ALERTS = 1 << 15,
	OPTIONS_CANARY = 1 << 16,
	OPTIONS_PAGE = 1 << 17,
	OPTIONS_NEW = 1 << 18 /* what a lens is made from */
};

/* Fill `settings` from defaults and `words` (argv after the command). Options and operands may
 * stand in any order; after
 * `--` everything is an operand. Texts are borrowed from `words`, lists live in `arena`. */
bool options_parse(const char *const *words, size_t count, unsigned groups, struct arena *arena,
		   struct settings *settings, struct error *err) MUST_USE;

/* One line for each option of these groups: names, argument, help, default. */
void options_help(unsigned groups, struct buf *out);

#endif
