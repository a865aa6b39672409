#include "watch/alert_message.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct alert_rule rule = { .id = "any-5xx",
					.title = "A \"5xx\"",
					.level = "critical",
					.channel = "ops",
					.runbook = "runbooks/5xx.md",
					.answer_within_ms = 900000 };
static struct alert_facts facts = { .lens = "boats",
				    .yacht = "85fe1119",
				    .rule = &rule,
				    .change = ALERT_FIRED,
				    .at_us = INT64_C(1795427100000000),
				    .why = "a 5xx\nat 10:00" };

static void
expect_body(const char *template, const char *body)
{
	struct secrets *secrets = secrets_new();
	struct error err = { 0 };
	json_t *value = template ? json_loads(template, JSON_DECODE_ANY, NULL) : NULL;

	secrets_set(secrets, "ROUTING", "a-long-routing-key");
	char *found = alert_message_body(&facts, value, secrets, &err);
	cr_assert_not_null(found, "%s", err.message);
	cr_expect_str_eq(found, body);
	free(found);
	json_decref(value);
	secrets_free(secrets);
}

Test(alert_message, a_sentence_has_the_facts_the_runbook_and_the_query)
{
	char text[ALERT_MESSAGE_BYTES];

	alert_message_text(&facts, text);
	cr_expect_str_eq(text,
			 "CRITICAL any-5xx: A \"5xx\" (boats): a 5xx\nat 10:00. Answer within 15 "
			 "min. Runbook: suites/boats/runbooks/5xx.md. More: select * from "
			 "get_health_check_history('85fe1119', 'boats', 1)");
}

Test(alert_message, without_a_template_it_is_what_slack_takes)
{
	struct alert_facts resolved = facts;

	facts.change = ALERT_RESOLVED;
	expect_body(NULL, "{\"text\":\"RESOLVED any-5xx: A \\\"5xx\\\" (boats)\"}");
	facts = resolved;
}

Test(alert_message, every_place_of_a_template_is_filled_and_stays_json)
{
	expect_body(
		"{\"routing_key\":\"${secret.ROUTING}\",\"event_action\":\"${action}\","
		"\"dedup_key\":\"${lens}/${alert}\",\"n\":3,\"payload\":{\"summary\":\"${title}: "
		"${why}\",\"severity\":\"${level}\",\"links\":[\"${runbook}\",null]}}",
		"{\"routing_key\":\"a-long-routing-key\",\"event_action\":\"trigger\","
		"\"dedup_key\":\"boats/any-5xx\",\"n\":3,\"payload\":{\"summary\":\"A \\\"5xx\\\": "
		"a 5xx\\nat 10:00\",\"severity\":\"critical\",\"links\":"
		"[\"suites/boats/runbooks/5xx.md\",null]}}");
	expect_body("[\"${at} ${change} ${yacht} ${answer_within}\", \"${query}\"]",
		    "[\"2026-11-23T09:45:00.000Z firing 85fe1119 15 min\",\"select * from "
		    "get_health_check_history('85fe1119', 'boats', 1)\"]");
}

Test(alert_message, a_secret_that_is_not_set_makes_no_body)
{
	struct secrets *secrets = secrets_new();
	struct error err = { 0 };
	json_t *template = json_loads("{\"a\":[\"${secret.LENSGATE_NO_SUCH_SECRET}\"]}", 0, NULL);

	cr_expect_null(alert_message_body(&facts, template, secrets, &err));
	cr_expect_not_null(strstr(err.message, "LENSGATE_NO_SUCH_SECRET"), "%s", err.message);
	json_decref(template);
	secrets_free(secrets);
}

Test(alert_message, a_place_that_is_none_is_named)
{
	char place[64];

	cr_expect_null(alert_message_unknown("${text} and ${secret.X} and ${ no end", place));
	cr_expect_str_eq(alert_message_unknown("${text} ${txet}", place), "txet");
	cr_expect_str_eq(alert_message_unknown("${secret.}", place), "secret.");
}
