#include "exec/credential.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *const hosts[] = { "127.0.0.1" };

static const struct persona people[] = {
	{ .name = "crew", .role = "crew", .user = "57e82f78-0a2d-4a7c-a428-6287621d06c5" },
	{ .name = "hod", .role = "chief_officer", .user = "9531985d-5d9d-49f8-9818-e811892f902b" },
	{ .name = "nobody", .token = TOKEN_NONE },
	{ .name = "member",
	  .role = "crew",
	  .user = "57e82f78-0a2d-4a7c-a428-6287621d06c5",
	  .password = "a password of eight" },
};

/* Everything credentials need: an environment that can sign, a client, a masker. */
static struct {
	struct environment environment;
	struct loop *loop;
	struct http *http;
	struct mask *mask;
	struct credentials *credentials;
	struct arena arena;
	struct error err;
} t;

static void
start(void)
{
	t.environment = (struct environment){ .name = "test",
					      .base_url = "http://127.0.0.1:1",
					      .issuer = "http://127.0.0.1:1/auth/v1",
					      .secret = "signed with this, and not shown",
					      .lifetime_ms = 3600000,
					      .password_url = "http://127.0.0.1:1/token",
					      .personas = people,
					      .persona_count = 4 };
	t.loop = loop_new();
	t.http = http_new(t.loop,
			  &(struct http_options){ .allow_hosts = hosts, .allow_host_count = 1 });
	t.mask = mask_new();
	t.credentials = credentials_new(&t.environment, t.http, t.mask);
}

static void
stop(void)
{
	credentials_free(t.credentials);
	mask_free(t.mask);
	http_free(t.http);
	loop_free(t.loop);
	arena_release(&t.arena);
}

TestSuite(credential, .init = start, .fini = stop);

static const struct credential *
get(size_t person)
{
	const struct credential *credential =
		credentials_get(t.credentials, &people[person], &t.err);

	cr_assert(credential, "%s", t.err.message);
	return credential;
}

Test(credential, a_token_is_minted_once_and_shown_by_name_only)
{
	const struct credential *crew = get(0);

	cr_expect_eq(get(0), crew);
	cr_expect_neq(get(1)->identity, crew->identity, "connections carry identity");
	cr_expect(strncmp(crew->authorization, "Bearer eyJ", 10) == 0);
	cr_expect_str_eq(crew->shown, "Bearer <crew token>");
	cr_expect(credentials_know(t.credentials, crew->authorization));
	cr_expect_str_eq(credentials_cover(t.credentials, crew->authorization, &t.arena),
			 "Bearer <crew token>");
	cr_expect(strstr(crew->claims, people[0].user));
	cr_expect_str_eq(crew->role, "authenticated");
}

Test(credential, nobody_shows_no_token_and_is_anon_in_sql)
{
	const struct credential *someone = get(2);
	const struct credential *nobody = credentials_get(t.credentials, NULL, &t.err);

	cr_assert(nobody, "%s", t.err.message);
	cr_expect_null(someone->authorization);
	cr_expect_null(nobody->authorization);
	cr_expect_str_eq(someone->claims, "{\"role\":\"anon\"}");
	cr_expect_str_eq(someone->role, "anon");
}

Test(credential, who_logs_in_by_password_has_no_token_before_and_its_own_after)
{
	cr_assert(credentials_by_password(&t.environment, &people[3]));
	cr_expect_not(credentials_by_password(&t.environment, &people[0]));
	cr_expect_null(credentials_get(t.credentials, &people[3], &t.err));
	cr_expect_neq(t.err.message[0], '\0');
	t.err = (struct error){ 0 };
	credentials_accept(t.credentials, &people[3], "opaque-token-0123456789");
	cr_expect_str_eq(get(3)->authorization, "Bearer opaque-token-0123456789");
	cr_expect_str_eq(credentials_cover(t.credentials, "sent opaque-token-0123456789", &t.arena),
			 "sent <member token>");
}

Test(credential, words_are_covered_and_innocent_ones_are_the_same_text)
{
	static const char innocent[] = "expected 200, got 403";
	struct error err = { 0 };

	cr_assert(credentials_hide(t.credentials, "handle", "0123456789-abcdefghij", &err));
	cr_expect_eq(credentials_cover(t.credentials, innocent, &t.arena), innocent);
	cr_expect_null(credentials_cover(t.credentials, NULL, &t.arena));
	cr_expect_str_eq(credentials_cover(t.credentials, "is \"789-abcdefghij\"", &t.arena),
			 "is \"[secret handle]\"");
	cr_expect_not(credentials_hide(t.credentials, "short", "1234567", &err));
	cr_expect(strstr(err.message, "fewer than 8 characters"), "%s", err.message);
}

Test(credential, the_api_key_is_the_environments_or_one_made_for_anon)
{
	const char *made = credentials_apikey(t.credentials, &t.err);

	cr_assert(made, "%s", t.err.message);
	cr_expect(strncmp(made, "eyJ", 3) == 0);
	cr_expect_eq(credentials_apikey(t.credentials, &t.err), made);
	cr_expect(credentials_know(t.credentials, made));
}

Test(credential, without_a_secret_to_sign_with_nobody_has_a_token)
{
	t.environment.secret = NULL;
	cr_expect_null(credentials_get(t.credentials, &people[0], &t.err));
	cr_expect_eq(t.err.code, ERROR_ENVIRONMENT);
}
