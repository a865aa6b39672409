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
	const char *grep, *shard, *timings, *record, *out, *title, *write_env;
	const char *personas, *root, *snapshot; /* of a matrix */
	const char *database, *tenant_column, *fail_on, *baseline, *source, *gate, *mutant;
	const char *into, *sign, *allowed_signers, *variant; /* folders of evidence */
	long jobs, retries, port;
	int64_t timeout_ms, deadline_ms; /* 0: none */
	int64_t probe_ms;
	bool accept, fail_fast, last_failed, dry_run, list, quiet, verbose, no_color, list_faults,
		list_mutants, show_secrets, help;
	const char *const *operands;
	size_t operand_count;
};

/* Which options a command takes: bits of these groups. */
enum option_group {
	OPTIONS_WHERE = 1,  /* environment, variables */
	OPTIONS_SELECT = 2, /* which cases */
	OPTIONS_RUN = 4,    /* how they run */
	OPTIONS_REPORT = 8, /* what is written */
	OPTIONS_TERMINAL = 16,
	OPTIONS_TARGET = 32,  /* the embedded target in the foreground */
	OPTIONS_CATALOG = 64, /* a database by itself, and what in it */
	OPTIONS_AUDIT = 128,
	OPTIONS_MATRIX = 32768,
	OPTIONS_PROVE = 1024,
	OPTIONS_INTO = 4096,   /* a folder to be made */
	OPTIONS_SIGN = 8192,   /* who signs it */
	OPTIONS_CHECK = 16384, /* who may have signed it */
	OPTIONS_PART = 32768   /* a document about a part of a run */
};

/* Fill `settings` from defaults and `words` (argv after the command). Options and operands may
 * stand in any order; after
 * `--` everything is an operand. Texts are borrowed from `words`, lists live in `arena`. */
bool options_parse(const char *const *words, size_t count, unsigned groups, struct arena *arena,
		   struct settings *settings, struct error *err) MUST_USE;

/* One line for each option of these groups: names, argument, help, default. */
void options_help(unsigned groups, struct buf *out);

#endif
