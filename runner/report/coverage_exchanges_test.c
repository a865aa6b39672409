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

/* The last exchange of a case about "mend" that failed, and its finding. */
static const struct {
	enum layer layer;
	bool allowed;
	long status;      /* 0: a statement with `text` as its outcome */
	const char *text; /* the body of the request */
	enum finding_type type;
	const char *pointer; /* of the finding */
	enum answer answer;
} answers[] = {
	{ LAYER_EXECUTE, true, 200, "{\"action\": \"mend\"}", FINDING_LATENCY, "", ANSWER_ALLOWED },
	{ LAYER_EXECUTE, false, 403, "{\"action\": \"mend\"}", FINDING_UNCHANGED, "/0",
	  ANSWER_REFUSED },
	{ LAYER_EXECUTE, false, 200, "{\"action\": \"mend\"}", FINDING_STATUS, "", ANSWER_ALLOWED },
	{ LAYER_EXECUTE, false, 404, "{\"action\": \"mend\"}", FINDING_STATUS, "", ANSWER_REFUSED },
	{ LAYER_EXECUTE, false, 500, "{\"action\": \"mend\"}", FINDING_INVARIANT, "",
	  ANSWER_UNKNOWN },
	/* The case did not come to its own action. */
	{ LAYER_EXECUTE, false, 200, "{\"action\": \"make\"}", FINDING_LATENCY, "",
	  ANSWER_UNKNOWN },
	{ LAYER_EXECUTE, false, 200, NULL, FINDING_LATENCY, "", ANSWER_UNKNOWN },
	{ LAYER_EXECUTE, false, 200, NULL, FINDING_STATUS, "", ANSWER_ALLOWED },
	{ LAYER_RLS, false, 200, "{\"action\": \"make\"}", FINDING_LATENCY, "", ANSWER_UNKNOWN },
	{ LAYER_LIST, true, 200, NULL, FINDING_LATENCY, "", ANSWER_ALLOWED },
	{ LAYER_LIST, false, 200, NULL, FINDING_BODY, "/role", ANSWER_REFUSED },
	{ LAYER_LIST, false, 200, NULL, FINDING_BODY, "/actions/3", ANSWER_ALLOWED },
	{ LAYER_LIST, true, 200, NULL, FINDING_BODY, "/actions", ANSWER_REFUSED },
	{ LAYER_LIST, false, 403, NULL, FINDING_STATUS, "", ANSWER_REFUSED },
	{ LAYER_RLS, false, 0, "allowed 1", FINDING_RLS_LEAK, "", ANSWER_ALLOWED },
	{ LAYER_RLS, true, 0, "denied.policy", FINDING_RLS_DENIED, "", ANSWER_REFUSED },
	{ LAYER_RLS, true, 0, "filtered", FINDING_RLS_DENIED, "", ANSWER_REFUSED },
	{ LAYER_RLS, true, 0, "allowed 1", FINDING_LATENCY, "", ANSWER_ALLOWED },
	{ LAYER_RLS, true, 0, "error 23505", FINDING_RLS_DENIED, "", ANSWER_UNKNOWN },
};

Test(coverage_exchanges, a_case_that_failed_still_shows_what_its_layer_answered)
{
	for (size_t i = 0; i < COUNTOF(answers); i++) {
		const struct planned_case planned = { .action = "mend" };
		const struct cell cell = { .allowed = answers[i].allowed };
		struct finding finding = { .type = answers[i].type, .pointer = answers[i].pointer };
		struct exchange exchange = request("ann", "http://h/v1", answers[i].text);
		struct scene scene;

		exchange.http.status = answers[i].status;
		if (!answers[i].status)
			exchange = (struct exchange){ .kind = EXCHANGE_SQL,
						      .sql.outcome = answers[i].text };
		const struct run_case run_case = { .verdict = VERDICT_FAIL,
						   .exchanges = &exchange,
						   .exchange_count = 1,
						   .findings = { .items = &finding, .count = 1 } };
		set(&scene);
		cr_expect_eq(
			coverage_answer(&scene.lens, &planned, &run_case, &cell, answers[i].layer),
			answers[i].answer, "row %zu", i);
	}
}
