#include "rls/actor_file.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/scratch.h"

static bool
load(const char *text, struct actor_file *file, struct actors *actors, struct errors *errors)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, "people.yaml", text, strlen(text));
	bool ok = actor_file_load(path, file, actors, errors);
	scratch_remove(path);
	return ok;
}

Test(actor_file, people_tenant_schemas_and_tables_are_read)
{
	static const char text[] =
		"personas:\n"
		"  ada: { role: authenticated, tenant: 7, claims: { sub: u1, org: 7 } }\n"
		"  bob: { role: authenticated, tenant: t2, user: u2 }\n"
		"  web: { role: anon }\n"
		"  job: { role: app, tenant: 9, settings: { app.tenant_id: 9, app.user: x } }\n"
		"tenant: { column: org_id, root: public.orgs }\n"
		"schemas: [public, app]\n"
		"public: countries\n"
		"tables: { notes: { owner: author } }\n";
	struct actor_file file;
	struct actors actors = { 0 };
	struct errors errors = { 0 };

	cr_assert(load(text, &file, &actors, &errors), "%s",
		  errors.count ? errors.items[0].message : "");
	cr_assert_eq(actors.count, 4);
	cr_expect_str_eq(actors.items[0].tenant, "7");
	cr_expect_str_eq(actors.items[0].user, "u1");
	cr_expect_str_eq(actors.items[0].claims, "{\"sub\":\"u1\",\"org\":7}");
	cr_expect_str_eq(actors.items[1].user, "u2");
	cr_expect_str_eq(actors.items[1].claims, "{\"role\":\"authenticated\"}");
	/* Whoever has no tenant must reach nothing, and is measured against the first one. */
	cr_expect_eq(actors.items[2].kind, ACTOR_ANONYMOUS);
	cr_expect_str_eq(actors.items[2].tenant, "7");
	cr_expect_str_eq(actors.items[3].settings, "{\"app.tenant_id\":\"9\",\"app.user\":\"x\"}");
	cr_expect_null(actors.items[0].settings);
	cr_expect_str_eq(file.tenant_column, "org_id");
	cr_expect_str_eq(file.root, "public.orgs");
	cr_expect_eq(file.schema_count, 2);
	cr_expect_eq(file.public_count, 1);
	cr_expect_not_null(json_object_get(file.tables, "notes"));
	actor_file_release(&file);
	actors_release(&actors);
}

static const struct {
	const char *text, *message;
} mistakes[] = {
	{ "tenant: { column: x }\n", "missing key `personas`" },
	{ "personas: { a: { tenant: t } }\n", "missing key `role`" },
	{ "personas: { a: { role: r, tenent: t } }\n", "did you mean `tenant`" },
	{ "personas: { a: { role: r } }\n", "somebody needs a `tenant`" },
	{ "personas: { a: { role: r, tenant: t } }\ntables: { x: { ownr: y } }\n",
	  "did you mean `owner`" },
	{ "personas: { a: { role: r, tenant: t, settings: { role: admin } } }\n", "has a dot" },
	{ "personas: { a: { role: r, tenant: t, settings: { a.b: [] } } }\n", "must be a text" },
	{ "persona: {}\npersonas: { a: { role: r, tenant: t } }\n", "unknown key `persona`" },
	{ "personas: [a]\n", "must be a mapping" },
};

Test(actor_file, each_mistake_is_named)
{
	for (size_t i = 0; i < COUNTOF(mistakes); i++) {
		struct actor_file file;
		struct actors actors = { 0 };
		struct errors errors = { 0 };

		cr_expect_not(load(mistakes[i].text, &file, &actors, &errors), "row %zu", i);
		cr_assert_geq(errors.count, 1, "row %zu", i);
		cr_expect(strstr(errors.items[0].message, mistakes[i].message), "row %zu: %s", i,
			  errors.items[0].message);
		actor_file_release(&file);
		actors_release(&actors);
		errors_release(&errors);
	}
}
