#include <criterion/criterion.h>
#include <string.h>

#include "report/coverage.h"

/* Two actions, two roles, one persona for each, and a lens whose rows go from a to b to c. */
static const char *actions[] = { "make", "mend" };
static const char *roles[] = { "crew", "captain" };
static const char *statements[] = { NULL, "update t set x = 1 where id = $1" };
static struct stand_in stand_ins[] = { { "ann", "crew" }, { "bob", "captain" } };

struct scene {
	struct cell cells[2 * 2 * LAYERS];
	struct transition ways[2];
	struct lens_coverage lens;
	struct coverage coverage;
};

static void
set(struct scene *scene)
{
	*scene = (struct scene){ .ways = { { "status", "a", "b", false },
					   { "status", "b", "c", false } } };
	scene->lens = (struct lens_coverage){ .name = "l",
					      .action_count = 2,
					      .role_count = 2,
					      .actions = actions,
					      .roles = roles,
					      .statements = statements,
					      .transitions = 2,
					      .ways = scene->ways,
					      .cells = scene->cells };
	scene->coverage = (struct coverage){
		.lenses = &scene->lens, .lens_count = 1, .stand_ins = stand_ins, .stand_in_count = 2
	};
}

static void
look(struct scene *scene, struct exchange *exchanges, size_t count)
{
	const struct planned_case planned = { .suite = "s", .id = "i", .action = "make" };
	const struct run_case run_case = { .verdict = VERDICT_PASS,
					   .exchanges = exchanges,
					   .exchange_count = count };

	coverage_exchanges(&scene->coverage, &scene->lens, &planned, &run_case);
}

static struct exchange
request(const char *persona, const char *path, const char *body)
{
	return (struct exchange){ .kind = EXCHANGE_HTTP,
				  .persona = persona,
				  .http = { .method = "POST",
					    .url = path,
					    .request_body = body,
					    .request_body_len = body ? strlen(body) : 0 } };
}

static struct exchange
rows(enum purpose purpose, const char *values)
{
	return (struct exchange){ .kind = EXCHANGE_SQL,
				  .purpose = purpose,
				  .persona = "witness",
				  .sql = { .identity = "witness", .text = "", .values = values } };
}

static long
asked(struct scene *scene, size_t action, size_t role, enum layer layer)
{
	return coverage_cell(&scene->lens, action, role, layer)->asked;
}

Test(coverage_exchanges, a_request_counts_for_the_action_it_names_and_the_role_of_who_sent_it)
{
	struct scene scene;
	struct exchange sent[] = {
		request("bob", "http://h/v1/actions/execute", "{\"action\": \"mend\"}"),
		request("ann", "http://h/v1/actions/list?domain=l", NULL),
		request("ann", "http://h/v1/actions/execute", NULL),
		request("eve", "http://h/v1/actions/execute", "{\"action\": \"make\"}"),
	};

	set(&scene);
	look(&scene, sent, COUNTOF(sent));
	cr_expect_eq(asked(&scene, 1, 1, LAYER_EXECUTE), 1);
	cr_expect_eq(asked(&scene, 0, 0, LAYER_LIST), 1);
	cr_expect_eq(asked(&scene, 1, 0, LAYER_LIST), 1);
	cr_expect_eq(asked(&scene, 0, 0, LAYER_EXECUTE), 1, "without a body: the case's own");
	cr_expect_eq(asked(&scene, 0, 1, LAYER_EXECUTE), 0, "eve stands for nobody");
}

Test(coverage_exchanges, a_statement_counts_when_it_is_the_one_the_lens_declares)
{
	struct scene scene;
	struct exchange sent[] = {
		{ .kind = EXCHANGE_SQL, .persona = "ann", .sql = { .text = statements[1] } },
		{ .kind = EXCHANGE_SQL, .persona = "bob", .sql = { .text = "select 1" } },
		{ .kind = EXCHANGE_SQL,
		  .purpose = PURPOSE_BEFORE,
		  .persona = "bob",
		  .sql = { .text = statements[1] } },
	};

	set(&scene);
	look(&scene, sent, COUNTOF(sent));
	cr_expect_eq(asked(&scene, 1, 0, LAYER_RLS), 1);
	cr_expect_eq(asked(&scene, 1, 1, LAYER_RLS), 0);
	cr_expect_eq(asked(&scene, 0, 1, LAYER_RLS), 0);
}

static const struct {
	const char *before, *after;
	bool first, second; /* seen to go from a to b, from b to c */
} seen[] = {
	{ "[{\"row\": {\"id\": 1, \"status\": \"a\"}}]",
	  "[{\"row\": {\"id\": 1, \"status\": \"b\"}}]", true, false },
	{ "[{\"id\": 1, \"status\": \"a\"}]", "[{\"id\": 2, \"status\": \"b\"}]", false, false },
	{ "[{\"id\": 1, \"status\": \"a\"}]", "[{\"id\": 1, \"status\": \"c\"}]", false, false },
	{ "[]", "[{\"previous_state\": \"b\", \"new_state\": \"c\"}]", false, true },
	{ "[]", "[{\"old_values\": {\"status\": \"a\"}, \"new_values\": {\"status\": \"b\"}}]",
	  true, false },
	{ "[]", "[{\"new_state\": \"b\"}]", false, false },
	{ "no json", NULL, false, false },
};

Test(coverage_exchanges, a_row_that_was_seen_twice_or_tells_its_past_shows_a_transition)
{
	for (size_t i = 0; i < COUNTOF(seen); i++) {
		struct scene scene;
		struct exchange looks[] = { rows(PURPOSE_BEFORE, seen[i].before),
					    rows(PURPOSE_AFTER, seen[i].after) };

		set(&scene);
		look(&scene, looks, COUNTOF(looks));
		cr_expect_eq(scene.ways[0].seen, seen[i].first, "row %zu", i);
		cr_expect_eq(scene.ways[1].seen, seen[i].second, "row %zu", i);
	}
}
