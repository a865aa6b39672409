#include "exec/janitor.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/must.h"
#include "exec/proof.h"

struct registration {
	char *table;
	json_t *where;
	char *problem; /* of the last try; NULL */
	bool removed;
};

struct janitor {
	struct registration *items;
	size_t count, room;
	size_t at;       /* one past the registration being tried, counting down */
	size_t progress; /* removed in this round */
	struct sql *sql;
	struct arena arena; /* of the statement under way */
	struct sql_request request;
	janitor_done_fn *fn;
	void *arg;
	json_t *leftovers;
};

struct janitor *
janitor_new(void)
{
	struct janitor *janitor = must(calloc(1, sizeof(*janitor)));

	janitor->leftovers = must(json_array());
	return janitor;
}

void
janitor_free(struct janitor *janitor)
{
	if (!janitor)
		return;
	for (size_t i = 0; i < janitor->count; i++) {
		free(janitor->items[i].table);
		free(janitor->items[i].problem);
		json_decref(janitor->items[i].where);
	}
	free(janitor->items);
	json_decref(janitor->leftovers);
	arena_release(&janitor->arena);
	free(janitor);
}

void
janitor_register(struct janitor *janitor, const char *table, json_t *where)
{
	if (janitor->count == janitor->room) {
		janitor->room = janitor->room ? janitor->room * 2 : 32;
		janitor->items =
			must(realloc(janitor->items, janitor->room * sizeof(*janitor->items)));
	}
	janitor->items[janitor->count++] =
		(struct registration){ .table = must(strdup(table)), .where = where };
}

bool
janitor_has(const struct janitor *janitor, const char *table, const json_t *where)
{
	for (size_t i = 0; i < janitor->count; i++) {
		if (strcmp(janitor->items[i].table, table) == 0 &&
		    json_equal(janitor->items[i].where, where))
			return true;
	}
	return false;
}

static void
list_leftovers(struct janitor *janitor, const char *why)
{
	for (size_t i = 0; i < janitor->count; i++) {
		const struct registration *row = &janitor->items[i];
		if (row->removed)
			continue;
		char *where = must(json_dumps(row->where, JSON_COMPACT));
		json_array_append_new(janitor->leftovers,
				      json_sprintf("%s %s: %s", row->table, where,
						   row->problem ? row->problem : why));
		free(where);
	}
}

static void try_next(struct janitor *janitor);

static void
deleted(void *arg, const struct sql_reply *reply)
{
	struct janitor *janitor = arg;
	struct registration *row = &janitor->items[janitor->at];

	free(row->problem);
	row->problem = NULL;
	if (reply->status == SQL_DONE) {
		/* No row is as good as a removed one: a cascade or the suite's own clean-up took
		 * it. */
		row->removed = true;
		janitor->progress++;
	} else {
		row->problem = must(strdup(reply->message ? reply->message : "no answer"));
	}
	try_next(janitor);
}

static void
try_next(struct janitor *janitor)
{
	struct proof_query query;

	while (janitor->at > 0 && janitor->items[janitor->at - 1].removed)
		janitor->at--;
	if (janitor->at == 0 && janitor->progress > 0) {
		/* Another round for what the rows now gone may have held. */
		janitor->at = janitor->count;
		janitor->progress = 0;
		while (janitor->at > 0 && janitor->items[janitor->at - 1].removed)
			janitor->at--;
	}
	if (janitor->at == 0) {
		list_leftovers(janitor, "not removed");
		janitor->fn(janitor->arg);
		return;
	}
	const struct registration *row = &janitor->items[--janitor->at];
	arena_release(&janitor->arena);
	proof_delete(row->table, row->where, &janitor->arena, &query);
	janitor->request = (struct sql_request){ .identity = SQL_JANITOR,
						 .text = query.text,
						 .params = query.params,
						 .param_count = query.param_count,
						 .timeout_ms = 10000 };
	sql_send(janitor->sql, &janitor->request, deleted, janitor);
}

void
janitor_run(struct janitor *janitor, struct sql *sql, janitor_done_fn *fn, void *arg)
{
	janitor->sql = sql;
	janitor->fn = fn;
	janitor->arg = arg;
	if (!sql) {
		list_leftovers(janitor, "the environment names no database to remove it with");
		fn(arg);
		return;
	}
	janitor->at = janitor->count;
	janitor->progress = 0;
	try_next(janitor);
}

size_t
janitor_registered(const struct janitor *janitor)
{
	return janitor->count;
}

size_t
janitor_removed(const struct janitor *janitor)
{
	size_t removed = 0;

	for (size_t i = 0; i < janitor->count; i++)
		removed += janitor->items[i].removed;
	return removed;
}

const json_t *
janitor_leftovers(const struct janitor *janitor)
{
	return janitor->leftovers;
}
