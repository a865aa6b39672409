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
