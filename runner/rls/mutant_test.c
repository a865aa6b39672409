#include "rls/mutant.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"
#include "rls/mutant_catalog.h"

#define TIMEOUT_MS 20000

/* A real server, and one session on it. */
static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql_session *session;
	struct mutants mutants;
	struct error err;
} t;

static void
start(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');
	struct sql_options options = { 0 };

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t.arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(120); /* no test may hang */
	const char *home = home_find(&t.arena, &t.err);
	cr_assert(home, "%s", t.err.message);
	cr_assert(site_open(&t.site, -1, clock_now_us() + 60000000, &t.err), "%s", t.err.message);
	cr_assert(cluster_start(&t.cluster, &t.site, home, &t.err), "%s", t.err.message);
	t.loop = loop_new();
	options.conninfo = cluster_conninfo(&t.cluster, &t.site, "postgres");
	t.session = sql_session_open(t.loop, &options, &t.err);
	cr_assert(t.session, "%s", t.err.message);
}

static void
stop(void)
{
	mutants_release(&t.mutants);
	sql_session_close(t.session);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(mutant, .init = start, .fini = stop);

static void
script(const char *text)
{
	cr_assert(sql_session_script(t.session, text, TIMEOUT_MS, NULL, &t.err), "%s\n%s",
		  t.err.message, text);
}

static void
read_mutants(const char *const *schemas, size_t count)
{
	struct mutant_scope scope = { .schemas = schemas,
				      .schema_count = count,
				      .anonymous = "anon" };

	cr_assert(mutants_read(t.session, &scope, TIMEOUT_MS, &t.mutants, &t.err), "%s",
		  t.err.message);
}

/* What is asked of the small schema: names that want quotes, a restrictive policy, one condition in
 * a sub-query, a policy for all commands, a helper with an argument, a view, a trigger, a privilege
 * on a column, a sequence, rows handed out by a function that runs as its owner. */
static const char small[] =
	"create schema \"Odd\";"
	"create function \"Odd\".tenant() returns uuid language sql stable as "
	"$$ select '00000000-0000-0000-0000-000000000001'::uuid $$;"
	"create function \"Odd\".may(who uuid) returns uuid language sql as $$ select who $$;"
	"create function \"Odd\".\"Is it\"() returns boolean language sql as $$ select true $$;"
	"create function \"Odd\".idle() returns trigger language plpgsql as "
	"$$ begin return new; end $$;"
	"create table \"Odd\".members (tenant_id uuid, who uuid);"
	"create table \"Odd\".\"My notes\" (id int primary key, tenant_id uuid, \"Open\" boolean);"
	"alter table \"Odd\".\"My notes\" enable row level security;"
	"create policy \"Own ones\" on \"Odd\".\"My notes\" to authenticated using "
	"(tenant_id = \"Odd\".tenant() or (\"Open\" and exists (select from \"Odd\".members m "
	"where m.who = \"Odd\".may(auth.uid()))));"
	"create policy gate on \"Odd\".\"My notes\" as restrictive for delete to public "
	"using (not \"Open\" and \"Odd\".\"Is it\"());"
	"create trigger \"On it\" before insert on \"Odd\".\"My notes\" for each row "
	"execute function \"Odd\".idle();"
	"create trigger asleep before insert on \"Odd\".\"My notes\" for each row "
	"execute function \"Odd\".idle();"
	"alter table \"Odd\".\"My notes\" disable trigger asleep;"
	"create view \"Odd\".open with (security_invoker = true) as "
	"select id from \"Odd\".\"My notes\";"
	"create policy \"Read\" on \"Odd\".members for select to authenticated "
	"using (tenant_id = \"Odd\".tenant());"
	"create sequence \"Odd\".\"Nos\"; grant usage on sequence \"Odd\".\"Nos\" to authenticated;"
	"create function \"Odd\".all_of() returns setof \"Odd\".members language sql "
	"security definer as $$ select * from \"Odd\".members m "
	"where m.tenant_id = \"Odd\".tenant() and who is not null -- and no more\n$$;"
	"revoke execute on function \"Odd\".all_of() from public;"
	"grant select, delete on \"Odd\".\"My notes\" to authenticated;"
	"grant update (\"Open\", id) on \"Odd\".\"My notes\" to authenticated";

/* All of them, in their order. */
static const char *const expected[] = {
	"\"Odd\".\"My notes\"/Own ones/dropped",
	"\"Odd\".\"My notes\"/Own ones/using-true",
	"\"Odd\".\"My notes\"/Own ones/check-true",
	"\"Odd\".\"My notes\"/Own ones/all-true",
	"\"Odd\".\"My notes\"/Own ones/using-no-longer-tenant",
	"\"Odd\".\"My notes\"/Own ones/using-no-longer-condition",
	"\"Odd\".\"My notes\"/Own ones/using-without-condition",
	"\"Odd\".\"My notes\"/Own ones/using-without-role",
	"\"Odd\".\"My notes\"/Own ones/using-without-role-2",
	"\"Odd\".\"My notes\"/gate/dropped",
	"\"Odd\".\"My notes\"/gate/permissive",
	"\"Odd\".\"My notes\"/gate/using-true",
	"\"Odd\".\"My notes\"/gate/using-without-condition",
	"\"Odd\".\"My notes\"/gate/using-without-role",
	"\"Odd\".\"My notes\"/gate/using-inverted-condition",
	"\"Odd\".members/Read/dropped",
	"\"Odd\".members/Read/using-true",
	"\"Odd\".members/Read/for-all",
	"\"Odd\".\"My notes\"/rls-off",
	"\"Odd\".\"My notes\"/twin-select",
	"\"Odd\".\"My notes\"/twin-insert",
	"\"Odd\".\"My notes\"/twin-update",
	"\"Odd\".\"My notes\"/twin-delete",
	"\"Odd\".\"My notes\"/grant-read-anon",
	"\"Odd\".\"My notes\"/grant-write-anon",
	"\"Odd\".\"My notes\"/grant-column-anon",
	"\"Odd\".\"My notes\"/grant-write-authenticated",
	"\"Odd\".\"My notes\"/grant-truncate-authenticated",
	"\"Odd\".\"My notes\"/grant-trigger-authenticated",
	"\"Odd\".\"My notes\"/revoke-read-authenticated",
	"\"Odd\".\"My notes\"/revoke-write-authenticated",
	"\"Odd\".\"My notes\"/widen-update-authenticated",
	"\"Odd\".members/grant-read-anon",
	"\"Odd\".members/grant-write-anon",
	"\"Odd\".members/grant-column-anon",
	"\"Odd\".members/grant-read-authenticated",
	"\"Odd\".members/grant-write-authenticated",
	"\"Odd\".members/grant-truncate-authenticated",
	"\"Odd\".members/grant-trigger-authenticated",
	"\"Odd\".open/security-invoker-off",
	"\"Odd\".open/grant-read-anon",
	"\"Odd\".open/grant-write-anon",
	"\"Odd\".open/grant-column-anon",
	"\"Odd\".open/grant-read-authenticated",
	"\"Odd\".open/grant-write-authenticated",
	"\"Odd\".\"My notes\"/On it/disabled",
	"\"Odd\".\"Nos\"/grant-sequence-anon",
	"\"Odd\".\"Nos\"/grant-sequence-authenticated",
	"\"Odd\".\"Is it\"()/returns-true",
	"\"Odd\".\"Is it\"()/returns-false",
	"\"Odd\".all_of()/body-without-tenant",
	"\"Odd\".all_of()/body-without-condition",
	"\"Odd\".all_of()/grant-execute-anon",
	"\"Odd\".may(who uuid)/returns-null",
	"\"Odd\".may(who uuid)/returns-argument",
	"\"Odd\".tenant()/returns-null",
	"\"Odd\".tenant()/trusts-user-metadata",
	"role authenticated/bypassrls",
};

Test(mutant, a_schema_gives_exactly_these)
{
	const char *const schemas[] = { "Odd" };

	script(small);
	read_mutants(schemas, 1);
	for (size_t i = 0; i < t.mutants.count && i < COUNTOF(expected); i++)
		cr_expect_str_eq(t.mutants.items[i].name, expected[i]);
	cr_assert_eq(t.mutants.count, COUNTOF(expected), "%zu", t.mutants.count);
}

static char *
catalog(void)
{
	struct mutant_scope scope = { .anonymous = "anon" };
	json_t *root = mutant_catalog_read(t.session, &scope, TIMEOUT_MS, &t.err);
	char *text = json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);

	cr_assert(root, "%s", t.err.message);
	json_decref(root);
	return text;
}

Test(mutant, each_can_be_applied_and_what_is_undone_leaves_no_trace)
{
	script(small);
	char *before = catalog();
	read_mutants(NULL, 0);
	cr_assert_gt(t.mutants.count, 200);
	for (size_t i = 0; i < t.mutants.count; i++) {
		const struct mutant *mutant = &t.mutants.items[i];

		script(mutant->apply);
		if (i % 8 == 0 && !strstr(mutant->kind, "truncate")) {
			char *during = catalog();
			cr_expect_str_neq(during, before, "%s changes nothing", mutant->name);
			free(during);
		}
		script(mutant->undo);
	}
	char *after = catalog();
	cr_expect_str_eq(after, before);
	free(after);
	free(before);
}

static const struct mutant *
find(const char *name)
{
	for (size_t i = 0; i < t.mutants.count; i++) {
		if (strcmp(t.mutants.items[i].name, name) == 0)
			return &t.mutants.items[i];
	}
	cr_assert_fail("there is no mutant %s", name);
	return NULL;
}

/* What one persona's statement returns under a mutant, as a number. */
static json_int_t
count_under(const char *name, const char *claims, const char *statement)
{
	const struct mutant *mutant = find(name);
	json_t *rows = NULL;

	script(mutant->apply);
	script(arena_printf(&t.arena,
			    "begin; select set_config('request.jwt.claims', '%s', true); "
			    "set local role authenticated",
			    claims));
	cr_assert(sql_session_script(t.session, statement, TIMEOUT_MS, &rows, &t.err), "%s",
		  t.err.message);
	script("rollback");
	script(mutant->undo);
	json_int_t count = json_integer_value(json_object_get(json_array_get(rows, 0), "count"));
	json_decref(rows);
	return count;
}

static bool
has_mutant(const char *name)
{
	for (size_t i = 0; i < t.mutants.count; i++) {
		if (strcmp(t.mutants.items[i].name, name) == 0)
			return true;
	}
	return false;
}

Test(mutant, takes_the_tables_asked_for_and_the_helpers_that_guard_them)
{
	static const char *const tables[] = { "yacht_registry" };
	struct mutant_scope scope = { .tables = tables, .table_count = 1, .anonymous = "anon" };

	cr_assert(mutants_read(t.session, &scope, TIMEOUT_MS, &t.mutants, &t.err), "%s",
		  t.err.message);
	cr_expect(has_mutant("public.yacht_registry/rls-off"));
	cr_expect_not(has_mutant("public.pms_parts/rls-off"));
	/* Its policy calls the first of them, which calls the second; nothing of it the third. */
	cr_expect(has_mutant("app.yacht_id()/returns-null"));
	cr_expect(has_mutant("app.role()/returns-null"));
	cr_expect_not(has_mutant("app.is_engineer()/returns-true"));
	cr_expect(has_mutant("role authenticated/bypassrls"));
}

Test(mutant, a_name_that_none_has_is_a_mistake_and_so_is_a_bad_pattern)
{
	read_mutants(NULL, 0);
	cr_expect(mutants_select(&t.mutants, "yacht_registry/rls-off$", &t.err));
	cr_expect_eq(t.mutants.count, 1);
	cr_expect_not(mutants_select(&t.mutants, "(", &t.err));
	cr_expect_eq(t.err.code, ERROR_USAGE);
	t.err = (struct error){ 0 };
	cr_expect_not(mutants_select(&t.mutants, "nothing-of-that-name", &t.err));
	cr_expect_eq(t.err.code, ERROR_USAGE);
}

Test(mutant, opens_what_it_says_it_opens)
{
	static const char crew[] = "{\"sub\": \"57e82f78-0a2d-4a7c-a428-6287621d06c5\"}";
	static const char liar[] = "{\"sub\": \"57e82f78-0a2d-4a7c-a428-6287621d06c5\", "
				   "\"user_metadata\": {\"yacht_id\": "
				   "\"6513270e-269e-4d37-b2a7-4de452e6b438\"}}";
	static const char foreign[] = "select count(*) from public.pms_parts "
				      "where yacht_id = '6513270e-269e-4d37-b2a7-4de452e6b438'";

	read_mutants(NULL, 0);
	cr_expect_eq(count_under("app.is_hod()/returns-false", crew, foreign), 0);
	cr_expect_gt(count_under("public.pms_parts/parts_select/using-true", crew, foreign), 0);
	cr_expect_gt(count_under("public.pms_parts/twin-select", crew, foreign), 0);
	cr_expect_gt(count_under("public.pms_parts/rls-off", crew, foreign), 0);
	cr_expect_eq(count_under("app.yacht_id()/trusts-user-metadata", crew, foreign), 0);
	cr_expect_gt(count_under("app.yacht_id()/trusts-user-metadata", liar, foreign), 0);
	cr_expect_gt(count_under("role authenticated/bypassrls", crew, foreign), 0);
}

/* Who depends on whom, by every way there is: a function's body, a view, a default, a cascade, an
 * operator; text that is put together may name anything. */
static const char tangled[] =
	"create schema w;"
	"create table w.base (id int primary key); create table w.alone (id int primary key);"
	"alter table w.base enable row level security; alter table w.alone enable row level "
	"security;"
	"alter table w.base force row level security;"
	"create policy p on w.base for select using (true);"
	"create function w.as_owner() returns bigint language sql security definer as "
	"$$ select count(*) from w.base $$;"
	"create table w.by_definer (id bigint default w.as_owner());"
	"create function w.inner_one() returns bigint language sql as "
	"$$ select count(*) from W.BASE $$;"
	"create function w.outer_one() returns bigint language sql as $$ select w.inner_one () $$;"
	"create table w.by_policy (id int); alter table w.by_policy enable row level security;"
	"create policy p on w.by_policy for select using (id > w.outer_one());"
	"create view w.by_view as select id from w.by_policy;"
	"create table w.by_default (id int, n bigint default w.inner_one());"
	"create table w.by_check (id int check (id < w.inner_one()));"
	"create function w.to_base() returns trigger language plpgsql as "
	"$$ begin insert into w.base values (1); return new; end $$;"
	"create table w.child (id int, base int);"
	"create trigger t after delete on w.child for each row execute function w.to_base();"
	"create table w.parent (id int primary key);"
	"alter table w.child add foreign key (base) references w.parent on delete cascade;"
	"create function w.dynamic() returns trigger language plpgsql as "
	"$$ begin execute 'insert into ' || tg_argv[0]; return new; end $$;"
	"create table w.anything (id int);"
	"create trigger t before insert on w.anything for each row execute function "
	"w.dynamic('x');"
	"grant select on w.base to authenticated";

static bool
is_reader(const char *mutant_name_wanted, const char *relation)
{
	const char *const *readers = find(mutant_name_wanted)->readers;

	cr_assert(readers);
	for (size_t i = 0; readers[i]; i++) {
		if (strcmp(readers[i], relation) == 0)
			return true;
	}
	return false;
}

Test(mutant, whoever_may_depend_on_what_it_changes_is_named)
{
	static const char *const schemas[] = { "w" };
	static const char *const readers[] = { "w.by_policy", "w.by_view", "w.by_default",
					       "w.by_check",  "w.child",   "w.parent",
					       "w.anything" };

	script(tangled);
	read_mutants(schemas, 1);
	for (size_t i = 0; i < COUNTOF(readers); i++)
		cr_expect(is_reader("w.base/rls-off", readers[i]), "%s", readers[i]);
	cr_expect_not(is_reader("w.base/rls-off", "w.alone"));
	/* Only a definer, and a view without security_invoker, run as the owner. */
	cr_expect(is_reader("w.base/force-off", "w.by_view"));
	cr_expect(is_reader("w.base/force-off", "w.by_definer"));
	cr_expect(is_reader("w.base/force-off", "w.anything"));
	cr_expect_not(is_reader("w.base/force-off", "w.by_policy"));
	cr_expect_not(is_reader("w.base/force-off", "w.child"));
	cr_expect(is_reader("w.alone/rls-off", "w.anything"));
	cr_expect_not(is_reader("w.alone/rls-off", "w.by_policy"));
	/* A helper by the relations that call it, directly or not. */
	cr_expect(is_reader("w.inner_one()/returns-null", "w.by_view"));
	cr_expect(is_reader("w.inner_one()/returns-null", "w.by_check"));
	cr_expect_not(is_reader("w.inner_one()/returns-null", "w.child"));
	/* A role is everybody's. */
	cr_expect_null(find("role authenticated/bypassrls")->readers);
}

Test(mutant, a_helper_without_one_of_its_conditions_says_more)
{
	static const char question[] =
		"select count(*) from public.pms_parts where app.role() is not null";
	json_t *rows = NULL;

	read_mutants(NULL, 0);
	/* Somebody whose only role has ended. */
	cr_assert(sql_session_script(
		t.session,
		"select user_id as id from public.auth_users_roles group by user_id "
		"having bool_and(valid_until < now() and is_active) limit 1",
		TIMEOUT_MS, &rows, &t.err));
	const char *id = json_string_value(json_object_get(json_array_get(rows, 0), "id"));
	cr_assert(id);
	const char *claims = arena_printf(&t.arena, "{\"sub\": \"%s\"}", id);
	cr_expect_eq(count_under("app.role()/body-without-condition-3", claims, question), 0);
	cr_expect_gt(count_under("app.role()/body-without-condition-6", claims, question), 0);
	json_decref(rows);
}

Test(mutant, a_role_that_inherits_is_made_a_member_of_those_with_more_rights)
{
	static const char rights[] = "select count(*) from (select pg_has_role('authenticated', "
				     "'service_role', 'USAGE') "
				     "as has) x where has";
	static const char crew[] = "{}";

	read_mutants(NULL, 0);
	cr_expect_not(has_mutant("role authenticated/member-of-service_role"));
	mutants_release(&t.mutants);
	script("alter role authenticated inherit");
	read_mutants(NULL, 0);
	cr_expect(has_mutant("role authenticated/member-of-app_owner"));
	cr_expect_eq(count_under("role authenticated/member-of-service_role", crew, rights), 1);
	script("alter role authenticated noinherit");
}
