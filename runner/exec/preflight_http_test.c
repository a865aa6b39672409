#include "exec/preflight_http.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"

static const struct persona crew = {
	.name = "crew", .role = "crew", .user = "u-1", .yacht = "y-1"
};
static const struct persona roleless = { .name = "roleless", .user = "u-9" };

/* What was answered, whether it fits, and the sentence. */
struct row {
	long status;
	const char *body;
	bool fits;
	const char *said;
};

static void
expect(const struct row *row, bool fits, const char *sentence)
{
	cr_expect_eq(fits, row->fits, "%ld %s", row->status, row->body);
	cr_expect_str_eq(sentence, row->said);
}

static json_t *
body_of(const struct row *row)
{
	return json_loads(row->body, 0, NULL);
}

Test(preflight_http, a_target_without_its_database_is_not_healthy)
{
	static const struct row rows[] = {
		{ 200, "{\"database\":\"up\"}", true, "GET /health is 200" },
		{ 200, "", true, "GET /health is 200" },
		{ 200, "{\"database\":\"down\"}", false, "the target says its database is down" },
		{ 503, "{\"database\":\"down\"}", false,
		  "the target says it is not healthy: GET /health is 503, database down" },
		{ 500, "<html>", false, "the target says it is not healthy: GET /health is 500" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char sentence[PREFLIGHT_SENTENCE];
		json_t *body = body_of(&rows[i]);
		bool fits = preflight_health_fits(rows[i].status, body, sentence);
		expect(&rows[i], fits, sentence);
		json_decref(body);
	}
}

Test(preflight_http, a_target_of_another_commit_is_not_the_one_meant)
{
	static const struct row rows[] = {
		{ 200, "{\"git_commit\":\"0123456789abcdef\"}", true, "commit 0123456789abcdef" },
		{ 200, "{\"git_commit\":\"0123456\"}", true, "commit 0123456" },
		{ 200, "{\"git_commit\":\"012345\"}", false,
		  "the target runs another version: commit 0123456789 was expected, it says "
		  "012345" },
		{ 200, "{\"git_commit\":\"0123456788\"}", false,
		  "the target runs another version: commit 0123456789 was expected, it says "
		  "0123456788" },
		{ 200, "{}", false,
		  "the target runs another version: commit 0123456789 was expected, it says "
		  "nothing" },
		{ 404, "{}", false, "GET /version is 404" },
	};
	char sentence[PREFLIGHT_SENTENCE];

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		json_t *body = body_of(&rows[i]);
		bool fits = preflight_version_fits("0123456789", rows[i].status, body, sentence);
		expect(&rows[i], fits, sentence);
		json_decref(body);
	}
	cr_expect(preflight_version_fits(NULL, 200, NULL, sentence));
	cr_expect_str_eq(sentence, "commit not stated");
}

Test(preflight_http, a_persona_is_who_the_target_says_it_is)
{
	static const struct row rows[] = {
		{ 200, "{\"role\":\"crew\",\"user_id\":\"u-1\",\"yacht_id\":\"y-1\"}", true,
		  "persona crew is crew" },
		{ 200, "{\"role\":\"crew\"}", true, "persona crew is crew" },
		{ 200, "{\"role\":\"captain\"}", false,
		  "persona crew should be crew, but the target says its role is captain" },
		{ 200, "{}", false,
		  "persona crew should be crew, but the target says its role is none" },
		{ 200, "{\"role\":\"crew\",\"user_id\":\"u-2\"}", false,
		  "persona crew should be user u-1, but the target says u-2" },
		{ 200, "{\"role\":\"crew\",\"yacht_id\":\"y-2\"}", false,
		  "persona crew should be of yacht y-1, but the target says y-2" },
		{ 401, "{\"error_code\":\"UNAUTHORIZED\"}", false,
		  "persona crew should be crew, but the target does not accept it: 401 "
		  "UNAUTHORIZED" },
	};
	const struct lens lens = { 0 };

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char sentence[PREFLIGHT_SENTENCE];
		json_t *body = body_of(&rows[i]);
		bool fits = preflight_persona_fits(&lens, &crew, rows[i].status, body, sentence);
		expect(&rows[i], fits, sentence);
		json_decref(body);
	}
}

Test(preflight_http, somebody_without_a_role_has_to_be_refused)
{
	const struct lens lens = { 0 };
	char sentence[PREFLIGHT_SENTENCE];

	cr_expect(preflight_persona_fits(&lens, &roleless, 403, NULL, sentence));
	cr_expect(!preflight_persona_fits(&lens, &roleless, 200, NULL, sentence));
	cr_expect(!preflight_persona_fits(&lens, &roleless, 401, NULL, sentence));
}

Test(preflight_http, flags_stand_as_the_environment_states)
{
	static const struct {
		const char *stated;
		struct row row;
	} rows[] = {
		{ "{\"SHOP\":true}", { 200, "{}", true, "the lens is switched on" } },
		{ "{}", { 200, "{}", true, "the lens is switched on" } },
		{ "{\"SHOP\":false}",
		  { 503, "{\"error_code\":\"FEATURE_DISABLED\"}", true,
		    "the lens is switched off" } },
		{ "{\"SHOP\":false}",
		  { 200, "{}", false,
		    "the environment states that the lens is switched off, but the action list "
		    "answers 200" } },
		{ "{\"SHOP\":true}",
		  { 503, "{\"error_code\":\"FEATURE_DISABLED\"}", false,
		    "the environment states that the lens is switched on, but the action list "
		    "answers 503 FEATURE_DISABLED" } },
		{ "{\"SHOP\":false}",
		  { 503, "{\"error_code\":\"OVERLOADED\"}", false,
		    "the environment states that the lens is switched off, but the action list "
		    "answers 503 OVERLOADED" } },
	};
	static const char *const flags[] = { "SHOP" };
	struct lens lens = { 0 };

	lens.flags = flags;
	lens.flag_count = 1;
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char sentence[PREFLIGHT_SENTENCE];
		json_t *stated = json_loads(rows[i].stated, 0, NULL);
		json_t *body = body_of(&rows[i].row);
		bool fits = preflight_flags_fit(&lens, stated, rows[i].row.status, body, sentence);
		expect(&rows[i].row, fits, sentence);
		json_decref(body);
		json_decref(stated);
	}
}

Test(preflight_http, a_login_without_a_token_is_none)
{
	static const struct row rows[] = {
		{ 200, "{\"access_token\":\"a.b.c\"}", true, "persona crew logged in" },
		{ 200, "{}", false, "persona crew cannot log in: 200 without an access_token" },
		{ 400, "{\"error_code\":\"invalid_grant\"}", false,
		  "persona crew cannot log in: 400 invalid_grant" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char sentence[PREFLIGHT_SENTENCE];
		json_t *body = body_of(&rows[i]);
		bool fits = preflight_login_fits(&crew, rows[i].status, body, sentence);
		expect(&rows[i], fits, sentence);
		json_decref(body);
	}
}
