#include "rls/audit.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"

/* A real server with the reference schema. */
static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql_session *session;
	const char *home;
	struct audit audit;
	struct error err;
} t;

static void
connect_as(const char *user)
{
	sql_session_close(t.session);
	t.session = sql_session_open(
		t.loop,
		&(struct sql_options){ .conninfo = cluster_conninfo(&t.cluster, &t.site, user) },
		&t.err);
	cr_assert(t.session, "%s", t.err.message);
}

static void
start(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t.arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(120); /* no test may hang */
	t.home = home_find(&t.arena, &t.err);
	cr_assert(t.home, "%s", t.err.message);
	cr_assert(site_open(&t.site, -1, clock_now_us() + 60000000, &t.err), "%s", t.err.message);
	cr_assert(cluster_start(&t.cluster, &t.site, t.home, &t.err), "%s", t.err.message);
	t.loop = loop_new();
	connect_as("postgres");
}

static void
stop(void)
{
	audit_release(&t.audit);
	sql_session_close(t.session);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(audit, .init = start, .fini = stop);

static bool
look(struct audit_options options)
{
	audit_release(&t.audit);
	t.err = (struct error){ 0 };
	cr_assert(sql_session_script(t.session, "begin isolation level repeatable read read only",
				     10000, NULL, &t.err));
	return audit_run(t.session, &options, &t.audit, &t.err);
}

static void
run_sql(const char *text)
{
	cr_assert(sql_session_script(t.session, text, 10000, NULL, &t.err), "%s", t.err.message);
}

static const struct audit_finding *
found(const char *code, const char *object)
{
	for (size_t i = 0; i < t.audit.finding_count; i++) {
		const struct audit_finding *finding = &t.audit.findings[i];
		if (strcmp(finding->check->code, code) == 0 &&
		    (!object || strcmp(finding->object, object) == 0))
			return finding;
	}
	return NULL;
}

Test(audit, the_reference_schema_has_neither_errors_nor_warnings)
{
	cr_assert(look((struct audit_options){ 0 }), "%s", t.err.message);
	for (size_t i = 0; i < t.audit.finding_count; i++) {
		const struct audit_finding *finding = &t.audit.findings[i];
		cr_expect_eq(finding->check->severity, AUDIT_NOTE, "%s %s: %s",
			     finding->check->code, finding->object, finding->detail);
	}
	cr_expect_str_eq(t.audit.tenant, "yacht_id");
	cr_expect(t.audit.tenant_guessed);
	cr_expect_eq(t.audit.roles.count, 2);
	cr_expect_eq(t.audit.schemas.count, 2);
	cr_expect_str_eq(t.audit.schemas.items[1], "public");
	cr_expect_gt(t.audit.policies, 10);
}

/* The object in fixtures/db/bad that each check must name. */
static const struct {
	const char *code, *object;
} mistakes[] = {
	{ "A1", "bad.yachts" },
	{ "A2", "bad.dormant" },
	{ "A3", "bad.forgotten" },
	{ "A4", "bad.restricted" },
	{ "A5", "bad.owned" },
	{ "A6", "bad.strict" },
	{ "A7", "bad.log_2026" },
	{ "A8", "bad.forgotten" },
	{ "A9", "bad.rows.a9" },
	{ "A10", "bad.remote" },
	{ "A11", "bad.held" },
	{ "A12", "bad.strict" },
	{ "A13", "bad.people.api_key" },
	{ "A14", "bad.blindly" },
	{ "A15", "bad.children.children_kind" },
	{ "A16", "bad.members.members_insert" },
	{ "B1", "bad.rows.b1" },
	{ "B2", "bad.rows.b2" },
	{ "B3", "bad.rows.b3" },
	{ "B4", "bad.rows.b4" },
	{ "B5", "bad.parents.parents_own" },
	{ "B6", "bad.rows.b6" },
	{ "B7", "bad.rows.b7" },
	{ "B8", "bad.rows.b8" },
	{ "B9", "bad.left_side.b9_left" },
	{ "B10", "bad.rows.b10" },
	{ "B11", "bad.rows" },
	{ "B12", "bad.rows.b12" },
	{ "B13", "bad.rows.b13" },
	{ "B14", "bad.rows.b14" },
	{ "B15", "bad.restricted.restricted_true" },
	{ "B16", "bad.strict.b16" },
	{ "B17", "bad.rows.b17" },
	{ "B18", "bad.rows.b18" },
	{ "B19", "bad.rows.b19" },
	{ "B20", "bad.members.members_insert" },
	{ "B21", "bad.rows.b21" },
	{ "B22", "bad.rows.b22" },
	{ "B23", "bad.rows.b23" },
	{ "B24", "bad.rows.b24" },
	{ "B25", "bad.countries.countries_all" },
	{ "B26", "bad.may_do()" },
	{ "B27", "bad.rows.b27" },
	{ "B28", "bad.rows.b28" },
	{ "B29", "bad.rows.b29" },
	{ "B30", "bad.given.b30" },
	{ "B31", "bad.whose()" },
	{ "C1", "bad.overview" },
	{ "C2", "bad.copied" },
	{ "C3", "bad.of_mine()" },
	{ "C4", "bad.unpinned()" },
	{ "C5", "bad.leaky(text)" },
	{ "C6", "bad.people.c6" },
	{ "C7", "bad.people.c6" },
	{ "C8", "bad.strict.stamp" },
	{ "C9", "bad.everything()" },
	{ "C10", "bad.of_yacht(uuid)" },
	{ "C11", "bad.is_master()" },
	{ "C12", "bad.unguarded()" },
	{ "C13", "bad.gluing(text)" },
	{ "C14", "bad.overview" },
	{ "C15", "bad.parents.instead_of" },
	{ "C16", "bad.unguarded()" },
	{ "C17", "bad.strict.off_duty" },
	{ "C18", "bad.shadowed()" },
	{ "C19", "bad.become(text)" },
	{ "C20", "bad.whose()" },
	{ "D1", "bad_client" },
	{ "D2", "bad.makers" },
	{ "D3", "bad.yachts" },
	{ "D4", "bad of postgres" },
	{ "D5", "bad" },
	{ "D6", "bad.parents_name_key" },
	{ "D7", "bad.rows.rows_parent_id_fkey" },
	{ "D8", "bad.parents.parents_yacht_id_fkey" },
	{ "D9", "bad.numbers" },
	{ "D10", "bad.blindly" },
	{ "D11", "bad.yachts" },
	{ "D12", "bad_client" },
	{ "D13", "bad.strict" },
	{ "D14", "bad.yachts" },
	{ "D15", "bad_client" },
	{ "D16", "bad_login" },
	{ "D17", "extension dblink" },
	{ "D18", "auth.bad_users" },
	{ "D19", "extension dblink" },
	{ "E1", "PostgreSQL 14.1" },
	{ "E2", "PostgreSQL 14.1" },
	{ "E3", "bad_login" },
};

static void
look_at_bad_schema(int version)
{
	const char *schemas[] = { "bad" }, *roles[] = { "anon", "authenticated", "bad_client" };

	cr_assert(cluster_load(&t.cluster, &t.site,
			       arena_printf(&t.arena, "%s/fixtures/db/bad/schema.sql", t.home),
			       &t.err),
		  "%s", t.err.message);
	cr_assert(look((struct audit_options){ .schemas = { schemas, 1 },
					       .roles = { roles, 3 },
					       .server_version = version }),
		  "%s", t.err.message);
}

Test(audit, every_check_there_is_finds_its_mistake_in_the_bad_schema)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);

	look_at_bad_schema(140001);
	cr_expect_eq(count, COUNTOF(mistakes));
	for (size_t i = 0; i < COUNTOF(mistakes) && i < count; i++) {
		const struct audit_finding *finding = found(mistakes[i].code, mistakes[i].object);
		cr_expect_str_eq(all[i].code, mistakes[i].code);
		cr_expect(finding, "%s did not name %s", mistakes[i].code, mistakes[i].object);
		if (!finding)
			continue;
		cr_expect(finding->kind && *finding->kind && finding->detail && *finding->detail &&
				  finding->fix && *finding->fix,
			  "%s lacks words", mistakes[i].code);
	}
}

Test(audit, findings_come_errors_first_and_in_the_same_order_every_time)
{
	look_at_bad_schema(0);
	size_t count = t.audit.finding_count;
	const char **first = ARENA_ARRAY(&t.arena, count, const char *);
	for (size_t i = 0; i < count; i++) {
		const struct audit_finding *finding = &t.audit.findings[i];
		first[i] = arena_printf(&t.arena, "%s %s %s", finding->check->code, finding->object,
					finding->detail);
		if (i)
			cr_expect_leq(finding->check->severity, finding[-1].check->severity);
	}
	look_at_bad_schema(0);
	cr_assert_eq(t.audit.finding_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct audit_finding *finding = &t.audit.findings[i];
		cr_expect_str_eq(arena_printf(&t.arena, "%s %s %s", finding->check->code,
					      finding->object, finding->detail),
				 first[i]);
	}
}

/* What a check must not say of a schema that is right in another way than ours. */
Test(audit, what_is_right_is_not_reported)
{
	const char *schemas[] = { "Good One" };

	run_sql("create schema \"Good One\"; grant usage on schema \"Good One\" to authenticated;"
		"create table \"Good One\".\"My Notes\" (id uuid primary key, yacht_id uuid not "
		"null,"
		" \"Author\" uuid not null);"
		"create index on \"Good One\".\"My Notes\" (yacht_id);"
		"create index on \"Good One\".\"My Notes\" (\"Author\");"
		"alter table \"Good One\".\"My Notes\" enable row level security;"
		"alter table \"Good One\".\"My Notes\" force row level security;"
		/* one's own rows, whatever the tenant */
		"create policy \"own notes\" on \"Good One\".\"My Notes\" for select to "
		"authenticated"
		" using (\"Author\" = (select auth.uid()));"
		/* the same condition for another command is no duplicate */
		"create policy \"drop notes\" on \"Good One\".\"My Notes\" for delete to "
		"authenticated"
		" using (\"Author\" = (select auth.uid()));"
		/* no WITH CHECK: USING is it, so nothing is lost */
		"create policy \"change notes\" on \"Good One\".\"My Notes\" for update to "
		"authenticated"
		" using (yacht_id = (select app.yacht_id()) and (select app.is_hod()));"
		"grant select, update on \"Good One\".\"My Notes\" to authenticated;"
		"create view \"Good One\".\"All\" with (security_invoker = on) as"
		" select * from \"Good One\".\"My Notes\";"
		"grant select on \"Good One\".\"All\" to authenticated;"
		/* a definer that asks who calls is a note, not an error */
		"create function \"Good One\".\"May Read\"(note uuid) returns boolean stable"
		" security definer set search_path = '' language sql as"
		" 'select exists (select from \"Good One\".\"My Notes\" n where n.id = note and"
		" n.yacht_id = app.yacht_id())';"
		/* pg_temp comes last */
		"create function \"Good One\".\"Count Mine\"() returns bigint stable"
		" security definer set search_path = pg_catalog, pg_temp language sql as"
		" 'select count(*) from \"Good One\".\"My Notes\" n where n.yacht_id = "
		"app.yacht_id()';"
		"create table \"Good One\".lines (id uuid primary key, note_id uuid not null"
		" references \"Good One\".\"My Notes\");"
		"create index on \"Good One\".lines (note_id);"
		"alter table \"Good One\".lines enable row level security;"
		"alter table \"Good One\".lines force row level security;"
		"create policy by_function on \"Good One\".lines for select to authenticated"
		" using (\"Good One\".\"May Read\"(note_id));"
		/* what WITH CHECK leaves out no other policy lets in */
		"create policy by_hod on \"Good One\".lines for update to authenticated"
		" using (\"Good One\".\"May Read\"(note_id) and (select app.is_hod()))"
		" with check (\"Good One\".\"May Read\"(note_id));"
		"grant select on \"Good One\".lines to authenticated");
	cr_assert(look((struct audit_options){ .schemas = { schemas, 1 } }), "%s", t.err.message);
	cr_expect(found("C3", "\"Good One\".\"May Read\"(uuid)"));
	for (size_t i = 0; i < t.audit.finding_count; i++) {
		const struct audit_finding *finding = &t.audit.findings[i];
		cr_expect_eq(finding->check->severity, AUDIT_NOTE, "%s %s: %s",
			     finding->check->code, finding->object, finding->detail);
	}
}

/* Policies of one table with a tenant column that needs quotes, and what is said of each. */
static const struct {
	const char *policy, *code; /* NULL: it is right */
	const char *text;
} conditions[] = {
	{ "s1", NULL,
	  "for select to authenticated using (\"Tenant Id\" = (select app.yacht_id()) and"
	  " (state = 'open' or note like '%)(%' or \"Owner\" = (select auth.uid())))" },
	{ "s2", NULL,
	  "for select to authenticated using (\"Tenant Id\" is null or"
	  " \"Tenant Id\" = (select app.yacht_id()))" },
	{ "s3", NULL,
	  "for select to authenticated using (\"Owner\" = (select auth.uid()) or"
	  " (\"Tenant Id\" = (select app.yacht_id()) and state in ('a', 'b')))" },
	{ "b1", "B27",
	  "for select to authenticated using (\"Tenant Id\" = (select app.yacht_id()) or"
	  " (state = 'done' and note is not null))" },
	{ "b2", "A9", "for select to authenticated using (\"Tenant Id\" is not null)" },
	{ "b3", "B23", "for select to authenticated using (\"Tenant Id\" = \"Tenant Id\")" },
	{ "b4", "B27",
	  "for update to authenticated using (\"Tenant Id\" = (select app.yacht_id()))"
	  " with check (state = 'a' or \"Tenant Id\" = (select app.yacht_id()))" },
	{ "b5", "A16", "for update to authenticated using (\"Owner\" = (select auth.uid()))" },
	{ "s4", NULL,
	  "for select to authenticated using ((state = 'a') is not true and"
	  " \"Tenant Id\" = (select app.yacht_id()) and (flag = true or coalesce(flag, true) or"
	  " (note = 'x') is not true or note is null))" },
	{ "s5", NULL, "for select to authenticated using (\"Owner\" = (select \"Q\".uid()))" },
	{ "b6", "B19",
	  "for insert to authenticated with check (\"Tenant Id\" is null or"
	  " \"Tenant Id\" = (select app.yacht_id()))" },
	{ "b7", "B19",
	  "for delete to authenticated using (\"Tenant Id\" is not distinct from"
	  " (select app.yacht_id()))" },
	{ "b8", "B7",
	  "for select to authenticated using ((select \"Q\".uid()) is null or"
	  " \"Tenant Id\" = (select app.yacht_id()))" },
	{ "b9", "B31",
	  "for select to authenticated using (\"Tenant Id\" ="
	  " (current_setting('request.headers', true)::json ->> 'x-tenant')::uuid)" },
	{ "b10", "B31",
	  "for select to authenticated using (\"Tenant Id\" = (select app.yacht_id()) and"
	  " note = current_setting('application_name'))" },
};

Test(audit, an_or_is_read_by_what_it_binds_and_a_tenant_by_what_it_is_compared_with)
{
	const char *schemas[] = { "Q" };

	run_sql("create schema \"Q\"; grant usage on schema \"Q\" to authenticated;"
		"create table \"Q\".t (id uuid primary key, \"Tenant Id\" uuid not null,"
		" \"Owner\" uuid, state text, note text, flag boolean);"
		"create function \"Q\".uid() returns uuid language sql stable set search_path = ''"
		" as 'select auth.uid()';"
		"create index on \"Q\".t (\"Tenant Id\"); create index on \"Q\".t (\"Owner\");"
		"alter table \"Q\".t enable row level security;"
		"alter table \"Q\".t force row level security;"
		"grant select, update on \"Q\".t to authenticated");
	for (size_t i = 0; i < COUNTOF(conditions); i++)
		run_sql(arena_printf(&t.arena, "create policy %s on \"Q\".t %s",
				     conditions[i].policy, conditions[i].text));
	cr_assert(look((struct audit_options){ .schemas = { schemas, 1 }, .tenant = "Tenant Id" }),
		  "%s", t.err.message);
	for (size_t i = 0; i < COUNTOF(conditions); i++) {
		const char *object = arena_printf(&t.arena, "\"Q\".t.%s", conditions[i].policy);
		const char *said = NULL;
		for (size_t k = 0; k < t.audit.finding_count && !said; k++) {
			const struct audit_finding *finding = &t.audit.findings[k];
			if (strcmp(finding->object, object) == 0)
				said = finding->check->code;
		}
		if (!conditions[i].code)
			cr_expect_null(said, "%s: %s", conditions[i].policy, said ? said : "");
		else
			cr_expect(found(conditions[i].code, object), "%s: %s", conditions[i].policy,
				  said ? said : "nothing");
	}
}

Test(audit, names_that_need_quotes_are_found_and_fixed_with_quotes)
{
	const char *schemas[] = { "Odd \"One\", {x}" };

	run_sql("create schema \"Odd \"\"One\"\", {x}\";"
		"grant usage on schema \"Odd \"\"One\"\", {x}\" to authenticated;"
		"create table \"Odd \"\"One\"\", {x}\".\"T'\" (id int, \"Tenant Id\" int);"
		"grant select on \"Odd \"\"One\"\", {x}\".\"T'\" to authenticated");
	cr_assert(look((struct audit_options){ .schemas = { schemas, 1 }, .tenant = "Tenant Id" }),
		  "%s", t.err.message);
	const struct audit_finding *finding = found("A1", "\"Odd \"\"One\"\", {x}\".\"T'\"");
	cr_assert(finding);
	run_sql(finding->fix);
	cr_assert(look((struct audit_options){ .schemas = { schemas, 1 }, .tenant = "Tenant Id" }));
	cr_expect_not(found("A1", NULL));
	cr_expect(found("A3", NULL), "now there is no policy");
}

Test(audit, a_typing_error_is_not_a_clean_bill)
{
	const char *nowhere[] = { "publik" }, *nobody[] = { "anonn" };

	cr_expect_not(look((struct audit_options){ .schemas = { nowhere, 1 } }));
	cr_expect_eq(t.err.code, ERROR_USAGE);
	cr_expect_str_eq(t.err.message, "database lens has no schema publik");
	cr_expect_not(look((struct audit_options){ .roles = { nobody, 1 } }));
	cr_expect_str_eq(t.err.message, "the server has no role anonn");
	cr_expect_not(look((struct audit_options){ .tenant = "yatch_id" }));
	cr_expect_str_eq(t.err.message, "no table has a column yatch_id");
	cr_expect(look((struct audit_options){ 0 }), "the session still works: %s", t.err.message);
}

Test(audit, who_may_only_connect_sees_the_same)
{
	cr_assert(look((struct audit_options){ 0 }));
	size_t count = t.audit.finding_count;
	connect_as("authenticator");
	cr_assert(look((struct audit_options){ 0 }), "%s", t.err.message);
	cr_expect_eq(t.audit.finding_count, count);
}

Test(audit, it_waits_for_no_lock_of_a_row_or_table_and_leaves_the_session_as_it_was)
{
	struct sql_session *other = t.session;

	t.session = NULL;
	connect_as("postgres");
	cr_assert(sql_session_script(other,
				     "begin; lock table pms_shopping_list_items in exclusive mode",
				     5000, NULL, &t.err));
	cr_expect(look((struct audit_options){ .timeout_ms = 5000 }), "%s", t.err.message);
	sql_session_close(other);
	run_sql("create temp table still_writable as select current_setting('search_path') as path;"
		"select 1 / (path <> '')::int from still_writable");
}
