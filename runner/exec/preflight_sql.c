#include "exec/preflight_sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exec/token.h"

#define OLDEST 150000 /* security_invoker views; where blind writes were measured */

/* What the self-test ends with: its own SQLSTATE, and what it found as the message. */
#define BLIND_STATE "LG001"
#define BLIND_RIGHT "1 0 0"

const char preflight_server_sql[] =
	"select current_setting('server_version') as version,"
	" current_setting('server_version_num')::int as number, current_user::text as user,"
	" rolsuper as superuser, rolbypassrls as bypassrls from pg_roles where rolname = "
	"current_user";

const char preflight_identity_sql[] =
	"select current_user::text as who, r.rolsuper as superuser, r.rolbypassrls as bypassrls,"
	" auth.uid()::text as uid, (select string_agg(c.relname, ', ' order by c.relname)"
	" from pg_class c where c.relname = any($1::text[]) and c.relkind in ('r', 'p')"
	" and pg_has_role(current_user, c.relowner, 'MEMBER') and not c.relforcerowsecurity) as "
	"owned from pg_roles r where r.rolname = current_user";

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool say(char sentence[PREFLIGHT_SENTENCE], bool fits, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static bool
say(char sentence[PREFLIGHT_SENTENCE], bool fits, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, PREFLIGHT_SENTENCE, fmt, args);
	va_end(args);
	return fits;
}

bool
preflight_server_fits(const json_t *row, char sentence[PREFLIGHT_SENTENCE])
{
	const char *version = text_of(row, "version");

	if (json_integer_value(json_object_get(row, "number")) < OLDEST)
		return say(sentence, false,
			   "the database is PostgreSQL %s: checks of row-level security need 15 or "
			   "later",
			   version);
	return say(sentence, true, "PostgreSQL %s as %s", version, text_of(row, "user"));
}

bool
preflight_identity_fits(const struct persona *persona, const json_t *row,
			char sentence[PREFLIGHT_SENTENCE])
{
	const char *who = text_of(row, "who"), *uid = text_of(row, "uid");
	const char *owned = text_of(row, "owned");
	const char *wanted = token_database_role(persona);

	if (strcmp(who, wanted) != 0)
		return say(sentence, false, "persona %s should be %s in SQL, but is %s",
			   persona->name, wanted, *who ? who : "nobody");
	if (json_is_true(json_object_get(row, "superuser")))
		return say(sentence, false, "persona %s is a superuser in SQL: no policy applies",
			   persona->name);
	if (json_is_true(json_object_get(row, "bypassrls")))
		return say(sentence, false, "persona %s has BYPASSRLS in SQL: no policy applies",
			   persona->name);
	if (strcmp(uid, persona->user) != 0)
		return say(sentence, false, "auth.uid() of persona %s should be %s, but is %s",
			   persona->name, persona->user, *uid ? uid : "null");
	if (*owned)
		return say(sentence, false,
			   "persona %s owns %s, which lack FORCE ROW LEVEL SECURITY", persona->name,
			   owned);
	return say(sentence, true, "persona %s is %s in SQL", persona->name, who);
}

void
preflight_no_identity(const struct persona *persona, const struct sql_reply *reply,
		      char sentence[PREFLIGHT_SENTENCE])
{
	const char *role = token_database_role(persona);
	const char *message = reply->message ? reply->message : "no row";

	if (reply->status == SQL_HARNESS && strcmp(reply->sqlstate, "42501") == 0)
		(void)say(sentence, false,
			  "the database user may not act as %s, the role of persona %s: grant it "
			  "that role (%s)",
			  role, persona->name, message);
	else if (reply->status == SQL_HARNESS && strcmp(reply->sqlstate, "22023") == 0)
		(void)say(sentence, false, "the database has no role %s, which persona %s needs",
			  role, persona->name);
	else
		(void)say(sentence, false, "the database does not answer as persona %s: %s",
			  persona->name, message);
}

/* ---- what the plan is about ---- */

static const struct step_list *
steps_of(const struct plan_node *node)
{
	return node->test ? &node->test->steps : &node->fixture->steps;
}

/* Without its schema: who may not use that one could not even ask for it. */
static void
add_table(json_t *names, const char *table)
{
	const char *dot = table ? strrchr(table, '.') : NULL;

	if (table)
		json_object_set_new(names, dot ? dot + 1 : table, json_true());
}

static void
add_tables(json_t *names, const struct step *step)
{
	if (step->kind == STEP_SQL)
		add_table(names, step->target);
	for (size_t i = 0; i < step->unchanged_count; i++)
		add_table(names, step->unchanged[i].table);
}

void
preflight_tables(const struct plan *plan, struct buf *array)
{
	json_t *names = json_object(), *value;
	const char *name, *lead = "";

	for (size_t i = 0; i < plan->node_count; i++) {
		const struct lens *lens = plan->nodes[i].suite->lens;
		const struct step_list *steps = steps_of(&plan->nodes[i]);

		for (size_t k = 0; lens && k < lens->table_count; k++)
			add_table(names, lens->tables[k].name);
		for (size_t k = 0; k < steps->count; k++)
			add_tables(names, &steps->items[k]);
	}
	buf_add(array, "{", 1);
	json_object_foreach(names, name, value)
	{
		buf_printf(array, "%s\"", lead);
		for (const char *c = name; *c; c++)
			buf_printf(array, "%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
		buf_add(array, "\"", 1);
		lead = ",";
	}
	buf_add(array, "}", 1);
	json_decref(names);
}

/* ---- blind writes ---- */

/* Two rows; the SELECT policy hides both. A blind delete reaches the row its policy lets through
 * (1), not the other (0); a delete that reads a column reaches none (0). */
void
preflight_blind_sql(const char *role, struct buf *text)
{
	buf_printf(text, "do $lensgate$\ndeclare\n\twho text := ");
	buf_add(text, "'", 1);
	for (const char *c = role; *c; c++)
		buf_printf(text, "%s%c", *c == '\'' ? "'" : "", *c);
	buf_printf(text,
		   "';\n"
		   "\tlax refcursor := 'lensgate_lax';\n\tstern refcursor := 'lensgate_stern';\n"
		   "\ta bigint;\n\tb bigint;\n\tc bigint;\n"
		   "begin\n"
		   "\tset local standard_conforming_strings = on;\n"
		   "\tcreate temporary table lensgate_rows (id int) on commit drop;\n"
		   "\tinsert into lensgate_rows values (1), (2);\n"
		   "\talter table lensgate_rows enable row level security;\n"
		   "\tcreate policy s on lensgate_rows for select using (false);\n"
		   "\tcreate policy d on lensgate_rows for delete using (id = 1);\n"
		   "\texecute format('grant all on lensgate_rows to %%I', who);\n"
		   "\topen lax for execute 'select from lensgate_rows where id = 1';\n"
		   "\topen stern for execute 'select from lensgate_rows where id = 2';\n"
		   "\tmove lax;\n\tmove stern;\n"
		   "\tperform set_config('role', who, true);\n"
		   "\texecute 'delete from lensgate_rows where id = 1';\n"
		   "\tget diagnostics c = row_count;\n"
		   "\texecute 'delete from lensgate_rows where current of lensgate_lax';\n"
		   "\tget diagnostics a = row_count;\n"
		   "\texecute 'delete from lensgate_rows where current of lensgate_stern';\n"
		   "\tget diagnostics b = row_count;\n"
		   "\traise exception '%%', concat_ws(' ', a, b, c) using errcode = '" BLIND_STATE
		   "';\n"
		   "end $lensgate$");
}

bool
preflight_blind_fits(const struct sql_reply *reply, char sentence[PREFLIGHT_SENTENCE])
{
	const char *message = reply->message ? reply->message : "no error";

	if (strcmp(reply->sqlstate, BLIND_STATE) != 0)
		return say(
			sentence, false,
			"whether the database treats blind writes as assumed cannot be tried: %s",
			message);
	if (strcmp(message, BLIND_RIGHT) != 0)
		return say(sentence, false,
			   "the database does not treat blind writes as assumed (" BLIND_RIGHT
			   " rows, got %s): what `blind` shows would be wrong",
			   message);
	return say(sentence, true, "a blind write falls under the policy of its own command only");
}
