#include "scaffold/wording.h"

#include "scaffold/sketch.h"

Test(wording, the_watcher_is_a_role_that_is_offered_the_most)
{
	struct sketch sketch;

	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
	json_t *words = wording_of(sketch.lens);
	sketch_expect(
		words,
		"{\"lens\": \"parts\", \"domain\": \"parts\", \"title\": \"Parts\","
		" \"title_lower\": \"parts\", \"upper\": \"PARTS\", \"watcher\": \"engineer\","
		" \"watcher_role\": \"chief_engineer\", \"watcher_count\": \"3\","
		" \"flag_hint\": \" (PARTS_LENS_V1_ENABLED=false)\"}");
	cr_expect_eq(wording_offered(sketch.lens, "crew"), 2);
	cr_expect_eq(wording_offered(sketch.lens, "purser"), 0);
	json_decref(words);
	sketch_end(&sketch);
}

Test(wording, a_name_is_said_as_people_say_it)
{
	json_t *title = wording_title("work_orders-v2");

	cr_expect_str_eq(json_string_value(title), "work orders v2");
	json_decref(title);
}
