#include "suite/lens.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/scratch.h"

static const char good[] =
	"lens: boats\n"
	"roles: [crew, hod, captain]\n"
	"groups: { deck: [captain, crew] }\n"
	"personas: { hod: officer }\n"
	"refusal: { code: \"${error}\" }\n"
	"actions:\n"
	"  paint:\n"
	"    variant: MUTATE\n"
	"    allow: [hod, deck]\n"
	"    required: boat_id\n"
	"    id: /data/id\n"
	"    needs: { boat: { made_by: build } }\n"
	"    payload: { boat_id: \"${boat}\" }\n"
	"    refusal: { error: NO }\n"
	"    writes: [{ table: boats, where: { id: \"${payload.boat_id}\" }, rows: 2 }]\n"
	"    absent: { table: paint, where: { boat: 1 } }\n"
	"    sql: update boats set colour = 'red' where id = $1\n"
	"  build:\n"
	"    variant: SIGNED\n"
	"    allow: []\n"
	"    id: /data/boat\n"
	"    writes: [{ table: boats, where: { id: \"${reply.data.boat}\" }, row: { n: 1 } }]\n"
	"  look: { variant: READ, allow: everyone }\n";

/* As `good`, but somebody may build. */
static struct lens *
load_good(char path[SCRATCH_BYTES])
{
	struct errors errors = { 0 };
	char text[sizeof(good) + 16];
	const char *nobody = strstr(good, "allow: []");

	(void)snprintf(text, sizeof(text), "%.*sallow: [hod]%s", (int)(nobody - good), good,
		       nobody + strlen("allow: []"));
	scratch_make(path, "lens.yaml", text, strlen(text));
	struct lens *lens = lens_load(path, &errors);
	cr_assert_eq(errors.count, 0, "%s", errors.count ? errors.items[0].message : "");
	cr_assert_not_null(lens);
	return lens;
}

Test(lens, groups_stand_for_roles_in_the_order_of_the_roles)
{
	char path[SCRATCH_BYTES];
	struct lens *lens = load_good(path);
	const struct action *paint = lens_action(lens, "paint"), *look = lens_action(lens, "look");

	cr_assert_eq(paint->allow_count, 3);
	cr_expect_str_eq(paint->allow[0], "crew");
	cr_expect_str_eq(paint->allow[1], "hod");
	cr_expect_str_eq(paint->allow[2], "captain");
	cr_expect_eq(look->allow_count, 3);
	cr_expect(action_allows(paint, "crew"));
	cr_expect_not(action_allows(lens_action(lens, "build"), "crew"));
	lens_free(lens);
	scratch_remove(path);
}

Test(lens, a_role_is_played_by_the_persona_of_its_name_unless_the_lens_says_otherwise)
{
	char path[SCRATCH_BYTES];
	struct lens *lens = load_good(path);

	cr_assert_eq(lens->role_count, 3);
	cr_expect_str_eq(lens->roles[0].persona, "crew");
	cr_expect_str_eq(lens->roles[1].persona, "officer");
	lens_free(lens);
	scratch_remove(path);
}

Test(lens, what_is_not_said_has_its_default)
{
	char path[SCRATCH_BYTES];
	struct lens *lens = load_good(path);
	const struct action *paint = lens_action(lens, "paint");

	cr_expect_str_eq(lens->domain, "boats");
	cr_expect_str_eq(paint->needs[0].at, "/data/boat", "the maker's id");
	cr_expect_eq(paint->refusal_status, 403);
	cr_expect_eq(paint->writes[0].rows, 2);
	cr_expect_eq(lens_action(lens, "build")->writes[0].rows, 1);
	cr_expect_eq(paint->refused_count, 2);
	cr_expect_str_eq(json_string_value(json_array_get(paint->sql_params.value, 0)), "${boat}");
	cr_expect_not(paint->sql_params.constant);
	cr_expect_eq(paint->absent_count, 1);
	cr_expect_null(lens_action(lens, "look")->sql);
	cr_expect_null(lens_action(lens, "sink"));
	lens_free(lens);
	scratch_remove(path);
}

Test(lens, what_nobody_may_make_cannot_be_needed)
{
	struct errors errors = { 0 };
	char path[SCRATCH_BYTES];

	scratch_make(path, "lens.yaml", good, strlen(good));
	cr_expect_null(lens_load(path, &errors));
	cr_assert_eq(errors.count, 1);
	cr_expect_str_eq(errors.items[0].message, "nobody may run `build`");
	errors_release(&errors);
	scratch_remove(path);
}

Test(lens, the_lens_of_the_shopping_list_is_right)
{
	struct errors errors = { 0 };
	struct lens *lens = lens_load("suites/shopping_list/lens.yaml", &errors);

	cr_expect_eq(errors.count, 0, "%s", errors.count ? errors.items[0].message : "");
	cr_assert_not_null(lens);
	cr_expect_eq(lens->action_count, 5);
	lens_free(lens);
}
