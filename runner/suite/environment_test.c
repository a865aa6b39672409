#include "suite/environment.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "base/rows.h"
#include "base/scratch.h"

#define HEAD "environment: e\nbase_url: http://h.test\n"
#define USER "user: 57e82f78-0a2d-4a7c-a428-6287621d06c5"

static struct environment *
load(const char *text, struct secrets *secrets, const struct embedded_values *embedded,
     bool check_only, struct errors *errors)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, "e.yaml", text, strlen(text));
	struct environment *environment =
		environment_load(path, secrets, embedded, check_only, errors);
	scratch_remove(path);
	return environment;
}

static struct secrets *
some_secrets(void)
{
	struct secrets *secrets = secrets_new();

	secrets_set(secrets, "URL", "http://API.test:8080/v//");
	secrets_set(secrets, "KEY", "key of the tokens");
	secrets_set(secrets, "PASSWORD", "password of a hod");
	secrets_set(secrets, "ANON", "anonymous key");
	secrets_set(secrets, "DB", "postgresql://db.test/x");
	return secrets;
}

static const char whole[] =
	"environment: staging\n"
	"base_url: ${env.URL}\n"
	"database: ${secret.DB}\n"
	"auth:\n"
	"  mint: { secret: ${secret.KEY}, issuer: \"${base_url}/iss\", lifetime: 2h }\n"
	"  password: { url: \"${base_url}/auth/v1/token\", apikey: ${secret.ANON} }\n"
	"yacht: 85FE1119-b04c-41ac-80f1-829d23322598\n"
	"mutations: [85fe1119-b04c-41ac-80f1-829d23322598]\n"
	"within: 2s\n"
	"expect: { commit: abc, flags: { A: true, B: false } }\n"
	"personas:\n"
	"  late: { like: expired, yacht: 00000000-0000-4000-8000-000000000001 }\n"
	"  hod: { role: captain, " USER ", email: hod@h.test, password: ${secret.PASSWORD},\n"
	"         claims: { aal: aal2 } }\n"
	"  anonymous: { token: none }\n"
	"  expired: { like: hod, token: expired }\n"
	"  again: { like: expired, token: valid }\n"
	"scenarios:\n"
	"  - { flags: { A: false }, base_url: \"http://api.test:8081/\" }\n"
	"  - { flags: { A: null }, base_url: \"http://api.test:8082\" }\n"
	"  - { outage: database, base_url: \"http://api.test:8083\" }\n";

Test(environment, a_whole_file_arrives)
{
	struct secrets *secrets = some_secrets();
	struct errors errors = { 0 };
	struct environment *environment = load(whole, secrets, NULL, false, &errors);

	cr_assert_not_null(environment, "%s", errors.count ? errors.items[0].message : "");
	cr_expect_str_eq(environment->name, "staging");
	cr_expect_str_eq(environment->base_url, "http://API.test:8080/v");
	cr_expect_eq(environment->allow_host_count, 1);
	cr_expect_str_eq(environment->allow_hosts[0], "api.test");
	cr_expect_str_eq(environment->database, "postgresql://db.test/x");
	cr_expect_str_eq(environment->secret, "key of the tokens");
	cr_expect_str_eq(environment->secret_name, "KEY");
	cr_expect_str_eq(environment->issuer, "http://API.test:8080/v/iss");
	cr_expect_eq(environment->lifetime_ms, 7200000);
	cr_expect_str_eq(environment->password_url, "http://API.test:8080/v/auth/v1/token");
	cr_expect_str_eq(environment->apikey, "anonymous key");
	cr_expect_str_eq(environment->yacht, "85fe1119-b04c-41ac-80f1-829d23322598");
	cr_expect(environment_may_mutate(environment, environment->yacht));
	cr_expect_not(environment_may_mutate(environment, "00000000-0000-4000-8000-000000000001"));
	cr_expect_not(environment_may_mutate(environment, NULL));
	cr_expect_eq(environment->within_ms, 2000);
	cr_expect_str_eq(environment->expect_commit, "abc");
	cr_expect(json_is_true(json_object_get(environment->expect_flags, "A")));
	cr_expect_eq(environment->scenario_count, 3);
	cr_expect_str_eq(environment->scenarios[0].base_url, "http://api.test:8081");
	cr_expect_str_eq(environment->scenarios[2].outage, "database");
	cr_expect_not(environment->embedded);
	environment_free(environment);
	secrets_free(secrets);
}

Test(environment, a_persona_has_what_it_does_not_say_from_the_one_it_is_like)
{
	struct secrets *secrets = some_secrets();
	struct errors errors = { 0 };
	struct environment *environment = load(whole, secrets, NULL, false, &errors);

	cr_assert_not_null(environment);
	cr_expect_eq(environment->persona_count, 5);
	const struct persona *hod = environment_persona(environment, "hod");
	const struct persona *late = environment_persona(environment, "late");
	const struct persona *again = environment_persona(environment, "again");
	cr_assert(hod && late && again);
	cr_expect_eq(hod->token, TOKEN_VALID);
	cr_expect_str_eq(hod->password, "password of a hod");
	cr_expect_str_eq(hod->password_name, "PASSWORD");
	cr_expect_null(hod->yacht);
	cr_expect_eq(hod->place.line, 13);
	cr_expect_eq(late->token, TOKEN_EXPIRED);
	cr_expect_str_eq(late->user, hod->user);
	cr_expect_str_eq(late->role, "captain");
	cr_expect_str_eq(late->password_name, "PASSWORD");
	cr_expect_str_eq(late->yacht, "00000000-0000-4000-8000-000000000001");
	cr_expect_eq(late->claims, hod->claims);
	cr_expect_eq(again->token, TOKEN_VALID);
	cr_expect_null(environment_persona(environment, "nobody"));
	environment_free(environment);
	secrets_free(secrets);
}

Test(environment, little_is_enough)
{
	struct secrets *secrets = secrets_new();
	struct errors errors = { 0 };
	struct environment *environment =
		load(HEAD "mutations: []\n", secrets, NULL, false, &errors);

	cr_assert_not_null(environment, "%s", errors.count ? errors.items[0].message : "");
	cr_expect_str_eq(environment->issuer, "http://h.test/auth/v1");
	cr_expect_eq(environment->lifetime_ms, 3600000);
	cr_expect_null(environment->database);
	cr_expect_null(environment->secret);
	cr_expect_null(environment->apikey);
	cr_expect_eq(environment->mutation_count, 0);
	cr_expect_eq(environment->persona_count, 0);
	environment_free(environment);
	secrets_free(secrets);
}

Test(environment, what_is_not_set_is_no_mistake_where_files_are_only_checked)
{
	struct secrets *secrets = secrets_new();
	struct errors errors = { 0 };
	struct environment *environment = load(
		"environment: e\nbase_url: ${env.A}\nallow_hosts: [only.test]\n"
		"database: ${env.B}\nauth: { mint: { secret: ${secret.C}, lifetime: ${env.D} }, "
		"password: { url: \"${base_url}/t\", apikey: ${secret.E} } }\n"
		"yacht: ${env.F}\nmutations: [${env.F}]\nwithin: ${env.G}\n"
		"personas: { hod: { user: ${env.H}, email: ${env.I}, password: ${secret.J} } }\n"
		"scenarios: [{ outage: database, base_url: ${env.K} }]\n",
		secrets, NULL, true, &errors);

	cr_assert_not_null(environment, "%s", errors.count ? errors.items[0].message : "");
	cr_expect_str_eq(environment->secret_name, "C");
	environment_free(environment);
	secrets_free(secrets);
}

Test(environment, every_name_that_is_not_set_is_a_mistake_of_its_own)
{
	struct secrets *secrets = secrets_new();
	struct errors errors = { 0 };

	cr_expect_null(load("environment: e\nbase_url: ${env.LENSGATE_A}\n"
			    "auth: { mint: { secret: ${secret.LENSGATE_B} } }\n",
			    secrets, NULL, false, &errors));
	cr_assert_eq(errors.count, 2);
	cr_expect_str_eq(errors.items[0].message,
			 "`env.LENSGATE_A` is not set: export it or name it in --env-file");
	cr_expect_str_eq(errors.items[1].message,
			 "`secret.LENSGATE_B` is not set: export it or name it in --env-file");
	cr_expect_str_eq(errors.items[1].pointer, "/auth/mint/secret");
	errors_release(&errors);
	secrets_free(secrets);
}

Test(environment, the_embedded_target_supplies_what_only_it_knows)
{
	static const char text[] = "environment: e\nbase_url: ${embedded.base_url}\n"
				   "database: ${embedded.database}\n"
				   "expect: { commit: ${embedded.commit} }\n";
	const struct embedded_values values = { "http://127.0.0.1:9", "host=/tmp/x", "abc" };
	struct secrets *secrets = secrets_new();
	struct errors errors = { 0 };
	struct environment *before = load(text, secrets, NULL, false, &errors);
	struct environment *after = load(text, secrets, &values, false, &errors);

	cr_assert(before && after);
	cr_expect(before->embedded);
	cr_expect(after->embedded);
	cr_expect_str_eq(after->base_url, "http://127.0.0.1:9");
	cr_expect_str_eq(after->database, "host=/tmp/x");
	cr_expect_str_eq(after->expect_commit, "abc");
	environment_free(before);
	environment_free(after);
	secrets_free(secrets);
}

Test(environment, what_is_exported_must_be_text)
{
	struct secrets *secrets = secrets_new();
	struct errors errors = { 0 };

	secrets_set(secrets, "BYTES", "\xff\xfe");
	cr_expect_null(load("environment: ${env.BYTES}\nbase_url: http://h\n", secrets, NULL, true,
			    &errors));
	cr_assert_eq(errors.count, 1);
	cr_expect_str_eq(errors.items[0].message, "the value of `env.BYTES` is not UTF-8");
	errors_release(&errors);
	secrets_free(secrets);
}

Test(environment, a_base_url_cannot_be_made_of_itself)
{
	struct secrets *secrets = secrets_new();
	struct errors errors = { 0 };

	cr_expect_null(load("environment: e\nbase_url: \"${base_url}/x\"\n", secrets, NULL, false,
			    &errors));
	cr_assert_eq(errors.count, 1);
	cr_expect_str_eq(errors.items[0].message, "`base_url` cannot be made of itself");
	errors_release(&errors);
	secrets_free(secrets);
}

Test(environment, every_token_kind_has_a_name)
{
	enum token_kind kind;

	for (size_t i = 0; i < TOKEN_KINDS; i++) {
		cr_expect(token_kind_parse(token_kind_name((enum token_kind)i), &kind));
		cr_expect_eq(kind, i);
	}
	cr_expect_not(token_kind_parse("vlaid", &kind));
}

/* Texts after HEAD; the only mistake of each, as it is printed, without the file. */
static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "yacht: 85fe\n", "3:8: must be a UUID, not `85fe` (at /yacht)" },
	{ "mutations: [85fe]\n", "3:13: must be a UUID, not `85fe` (at /mutations/0)" },
	{ "allow_hosts: [x.test]\n",
	  "2:11: the host `h.test` is not in `allow_hosts` (at /base_url)" },
	{ "auth: { password: { url: \"http://other.test/t\" } }\n",
	  "3:26: the host `other.test` is not in `allow_hosts` (at /auth/password/url)" },
	{ "auth: { mint: { secret: ${secret.KEY}, lifetime: 10ms } }\n",
	  "3:50: must be a second or more (at /auth/mint/lifetime)" },
	{ "auth: { mint: {} }\n", "3:15: missing key `secret` (at /auth/mint)" },
	{ "apikey: ${env.ANON}\n",
	  "3:9: a secret is named, never written: `apikey: ${secret.NAME}` (at /apikey)" },
	{ "database: postgresql://me:pw@h/x\n",
	  "3:11: a password is named, never written: use `${secret.NAME}` (at /database)" },
	{ "database: host=h password=pw\n",
	  "3:11: a password is named, never written: use `${secret.NAME}` (at /database)" },
	{ "within: ${envv.X}\n",
	  "3:9: `${envv.X}` is none of `${env.NAME}`, `${secret.NAME}`, `${base_url}`, "
	  "`${embedded.base_url}`, `${embedded.database}`, `${embedded.commit}` (at /within)" },
	{ "expect: { flags: { A: null } }\n",
	  "3:23: must be `true` or `false` (at /expect/flags/A)" },
	{ "expect: { commit: 1234567 }\n", "3:19: must be text, not a number (at /expect/commit)" },
	{ "personas: { witness: { token: none } }\n",
	  "3:13: `witness` is not a persona: the name has a meaning in `as` (at "
	  "/personas/witness)" },
	{ "personas: { a.b: { token: none } }\n",
	  "3:13: a persona's name must be letters, digits, `_` and `-` (at /personas/a.b)" },
	{ "personas: { a: { role: crew } }\n",
	  "3:16: the persona `a` has no `user` for its token (at /personas/a)" },
	{ "personas: { a: { token: expird } }\n",
	  "3:25: unknown token kind `expird`; did you mean `expired`? (at /personas/a/token)" },
	{ "personas: { a: { like: hdo }, hod: { token: none } }\n",
	  "3:24: unknown persona `hdo`; did you mean `hod`? (at /personas/a/like)" },
	{ "personas: { a: { like: b }, b: { like: c }, c: { like: a } }\n",
	  "3:24: `like` goes round in a circle back to `a` (at /personas/a/like)" },
	{ "personas: { a: { like: a } }\n",
	  "3:24: `like` goes round in a circle back to `a` (at /personas/a/like)" },
	{ "personas: { a: { " USER ", password: ${secret.PASSWORD} } }\n",
	  "3:16: the persona `a` has no `email` to log in with (at /personas/a)" },
	{ "personas: { a: { " USER ", email: a@h, password: ${secret.PASSWORD} } }\n",
	  "3:16: the persona `a` has a password, but there is no `auth.password.url` to log in at "
	  "(at /personas/a)" },
	{ "personas: { a: { " USER ", claims: x } }\n",
	  "3:70: must be a mapping, not text (at /personas/a/claims)" },
	{ "scenarios: [{ outage: network, base_url: \"http://h.test\" }]\n",
	  "3:23: must be `database` (at /scenarios/0/outage)" },
	{ "scenarios: [{ base_url: \"http://h.test\" }]\n",
	  "3:13: must say the state it stands for: `flags`, `outage` or both (at /scenarios/0)" },
	{ "scenarios: [{ flags: { A: on }, base_url: \"http://h.test\" }]\n",
	  "3:27: must be `true`, `false` or `null` (unset) (at /scenarios/0/flags/A)" },
	{ "scenarios: [{ outage: database, base_url: \"http://h.test:1\" }, { outage: database, "
	  "base_url: \"http://h.test:2\" }]\n",
	  "3:64: the same state as scenario 1 (at /scenarios/1)" },
	{ "scenarios: [{ outage: database, base_url: \"http://x.test\" }]\n",
	  "3:43: the host `x.test` is not in `allow_hosts` (at /scenarios/0/base_url)" },
};

ParameterizedTestParameters(environment, a_mistake_is_named)
{
	return rows_of(COUNTOF(mistakes));
}

ParameterizedTest(size_t *row, environment, a_mistake_is_named)
{
	struct secrets *secrets = some_secrets();
	struct errors errors = { 0 };
	char text[500];
	struct buf line;

	(void)snprintf(text, sizeof(text), "%s%s", HEAD, mistakes[*row].text);
	cr_expect_null(load(text, secrets, NULL, false, &errors));
	cr_assert_geq(errors.count, 1, "row %zu", *row);
	cr_expect_eq(errors.count, 1, "row %zu: %s", *row, errors.items[errors.count - 1].message);
	buf_init(&line, 1024);
	errors.items[0].file[0] = '\0';
	error_print(&errors.items[0], &line);
	line.text[line.len - 1] = '\0';
	cr_expect_str_eq(line.text, mistakes[*row].error);
	buf_release(&line);
	errors_release(&errors);
	secrets_free(secrets);
}

static const char *const shipped[] = { "fixtures/environments/embedded.yaml",
				       "fixtures/environments/staging.yaml",
				       "fixtures/environments/production.yaml" };

ParameterizedTestParameters(environment, those_that_come_along_have_every_persona)
{
	return rows_of(COUNTOF(shipped));
}

ParameterizedTest(size_t *row, environment, those_that_come_along_have_every_persona)
{
	static const char *const names[] = {
		"crew",   "crew_two", "hod",          "engineer",        "captain",    "manager",
		"purser", "inactive", "role_expired", "foreign_hod",     "expired",    "anonymous",
		"empty",  "garbage",  "alg_none",     "wrong_signature", "future_iat",
	};
	struct secrets *secrets = secrets_new();
	struct errors errors = { 0 };
	struct environment *environment =
		environment_load(shipped[*row], secrets, NULL, true, &errors);

	cr_assert_not_null(environment, "%s", errors.count ? errors.items[0].message : "");
	for (size_t i = 0; i < COUNTOF(names); i++)
		cr_expect_not_null(environment_persona(environment, names[i]), "%s", names[i]);
	cr_expect_eq(environment->embedded, *row == 0);
	cr_expect_eq(environment->mutation_count, *row == 2 ? 0 : 1);
	environment_free(environment);
	secrets_free(secrets);
}
