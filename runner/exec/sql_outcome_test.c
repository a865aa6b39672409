#include "exec/sql_outcome.h"

#include <criterion/criterion.h>

#include "base/base.h"
#include "base/rows.h"

static const struct {
	const char *sqlstate;
	enum sql_status status;
} states[] = {
	{ "42501", SQL_DENIED },  { "23505", SQL_ERROR },   { "42P01", SQL_ERROR },
	{ "P0001", SQL_ERROR },   { "44000", SQL_ERROR },   { "57014", SQL_LOST },
	{ "55P03", SQL_LOST },    { "40P01", SQL_LOST },    { "08006", SQL_LOST },
	{ "53300", SQL_LOST },    { "57P01", SQL_LOST },    { "28P01", SQL_LOST },
	{ "25006", SQL_HARNESS }, { "25P02", SQL_HARNESS },
};

ParameterizedTestParameters(sql_outcome, states)
{
	return rows_of(COUNTOF(states));
}

ParameterizedTest(size_t *row, sql_outcome, states)
{
	cr_expect_eq(sql_status_of(states[*row].sqlstate), states[*row].status, "%s",
		     states[*row].sqlstate);
}

/* A result with nothing but a status, as libpq makes one for a lost connection. */
static PGresult *
bare_error(void)
{
	return PQmakeEmptyPGresult(NULL, PGRES_FATAL_ERROR);
}

Test(sql_outcome, an_error_without_a_state_is_a_lost_connection)
{
	struct sql_outcome outcome;

	sql_outcome_init(&outcome, 10);
	sql_outcome_fail(&outcome, bare_error(), false);

	struct sql_reply reply = sql_outcome_reply(&outcome);
	cr_expect_eq(reply.status, SQL_LOST);
	cr_expect_str_eq(reply.sqlstate, "");
	cr_expect_null(reply.values);
	sql_outcome_release(&outcome);
}

Test(sql_outcome, the_first_error_counts_and_a_loss_replaces_it)
{
	struct sql_outcome outcome;

	sql_outcome_init(&outcome, 10);
	sql_outcome_fail(&outcome, bare_error(), false);
	sql_outcome_fail(&outcome, bare_error(), true);
	cr_expect_eq(sql_outcome_reply(&outcome).status, SQL_LOST);
	sql_outcome_lose(&outcome, SQL_HARNESS, "no more");
	cr_expect_eq(sql_outcome_reply(&outcome).status, SQL_HARNESS);
	cr_expect_str_eq(sql_outcome_reply(&outcome).message, "no more");
	sql_outcome_release(&outcome);
}

Test(sql_outcome, no_rows_are_an_empty_array)
{
	struct sql_outcome outcome;

	sql_outcome_init(&outcome, 10);

	struct sql_reply reply = sql_outcome_reply(&outcome);
	cr_expect_eq(reply.status, SQL_DONE);
	cr_expect_null(reply.message);
	cr_expect_eq(json_array_size(reply.values), 0);
	cr_expect(json_is_array(reply.values));
	sql_outcome_release(&outcome);
}
