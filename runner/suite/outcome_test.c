#include "suite/outcome.h"

#include <criterion/criterion.h>
#include <string.h>

#include "suite/trial.h"

static const struct {
	const char *text;
	enum outcome outcome;
	long rows;
	const char *sqlstate, *named;
} words[] = {
	{ "allowed", OUTCOME_ALLOWED, -1, "", "" },
	{ "allowed 3", OUTCOME_ALLOWED, 3, "", "" },
	{ "allowed.constraint", OUTCOME_ALLOWED_CONSTRAINT, -1, "", "" },
	{ "allowed.constraint items_check", OUTCOME_ALLOWED_CONSTRAINT, -1, "", "items_check" },
	{ "allowed.trigger", OUTCOME_ALLOWED_TRIGGER, -1, "", "" },
	{ "partial 2", OUTCOME_PARTIAL, 2, "", "" },
	{ "rewritten", OUTCOME_REWRITTEN, -1, "", "" },
	{ "filtered", OUTCOME_FILTERED, -1, "", "" },
	{ "denied", OUTCOME_DENIED, -1, "", "" },
	{ "denied.policy Own rows only", OUTCOME_DENIED_POLICY, -1, "", "Own rows only" },
	{ "denied.grant", OUTCOME_DENIED_GRANT, -1, "", "" },
	{ "denied.application", OUTCOME_DENIED_APPLICATION, -1, "", "" },
	{ "denied.view", OUTCOME_DENIED_VIEW, -1, "", "" },
	{ "denied.feature", OUTCOME_DENIED_FEATURE, -1, "", "" },
	{ "broken", OUTCOME_BROKEN, -1, "", "" },
	{ "broken 42P17", OUTCOME_BROKEN, -1, "42P17", "" },
	{ "error 23505", OUTCOME_ERROR, -1, "23505", "" },
};

Test(outcome, every_word_is_read_with_what_belongs_to_it)
{
	for (size_t i = 0; i < COUNTOF(words); i++) {
		struct outcome_pattern pattern;
		struct trial trial;
		char yaml[100];

		(void)snprintf(yaml, sizeof(yaml), "e: %s", words[i].text);
		trial_begin(&trial, yaml);
		struct node node = trial_node(&trial, "e");
		cr_expect(outcome_read(&node, &pattern), "%s: %s", words[i].text,
			  trial_said(&trial));
		cr_expect_eq(pattern.outcome, words[i].outcome, "%s", words[i].text);
		cr_expect_eq(pattern.rows, words[i].rows, "%s", words[i].text);
		cr_expect_str_eq(pattern.sqlstate, words[i].sqlstate, "%s", words[i].text);
		cr_expect_str_eq(pattern.named ? pattern.named : "", words[i].named);
		cr_expect(strncmp(outcome_name(pattern.outcome), words[i].text,
				  strlen(outcome_name(pattern.outcome))) == 0);
		trial_end(&trial);
	}
}

Test(outcome, a_broad_word_holds_for_its_kinds_and_for_no_others)
{
	cr_expect(outcome_is(OUTCOME_DENIED_GRANT, OUTCOME_DENIED));
	cr_expect(outcome_is(OUTCOME_DENIED, OUTCOME_DENIED));
	cr_expect_not(outcome_is(OUTCOME_DENIED, OUTCOME_DENIED_GRANT));
	cr_expect_not(outcome_is(OUTCOME_BROKEN, OUTCOME_DENIED));
	cr_expect(outcome_is(OUTCOME_PARTIAL, OUTCOME_ALLOWED));
	/* The policy let it pass, but it did not do what it was asked for. */
	cr_expect_not(outcome_is(OUTCOME_ALLOWED_CONSTRAINT, OUTCOME_ALLOWED));
	cr_expect(outcome_allows(OUTCOME_ALLOWED_CONSTRAINT));
	cr_expect_not(outcome_allows(OUTCOME_REWRITTEN));
	cr_expect(outcome_refuses(OUTCOME_FILTERED));
	cr_expect_not(outcome_refuses(OUTCOME_ERROR));
	cr_expect_not(outcome_refuses(OUTCOME_REWRITTEN));
}
