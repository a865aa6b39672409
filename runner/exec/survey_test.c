#include "exec/survey.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const hosts[] = { "127.0.0.1" };
static const struct persona people[] = {
	{ .name = "crew", .role = "crew", .user = "57e82f78-0a2d-4a7c-a428-6287621d06c5" },
	{ .name = "nobody", .token = TOKEN_NONE },
	{ .name = "foreign", .role = "crew", .user = "x", .yacht = "another" },
};

/* Ask as the first `count` of the people; what is said of it. */
static void
expect_error(size_t from, size_t count, enum error_code code, const char *sentence)
{
	struct environment environment = { .name = "test",
					   .base_url = "http://127.0.0.1:1",
					   .allow_hosts = hosts,
					   .allow_host_count = 1,
					   .issuer = "http://127.0.0.1:1/auth/v1",
					   .secret = "signed with this, and not shown",
					   .lifetime_ms = 3600000,
					   .yacht = "ours",
					   .personas = people + from,
					   .persona_count = count };
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_expect_null(survey_lists(&environment, "parts", mask, &err));
	cr_expect_eq(err.code, code);
	cr_expect(strstr(err.message, sentence), "%s", err.message);
	mask_free(mask);
}

Test(survey, a_service_that_is_not_there_is_said)
{
	expect_error(0, 3, ERROR_ENVIRONMENT, "the target does not answer: ");
}

Test(survey, who_has_no_role_here_is_not_asked)
{
	expect_error(1, 2, ERROR_SUITE, "environment test has no persona with a role to ask as");
}
