#include "scaffold/outline.h"

#include "scaffold/sketch.h"

/* What a service lists to two of its people, as exec/survey.h has it. */
#define LISTED(crew, captain)                                                                      \
	"[{\"persona\": \"crew\", \"role\": \"crew\", \"list\": {\"actions\": [" crew "]}},"       \
	" {\"persona\": \"captain\", \"role\": \"captain\", \"list\": {\"actions\": [" captain     \
	"]}}]"
#define ACTION(id, variant, roles, fields)                                                         \
	"{\"action_id\": \"" id "\", \"variant\": \"" variant "\", \"allowed_roles\": [" roles     \
	"], \"required_fields\": [" fields "]}"

#define LOOK ACTION("look", "READ", "\"crew\", \"captain\"", "")
#define TAKE ACTION("take", "MUTATE", "\"captain\"", "\"part_id\", \"quantity\"")

/* Survey these lists; the sentence of the first mistake, "" when there was none. */
static void
expect_survey(const char *lists, const char *sentence, struct buf *text)
{
	struct sketch sketch;
	struct outline outline;
	json_t *seen = json_loads(lists, 0, NULL);

	cr_assert_not_null(seen, "%s", lists);
	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
	outline_init(&outline, "stores", "what the service lists", sketch.environment);
	bool ok = outline_survey(&outline, seen, &sketch.errors);
	cr_expect_eq(ok, *sentence == '\0');
	cr_assert_eq(sketch.errors.count > 0, *sentence != '\0');
	if (sketch.errors.count > 0)
		cr_expect_str_eq(sketch.errors.items[0].message, sentence);
	if (ok)
		outline_write(&outline, text);
	outline_release(&outline);
	json_decref(seen);
	sketch_end(&sketch);
}

Test(outline, what_a_service_lists_loads_as_a_lens_with_places_to_fill_in)
{
	struct sketch sketch;
	struct buf text;

	buf_init(&text, 100000);
	expect_survey(LISTED(LOOK, LOOK ", " TAKE), "", &text);
	sketch_text(&sketch, text.text);
	const struct action *look = lens_action(sketch.lens, "look");
	const struct action *take = lens_action(sketch.lens, "take");
	cr_assert(look && take);
	cr_expect_str_eq(sketch.lens->name, "stores");
	cr_expect_not(look->unfilled, "it reads, and requires nothing");
	cr_expect(take->unfilled);
	cr_expect_eq(take->allow_count, 1);
	cr_expect_str_eq(take->allow[0], "captain");
	cr_expect_eq(take->required_count, 2);
	sketch_expect(json_object_get(take->payload.value, "part_id"), "\"FILL_IN\"");
	cr_expect_eq(sketch.lens->without_role_count, 2);
	cr_expect_str_eq(draft_role(&sketch.draft, "chief_officer")->persona, "hod");
	cr_expect_eq(sketch.lens->flag_count, 0, "no flag begins with its name");
	buf_release(&text);
	sketch_end(&sketch);
}

Test(outline, a_list_that_contradicts_itself_is_not_believed)
{
	static const struct {
		const char *lists, *sentence;
	} rows[] = {
		{ LISTED(LOOK ", " TAKE, LOOK ", " TAKE),
		  "the list contradicts itself: take is shown to crew (crew), and its "
		  "`allowed_roles` lack this role" },
		{ LISTED(LOOK, ""), "the list contradicts itself: look is not shown to captain "
				    "(captain), and its `allowed_roles` have this role" },
		{ LISTED(ACTION("look", "READ", "\"crew\", \"deckhand\"", ""), ""),
		  "unknown role `deckhand`: it may run look, and environment embedded has no "
		  "persona "
		  "of this role" },
		{ LISTED(ACTION("look", "PEEK", "\"crew\"", ""), ""),
		  "the list calls the variant of look `PEEK`: READ, MUTATE and SIGNED are known" },
		{ LISTED("{}", ""), "the list holds an action without `action_id`" },
		{ LISTED("", ""), "the service lists no action in the domain stores to anybody" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++)
		expect_survey(rows[i].lists, rows[i].sentence, NULL);
}
