#include "exec/sql_meaning.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "suite/statement.h"

static bool
is(const char *text, const char *wanted)
{
	return text && strcmp(text, wanted) == 0;
}

/* ---- 42501 ---- */

/* "... policy "NAME" for table ...": the name is quoted, and only there in an untranslated message.
 */
static void
take_policy(const struct sql_reply *reply, struct sql_meaning *meaning)
{
	static const char lead[] = "new row violates row-level security policy \"";
	const char *start = reply->message ? reply->message : "";
	const char *end;

	meaning->outcome = OUTCOME_DENIED_POLICY;
	if (strncmp(start, lead, strlen(lead)) != 0)
		return;
	start += strlen(lead);
	end = strstr(start, "\" for table \"");
	if (end)
		(void)snprintf(meaning->named, sizeof(meaning->named), "%.*s", (int)(end - start),
			       start);
}

/* The object of "permission denied for KIND NAME": the end of the message in every language. */
static bool
ends_with_name(const char *message, const char *name)
{
	size_t len = strlen(message), size = strlen(name);

	while (len && (message[len - 1] == '"' || message[len - 1] == '.'))
		len--;
	if (size == 0 || size >= len || strncmp(message + len - size, name, size) != 0)
		return false;
	char before = message[len - size - 1];
	return before == ' ' || before == '"' || before == '.';
}

static const char *
last_word(const char *message)
{
	const char *blank = strrchr(message, ' ');

	return blank ? blank + 1 : message;
}

/* A privilege is missing. For what the statement is about, it is the grant; for another table that
 * it names, too; for anything else it is a policy, a view or a default that needs more than the
 * persona has. */
static void
take_grant(const struct sql_reply *reply, const char *sql, struct sql_meaning *meaning)
{
	const char *message = reply->message ? reply->message : "";
	struct statement_target target;

	statement_target(sql, &target);
	meaning->outcome = OUTCOME_BROKEN;
	if (ends_with_name(message, target.name) || ends_with_name(message, target.schema))
		meaning->outcome = OUTCOME_DENIED_GRANT;
	else if (statement_mentions(sql, last_word(message)))
		meaning->outcome =
			strstr(message, " function ") ? OUTCOME_ERROR : OUTCOME_DENIED_GRANT;
}

static struct sql_meaning
refused(const struct sql_reply *reply, const char *sql)
{
	struct sql_meaning meaning = { .outcome = OUTCOME_DENIED };
	const char *function = reply->source_function;

	if (is(function, "ExecWithCheckOptions"))
		take_policy(reply, &meaning);
	else if (is(function, "aclcheck_error") || is(function, "aclcheck_error_col"))
		take_grant(reply, sql, &meaning);
	else if (is(function, "nextval_internal"))
		meaning.outcome = OUTCOME_BROKEN; /* a default needs USAGE on its sequence */
	else if (is(function, "check_enable_rls"))
		meaning.outcome = OUTCOME_NONE; /* row_security is off: that is us */
	else if (is(function, "exec_stmt_raise"))
		meaning.outcome = OUTCOME_DENIED_APPLICATION;
	return meaning;
}

/* ---- the others ---- */

/* Raised by the statement itself, not inside a function or trigger it started, and about a table:
 * the policy had let the row pass. A domain's constraint names no table. */
static bool
is_constraint(const struct sql_reply *reply)
{
	if (is(reply->source_function, "exec_stmt_raise"))
		return false;
	return strncmp(reply->sqlstate, "23", 2) == 0 && reply->table && *reply->table &&
	       !reply->context;
}

/* Errors of casts, settings, names and functions: a policy that chokes on the claims, or a
 * malformed check. */
static bool
is_doubtful(const char *sqlstate)
{
	static const char *const states[] = { "22P02", "22023", "22007", "42704", "42883" };

	for (size_t i = 0; i < COUNTOF(states); i++) {
		if (strcmp(sqlstate, states[i]) == 0)
			return true;
	}
	return false;
}

static struct sql_meaning
failed(const struct sql_reply *reply)
{
	struct sql_meaning meaning = { .outcome = OUTCOME_ERROR };
	const char *function = reply->source_function;
	const char *state = reply->sqlstate;

	if (is(state, "44000") && is(function, "ExecWithCheckOptions")) {
		meaning.outcome = OUTCOME_DENIED_VIEW;
	} else if (is(state, "0A000") && is(function, "DoCopy")) {
		meaning.outcome = OUTCOME_DENIED_FEATURE;
	} else if (is_constraint(reply)) {
		meaning.outcome = OUTCOME_ALLOWED_CONSTRAINT;
		(void)snprintf(meaning.named, sizeof(meaning.named), "%s",
			       reply->constraint ? reply->constraint : "");
	} else if (is(state, "54001") || (is(state, "42P17") && is(function, "fireRIRrules"))) {
		meaning.outcome = OUTCOME_BROKEN;
	} else if (is(function, "exec_stmt_raise") || strncmp(state, "23", 2) == 0) {
		meaning.doubt = DOUBT_TRIGGER;
	} else if (is_doubtful(state)) {
		meaning.doubt = DOUBT_STATEMENT;
	}
	return meaning;
}

struct sql_meaning
sql_meaning(const struct sql_reply *reply, const char *sql)
{
	struct sql_meaning meaning = { .outcome = OUTCOME_NONE };

	switch (reply->status) {
	case SQL_DONE:
		meaning.outcome = reply->rows > 0 ? OUTCOME_ALLOWED : OUTCOME_FILTERED;
		/* No policy filters an INSERT: it refuses or lets pass. */
		if (reply->rows == 0 && is(reply->tag, "INSERT"))
			meaning.unknown = "no row was inserted and no policy said so: a trigger, a "
					  "rule or ON CONFLICT DO NOTHING swallowed it";
		return meaning;
	case SQL_DENIED:
		return refused(reply, sql);
	case SQL_ERROR:
		return failed(reply);
	case SQL_HARNESS:
	case SQL_LOST:
		break;
	}
	return meaning;
}

struct sql_meaning
sql_meaning_without_triggers(const struct sql_meaning *live, const struct sql_meaning *again)
{
	struct sql_meaning meaning = *again;

	if (again->outcome == OUTCOME_ALLOWED || again->outcome == OUTCOME_ALLOWED_CONSTRAINT) {
		meaning.outcome = OUTCOME_ALLOWED_TRIGGER;
		meaning.named[0] = '\0';
	} else if (!outcome_refuses(again->outcome)) {
		meaning = *live;
		meaning.unknown = "the application raised an error, and without triggers the "
				  "policy cannot be asked";
	}
	meaning.doubt = DOUBT_NONE;
	return meaning;
}

struct sql_meaning
sql_meaning_explained(const struct sql_meaning *live, const char *live_state,
		      const struct sql_reply *explained)
{
	struct sql_meaning meaning = *live;

	meaning.doubt = DOUBT_NONE;
	if (explained->status == SQL_DONE)
		meaning.outcome = OUTCOME_BROKEN;
	else if (strcmp(explained->sqlstate, live_state) != 0)
		meaning.unknown = "whether the statement or a policy is malformed could not be "
				  "found out";
	return meaning;
}
