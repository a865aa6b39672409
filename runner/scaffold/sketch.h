/* sketch.h - a lens and an environment, for tests of what is made of them. */
#ifndef SCAFFOLD_SKETCH_H
#define SCAFFOLD_SKETCH_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/scratch.h"
#include "scaffold/draft.h"
#include "suite/secrets.h"

struct sketch {
	struct secrets *secrets;
	struct environment *environment;
	struct lens *lens;
	struct draft draft;
	struct errors errors;
};

/* The lens of the file `path`, and the embedded environment's people. */
static inline void
sketch_begin(struct sketch *sketch, const char *path)
{
	*sketch = (struct sketch){ .secrets = secrets_new() };
	sketch->environment = environment_load("fixtures/environments/embedded.yaml",
					       sketch->secrets, NULL, true, &sketch->errors);
	sketch->lens = lens_load(path, &sketch->errors);
	cr_assert(sketch->lens && sketch->environment, "%s",
		  sketch->errors.count ? sketch->errors.items[0].message : "");
	cr_assert(draft_init(&sketch->draft, sketch->lens, sketch->environment, &sketch->errors));
}

/* The same, of the text of a lens. */
static inline void
sketch_text(struct sketch *sketch, const char *text)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, "lens.yaml", text, strlen(text));
	sketch_begin(sketch, path);
	scratch_remove(path);
}

static inline void
sketch_end(struct sketch *sketch)
{
	draft_release(&sketch->draft);
	lens_free(sketch->lens);
	environment_free(sketch->environment);
	secrets_free(sketch->secrets);
	errors_release(&sketch->errors);
}

/* The case with this id among the cases of a suite or in a list of them; NULL: there is none. */
static inline const json_t *
sketch_case(const json_t *suite, const char *id)
{
	const json_t *cases = json_is_array(suite) ? suite : json_object_get(suite, "cases");

	for (size_t i = 0; i < json_array_size(cases); i++) {
		const json_t *test = json_array_get(cases, i);
		const char *own = json_string_value(json_object_get(test, "id"));

		if (own && strcmp(own, id) == 0)
			return test;
	}
	return NULL;
}

/* The last step of a case. */
static inline const json_t *
sketch_step(const json_t *test)
{
	const json_t *steps = json_object_get(test, "steps");

	return json_array_get(steps, json_array_size(steps) - 1);
}

/* `value` must be this JSON. */
static inline void
sketch_expect(const json_t *value, const char *json)
{
	json_t *expected = json_loads(json, JSON_DECODE_ANY, NULL);
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

	cr_assert_not_null(expected, "%s", json);
	cr_expect(json_equal(value, expected), "%s", text ? text : "nothing");
	free(text);
	json_decref(expected);
}

#endif
