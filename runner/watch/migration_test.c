#include "watch/migration.h"

#include "exec/sample_database.h"

static struct sample_database t;

static void
start(void)
{
	sample_database_start(&t);
}

static void
stop(void)
{
	sample_database_stop(&t);
}

TestSuite(migration, .init = start, .fini = stop);

static bool
says_yes(const json_t *row, const char *column)
{
	return json_is_true(json_object_get(row, column));
}

Test(migration, may_be_applied_again_and_says_what_is_there)
{
	struct error err = { 0 };
	json_t *rows = NULL;

	cr_assert(migration_apply(t.session, NULL, &err), "%s", err.message);
	cr_assert(migration_apply(t.session, &rows, &err), "%s", err.message);
	cr_assert_eq(json_array_size(rows), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *row = json_array_get(rows, i);

		cr_expect(says_yes(row, "rls") && says_yes(row, "forced"));
		cr_expect(says_yes(row, "worker_inserts") && !says_yes(row, "worker_more"));
	}
	json_decref(rows);
}

/* Nothing of it is there; then it has to make all of it. */
Test(migration, makes_the_tables_where_there_are_none)
{
	struct error err = { 0 };
	json_t *rows = NULL;

	cr_assert(sql_session_script(t.session,
				     "drop table public.pms_health_events, public.pms_health_checks"
				     " cascade",
				     5000, NULL, &err),
		  "%s", err.message);
	cr_assert(migration_apply(t.session, &rows, &err), "%s", err.message);
	cr_expect_eq(json_array_size(rows), 2);
	json_decref(rows);
}

Test(migration, the_worker_inserts_and_reads_nothing_but_ids)
{
	static const struct {
		const char *sql, *state;
	} rows[] = {
		{ "insert into public.pms_health_checks (yacht_id, lens_id, status) values"
		  " ('85fe1119-b04c-41ac-80f1-829d23322598', 'x', 'healthy')",
		  "" },
		{ "select id from public.pms_health_checks", "" },
		{ "select status from public.pms_health_checks", "42501" },
		{ "update public.pms_health_checks set status = 'healthy'", "42501" },
		{ "delete from public.pms_health_events", "42501" },
		{ "select from public.pms_shopping_list_items", "42501" },
		{ "select from public.lensgate_alert_messages", "42501" },
	};
	struct error err = { 0 };

	cr_assert(migration_apply(t.session, NULL, &err), "%s", err.message);
	cr_assert(sql_session_script(t.session, "set role lensgate_worker", 5000, NULL, &err));
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		bool ok = sql_session_script(t.session, rows[i].sql, 5000, NULL, &err);

		cr_expect_eq(ok, !*rows[i].state, "row %zu: %s", i, err.message);
		cr_expect_str_eq(sql_session_state(t.session), rows[i].state, "row %zu", i);
	}
}
