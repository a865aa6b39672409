#include "evidence/variant.h"

#include <ctype.h>
#include <string.h>

/* In the order of a roll-out. */
static const struct variant variants[] = {
	{ "staging-acceptance", "acceptance", "ACCEPTANCE", "Acceptance", "", NULL,
	  "every case of the run, named after its environment" },
	{ "rls", "rls", "RLS_RESULTS", "RLS results", "rls sql blind", "rls",
	  "row-level security: cases tagged rls, sql or blind, and the layer rls of role "
	  "matrices" },
	{ "mutate-role", "canary", "MUTATE_ROLE_ACCEPTANCE", "MUTATE role acceptance", "mutate",
	  NULL, "who may run the MUTATE actions: cases tagged mutate" },
	{ "canary-smoke", "canary", "CANARY_SMOKE", "Canary smoke", "smoke", NULL,
	  "the smoke tests after a deploy: cases tagged smoke" },
	{ "stress", "stress", "STRESS_RESULTS", "Stress results", "stress", NULL,
	  "behaviour under load: cases tagged stress" },
	{ "first-health", "health", "FIRST_HEALTH_RUN", "First health run", "health", NULL,
	  "what the health worker checks: cases tagged health" },
};

const struct variant *
variant_list(size_t *count)
{
	*count = COUNTOF(variants);
	return variants;
}

const struct variant *
variant_find(const char *name)
{
	for (size_t i = 0; i < COUNTOF(variants); i++) {
		if (strcmp(variants[i].name, name) == 0)
			return &variants[i];
	}
	return NULL;
}

/* Whether `words`, parted by blanks, hold the first `len` bytes of `word` as one of them. */
static bool
holds(const char *words, const char *word, size_t len)
{
	while (*words) {
		size_t have = strcspn(words, " ");

		if (have == len && strncmp(words, word, len) == 0)
			return true;
		words += have + strspn(words + have, " ");
	}
	return false;
}

static bool
belongs(const struct planned_case *planned, const void *arg)
{
	const struct variant *variant = arg;
	const char *tag = variant->tags;

	if (!*tag ||
	    (variant->layer && planned->layer && strcmp(planned->layer, variant->layer) == 0))
		return true;
	while (*tag) {
		size_t len = strcspn(tag, " ");

		if (planned->tags && holds(planned->tags, tag, len))
			return true;
		tag += len + strspn(tag + len, " ");
	}
	return false;
}

const char *
variant_lens(const struct run *run, bool upper, struct arena *arena)
{
	const json_t *lenses = json_object_get(run->header, "lenses");
	const char *name = json_string_value(json_object_get(json_array_get(lenses, 0), "name"));

	if (json_array_size(lenses) != 1 || !name)
		name = json_array_size(lenses) > 1 ? "lenses" : "run";
	char *text = arena_printf(arena, "%s", name);
	/* It becomes a file's name. */
	for (char *at = text; *at; at++) {
		if (upper)
			*at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
	}
	return text;
}

static const char *
title_of(const struct variant *variant, const struct run *run, struct arena *arena)
{
	const char *lens = variant_lens(run, false, arena);
	const char *environment = json_string_value(
		json_object_get(json_object_get(run->header, "environment"), "name"));

	/* What ran elsewhere is no staging acceptance, whatever it was asked for as. */
	if (!*variant->tags)
		return arena_printf(arena, "%s on %s: %s", variant->heading,
				    environment ? environment : "an unnamed environment", lens);
	return arena_printf(arena, "%s: %s", variant->heading, lens);
}

struct run *
variant_part(const struct variant *variant, const struct run *run, struct error *err)
{
	struct arena arena = { 0 };
	struct run *part = run_part(run, belongs, variant, title_of(variant, run, &arena), err);

	arena_release(&arena);
	if (part && part->entry_count == 0) {
		run_free(part);
		return NULL;
	}
	return part;
}
