/* world.h - everything a suite is loaded with, for tests: the lens and personas of
 * fixtures/invalid/common.
 */
#ifndef SUITE_WORLD_H
#define SUITE_WORLD_H

#include "suite/secrets.h"
#include "suite/suite.h"
#include "suite/trial.h"

#define WORLD_ROOT "fixtures/invalid"

struct world {
	struct secrets *secrets;
	struct environment *environment;
	struct lens_cache *lenses;
	struct suite *suite;
	struct errors errors;
	char path[SCRATCH_BYTES];
	char said[TRIAL_BYTES];
};

static inline void
world_begin(struct world *world, const char *environment)
{
	*world = (struct world){ .secrets = secrets_new(), .lenses = lens_cache_new() };
	world->environment =
		environment_load(environment, world->secrets, NULL, true, &world->errors);
	cr_assert_not_null(world->environment);
}

static inline void
world_end(struct world *world)
{
	suite_free(world->suite);
	lens_cache_free(world->lenses);
	environment_free(world->environment);
	secrets_free(world->secrets);
	errors_release(&world->errors);
	if (world->path[0])
		scratch_remove(world->path);
}

/* Load a suite whose first two lines, name and lens, go before `body`; what is said about it, as
 * "line:column: message" with the lines of `body`, stays in `said`. */
static inline void
world_load(struct world *world, const char *body)
{
	char text[TRIAL_BYTES * 2];
	size_t len = 0;

	world_begin(world, WORLD_ROOT "/common/environment.yaml");
	(void)snprintf(text, sizeof(text), "suite: right\nlens: common\n%s", body);
	scratch_make(world->path, "suite.yaml", text, strlen(text));
	world->suite = suite_load(world->path, WORLD_ROOT, world->lenses, world->environment,
				  &world->errors);
	for (size_t i = 0; i < world->errors.count && len < sizeof(world->said); i++) {
		const struct error *err = &world->errors.items[i];
		len += (size_t)snprintf(world->said + len, sizeof(world->said) - len, "%s%d:%d: %s",
					i > 0 ? "\n" : "", err->line - 2, err->column,
					err->message);
	}
}

/* As world_load, for a suite that is right. */
static inline const struct suite *
world_suite(struct world *world, const char *body)
{
	world_load(world, body);
	cr_assert_not_null(world->suite, "%s", world->said);
	return world->suite;
}

#endif
