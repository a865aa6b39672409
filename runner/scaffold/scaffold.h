/* scaffold.h - every file that a new lens begins with, made from its description.
 *
 * A pure function: the same lens and the same people of an environment give the same bytes. Suites,
 * gates with their pinned counts, alert rules, a runbook and a workflow; nothing is written here.
 */
#ifndef SCAFFOLD_SCAFFOLD_H
#define SCAFFOLD_SCAFFOLD_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct environment;
struct lens;

struct scaffold_file {
	const char *path; /* below the folder of a repository: suites/parts/smoke.yaml */
	const char *text;
	size_t len;
	long cases; /* that it holds, or pins; 0: it is no suite and no gate */
};

struct scaffold {
	struct arena arena;
	struct scaffold_file *files;
	size_t file_count;
	const char **left_out; /* a sentence for each thing that could not be made, and why */
	size_t left_out_count;
};

/* Make the files of `lens`, whose own file holds `lens_text`. `environment` says who stands for the
 * roles. Mistakes, each with its sentence in `errors`, and then this is NULL: a role that nobody
 * has, a lens without roles or actions. */
struct scaffold *scaffold_build(const struct lens *lens, const struct environment *environment,
				const char *lens_text, struct errors *errors) MUST_USE;
void scaffold_free(struct scaffold *scaffold);

#endif
