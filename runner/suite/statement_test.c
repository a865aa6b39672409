#include "suite/statement.h"

#include <criterion/criterion.h>

#include "base/base.h"
#include "base/rows.h"

static const struct {
	const char *sql;
	size_t parameters;
	bool reads;
} statements[] = {
	{ "select 1", 0, true },
	{ "select $2, $1", 2, true },
	{ "SELECT $10", 10, true },
	{ "  -- a comment\n  select 1", 0, true },
	{ "/* one /* two */ $3 */ (values ($1))", 1, true },
	{ "with x as (select 1) table x", 0, true },
	{ "table items", 0, true },
	{ "selects", 0, false },
	{ "delete from items where id = $1", 1, false },
	{ "-- select\ndelete from items", 0, false },
	{ "insert into items values ('$1', \"$2\", 'it''s $3')", 0, false },
	{ "select E'\\'$1', $2", 2, true },
	{ "select 'a\\', $1", 1, true },
	{ "select $$ $1 $$, $x$ $2 $$ $x$, $3", 3, true },
	{ "select a$1, $1", 1, true },
	{ "select $1::text || '$2", 1, true },
	{ "select $99999999", 0, true },
	{ "", 0, false },
};

ParameterizedTestParameters(statement, is_read_as_postgresql_does)
{
	return rows_of(COUNTOF(statements));
}

ParameterizedTest(size_t *row, statement, is_read_as_postgresql_does)
{
	cr_expect_eq(statement_parameters(statements[*row].sql), statements[*row].parameters,
		     "row %zu: %s", *row, statements[*row].sql);
	cr_expect_eq(statement_reads(statements[*row].sql), statements[*row].reads, "row %zu: %s",
		     *row, statements[*row].sql);
}

static const struct {
	const char *sql, *verb, *schema, *name;
} targets[] = {
	{ "select id from pms_parts where x is distinct from y", "select", "", "pms_parts" },
	{ "SELECT a is distinct from b, c FROM Public.Parts p", "select", "public", "parts" },
	{ "select count(*) from (select 1 from t) x", "select", "", "t" },
	{ "-- x from y\nupdate only \"Mixed \"\"Case\" set a = 'from b'", "update", "",
	  "Mixed \"Case" },
	{ "insert into a.b (c) select d from e", "insert", "a", "b" },
	{ "delete from t", "delete", "", "t" },
	{ "delete from only t using u", "delete", "", "t" },
	{ "truncate table t, u", "truncate", "", "t" },
	{ "table t", "table", "", "t" },
	{ "merge into t using u on true when matched then delete", "merge", "", "t" },
	{ "select app.secret(1)", "select", "app", "secret" },
	{ "select 1", "select", "", "" },
	{ "(values (1))", "values", "", "" },
	{ "with x as (select * from t) select * from x", "with", "", "t" },
	{ "", "", "", "" },
};

Test(statement, is_about_the_table_it_names)
{
	for (size_t i = 0; i < COUNTOF(targets); i++) {
		struct statement_target target;
		char verb[16];

		statement_verb(targets[i].sql, verb);
		statement_target(targets[i].sql, &target);
		cr_expect_str_eq(verb, targets[i].verb, "row %zu", i);
		cr_expect_str_eq(target.schema, targets[i].schema, "row %zu", i);
		cr_expect_str_eq(target.name, targets[i].name, "row %zu: %s", i, target.name);
	}
}

Test(statement, mentions_names_and_not_what_literals_and_comments_say)
{
	static const char sql[] = "select A.b, \"C d\", 'e', $$f$$ -- g\n from h /* i */";

	cr_expect(statement_mentions(sql, "a"));
	cr_expect(statement_mentions(sql, "b"));
	cr_expect(statement_mentions(sql, "C d"));
	cr_expect(statement_mentions(sql, "h"));
	for (const char *absent = "efgi"; *absent; absent++) {
		char name[] = { *absent, '\0' };

		cr_expect_not(statement_mentions(sql, name), "%s", name);
	}
}
