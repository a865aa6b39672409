#include "rls/audit_source.h"

#include <criterion/criterion.h>

#include "base/scratch.h"

static const char text[] = "create table public.items (id int, key text);\n"
			   "-- create policy own on public.items\n"
			   "create publication p for table items;\n"
			   "  CREATE POLICY own ON public.items\n"
			   "\tusing (true);\n"
			   "create policy own on public.others using (true);\n"
			   "create or replace function app.role(a int) returns text\n"
			   "create table if not exists \"My Items\" (id int);\n"
			   "create unlogged table items2 (id int);\n"
			   "create or replace function app.role(a int) returns text as $$ 1 $$;\n"
			   "create materialized view seen as select 1;\n"
			   "create or replace trigger stamp before insert on items for each row\n";

static const struct {
	const char *kind, *object;
	long line; /* 0: nowhere */
} rows[] = {
	{ "table", "public.items", 1 },
	{ "column", "public.items.key", 1 },
	{ "policy", "public.items.own", 4 },
	{ "policy", "public.others.own", 6 },
	{ "policy", "public.nothing.own", 0 },
	{ "function", "app.role(integer)", 10 },
	{ "table", "public.\"My Items\"", 8 },
	{ "table", "public.items2", 9 },
	{ "table", "public.item", 0 },
	{ "view", "public.seen", 0 },
	{ "materialized view", "public.seen", 11 },
	{ "trigger", "public.items.stamp", 12 },
};

Test(audit_source, an_object_is_found_where_it_was_made_last)
{
	char path[SCRATCH_BYTES], folder[SCRATCH_BYTES];
	struct error err = { 0 };

	scratch_make(path, "1.sql", text, strlen(text));
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	struct audit_sources *sources = audit_sources_load(folder, &err);
	cr_assert(sources, "%s", err.message);
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct audit_finding finding = { .kind = rows[i].kind, .object = rows[i].object };
		struct audit_spot spot = { NULL, 0 };

		cr_expect_eq(audit_sources_find(sources, &finding, &spot), rows[i].line != 0, "%s",
			     rows[i].object);
		cr_expect_eq(spot.line, rows[i].line, "%s %s is at %ld", rows[i].kind,
			     rows[i].object, spot.line);
		if (spot.path)
			cr_expect_str_eq(spot.path, path);
	}
	audit_sources_free(sources);
	scratch_remove(path);
}

Test(audit_source, without_sources_nothing_is_found_and_no_folder_is_a_mistake)
{
	struct audit_finding finding = { .kind = "table", .object = "public.items" };
	struct audit_spot spot;
	struct error err = { 0 };

	cr_expect_not(audit_sources_find(NULL, &finding, &spot));
	cr_expect_null(audit_sources_load("/nonexistent", &err));
	cr_expect_eq(err.code, ERROR_USAGE);
}
