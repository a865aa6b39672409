#include "rls/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define STATEMENT_BYTES  ((size_t)256 * 1024)
#define STANDARD_TIMEOUT 30000
/* Bodies that were parsed when they were made (prosqlbody) came with this one. */
#define OLDEST_SERVER 140000

static const char subject[] = {
#include "rls/audit_subject.sql.inc"
};
static const char scope[] = {
#include "rls/audit_scope.sql.inc"
};
static const char tables[] = {
#include "rls/audit_tables.sql.inc"
};
static const char policies[] = {
#include "rls/audit_policies.sql.inc"
};
static const char routines[] = {
#include "rls/audit_routines.sql.inc"
};
static const char roles[] = {
#include "rls/audit_roles.sql.inc"
};

static const char *const parts[] = { tables, policies, routines, roles };

/* One audit on its way. */
struct auditor {
	struct sql_session *session;
	const struct audit_options *options;
	struct audit *audit;
	size_t room; /* for findings */
	struct error *err;
};

/* {"a","b"}: every name quoted, whatever is in it. NULL for an empty list. */
static const char *
array_text(struct arena *arena, const struct audit_names *names)
{
	struct buf out;

	if (names->count == 0)
		return NULL;
	buf_init(&out, STATEMENT_BYTES);
	for (size_t i = 0; i < names->count; i++) {
		buf_printf(&out, "%s\"", i ? "," : "{");
		for (const char *c = names->items[i]; *c; c++)
			buf_printf(&out, "%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
		buf_printf(&out, "\"");
	}
	buf_printf(&out, "}");
	const char *text = arena_text(arena, out.text, out.len);
	buf_release(&out);
	return text;
}

static const char *
text_of(struct arena *arena, const json_t *row, const char *column)
{
	const char *text = json_string_value(json_object_get(row, column));

	return text ? arena_text(arena, text, strlen(text)) : NULL;
}

static long
number_of(const json_t *row, const char *column)
{
	return (long)json_integer_value(json_object_get(row, column));
}

static struct audit_names
names_of(struct arena *arena, const json_t *row, const char *column)
{
	const json_t *list = json_object_get(row, column);
	size_t count = json_array_size(list);
	const char **items = ARENA_ARRAY(arena, count + 1, const char *);

	for (size_t i = 0; i < count; i++) {
		const char *item = json_string_value(json_array_get(list, i));
		items[i] = arena_text(arena, item ? item : "", item ? strlen(item) : 0);
	}
	return (struct audit_names){ items, count };
}

static bool
ask(struct auditor *a, const char *text, const char *const *params, size_t count, json_t **rows)
{
	int64_t timeout_ms = a->options->timeout_ms;

	return sql_session_ask(a->session, text, params, count,
			       timeout_ms ? timeout_ms : STANDARD_TIMEOUT, rows, a->err);
}

/* A typing error must not be a clean bill of health. */
static bool
subject_is_there(struct auditor *a, const json_t *row)
{
	struct audit *audit = a->audit;
	struct audit_names no_schemas = names_of(&audit->arena, row, "unknown_schemas");
	struct audit_names no_roles = names_of(&audit->arena, row, "unknown_roles");

	if (no_schemas.count)
		return error_set(a->err, ERROR_USAGE, "database %s has no schema %s",
				 audit->database, no_schemas.items[0]);
	if (no_roles.count)
		return error_set(a->err, ERROR_USAGE, "the server has no role %s",
				 no_roles.items[0]);
	if (audit->roles.count == 0)
		return error_set(a->err, ERROR_USAGE,
				 "no client role was found: name them with --role");
	if (audit->schemas.count == 0)
		return error_set(a->err, ERROR_USAGE,
				 "no schema was found that a client role may use: name it with "
				 "--schema");
	if (a->options->tenant && audit->tenant_tables == 0)
		return error_set(a->err, ERROR_USAGE, "no table has a column %s",
				 a->options->tenant);
	return true;
}

static bool
find_subject(struct auditor *a)
{
	struct audit *audit = a->audit;
	struct arena *arena = &audit->arena;
	const char *params[] = { array_text(arena, &a->options->schemas),
				 array_text(arena, &a->options->roles), a->options->tenant };
	json_t *rows = NULL;

	if (!ask(a, subject, params, COUNTOF(params), &rows))
		return false;
	const json_t *row = json_array_get(rows, 0);
	audit->version = text_of(arena, row, "version");
	audit->database = text_of(arena, row, "database");
	audit->schemas = names_of(arena, row, "schemas");
	audit->roles = names_of(arena, row, "roles");
	audit->tenant = text_of(arena, row, "tenant");
	audit->tenant_guessed = json_is_true(json_object_get(row, "is_guess"));
	audit->tables = number_of(row, "tables");
	audit->tenant_tables = number_of(row, "tenant_tables");
	audit->views = number_of(row, "views");
	audit->policies = number_of(row, "policies");
	audit->functions = number_of(row, "functions");
	bool ok = number_of(row, "version_number") < OLDEST_SERVER
			  ? error_set(a->err, ERROR_ENVIRONMENT,
				      "PostgreSQL %s is too old to be audited: 14 is the oldest, "
				      "and views that run as their caller came with 15",
				      audit->version)
			  : subject_is_there(a, row);
	json_decref(rows);
	return ok;
}

static bool
add(struct auditor *a, const json_t *row)
{
	struct audit *audit = a->audit;
	const char *code = json_string_value(json_object_get(row, "code"));
	const struct audit_check *check = audit_check_find(code ? code : "");

	if (!check)
		return error_set(a->err, ERROR_ENVIRONMENT, "the catalog query answered with %s",
				 code ? code : "no code");
	if (audit->finding_count == a->room) {
		size_t room = a->room ? a->room * 2 : 64;
		struct audit_finding *more = ARENA_ARRAY(&audit->arena, room, struct audit_finding);
		if (audit->finding_count)
			memcpy(more, audit->findings, audit->finding_count * sizeof(*more));
		audit->findings = more;
		a->room = room;
	}
	audit->findings[audit->finding_count++] =
		(struct audit_finding){ .check = check,
					.kind = text_of(&audit->arena, row, "kind"),
					.object = text_of(&audit->arena, row, "object"),
					.detail = text_of(&audit->arena, row, "detail"),
					.fix = text_of(&audit->arena, row, "fix") };
	return true;
}

static bool
look(struct auditor *a, const char *part)
{
	struct arena *arena = &a->audit->arena;
	const char *params[] = { array_text(arena, &a->audit->schemas),
				 array_text(arena, &a->audit->roles), a->audit->tenant, NULL };
	struct buf statement;
	json_t *rows = NULL;
	bool ok;

	if (a->options->server_version)
		params[3] = arena_printf(arena, "%d", a->options->server_version);
	buf_init(&statement, STATEMENT_BYTES);
	buf_printf(&statement, "%s\n%s", scope, part);
	ok = ask(a, statement.text, params, COUNTOF(params), &rows);
	for (size_t i = 0; ok && i < json_array_size(rows); i++)
		ok = add(a, json_array_get(rows, i));
	json_decref(rows);
	buf_release(&statement);
	return ok;
}

static int
compare_text(const char *left, const char *right)
{
	return strcmp(left ? left : "", right ? right : "");
}

static int
compare(const void *left, const void *right)
{
	const struct audit_finding *a = left, *b = right;

	if (a->check->severity != b->check->severity)
		return a->check->severity > b->check->severity ? -1 : 1;
	if (a->check != b->check) /* rows of one table */
		return a->check < b->check ? -1 : 1;
	int order = compare_text(a->object, b->object);
	return order ? order : compare_text(a->detail, b->detail);
}

bool
audit_run(struct sql_session *session, const struct audit_options *options, struct audit *audit,
	  struct error *err)
{
	struct auditor a = { session, options, audit, 0, err };
	struct error ignored = { 0 };

	*audit = (struct audit){ 0 };
	bool ok = sql_session_script(session, "set local search_path = ''", STANDARD_TIMEOUT, NULL,
				     err) &&
		  find_subject(&a);
	for (size_t i = 0; ok && i < COUNTOF(parts); i++)
		ok = look(&a, parts[i]);
	if (sql_session_alive(session) &&
	    !sql_session_script(session, "rollback", STANDARD_TIMEOUT, NULL, ok ? err : &ignored))
		ok = false;
	if (audit->finding_count)
		qsort(audit->findings, audit->finding_count, sizeof(*audit->findings), compare);
	return ok;
}

void
audit_release(struct audit *audit)
{
	arena_release(&audit->arena);
	*audit = (struct audit){ 0 };
}

size_t
audit_count(const struct audit *audit, enum audit_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < audit->finding_count; i++) {
		const struct audit_finding *finding = &audit->findings[i];
		if (finding->check->severity == severity && !finding->reason)
			count++;
	}
	return count;
}

size_t
audit_accepted(const struct audit *audit)
{
	size_t count = 0;

	for (size_t i = 0; i < audit->finding_count; i++)
		count += audit->findings[i].reason != NULL;
	return count;
}
