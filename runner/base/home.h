/* home.h - where the program's own files are.
 *
 * Below home the layout is the repository's, in a working copy as after
 * `make install`: fixtures/db, fixtures/environments, suites, ci/gates.
 */
#ifndef BASE_HOME_H
#define BASE_HOME_H

#include "base/arena.h"
#include "base/error.h"

/* The places to look, in this order. NULL: not known, look further. */
struct home_places {
	const char *named;      /* $LENSGATE_HOME: must be right, there is no second guess */
	const char *executable; /* the running program, absolute */
	const char *installed;  /* LENSGATE_DATADIR */
	const char *path;       /* $PATH, for programs only */
};

/* What this process knows about itself: environment, /proc/self/exe, DATADIR.
 * The texts live as long as `arena` and the environment. */
struct home_places home_places(struct arena *arena);

/* The home directory: the named one, else the nearest of the three directories
 * above the executable's that holds fixtures/db, else the installed one. Lives
 * as long as `arena`. NULL with ERROR_USAGE when the named one is not a home,
 * with ERROR_ENVIRONMENT when there is none. */
const char *home_search(const struct home_places *places, struct arena *arena,
			struct error *err) MUST_USE;

/* home_search in home_places(). */
const char *home_find(struct arena *arena, struct error *err) MUST_USE;

/* The path of one of our other programs ("lensgate-target"): beside the
 * executable, else in build/ below home, else on PATH. Lives as long as
 * `arena`; NULL with ERROR_ENVIRONMENT when it is in none of them. */
const char *home_program(const struct home_places *places, const char *name, struct arena *arena,
			 struct error *err) MUST_USE;

#endif
