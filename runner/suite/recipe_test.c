#include "suite/recipe.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

/* `finish` needs a part, which needs a box; only hod may finish. */
static const char boats[] =
	"lens: boats\n"
	"domain: harbour\n"
	"roles: [crew, hod]\n"
	"personas: { hod: officer }\n"
	"actions:\n"
	"  box: { variant: READ, allow: [crew], id: /box, payload: { size: 1 } }\n"
	"  part: { variant: READ, allow: [crew, hod], id: /part, needs: { it: { made_by: box } },\n"
	"          payload: { box: \"${it}\", note: \"in ${it}\" } }\n"
	"  finish:\n"
	"    variant: MUTATE\n"
	"    allow: [hod]\n"
	"    needs: { it: { made_by: part } }\n"
	"    payload: { id: \"${it}\", name: \"x ${unique}\" }\n"
	"    refusal: { status: 403, error: NO }\n"
	"    writes:\n"
	"      - { table: t, where: { id: \"${payload.id}\" } }\n"
	"      - { table: t, where: { id: \"${reply.id}\" } }\n"
	"      - { table: log, where: { about: \"${payload.id}\" } }\n"
	"    absent: { table: t, where: { name: \"${payload.name}\" } }\n"
	"    sql: update t set a = 1 where id = $1\n"
	"  sign:\n"
	"    variant: SIGNED\n"
	"    allow: [crew]\n"
	"    needs: { it: { made_by: box }, lid: { from: it, at: /lid } }\n"
	"    payload: { id: \"${it}\", lid: \"${lid}\" }\n"
	"    signature: { type: totp, over: \"sign ${payload.id}\" }\n"
	"    writes: [{ table: t, where: { id: 1 } }]\n"
	"  never: { variant: READ, allow: [], refusal: { status: 404 } }\n";

#define BOX                                                                                        \
	"{\"action\":\"box\",\"as\":\"crew\",\"payload\":{\"size\":1},\"expect\":{\"status\":200}" \
	","
#define PART                                                                                       \
	"\"payload\":{\"box\":\"${it__it}\",\"note\":\"in "                                        \
	"${it__it}\"},\"expect\":{\"status\":200},"                                                \
	"\"capture\":{\"it\":\"/part\"}}"
#define MADE_BY(who)                                                                               \
	BOX "\"capture\":{\"it__it\":\"/box\"}},{\"action\":\"part\",\"as\":\"" who "\"," PART

static const struct {
	json_t *(*make)(const struct recipe *recipe);
	const char *action;
	size_t role;
	const char *permitted;
	const char *steps; /* NULL: there is no such case */
} recipes[] = {
	{ recipe_list, "finish", 1, "hod",
	  "[{\"http\":\"GET /v1/actions/list\",\"expect\":"
	  "{\"status\":200,\"body\":{\"role\":\"hod\",\"actions\":{\"$any\":{\"action_id\":"
	  "\"finish\",\"allowed_roles\":{\"$contains\":\"hod\"}}}}}}]" },
	{ recipe_list, "finish", 0, "hod",
	  "[{\"http\":\"GET /v1/actions/list\",\"expect\":"
	  "{\"status\":200,\"body\":{\"role\":\"crew\",\"actions\":{\"$excludes\":"
	  "{\"action_id\":\"finish\"},\"$len\":{\"$ge\":0}}}}}]" },
	{ recipe_execute, "finish", 1, "hod",
	  "[" MADE_BY("officer") ",{\"action\":\"finish\",\"payload\":{\"id\":\"${it}\","
				 "\"name\":\"x ${unique}\"},\"expect\":{\"status\":200}}]" },
	{ recipe_execute, "finish", 0, "hod",
	  "[" MADE_BY(
		  "crew") ",{\"action\":\"finish\",\"payload\":{\"id\":\"${it}\","
			  "\"name\":\"x ${unique}\"},\"expect\":{\"status\":403,\"error\":\"NO\"},"
			  "\"unchanged\":[{\"table\":\"t\",\"where\":{\"id\":\"${it}\"}},"
			  "{\"table\":\"t\",\"where\":{\"name\":\"x ${unique}\"},\"empty\":true}],"
			  "\"control\":\"matrix.finish.hod.x\"}]" },
	{ recipe_rls, "finish", 1, "hod",
	  "[" MADE_BY("officer") ",{\"sql\":\"update t set a = 1 where id = "
				 "$1\",\"params\":[\"${it}\"],"
				 "\"expect\":{\"outcome\":\"allowed 1\"}}]" },
	{ recipe_rls, "finish", 0, "hod",
	  "[" MADE_BY(
		  "crew") ",{\"sql\":\"update t set a = 1 where id = $1\",\"params\":[\"${it}\"],"
			  "\"expect\":{\"outcome\":{\"$one_of\":[\"denied\",\"filtered\"],"
			  "\"because\":\"a policy may hide the row, or refuse the change\"}},"
			  "\"unchanged\":[{\"table\":\"t\",\"where\":{\"id\":\"${it}\"}}],"
			  "\"control\":\"matrix.finish.hod.x\"}]" },
	{ recipe_rls, "box", 0, "crew", NULL },
	{ recipe_execute, "sign", 0, "crew",
	  "[" BOX "\"capture\":{\"it\":\"/box\",\"lid\":\"/lid\"}},{\"action\":\"sign\","
	  "\"payload\":{\"id\":\"${it}\",\"lid\":\"${lid}\"},\"expect\":{\"status\":200},"
	  "\"signature\":{\"type\":\"totp\"}}]" },
	{ recipe_execute, "never", 0, NULL,
	  "[{\"action\":\"never\",\"payload\":{},\"expect\":{\"status\":404},"
	  "\"unproved\":\"no role of this matrix may do it\"}]" },
};

ParameterizedTestParameters(recipe, makes_what_it_needs_and_proves_what_it_claims)
{
	return rows_of(COUNTOF(recipes));
}

ParameterizedTest(size_t *row, recipe, makes_what_it_needs_and_proves_what_it_claims)
{
	struct errors errors = { 0 };
	char path[SCRATCH_BYTES];

	scratch_make(path, "lens.yaml", boats, strlen(boats));
	struct lens *lens = lens_load(path, &errors);
	cr_assert_not_null(lens, "%s", errors.count ? errors.items[0].message : "");
	struct recipe recipe = { lens, lens_action(lens, recipes[*row].action),
				 &lens->roles[recipes[*row].role], "x", recipes[*row].permitted };
	json_t *made = recipes[*row].make(&recipe);
	cr_expect_eq(made != NULL, recipes[*row].steps != NULL, "row %zu", *row);
	if (made) {
		char *steps = json_dumps(json_object_get(made, "steps"), JSON_COMPACT);
		cr_expect_str_eq(steps, recipes[*row].steps, "row %zu", *row);
		cr_expect_str_eq(json_string_value(json_object_get(made, "as")),
				 recipes[*row].role == 0 ? "crew" : "officer");
		free(steps);
	}
	json_decref(made);
	lens_free(lens);
	scratch_remove(path);
}
