#include "exec/login.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const hosts[] = { "127.0.0.1" };
static const struct persona captain = { .name = "captain",
					.email = "captain@ship.test",
					.password = "a password of eight" };

/* What is sent for the captain to a login at `url`. */
static void
expect_sent(const char *url, const char *apikey, const char *sent_url, bool ok)
{
	struct environment environment = { .name = "test", .password_url = url, .apikey = apikey };
	struct http_options options = { .allow_hosts = hosts, .allow_host_count = 1 };
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, &options);
	struct mask *mask = mask_new();
	struct credentials *credentials = credentials_new(&environment, http, mask);
	struct error err = { 0 };
	struct login login;

	cr_expect_eq(login_prepare(&login, &environment, credentials, &captain, 5000, &err), ok,
		     "%s", err.message);
	cr_expect_str_eq(login.request.method, "POST");
	cr_expect_str_eq(login.request.url, sent_url);
	cr_expect_str_eq((const char *)login.request.body,
			 "{\"email\":\"captain@ship.test\",\"password\":\"a password of eight\"}");
	cr_expect_eq(login.request.body_len, strlen(login.body));
	if (ok)
		cr_expect_str_eq(login.headers[2].value, apikey);
	login_release(&login);
	credentials_free(credentials);
	mask_free(mask);
	http_free(http);
	loop_free(loop);
}

Test(login, a_password_is_sent_as_the_grant_that_it_is)
{
	expect_sent("http://127.0.0.1:1/token", "the key of anon",
		    "http://127.0.0.1:1/token?grant_type=password", true);
	expect_sent("http://127.0.0.1:1/token?x=1", "the key of anon",
		    "http://127.0.0.1:1/token?x=1&grant_type=password", true);
}

Test(login, without_a_key_nobody_logs_in)
{
	expect_sent("http://127.0.0.1:1/token", NULL,
		    "http://127.0.0.1:1/token?grant_type=password", false);
}
