#include "rls/condition.h"

#include <criterion/criterion.h>
#include <string.h>

/* Texts as PostgreSQL 15 prints them, what is found in them, and what is left without each. */
static const struct {
	const char *text;
	const char *operands; /* each with its connective, and `|` between them */
	const char *without;  /* the same order */
} rows[] = {
	{ "true", "", "" },
	{ "(tenant_id = 7)", "", "" },
	{ "((a = 1) AND (b = 2))", "AND a = 1|AND b = 2", "((b = 2))|((a = 1))" },
	{ "((a = 1) AND (b = 2) AND active)", "AND a = 1|AND b = 2|AND active",
	  "((b = 2) AND active)|((a = 1) AND active)|((a = 1) AND (b = 2))" },
	{ "((a = 1) OR (b AND c))", "OR a = 1|OR b AND c|AND b|AND c",
	  "((b AND c))|((a = 1))|((a = 1) OR (c))|((a = 1) OR (b))" },
	{ "(NOT closed)", "NOT closed", "(closed)" },
	{ "((a = ' AND ('::text) AND (b = 'it''s'::text))",
	  "AND a = ' AND ('::text|AND b = 'it''s'::text",
	  "((b = 'it''s'::text))|((a = ' AND ('::text))" },
	{ "((a = E'\\' AND (') AND b)", "AND a = E'\\' AND ('|AND b", "(b)|((a = E'\\' AND ('))" },
	{ "((\"AND\" = 1) AND \"x)\"\"\")", "AND \"AND\" = 1|AND \"x)\"\"\"",
	  "(\"x)\"\"\")|((\"AND\" = 1))" },
	{ "((yacht_id = ( SELECT app.yacht_id() AS yacht_id)) AND ( SELECT app.is_hod() AS "
	  "is_hod))",
	  "AND yacht_id = ( SELECT app.yacht_id() AS yacht_id)|AND ( SELECT app.is_hod() AS "
	  "is_hod)",
	  "(( SELECT app.is_hod() AS is_hod))|((yacht_id = ( SELECT app.yacht_id() AS "
	  "yacht_id)))" },
	{ "(EXISTS ( SELECT\n   FROM c\n  WHERE ((c.id = t.c_id) AND (c.yacht_id = 1))))",
	  "AND c.id = t.c_id|AND c.yacht_id = 1",
	  "(EXISTS ( SELECT\n   FROM c\n  WHERE ((c.yacht_id = 1))))|"
	  "(EXISTS ( SELECT\n   FROM c\n  WHERE ((c.id = t.c_id))))" },
	{ "(t.id IN ( SELECT m.t_id\n   FROM m\n  WHERE (m.who = auth.uid())\n LIMIT 3))",
	  "WHERE m.who = auth.uid()",
	  "(t.id IN ( SELECT m.t_id\n   FROM m\n  WHERE true\n LIMIT 3))" },
	{ "CASE WHEN (a AND b) THEN true ELSE false END", "AND a|AND b",
	  "CASE WHEN (b) THEN true ELSE false END|CASE WHEN (a) THEN true ELSE false END" },
	{ "(( SELECT sum(n) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS sum\n"
	  "   FROM c) > 0)",
	  "", "" },
};

static const char *const names[] = { "AND", "OR", "NOT", "WHERE" };

Test(condition, every_operand_is_found_and_can_be_left_out)
{
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		struct arena arena = { 0 };
		struct condition condition;
		struct error err = { 0 };
		const char *found = "", *left = "";

		cr_assert(condition_parse(rows[row].text, &arena, &condition, &err), "%s",
			  err.message);
		for (size_t i = 0; i < condition.count; i++) {
			found = arena_printf(&arena, "%s%s%s %s", found, i ? "|" : "",
					     names[condition.operands[i].connective],
					     condition.operands[i].text);
			left = arena_printf(&arena, "%s%s%s", left, i ? "|" : "",
					    condition_without(&condition, i, &arena));
		}
		cr_expect_str_eq(found, rows[row].operands);
		cr_expect_str_eq(left, rows[row].without);
		arena_release(&arena);
	}
}

Test(condition, what_does_not_close_is_an_error)
{
	static const char *const broken[] = { "((a = 1)", "(a = 1))", "(a = 'x)", "(\"a)" };

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct arena arena = { 0 };
		struct condition condition;
		struct error err = { 0 };

		cr_expect_not(condition_parse(broken[i], &arena, &condition, &err), "%s",
			      broken[i]);
		cr_expect_eq(err.code, ERROR_ENVIRONMENT);
		arena_release(&arena);
	}
}

Test(condition, a_name_inside_a_literal_is_not_named)
{
	static const struct {
		const char *text, *name;
		bool named;
	} cases[] = {
		{ "(yacht_id = 1)", "yacht_id", true },
		{ "(t.yacht_id = 1)", "yacht_id", true },
		{ "(\"Yacht\" = 1)", "Yacht", true },
		{ "(\"a\"\"b\" = 1)", "a\"b", true },
		{ "(x = 'yacht_id')", "yacht_id", false },
		{ "(yacht_ids = 1)", "yacht_id", false },
		{ "(\"yacht_ids\" = 1)", "yacht_id", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(condition_names(cases[i].text, cases[i].name), cases[i].named, "%s",
			     cases[i].text);
}

Test(condition, is_shown_on_one_line_without_what_says_nothing)
{
	struct arena arena = { 0 };

	cr_expect_str_eq(
		condition_shown("(yacht_id = ( SELECT app.yacht_id() AS yacht_id))", &arena),
		"yacht_id = app.yacht_id()");
	cr_expect_str_eq(condition_shown("( SELECT app.is_hod() AS is_hod)", &arena),
			 "app.is_hod()");
	cr_expect_str_eq(
		condition_shown("(EXISTS ( SELECT\n   FROM c\n  WHERE (c.id = 'a  b')))", &arena),
		"EXISTS (SELECT FROM c WHERE (c.id = 'a  b'))");
	arena_release(&arena);
}
