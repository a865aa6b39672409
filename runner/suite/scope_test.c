#include "suite/scope.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rows.h"
#include "suite/environment.h"
#include "suite/lens.h"
#include "suite/suite.h"

/* All that a scope can refer to. */
struct stage {
	struct persona personas[2], derived;
	struct environment environment;
	struct lens lens;
	struct suite suite;
	json_t *vars, *options, *captures, *needed, *payload, *reply;
	const json_t *all_needed[1];
	struct scope scope;
};

static void
stage_init(struct stage *stage)
{
	*stage = (struct stage){
		.personas = { { .name = "hod", .user = "u-hod", .role = "captain", .yacht = "y2" },
			      { .name = "crew", .user = "u-crew", .email = "crew@example.test" } },
		.derived = { .name = "ghost", .user = "u-ghost" },
		.lens = { .name = "shopping_list" },
		.vars = json_pack("{s:i, s:s, s:s, s:s, s:{s:i}}", "quantity", 5, "text",
				  "${quantity} of ${unique}", "a", "${b}", "b", "${a}", "deep",
				  "inner", 7),
		.options = json_pack("{s:s}", "K", "given ${unique}"),
		.captures = json_pack("{s:s, s:{s:[s]}, s:s}", "item", "i-1", "row", "ids", "r-1",
				      "yacht", "shadow"),
		.needed = json_pack("{s:s, s:s}", "item", "older", "other", "o-1"),
		.payload = json_pack("{s:s, s:{s:i}}", "item_id", "p-1", "a", "b", 2),
		.reply = json_pack("{s:{s:[i, i]}}", "data", "ids", 3, 4),
	};
	stage->environment = (struct environment){ .name = "staging",
						   .base_url = "http://h",
						   .yacht = "y1",
						   .personas = stage->personas,
						   .persona_count = 2,
						   .secrets = secrets_new() };
	stage->suite = (struct suite){ .vars = stage->vars,
				       .derived = &stage->derived,
				       .derived_count = 1 };
	stage->all_needed[0] = stage->needed;
	secrets_set(stage->environment.secrets, "PLACE", "configured");
	secrets_set(stage->environment.secrets, "KEY", "a long secret");
	stage->scope = (struct scope){ .environment = &stage->environment,
				       .lens = &stage->lens,
				       .suite = &stage->suite,
				       .persona = &stage->personas[1],
				       .vars = stage->options,
				       .captures = stage->captures,
				       .needed = stage->all_needed,
				       .needed_count = 1,
				       .payload = stage->payload,
				       .reply = stage->reply,
				       .run_id = "run-1",
				       .unique = "k3x",
				       .apikey = "anon key" };
}

static void
stage_release(struct stage *stage)
{
	secrets_free(stage->environment.secrets);
	json_decref(stage->vars);
	json_decref(stage->options);
	json_decref(stage->captures);
	json_decref(stage->needed);
	json_decref(stage->payload);
	json_decref(stage->reply);
}

static const struct {
	const char *text, *json, *error; /* `json` or `error` is NULL */
} names[] = {
	{ "${item}", "\"i-1\"", NULL },
	{ "${other}", "\"o-1\"", NULL },
	{ "${row}", "{\"ids\":[\"r-1\"]}", NULL },
	{ "${row.ids.0}", "\"r-1\"", NULL },
	{ "${quantity}", "5", NULL },
	{ "${text}", "\"5 of k3x\"", NULL },
	{ "${deep.inner}", "7", NULL },
	{ "${a}", NULL, "`${a}` leads back to itself in `vars`" },
	{ "${itme}", NULL, "`${itme}` has no value here; did you mean `${item}`?" },
	{ "${quantty}", NULL, "`${quantty}` has no value here; did you mean `${quantity}`?" },
	{ "${zzz}", NULL, "`${zzz}` has no value here" },
	{ "${persona.user}", "\"u-crew\"", NULL },
	{ "${persona.yacht}", "\"y1\"", NULL },
	{ "${persona.name}", "\"crew\"", NULL },
	{ "${persona.role}", NULL, "the persona `crew` has no role" },
	{ "${persona.usr}", NULL, "a persona has no `usr`; did you mean `user`?" },
	{ "${personas.hod.yacht}", "\"y2\"", NULL },
	{ "${personas.ghost.user}", "\"u-ghost\"", NULL },
	{ "${personas.nobody.user}", NULL,
	  "`${personas.nobody.user}`: there is no persona `nobody`" },
	{ "${lens.name}", "\"shopping_list\"", NULL },
	{ "${environment.name} ${environment.base_url}", "\"staging http://h\"", NULL },
	{ "${base_url}/x", "\"http://h/x\"", NULL },
	{ "${yacht}", "\"y1\"", NULL },
	{ "${apikey}", "\"anon key\"", NULL },
	{ "${env.PLACE}", "\"configured\"", NULL },
	{ "${env.LENSGATE_NOWHERE}", NULL,
	  "`env.LENSGATE_NOWHERE` is not set: export it or name it in --env-file" },
	{ "${secret.KEY}", "\"a long secret\"", NULL },
	{ "${secret.LENSGATE_NOWHERE}", NULL,
	  "`secret.LENSGATE_NOWHERE` is not set: export it or name it in --env-file" },
	{ "${var.K}", "\"given ${unique}\"", NULL },
	{ "${var.L}", NULL, "`var.L` is not set: give it with --var L=VALUE" },
	{ "${run.id}", "\"run-1\"", NULL },
	{ "${unique}", "\"k3x\"", NULL },
	{ "${unique.second}", "\"k3x-second\"", NULL },
	{ "${payload.a.b}", "2", NULL },
	{ "${payload.x}", NULL, "`${payload.x}`: the request's payload has no such member" },
	{ "${reply.data.ids.1}", "4", NULL },
	{ "${reply.data.ids.2}", NULL,
	  "`${reply.data.ids.2}`: the reply's body has no such member" },
	{ "${now-2x}", NULL,
	  "`${now-2x}` must be `now`, or end in a duration such as `-2h` or `+1d`" },
	{ "${now-99999d}", NULL,
	  "`${now-99999d}` must be `now`, or end in a duration such as `-2h` or `+1d`" },
};

ParameterizedTestParameters(scope, a_name_has_this_value)
{
	return rows_of(COUNTOF(names));
}

ParameterizedTest(size_t *row, scope, a_name_has_this_value)
{
	struct stage stage;
	struct error err = { 0 };

	stage_init(&stage);
	json_t *value = json_string(names[*row].text);
	json_t *filled = template_fill(value, &stage.scope, &err);
	char *json = filled ? json_dumps(filled, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	cr_expect_str_eq(err.message, names[*row].error ? names[*row].error : "");
	cr_expect_eq(json == NULL, names[*row].json == NULL, "row %zu", *row);
	if (json)
		cr_expect_str_eq(json, names[*row].json);
	free(json);
	json_decref(filled);
	json_decref(value);
	stage_release(&stage);
}

Test(scope, an_empty_scope_has_no_values_and_says_so)
{
	static const char *const texts[] = {
		"${persona.user}", "${yacht}",     "${base_url}", "${lens.name}",
		"${apikey}",       "${run.id}",    "${unique}",   "${secret.X}",
		"${env.X}",        "${payload.a}", "${item}",     "${personas.a.user}"
	};
	const struct scope scope = { 0 };

	for (size_t i = 0; i < COUNTOF(texts); i++) {
		struct error err = { 0 };
		cr_expect_null(template_fill_text(texts[i], &scope, &err), "%s", texts[i]);
		cr_expect_eq(err.code, ERROR_SUITE, "%s", texts[i]);
	}
}

Test(scope, now_is_a_timestamp_and_can_be_moved)
{
	const struct scope scope = { 0 };
	struct error err = { 0 };
	char early[CLOCK_TEXT_BYTES], late[CLOCK_TEXT_BYTES];

	clock_text(clock_wall_us() - INT64_C(7200) * 1000000, early);
	char *text = template_fill_text("${now-2h}", &scope, &err);
	clock_text(clock_wall_us() - INT64_C(7200) * 1000000, late);
	cr_assert_not_null(text);
	cr_expect_geq(strcmp(text, early), 0);
	cr_expect_leq(strcmp(text, late), 0);
	free(text);
	text = template_fill_text("${now}|${now+1d}", &scope, &err);
	cr_assert_not_null(text);
	cr_expect_eq(strlen(text), 2 * (CLOCK_TEXT_BYTES - 1) + 1);
	cr_expect_lt(strncmp(text, text + CLOCK_TEXT_BYTES, 10), 0);
	free(text);
}

Test(scope, a_text_is_filled_for_callers_without_json)
{
	struct stage stage;
	struct error err = { 0 };

	stage_init(&stage);
	char *text = template_fill_text("/v1/${quantity}/${item}", &stage.scope, &err);
	cr_assert_not_null(text, "%s", err.message);
	cr_expect_str_eq(text, "/v1/5/i-1");
	free(text);
	cr_expect_null(template_fill_text("/v1/${row}", &stage.scope, &err));
	stage_release(&stage);
}
