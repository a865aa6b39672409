#include "rls/actor.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"

static struct actors
crew_and_foreigner(void)
{
	struct actors actors = { 0 };

	actors_add(&actors,
		   &(struct actor){ .name = "crew",
				    .role = "crew",
				    .database_role = "authenticated",
				    .claims = "{\"sub\":\"u1\",\"user_metadata\":{\"a\":1}}",
				    .tenant = "t1",
				    .user = "u1" });
	actors_add(&actors, &(struct actor){ .name = "foreign",
					     .database_role = "authenticated",
					     .claims = "{}",
					     .tenant = "t2",
					     .user = "u2" });
	return actors;
}

Test(actor, another_tenant_is_one_that_somebody_else_has)
{
	struct actors actors = crew_and_foreigner();

	cr_expect_str_eq(actors_other_tenant(&actors, "t1"), "t2");
	cr_expect_str_eq(actors_other_tenant(&actors, "t2"), "t1");
	cr_expect_null(actors_other_tenant(&actors, NULL));
	actors.count = 1;
	cr_expect_null(actors_other_tenant(&actors, "t1"));
	actors_release(&actors);
}

Test(actor, the_twins_are_forged_without_claims_and_anonymous)
{
	struct actors actors = crew_and_foreigner();
	json_t *keys = json_pack("[s, s]", "fleet", "deck_role");
	const struct actor_reading reading = { .keys = keys };

	actors_add_twins(&actors, "t2", &reading);
	cr_assert_eq(actors.count, 5);
	const struct actor *forged = &actors.items[2], *none = &actors.items[3],
			   *anonymous = &actors.items[4];
	json_t *claims = json_loads(forged->claims, 0, NULL);
	const json_t *metadata = json_object_get(claims, "user_metadata");
	cr_expect_eq(forged->kind, ACTOR_FORGED);
	cr_expect_str_eq(forged->name, "crew+forged");
	cr_expect_str_eq(forged->twin_of, "crew");
	/* Everything a policy could read of him, and nothing that is his already is lost. */
	cr_expect_str_eq(json_string_value(json_object_get(metadata, "tenant_id")), "t2");
	cr_expect_str_eq(json_string_value(json_object_get(metadata, "fleet")), "t2");
	cr_expect_str_eq(json_string_value(json_object_get(metadata, "deck_role")), "admin");
	cr_expect_str_eq(json_string_value(json_object_get(metadata, "user_id")), "u2");
	cr_expect_eq(json_integer_value(json_object_get(metadata, "a")), 1);
	cr_expect_str_eq(json_string_value(json_object_get(claims, "sub")), "u1");
	cr_expect_eq(none->kind, ACTOR_NO_CLAIMS);
	cr_expect_str_eq(none->claims, "{\"role\":\"authenticated\"}");
	cr_expect_null(none->user);
	cr_expect_str_eq(none->tenant, "t1");
	cr_expect_eq(anonymous->kind, ACTOR_ANONYMOUS);
	cr_expect_str_eq(anonymous->database_role, "anon");
	/* Once is enough. */
	actors_add_twins(&actors, "t2", &reading);
	cr_expect_eq(actors.count, 5);
	json_decref(claims);
	json_decref(keys);
	actors_release(&actors);
}

Test(actor, nobody_has_no_twins)
{
	struct actors actors = { 0 };

	actors_add_twins(&actors, "t2", &(struct actor_reading){ 0 });
	cr_expect_eq(actors.count, 0);
	actors_release(&actors);
}

/* The first may be somebody who is allowed everything, and gains nothing by a lie. */
Test(actor, where_user_metadata_is_read_everybody_with_claims_is_forged)
{
	struct actors actors = crew_and_foreigner();
	json_t *paths = json_pack("[[s], [s, s], [s]]", "plan", "app", "tenant", "roles");

	actors_add(&actors, &(struct actor){ .name = "mate",
					     .database_role = "authenticated",
					     .claims = "{\"sub\":\"u3\"}",
					     .tenant = "t2",
					     .user = "u3" });
	actors_add_twins(&actors, "t2", &(struct actor_reading){ .paths = paths });
	cr_assert_eq(actors.count, 7);
	cr_expect_str_eq(actors.items[3].name, "crew+forged");
	cr_expect_str_eq(actors.items[4].name, "mate+forged");
	json_t *claims = json_loads(actors.items[4].claims, 0, NULL);
	const json_t *metadata = json_object_get(claims, "user_metadata");
	cr_expect_str_eq(json_string_value(json_object_get(metadata, "tenant")), "t1");
	cr_expect_str_eq(
		json_string_value(json_object_get(json_object_get(metadata, "app"), "tenant")),
		"t1");
	cr_expect_eq(json_array_size(json_object_get(metadata, "roles")), 3);
	json_decref(claims);
	json_decref(paths);
	actors_release(&actors);
}

Test(actor, whom_only_his_database_role_makes_who_he_is_has_no_twin_without_claims)
{
	struct actors actors = { 0 };
	const struct actor_reading nothing = { 0 };

	actors_add(&actors, &(struct actor){ .name = "acme",
					     .database_role = "acme",
					     .claims = "{\"role\":\"acme\"}",
					     .tenant = "t1" });
	actors_add_twins(&actors, "t2", &nothing);
	cr_assert_eq(actors.count, 2);
	cr_expect_eq(actors.items[1].kind, ACTOR_ANONYMOUS);
	/* What an application sets for him can be taken away again. */
	actors.count = 0;
	actors_add(&actors, &(struct actor){ .name = "job",
					     .database_role = "app",
					     .claims = "{\"role\":\"app\"}",
					     .settings = "{\"app.tenant\":\"t1\"}",
					     .tenant = "t1" });
	actors_add_twins(&actors, "t2", &nothing);
	cr_assert_eq(actors.count, 4);
	cr_expect_str_eq(actors.items[1].settings, "{\"app.tenant\":\"t1\"}");
	cr_expect_eq(actors.items[2].kind, ACTOR_NO_CLAIMS);
	cr_expect_null(actors.items[2].settings);
	actors_release(&actors);
}
