#include "watch/history.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "base/must.h"
#include "exec/sql_session.h"

#define CONNECT_MS   5000
#define STATEMENT_MS 10000
#define ROW_BYTES    ((size_t)1024 * 1024)
#define PATH_BYTES   1200

static const char insert_sql[] =
	"with r as ("
	" select * from jsonb_to_record($1::jsonb) as r(id uuid, yacht_id uuid, lens_id text,"
	"  status text, p95_latency_ms integer, error_rate_percent numeric, sample_size integer,"
	"  observed_at timestamptz, notes jsonb)"
	"), c as ("
	" insert into public.pms_health_checks (id, yacht_id, lens_id, status, p95_latency_ms,"
	"  error_rate_percent, sample_size, observed_at, notes)"
	" select id, yacht_id, lens_id, status, p95_latency_ms, error_rate_percent, sample_size,"
	"  observed_at, notes from r on conflict do nothing returning id"
	"), e as ("
	" insert into public.pms_health_events (id, check_id, level, detail_json, created_at)"
	" select e.id, c.id, e.level, e.detail_json, r.observed_at"
	" from c join r on r.id = c.id, jsonb_to_recordset($1::jsonb->'events')"
	"  as e(id uuid, level text, detail_json jsonb) on conflict do nothing"
	") select count(*)::int as written from c";

static const char elect_sql[] =
	"select pg_try_advisory_lock(hashtext('lensgate.watch.' || $1), hashtext($2)) as leader,"
	" pg_backend_pid() as pid";

struct history {
	struct loop *loop;
	const char *conninfo;
	char folder[PATH_BYTES - 200];
	struct sql_session *session;
	bool elected; /* this connection holds the lock */
	bool asked;   /* it was asked for at least once */
	bool leader;  /* what was said then */
};

struct history *
history_new(struct loop *loop, const char *conninfo, const char *folder, struct error *err)
{
	struct history *history;

	if (!file_make_dirs(folder, err))
		return NULL;
	history = must(calloc(1, sizeof(*history)));
	history->loop = loop;
	history->conninfo = conninfo;
	(void)snprintf(history->folder, sizeof(history->folder), "%s", folder);
	return history;
}

void
history_free(struct history *history)
{
	if (!history)
		return;
	sql_session_close(history->session);
	free(history);
}

static bool
connected(struct history *history, struct error *err)
{
	struct sql_options options = { .conninfo = history->conninfo,
				       .connect_timeout_ms = CONNECT_MS };

	if (history->session && sql_session_alive(history->session))
		return true;
	sql_session_close(history->session);
	history->elected = false;
	history->session = sql_session_open(history->loop, &options, err);
	return history->session != NULL;
}

static bool
ask_for_lock(struct history *history, const char *lens, const char *yacht, struct error *err)
{
	const char *params[] = { lens, yacht };
	json_t *rows = NULL;

	if (!connected(history, err))
		return false;
	if (history->elected)
		return true;
	if (!sql_session_ask(history->session, elect_sql, params, 2, STATEMENT_MS, &rows, err))
		return false;
	history->leader = json_is_true(json_object_get(json_array_get(rows, 0), "leader"));
	history->elected = history->leader;
	history->asked = true;
	json_decref(rows);
	return true;
}

bool
history_elect(struct history *history, const char *lens, const char *yacht, bool *leader,
	      struct error *err)
{
	struct error away = { 0 };
	bool ok = ask_for_lock(history, lens, yacht, &away);

	/* While the database is away nobody else can be elected: who was the leader stays it. */
	*leader = history->asked ? history->leader : true;
	if (!ok && !history->asked)
		*err = away;
	return ok || history->asked;
}

bool
history_keep(struct history *history, const json_t *row, struct error *err)
{
	char path[PATH_BYTES];
	char *text = json_dumps(row, JSON_COMPACT);
	/* The moment first: files in the order of their names are rounds in order. */
	(void)snprintf(path, sizeof(path), "%s/%s-%s.json", history->folder,
		       json_string_value(json_object_get(row, "observed_at")),
		       json_string_value(json_object_get(row, "id")));
	bool ok = file_replace(path, text, strlen(text), err);
	free(text);
	return ok;
}

static int
is_round(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

long
history_waiting(const struct history *history)
{
	struct dirent **entries;
	int count = scandir(history->folder, &entries, is_round, NULL);

	for (int i = 0; i < count; i++)
		free(entries[i]);
	if (count >= 0)
		free(entries);
	return count > 0 ? count : 0;
}

static bool
insert(struct history *history, const char *row, struct error *err)
{
	struct sql_session *session = history->session;
	struct error ignored = { 0 };
	bool ok = sql_session_script(session, "begin; set local role lensgate_worker", STATEMENT_MS,
				     NULL, err) &&
		  sql_session_ask(session, insert_sql, &row, 1, STATEMENT_MS, NULL, err) &&
		  sql_session_script(session, "commit", STATEMENT_MS, NULL, err);

	if (!ok && sql_session_alive(session) &&
	    !sql_session_script(session, "rollback", STATEMENT_MS, NULL, &ignored))
		return false;
	return ok;
}

static bool
write_one(struct history *history, const char *name, struct error *err)
{
	char path[PATH_BYTES];
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", history->folder, name);
	char *row = file_read(path, ROW_BYTES, &len, err);
	bool ok = row && connected(history, err) && insert(history, row, err);
	free(row);
	/* The row is there: a file that cannot be removed is written again, to no effect. */
	if (ok)
		(void)unlink(path);
	return ok;
}

bool
history_write(struct history *history, long *written, struct error *err)
{
	struct dirent **entries;
	int count = scandir(history->folder, &entries, is_round, alphasort);
	bool ok = true;

	*written = 0;
	for (int i = 0; i < count; i++) {
		ok = ok && write_one(history, entries[i]->d_name, err);
		*written += ok;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return ok;
}
