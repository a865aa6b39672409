#include "suite/persona.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/rows.h"
#include "base/scratch.h"

/* An environment with the personas hod and crew, and a mapping of derived ones. */
struct stage {
	struct persona own[2], lens[1];
	struct environment environment;
	struct document *document;
	struct errors errors;
	struct arena arena;
	struct persona_range derived;
	bool ok;
};

static void
stage_init(struct stage *stage, const char *text)
{
	char path[SCRATCH_BYTES];

	*stage = (struct stage){
		.own = { { .name = "hod", .user = "u-hod", .role = "captain" },
			 { .name = "anonymous", .token = TOKEN_NONE } },
		.lens = { { .name = "ghost", .user = "u-hod", .token = TOKEN_UNKNOWN_USER } }
	};
	stage->environment.personas = stage->own;
	stage->environment.persona_count = 2;
	stage->environment.secrets = secrets_new();
	secrets_set(stage->environment.secrets, "KEY", "a long secret");
	scratch_make(path, "lens.yaml", text, strlen(text));
	stage->document = document_load(path, &stage->errors);
	scratch_remove(path);
	cr_assert_not_null(stage->document);
	struct node derived = node_root(stage->document, &stage->errors);
	stage->ok = personas_derive(&derived, &stage->environment,
				    &(struct persona_range){ stage->lens, 1 }, &stage->arena,
				    &stage->derived);
}

static void
stage_release(struct stage *stage)
{
	secrets_free(stage->environment.secrets);
	document_free(stage->document);
	errors_release(&stage->errors);
	arena_release(&stage->arena);
}

Test(persona, derived_ones_follow_the_environment_the_lens_and_each_other)
{
	struct stage stage;

	stage_init(&stage, "a: { like: b, claims: { x: 1 } }\nb: { like: hod, token: no_sub }\n"
			   "c: { like: ghost, email: c@h, password: ${secret.KEY} }\n");
	cr_assert(stage.ok, "%s", stage.errors.count ? stage.errors.items[0].message : "");
	cr_assert_eq(stage.derived.count, 3);
	cr_expect_str_eq(stage.derived.items[0].name, "a");
	cr_expect_eq(stage.derived.items[0].token, TOKEN_NO_SUB);
	cr_expect_str_eq(stage.derived.items[0].user, "u-hod");
	cr_expect_str_eq(stage.derived.items[0].role, "captain");
	cr_expect_not_null(stage.derived.items[0].claims);
	cr_expect_null(stage.derived.items[1].claims);
	cr_expect_eq(stage.derived.items[2].token, TOKEN_UNKNOWN_USER);
	cr_expect_str_eq(stage.derived.items[2].password, "a long secret");
	cr_expect_str_eq(stage.derived.items[2].password_name, "KEY");
	stage_release(&stage);
}

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "a: { like: hood }", "unknown persona `hood`; did you mean `hod`?" },
	{ "hod: { like: ghost }", "the persona `hod` exists already" },
	{ "ghost: { like: hod }", "the persona `ghost` exists already" },
	{ "a: { token: expired }", "the persona `a` has no `user` for its token" },
	{ "a: { like: hod, rol: crew }", "unknown key `rol`; did you mean `role`?" },
	{ "a: { like: hod, password: written }",
	  "a secret is named, never written: `password: ${secret.NAME}`" },
	{ "a: { like: hod, password: ${secret.LENSGATE_NOWHERE} }",
	  "`secret.LENSGATE_NOWHERE` is not set: export it or name it in --env-file" },
	{ "a: { like: anonymous, token: expired }", "the persona `a` has no `user` for its token" },
	{ "a: { like: hod, claims: { x: ${y} } }", "a derived persona cannot hold `${`" },
	{ "a: hod", "must be a mapping, not text" },
	{ "[a]", "must be a mapping, not a list" },
};

ParameterizedTestParameters(persona, a_mistake_is_named)
{
	return rows_of(COUNTOF(mistakes));
}

ParameterizedTest(size_t *row, persona, a_mistake_is_named)
{
	struct stage stage;

	stage_init(&stage, mistakes[*row].text);
	cr_expect_not(stage.ok);
	cr_assert_eq(stage.errors.count, 1, "row %zu", *row);
	cr_expect_str_eq(stage.errors.items[0].message, mistakes[*row].error);
	stage_release(&stage);
}
