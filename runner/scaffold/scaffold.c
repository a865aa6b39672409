#include "scaffold/scaffold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "document/node.h"
#include "scaffold/draft.h"
#include "scaffold/stencil.h"
#include "scaffold/suites.h"
#include "scaffold/wording.h"
#include "scaffold/yaml_text.h"

#define MAX_BYTES  (4UL << 20)
#define PATH_BYTES 512

static const char acceptance_head[] = {
#include "scaffold/acceptance.yaml.inc"
};
static const char roles_head[] = {
#include "scaffold/roles.yaml.inc"
};
static const char rls_head[] = {
#include "scaffold/rls.yaml.inc"
};
static const char smoke_head[] = {
#include "scaffold/smoke.yaml.inc"
};
static const char flags_head[] = {
#include "scaffold/flags.yaml.inc"
};
static const char stress_head[] = {
#include "scaffold/stress.yaml.inc"
};
static const char health_text[] = {
#include "scaffold/health.yaml.inc"
};
static const char alerts_text[] = {
#include "scaffold/alerts.yaml.inc"
};
static const char canary_text[] = {
#include "scaffold/canary.yaml.inc"
};
static const char runbook_text[] = {
#include "scaffold/runbook.md.inc"
};
static const char workflow_text[] = {
#include "scaffold/workflow.yaml.inc"
};
static const char gate_text[] = {
#include "scaffold/gate.yaml.inc"
};

enum { PRE_DEPLOY = 1, POST_DEPLOY = 2, FULL = 4 };

/* In the order they are printed and run. */
static const struct suite_kind {
	const char *name;
	const char *head;
	json_t *(*make)(const struct draft *draft);
	unsigned gates;
	const char *without; /* why there may be none */
} suite_kinds[] = {
	{ "acceptance", acceptance_head, acceptance_make, PRE_DEPLOY | FULL, "" },
	{ "roles", roles_head, roles_make, PRE_DEPLOY | FULL, "" },
	{ "rls", rls_head, rls_make, PRE_DEPLOY | FULL,
	  "no action says its `sql`, and no action `creates` a row in one of its `tables`" },
	{ "smoke", smoke_head, smoke_make, POST_DEPLOY | FULL, "" },
	{ "flags", flags_head, flags_make, FULL, "the lens names no flag in `flags`" },
	{ "stress", stress_head, stress_make, 0, "" },
};

static const struct {
	const char *name, *sentence;
	unsigned bit;
} gates[] = {
	{ "pre-deploy", "what must hold before a deploy", PRE_DEPLOY },
	{ "post-deploy", "what must hold after a deploy", POST_DEPLOY },
	{ "full", "everything", FULL },
};

/* Texts that need only words filled in. */
static const struct {
	const char *path, *text;
	long cases;
} fixed[] = {
	{ "suites/@lens@/health.yaml", health_text, 5 },
	{ "suites/@lens@/alerts.yaml", alerts_text, 0 },
	{ "suites/@lens@/canary.yaml", canary_text, 0 },
	{ "suites/@lens@/runbook.md", runbook_text, 0 },
	{ ".github/workflows/@lens@.yml", workflow_text, 0 },
};

#define MAX_FILES (COUNTOF(suite_kinds) + COUNTOF(gates) + COUNTOF(fixed) + 1)

struct builder {
	struct scaffold *scaffold;
	struct draft draft;
	json_t *words;                    /* for the stencils */
	long cases[COUNTOF(suite_kinds)]; /* 0: left out */
};

static void
add_file(struct builder *builder, const char *path, const struct buf *text, long cases)
{
	struct scaffold *scaffold = builder->scaffold;
	struct buf filled;

	buf_init(&filled, PATH_BYTES);
	stencil_fill(&filled, path, builder->words);
	scaffold->files[scaffold->file_count++] = (struct scaffold_file){
		.path = arena_text(&scaffold->arena, filled.text, filled.len),
		.text = arena_text(&scaffold->arena, text->text, text->len),
		.len = text->len,
		.cases = cases,
	};
	buf_release(&filled);
}

static void
leave_out(struct builder *builder, const char *what, const char *why)
{
	struct scaffold *scaffold = builder->scaffold;
	struct buf sentence;

	buf_init(&sentence, MAX_BYTES);
	buf_printf(&sentence, "%s: %s", what, why);
	scaffold->left_out[scaffold->left_out_count++] =
		arena_text(&scaffold->arena, sentence.text, sentence.len);
	buf_release(&sentence);
}

/* As many as the loader will find: a matrix multiplies, a generator makes one for each role. */
static long
count_case(const struct lens *lens, const json_t *test)
{
	json_t *axis;
	const char *name;
	long count = 1;

	if (json_object_get(test, "generate"))
		return (long)json_array_size(json_object_get(test, "actions")) *
		       (long)json_array_size(json_object_get(test, "layers")) *
		       (long)lens->role_count;
	json_object_foreach(json_object_get(test, "matrix"), name, axis)
	{
		count *= (long)json_array_size(axis);
	}
	return count;
}

static void
add_suite(struct builder *builder, size_t index)
{
	const struct suite_kind *kind = &suite_kinds[index];
	json_t *suite = kind->make(&builder->draft), *test;
	char path[PATH_BYTES];
	struct buf text;
	size_t i;

	(void)snprintf(path, sizeof(path), "suites/@lens@/%s.yaml", kind->name);
	if (!suite) {
		(void)snprintf(path, sizeof(path), "%s.yaml", kind->name);
		leave_out(builder, path, kind->without);
		return;
	}
	json_array_foreach(json_object_get(suite, "cases"), i, test)
	{
		builder->cases[index] += count_case(builder->draft.lens, test);
	}
	buf_init(&text, MAX_BYTES);
	stencil_fill(&text, kind->head, builder->words);
	const char *name;
	json_t *part;
	json_object_foreach(suite, name, part)
	{
		json_t *member = json_pack("{s:O}", name, part);
		yaml_text_members(&text, member, 0);
		json_decref(member);
		if (strcmp(name, "cases") != 0)
			buf_printf(&text, "\n");
	}
	add_file(builder, path, &text, builder->cases[index]);
	buf_release(&text);
	json_decref(suite);
}

static void
add_gate(struct builder *builder, size_t index)
{
	const char *lens = builder->draft.lens->name;
	char path[PATH_BYTES];
	struct buf suites, text;
	long planned = 0;

	buf_init(&suites, PATH_BYTES * COUNTOF(suite_kinds));
	for (size_t i = 0; i < COUNTOF(suite_kinds); i++) {
		if (!(suite_kinds[i].gates & gates[index].bit) || builder->cases[i] == 0)
			continue;
		buf_printf(&suites, "  - %s/%s.yaml\n", lens, suite_kinds[i].name);
		planned += builder->cases[i];
	}
	json_object_set_new(builder->words, "name", json_sprintf("%s-%s", lens, gates[index].name));
	json_object_set_new(builder->words, "sentence", json_string(gates[index].sentence));
	json_object_set_new(builder->words, "suites", json_string(suites.text));
	json_object_set_new(builder->words, "planned", json_sprintf("%ld", planned));
	buf_init(&text, MAX_BYTES);
	stencil_fill(&text, gate_text, builder->words);
	(void)snprintf(path, sizeof(path), "ci/gates/@lens@-%s.yaml", gates[index].name);
	add_file(builder, path, &text, planned);
	buf_release(&text);
	buf_release(&suites);
}

static void
add_all(struct builder *builder, const char *lens_text)
{
	struct buf text;

	buf_init(&text, MAX_BYTES);
	buf_printf(&text, "%s", lens_text);
	add_file(builder, "suites/@lens@/lens.yaml", &text, 0);
	for (size_t i = 0; i < COUNTOF(suite_kinds); i++)
		add_suite(builder, i);
	for (size_t i = 0; i < COUNTOF(fixed); i++) {
		buf_clear(&text);
		stencil_fill(&text, fixed[i].text, builder->words);
		add_file(builder, fixed[i].path, &text, fixed[i].cases);
	}
	for (size_t i = 0; i < COUNTOF(gates); i++)
		add_gate(builder, i);
	buf_release(&text);
}

/* One sentence for all actions that are only known from outside. */
static void
note_unfilled(struct builder *builder)
{
	const struct lens *lens = builder->draft.lens;
	const char *between = "";
	struct buf names;

	buf_init(&names, MAX_BYTES);
	buf_printf(&names, "the success of ");
	for (size_t i = 0; i < lens->action_count; i++) {
		if (!lens->actions[i].unfilled)
			continue;
		buf_printf(&names, "%s%s", between, lens->actions[i].name);
		between = ", ";
	}
	if (*between)
		leave_out(builder, names.text,
			  LENS_FILL_IN
			  " is in what lens.yaml says of it; who is let through and who "
			  "is refused is tried");
	buf_release(&names);
}

static void
note_actions(struct builder *builder)
{
	const struct lens *lens = builder->draft.lens;

	note_unfilled(builder);
	for (size_t i = 0; i < lens->action_count; i++) {
		const struct action *action = &lens->actions[i];

		if (action->allow_count == 0)
			leave_out(builder, action->name,
				  "all but the list, because nobody may run it");
		else if (action->variant == VARIANT_SIGNED && !action->unfilled &&
			 !action->signature.over.value)
			leave_out(builder, action->name,
				  "bad signatures, because lens.yaml does not say in `signature` "
				  "what is signed");
	}
}

static bool
is_usable(const struct lens *lens, struct errors *errors)
{
	if (lens->role_count > 0 && lens->action_count > 0)
		return true;
	return error_set(errors_new(errors), ERROR_SUITE,
			 "the lens %s has no %s: there is nothing to make cases of", lens->name,
			 lens->role_count > 0 ? "actions" : "roles");
}

struct scaffold *
scaffold_build(const struct lens *lens, const struct environment *environment,
	       const char *lens_text, struct errors *errors)
{
	struct builder builder = { 0 };

	if (!is_usable(lens, errors))
		return NULL;
	if (!draft_init(&builder.draft, lens, environment, errors)) {
		draft_release(&builder.draft);
		return NULL;
	}
	builder.words = wording_of(lens);
	builder.scaffold = must(calloc(1, sizeof(*builder.scaffold)));
	struct scaffold *scaffold = builder.scaffold;
	scaffold->files = ARENA_ARRAY(&scaffold->arena, MAX_FILES, struct scaffold_file);
	scaffold->left_out = ARENA_ARRAY(&scaffold->arena,
					 COUNTOF(suite_kinds) + lens->action_count, const char *);
	add_all(&builder, lens_text);
	note_actions(&builder);
	json_decref(builder.words);
	draft_release(&builder.draft);
	return scaffold;
}

void
scaffold_free(struct scaffold *scaffold)
{
	if (!scaffold)
		return;
	arena_release(&scaffold->arena);
	free(scaffold);
}
