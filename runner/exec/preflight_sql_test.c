#include "exec/preflight_sql.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"

static const struct persona crew = { .name = "crew", .user = "u-1" };

static const struct {
	const char *row;
	bool fits;
	const char *said;
} identities[] = {
	{ "{\"who\":\"authenticated\",\"uid\":\"u-1\"}", true,
	  "persona crew is authenticated in SQL" },
	{ "{\"who\":\"anon\",\"uid\":\"u-1\"}", false,
	  "persona crew should be authenticated in SQL, but is anon" },
	{ "{\"who\":\"authenticated\",\"uid\":\"u-1\",\"superuser\":true}", false,
	  "persona crew is a superuser in SQL: no policy applies" },
	{ "{\"who\":\"authenticated\",\"uid\":\"u-1\",\"bypassrls\":true}", false,
	  "persona crew has BYPASSRLS in SQL: no policy applies" },
	{ "{\"who\":\"authenticated\",\"uid\":\"u-2\"}", false,
	  "auth.uid() of persona crew should be u-1, but is u-2" },
	{ "{\"who\":\"authenticated\"}", false,
	  "auth.uid() of persona crew should be u-1, but is null" },
	{ "{\"who\":\"authenticated\",\"uid\":\"u-1\",\"owned\":\"items, parts\"}", false,
	  "persona crew owns items, parts, which lack FORCE ROW LEVEL SECURITY" },
	{ "{}", false, "persona crew should be authenticated in SQL, but is nobody" },
};

Test(preflight_sql, nobody_whom_no_policy_holds_is_a_persona)
{
	for (size_t i = 0; i < COUNTOF(identities); i++) {
		json_t *row = json_loads(identities[i].row, 0, NULL);
		char sentence[PREFLIGHT_SENTENCE];

		cr_expect_eq(preflight_identity_fits(&crew, row, sentence), identities[i].fits,
			     "row %zu", i);
		cr_expect_str_eq(sentence, identities[i].said, "row %zu", i);
		json_decref(row);
	}
}

Test(preflight_sql, a_server_older_than_15_is_refused_with_a_sentence)
{
	json_t *old = json_pack("{s:s, s:i}", "version", "14.9", "number", 140009);
	json_t *new =
		json_pack("{s:s, s:i, s:s}", "version", "15.0", "number", 150000, "user", "x");
	char sentence[PREFLIGHT_SENTENCE];

	cr_expect_not(preflight_server_fits(old, sentence));
	cr_expect_str_eq(sentence, "the database is PostgreSQL 14.9: checks of row-level security "
				   "need 15 or later");
	cr_expect(preflight_server_fits(new, sentence));
	cr_expect_str_eq(sentence, "PostgreSQL 15.0 as x");
	json_decref(old);
	json_decref(new);
}

static const struct {
	enum sql_status status;
	const char *sqlstate, *message, *said;
} refusals[] = {
	{ SQL_HARNESS, "42501", "permission denied to set role",
	  "the database user may not act as authenticated, the role of persona crew: grant it that "
	  "role (permission denied to set role)" },
	{ SQL_HARNESS, "22023", "role does not exist",
	  "the database has no role authenticated, which persona crew needs" },
	{ SQL_LOST, "", "it is gone", "the database does not answer as persona crew: it is gone" },
	{ SQL_DONE, "", NULL, "the database does not answer as persona crew: no row" },
};

Test(preflight_sql, who_cannot_be_impersonated_is_told_why)
{
	for (size_t i = 0; i < COUNTOF(refusals); i++) {
		struct sql_reply reply = { .status = refusals[i].status,
					   .message = refusals[i].message };
		char sentence[PREFLIGHT_SENTENCE];

		memcpy(reply.sqlstate, refusals[i].sqlstate, strlen(refusals[i].sqlstate) + 1);
		preflight_no_identity(&crew, &reply, sentence);
		cr_expect_str_eq(sentence, refusals[i].said, "row %zu", i);
	}
}

static const struct {
	const char *sqlstate, *message;
	bool fits;
	const char *said;
} blinds[] = {
	{ "LG001", "1 0 0", true, "a blind write falls under the policy of its own command only" },
	{ "LG001", "0 0 0", false,
	  "the database does not treat blind writes as assumed (1 0 0 rows, got 0 0 0): what "
	  "`blind` shows would be wrong" },
	{ "LG001", "1 1 0", false,
	  "the database does not treat blind writes as assumed (1 0 0 rows, got 1 1 0): what "
	  "`blind` shows would be wrong" },
	{ "42501", "permission denied to create temporary tables", false,
	  "whether the database treats blind writes as assumed cannot be tried: permission denied "
	  "to create temporary tables" },
	{ "", NULL, false,
	  "whether the database treats blind writes as assumed cannot be tried: no error" },
};

Test(preflight_sql, a_server_that_treats_blind_writes_otherwise_is_refused)
{
	for (size_t i = 0; i < COUNTOF(blinds); i++) {
		struct sql_reply reply = { .status = SQL_ERROR, .message = blinds[i].message };
		char sentence[PREFLIGHT_SENTENCE];

		memcpy(reply.sqlstate, blinds[i].sqlstate, strlen(blinds[i].sqlstate) + 1);
		cr_expect_eq(preflight_blind_fits(&reply, sentence), blinds[i].fits, "row %zu", i);
		cr_expect_str_eq(sentence, blinds[i].said, "row %zu", i);
	}
}

Test(preflight_sql, the_tables_of_a_plan_are_those_of_lens_statements_and_guards)
{
	const struct lens_table tables[] = { { .name = "items" }, { .name = "parts" } };
	const struct lens lens = { .tables = tables, .table_count = COUNTOF(tables) };
	const struct guard guard = { .table = "lo\"g" };
	const struct step steps[] = {
		{ .kind = STEP_SQL, .target = "stock.items" },
		{ .kind = STEP_SQL, .target = "stock.racks" },
		{ .kind = STEP_HTTP, .unchanged = &guard, .unchanged_count = 1 },
	};
	const struct suite_case test = { .steps = { steps, COUNTOF(steps) } };
	const struct suite suite = { .lens = &lens };
	struct plan_node node = { .suite = &suite, .test = &test };
	const struct plan plan = { .nodes = &node, .node_count = 1 };
	struct buf array;

	buf_init(&array, 1000);
	preflight_tables(&plan, &array);
	cr_expect_str_eq(array.text, "{\"items\",\"parts\",\"racks\",\"lo\\\"g\"}");
	buf_release(&array);
}
