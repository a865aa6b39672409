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

	actors_add_twins(&actors, "t2", keys);
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
	actors_add_twins(&actors, "t2", keys);
	cr_expect_eq(actors.count, 5);
	json_decref(claims);
	json_decref(keys);
	actors_release(&actors);
}

Test(actor, nobody_has_no_twins)
{
	struct actors actors = { 0 };

	actors_add_twins(&actors, "t2", NULL);
	cr_expect_eq(actors.count, 0);
	actors_release(&actors);
}
