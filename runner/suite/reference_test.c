#include "suite/reference.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/environment.h"
#include "suite/secrets.h"
#include "suite/trial.h"

/* In a suite: with a lens and a persona. In a lens's `writes`: with payload and reply. */
enum where { IN_SUITE, IN_WRITES, NOWHERE };

static const struct {
	enum where where;
	const char *text, *said; /* said "": it is right; of plain names, what is asked */
} names[] = {
	{ IN_SUITE, "no name", "" },
	{ IN_SUITE, "${persona.user} ${persona.role}", "" },
	{ IN_SUITE, "${personas.hod.email}", "" },
	{ IN_SUITE, "${lens.name} ${environment.name} ${environment.base_url}", "" },
	{ IN_SUITE, "${yacht} ${base_url} ${apikey} ${run.id}", "" },
	{ IN_SUITE, "${unique} ${unique.b} ${now} ${now-2h} ${now+10d}", "" },
	{ IN_SUITE, "${env.X} ${secret.Y} ${var.Z}", "" },
	{ IN_SUITE, "$${anything at all", "" },
	{ IN_SUITE, "${item}", "1:4: plain `item`" },
	{ IN_SUITE, "${persona.usr}",
	  "1:4: nothing is called `persona.usr`; did you mean `persona.user`?" },
	{ IN_SUITE, "${personas.hod}", "1:4: `personas.hod` must be `personas.NAME.MEMBER`" },
	{ IN_SUITE, "${run.no}", "1:4: nothing is called `run.no`" },
	{ IN_SUITE, "${env.}", "1:4: `env.` names nothing" },
	{ IN_SUITE, "${now-2w}", "1:4: `${now-2w}` is no name that can have a value" },
	{ IN_SUITE, "${now-}", "1:4: `${now-}` is no name that can have a value" },
	{ IN_SUITE, "${persona}", "1:4: `${persona}` is no name that can have a value" },
	{ IN_SUITE, "${a.b}", "1:4: `${a.b}` is no name that can have a value" },
	{ IN_SUITE, "${embedded.database}",
	  "1:4: `embedded.database` is known only in an environment file" },
	{ IN_SUITE, "${matrix.who}", "1:4: `matrix.who`: the case has no such axis" },
	{ IN_SUITE, "${with.x}",
	  "1:4: `with.x` is known only in a block, and when the include gives it" },
	{ IN_SUITE, "${payload.x}",
	  "1:4: `payload.x` is known only in a lens, once a payload is sent" },
	{ IN_SUITE, "x ${open", "1:4: a `${` without its `}`; write `$${` for a literal one" },
	{ IN_WRITES, "${payload.x} ${reply.data.id} ${word}", "" },
	{ NOWHERE, "${persona.user}", "1:4: `persona.user`: there is no persona here" },
	{ NOWHERE, "${lens.name}", "1:4: `lens.name`: this suite names no lens" },
	{ NOWHERE, "${reply.x}", "1:4: `reply.x` is known only in a lens, once a reply is there" },
};

static void
plain(void *arg, const struct node *node, const char *name)
{
	(void)arg;
	node_fail(node, "plain `%s`", name);
}

ParameterizedTestParameters(reference, a_name_is_judged_by_where_it_stands)
{
	return rows_of(COUNTOF(names));
}

ParameterizedTest(size_t *row, reference, a_name_is_judged_by_where_it_stands)
{
	bool writes = names[*row].where == IN_WRITES, known = names[*row].where != NOWHERE;
	struct references references = { .has_lens = known,
					 .has_persona = known,
					 .has_payload = writes,
					 .has_reply = writes,
					 .word = "word",
					 .plain = plain };
	struct trial trial;
	char yaml[256];

	(void)snprintf(yaml, sizeof(yaml), "v: \"%s\"", names[*row].text);
	trial_begin(&trial, yaml);
	struct node node = trial_node(&trial, "v");
	references_check(&references, &node);
	cr_expect_str_eq(trial_said(&trial), names[*row].said, "row %zu", *row);
	trial_end(&trial);
}

Test(reference, a_mistake_is_told_where_the_text_is)
{
	struct references references = { .plain = plain };
	struct trial trial;

	trial_begin(&trial, "v:\n  - ok\n  - { a: \"${x}\", b: { c: \"${y}\" } }");
	struct node node = trial_node(&trial, "v");
	references_check(&references, &node);
	cr_expect_str_eq(trial_said(&trial), "3:10: plain `x`\n3:26: plain `y`");
	cr_expect_str_eq(trial.errors.items[1].pointer, "/v/1/b/c");
	trial_end(&trial);
}

Test(reference, what_a_suite_names_as_a_secret_is_one_from_the_start)
{
	struct environment environment = { .secrets = secrets_new() };
	struct references references = { .environment = &environment, .plain = plain };
	struct trial trial;
	const char *name, *value;

	secrets_set(environment.secrets, "KEY", "0123456789");
	secrets_set(environment.secrets, "OTHER", "9876543210");
	trial_begin(&trial, "v: \"${secret.KEY} ${secret.UNSET}\"");
	struct node node = trial_node(&trial, "v");
	references_check(&references, &node);
	cr_expect_str_eq(trial_said(&trial), "");
	cr_assert_eq(secrets_used_count(environment.secrets), 1);
	secrets_used(environment.secrets, 0, &name, &value);
	cr_expect_str_eq(name, "KEY");
	cr_expect_str_eq(value, "0123456789");
	trial_end(&trial);
	secrets_free(environment.secrets);
}
