#include "rls/comparison.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"

#define TIMEOUT_MS 20000

/* Two tenants, one person of each, and a table of notes: the smallest thing worth guarding. */
static const char schema[] =
	"create schema shop;"
	"create table shop.tenants (id uuid primary key);"
	"create table shop.notes (id int primary key, tenant_id uuid not null references "
	"shop.tenants,"
	" text text);"
	"create function shop.tenant() returns uuid language sql stable as "
	"$$ select (current_setting('request.jwt.claims', true)::jsonb ->> 'tenant')::uuid $$;"
	"insert into shop.tenants values ('00000000-0000-0000-0000-00000000000a'), "
	"('00000000-0000-0000-0000-00000000000b');"
	"insert into shop.notes select n, ('00000000-0000-0000-0000-00000000000' || "
	"case when n % 2 = 0 then 'a' else 'b' end)::uuid, 'n' from generate_series(1, 6) n;"
	"alter table shop.notes enable row level security;"
	"alter table shop.notes force row level security;"
	"create policy notes_all on shop.notes to authenticated using (tenant_id = shop.tenant());"
	"create function shop.notes_of(p_tenant_id uuid) returns setof shop.notes language sql "
	"stable as "
	"$$ select * from shop.notes n where n.tenant_id = p_tenant_id $$;"
	"create function shop.notes_like(word text) returns setof shop.notes language sql stable "
	"as "
	"$$ select * from shop.notes n where n.text like word $$;"
	"create sequence shop.numbers;"
	"grant usage on schema shop to anon, authenticated;"
	"grant select, insert, update, delete on shop.notes to authenticated";

static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql_session *session;
	struct actors actors;
	struct mutants mutants;
	struct comparison *comparison;
	bool over;
	struct error err;
} t;

static void
add_person(const char *name, const char *tenant, const char *claims)
{
	actors_add(&t.actors, &(struct actor){ .name = name,
					       .database_role = "authenticated",
					       .claims = claims,
					       .tenant = tenant });
}

static bool
is_over(void *arg)
{
	(void)arg;
	return t.over;
}

static void
start_server(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');

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
}

static void
start(void)
{
	static const char *const schemas[] = { "shop" };
	struct sql_options connect = { 0 };
	struct mutant_scope scope = { .schemas = schemas, .schema_count = 1, .anonymous = "anon" };
	static const struct matrix_options options = { .schemas = schemas,
						       .schema_count = 1,
						       .tenant_column = "tenant_id",
						       .root = "shop.tenants" };

	start_server();
	t.loop = loop_new();
	connect.conninfo = cluster_conninfo(&t.cluster, &t.site, "postgres");
	t.session = sql_session_open(t.loop, &connect, &t.err);
	cr_assert(t.session, "%s", t.err.message);
	cr_assert(sql_session_script(t.session, schema, TIMEOUT_MS, NULL, &t.err), "%s",
		  t.err.message);
	cr_assert(mutants_read(t.session, &scope, TIMEOUT_MS, &t.mutants, &t.err), "%s",
		  t.err.message);
	add_person("ann", "00000000-0000-0000-0000-00000000000a",
		   "{\"tenant\": \"00000000-0000-0000-0000-00000000000a\"}");
	add_person("bob", "00000000-0000-0000-0000-00000000000b",
		   "{\"tenant\": \"00000000-0000-0000-0000-00000000000b\"}");
	const struct comparison_options comparing = { .sessions = &t.session,
						      .session_count = 1,
						      .actors = &t.actors,
						      .matrix = &options,
						      .over = is_over };
	t.comparison = comparison_open(&comparing, &t.err);
	cr_assert(t.comparison, "%s", t.err.message);
}

static void
stop(void)
{
	comparison_close(t.comparison);
	actors_release(&t.actors);
	mutants_release(&t.mutants);
	sql_session_close(t.session);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(comparison, .init = start, .fini = stop);

static struct difference
look(const char *name)
{
	struct difference difference = { 0 };

	for (size_t i = 0; i < t.mutants.count; i++) {
		if (strcmp(t.mutants.items[i].name, name) != 0)
			continue;
		cr_assert(comparison_try(t.comparison, &t.mutants.items[i], &difference, &t.err),
			  "%s", t.err.message);
		return difference;
	}
	cr_assert_fail("there is no mutant %s", name);
	return difference;
}

Test(comparison, a_mutant_that_lets_somebody_in_changes_a_cell)
{
	static const char *const opening[] = {
		"shop.notes/notes_all/using-true",
		"shop.notes/notes_all/check-true",
		"shop.notes/rls-off",
		"shop.notes/twin-delete",
		"shop.notes/grant-read-anon",
		"shop.notes/grant-truncate-authenticated",
		"shop.tenants/grant-read-anon",
		"shop.notes/notes_all/dropped",
		"shop.notes/revoke-read-authenticated",
		"shop.tenant()/returns-null",
	};

	for (size_t i = 0; i < COUNTOF(opening); i++) {
		struct difference difference = look(opening[i]);
		cr_expect(difference.found, "%s: %s", opening[i], difference.sentence);
		cr_expect(strlen(difference.sentence) > 0);
	}
}

Test(comparison, one_that_changes_nothing_for_anybody_is_equivalent)
{
	/* Nobody here is the owner. */
	cr_expect_not(look("shop.notes/force-off").found);
	/* And what was tried before has left nothing. */
	cr_expect(look("shop.notes/rls-off").found);
	cr_expect_not(look("shop.notes/force-off").found);
}

Test(comparison, what_no_cell_can_show_is_not_said_to_have_been_looked_at)
{
	struct difference function = look("shop.notes_like(word text)/security-definer");
	struct difference sequence = look("shop.numbers/grant-sequence-anon");

	cr_expect_not(function.found);
	cr_expect_not(function.looked);
	cr_expect_not(sequence.found);
	cr_expect_not(sequence.looked);
	cr_expect(look("shop.notes/force-off").looked);
}

Test(comparison, a_function_is_called_with_another_tenant)
{
	struct difference difference = look("shop.notes_of(p_tenant_id uuid)/security-definer");

	cr_expect(difference.found);
	cr_expect(strstr(difference.sentence, "shop.notes_of('00000000-0000-0000-0000-"), "%s",
		  difference.sentence);
	cr_expect(strstr(difference.sentence, "SELECT other: A, was ."), "%s", difference.sentence);
}

/* A transaction gives way to another after some probes: in the middle of a mutant, too. */
Test(comparison, a_long_look_ends_as_a_short_one)
{
	for (int i = 0; i < 12; i++)
		cr_expect_not(look("shop.notes/force-off").found);
	cr_expect(look("shop.notes/twin-select").found);
	cr_expect_not(look("shop.notes/force-off").found);
}

Test(comparison, names_the_cell_that_changed)
{
	struct difference difference = look("shop.notes/twin-select");

	cr_expect(strstr(difference.sentence, "shop.notes x SELECT other: A, was ."), "%s",
		  difference.sentence);
}

static void
hear(void *arg, size_t done, size_t total)
{
	(void)arg;
	cr_expect_leq(done, total);
}

Test(comparison, what_no_case_noticed_is_killed_or_equivalent)
{
	struct score score;

	score_init(&score, &t.mutants);
	for (size_t i = 0; i < t.mutants.count; i++)
		score_settle(&score, i, FATE_SURVIVED, NULL, NULL);
	cr_assert(comparison_settle(t.comparison, &score, hear, NULL, &t.err), "%s", t.err.message);
	cr_expect_gt(score_count(&score, FATE_BY_MATRIX), 10);
	cr_expect_gt(score_count(&score, FATE_EQUIVALENT), 0);
	cr_expect_eq(score_count(&score, FATE_SURVIVED), 0);
	score_release(&score);
}

Test(comparison, what_there_was_no_time_for_is_not_called_equivalent)
{
	struct score score;

	score_init(&score, &t.mutants);
	for (size_t i = 0; i < t.mutants.count; i++)
		score_settle(&score, i, FATE_SURVIVED, NULL, NULL);
	t.over = true;
	cr_assert(comparison_settle(t.comparison, &score, hear, NULL, &t.err), "%s", t.err.message);
	cr_expect_eq(score_count(&score, FATE_EQUIVALENT), 0);
	score_release(&score);
}
