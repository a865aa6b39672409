#include "watch/alert_ledger.h"

#include <stdio.h>

#include "base/base.h"

#define STATEMENT_MS 30000

static const char claim_sql[] =
	"insert into public.lensgate_alert_messages (lens_id, yacht_id, alert_id, change, "
	"changed_at)"
	" values ($1, $2, $3, $4, to_timestamp($5::double precision / 1e6)) on conflict do nothing"
	" returning alert_id";

static const char give_back_sql[] =
	"delete from public.lensgate_alert_messages where lens_id = $1 and yacht_id = $2"
	" and alert_id = $3 and change = $4"
	" and changed_at = to_timestamp($5::double precision / 1e6) returning alert_id";

static bool
ask(struct sql_session *session, const char *sql, const struct alert_entry *entry, bool *found,
    struct error *err)
{
	char moment[32];
	const char *params[] = { entry->lens, entry->yacht, entry->alert, entry->change, moment };
	json_t *rows = NULL;

	(void)snprintf(moment, sizeof(moment), "%lld", (long long)entry->at_us);
	if (!sql_session_ask(session, sql, params, COUNTOF(params), STATEMENT_MS, &rows, err))
		return false;
	*found = json_array_size(rows) == 1;
	json_decref(rows);
	return true;
}

bool
alert_ledger_claim(struct sql_session *session, const struct alert_entry *entry, bool *mine,
		   struct error *err)
{
	return ask(session, claim_sql, entry, mine, err);
}

bool
alert_ledger_give_back(struct sql_session *session, const struct alert_entry *entry,
		       struct error *err)
{
	bool found;

	return ask(session, give_back_sql, entry, &found, err);
}
