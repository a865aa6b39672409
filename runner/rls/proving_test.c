#include "rls/proving.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"

#define TIMEOUT_MS 20000

/* A mutant here is a word in a table, and a case is red when it reads a word it knows. The matrix
 * has nothing to see. */
static const char schema[] =
	"create table public.mistakes (word text primary key);"
	"create schema shop;"
	"create table shop.notes (id int primary key, tenant_id uuid);"
	"grant usage on schema shop to authenticated; grant select on shop.notes to authenticated";

#define MISTAKE(word, where, does_open)                                                            \
	{                                                                                          \
		.name = word, .kind = word, .family = word, .table = where, .relation = where,     \
		.opens = does_open, .apply = "insert into public.mistakes values ('" word "')",    \
		.undo = "delete from public.mistakes where word = '" word "'"                      \
	}

static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct copy *copy;
	struct actors actors;
	struct score score;
	size_t runs, runs_of_all; /* of the cases */
	size_t most_runs;         /* then time is over; 0: never */
	struct error err;
} t;

/* ---- the cases ---- */

static const struct {
	const char *id;
	const char *word;    /* red when it is there */
	const char *with;    /* NULL, or red only when that is there as well */
	const char *without; /* NULL, or red only when that is not there */
} cases[] = {
	{ "s/one", "one", NULL, NULL },
	{ "s/two", "two", NULL, "quiet" },
	{ "s/pair", "left", "right", NULL },
	{ "s/always", "first", NULL, NULL },
};

static bool
holds(const json_t *words, const char *word)
{
	size_t i;
	json_t *row;

	json_array_foreach(words, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "word")), word) == 0)
			return true;
	}
	return false;
}

static bool
is_asked(const char *id, const char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(ids[i], id) == 0)
			return true;
	}
	return count == 0;
}

static bool
ask(void *arg, const char *const *ids, size_t count, struct answer *answer, struct error *err)
{
	json_t *words = NULL;

	(void)arg;
	t.runs++;
	t.runs_of_all += count == 0;
	*answer = (struct answer){ .notice = NOTICE_GREEN };
	if (!sql_session_ask(copy_session(t.copy), "select word from public.mistakes", NULL, 0,
			     TIMEOUT_MS, &words, err))
		return false;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		if (is_asked(cases[i].id, ids, count) && holds(words, cases[i].word) &&
		    (!cases[i].with || holds(words, cases[i].with)) &&
		    (!cases[i].without || !holds(words, cases[i].without))) {
			answer->notice = NOTICE_RED;
			(void)snprintf(answer->who, sizeof(answer->who), "%s", cases[i].id);
		}
	}
	json_decref(words);
	return true;
}

static bool
comes_near(void *arg, const json_t *untouched, const struct mutant *mutant)
{
	(void)arg;
	(void)untouched;
	return strcmp(mutant->table, "far") != 0;
}

static bool
is_over(void *arg)
{
	(void)arg;
	return t.most_runs && t.runs >= t.most_runs;
}

static void
tell(void *arg, enum proving_phase phase, size_t done, size_t total)
{
	(void)arg;
	(void)phase;
	cr_expect_leq(done, total);
}

/* ---- before and after ---- */

static void
start(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t.arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(120); /* no test may hang */
	const char *home = home_find(&t.arena, &t.err);
	cr_assert(home && site_open(&t.site, -1, clock_now_us() + 60000000, &t.err) &&
			  cluster_start(&t.cluster, &t.site, home, &t.err),
		  "%s", t.err.message);
	t.loop = loop_new();
	struct sql_options options = { .conninfo =
					       cluster_conninfo(&t.cluster, &t.site, "postgres") };
	struct sql_session *session = sql_session_open(t.loop, &options, &t.err);
	cr_assert(session, "%s", t.err.message);
	cr_assert(sql_session_script(session, schema, TIMEOUT_MS, NULL, &t.err), "%s",
		  t.err.message);
	sql_session_close(session);
	t.copy = copy_open(t.loop, options.conninfo, true, &t.err);
	cr_assert(t.copy, "%s", t.err.message);
	actors_add(&t.actors, &(struct actor){ .name = "ann",
					       .database_role = "authenticated",
					       .claims = "{\"role\":\"authenticated\"}",
					       .tenant = "00000000-0000-0000-0000-00000000000a" });
}

static void
stop(void)
{
	score_release(&t.score);
	actors_release(&t.actors);
	copy_close(t.copy);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(proving, .init = start, .fini = stop);

static bool
prove(const struct mutants *mutants, bool with_matrix)
{
	static const char *const schemas[] = { "shop" };
	static const struct matrix_options matrix = { .schemas = schemas,
						      .schema_count = 1,
						      .tenant_column = "tenant_id" };
	const struct proving_options options = {
		.copy = t.copy,
		.score = &t.score,
		.matrix = with_matrix ? &matrix : NULL,
		.actors = &t.actors,
		.ask = ask,
		.near = comes_near,
		.over = is_over,
		.tell = tell,
	};

	score_init(&t.score, mutants);
	return proving_run(&options, &t.err);
}

static void
expect_fate(size_t index, enum fate fate, const char *killer)
{
	const struct trial *trial = &t.score.trials[index];

	cr_expect_eq(trial->fate, fate, "mutant %zu: %s", index, fate_name(trial->fate));
	if (killer)
		cr_expect_str_eq(trial->killer ? trial->killer : "nobody", killer);
}

static void
expect_no_mistake_left(void)
{
	json_t *rows = NULL;

	cr_assert(sql_session_ask(copy_session(t.copy), "select word from public.mistakes", NULL, 0,
				  TIMEOUT_MS, &rows, &t.err));
	cr_expect_eq(json_array_size(rows), 0);
	json_decref(rows);
}

/* ---- tests ---- */

Test(proving, a_red_batch_is_put_down_to_the_one_that_causes_it)
{
	static struct mutant items[] = {
		MISTAKE("one", "a", true),
		MISTAKE("two", "b", true),
		MISTAKE("unseen", "c", true),
		MISTAKE("distant", "far", true),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	cr_assert(prove(&mutants, true), "%s", t.err.message);
	expect_fate(0, FATE_KILLED, "s/one");
	expect_fate(1, FATE_KILLED, "s/two");
	expect_fate(2, FATE_EQUIVALENT, NULL);
	expect_fate(3, FATE_EQUIVALENT, NULL);
	expect_no_mistake_left();
}

Test(proving, who_was_kept_quiet_in_a_batch_is_asked_alone)
{
	static struct mutant items[] = {
		MISTAKE("two", "a", true),
		MISTAKE("quiet", "b", true),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	cr_assert(prove(&mutants, true), "%s", t.err.message);
	expect_fate(0, FATE_KILLED, "s/two");
	expect_fate(1, FATE_EQUIVALENT, NULL);
}

Test(proving, two_that_are_noticed_only_together_are_not_killed)
{
	static struct mutant items[] = {
		MISTAKE("left", "a", true),
		MISTAKE("right", "b", true),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	cr_assert(prove(&mutants, true), "%s", t.err.message);
	expect_fate(0, FATE_EQUIVALENT, NULL);
	expect_fate(1, FATE_EQUIVALENT, NULL);
}

Test(proving, a_batch_saves_runs)
{
	static struct mutant items[] = {
		MISTAKE("u", "a", true), MISTAKE("v", "b", true),  MISTAKE("w", "c", true),
		MISTAKE("x", "d", true), MISTAKE("y", "a", false),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	cr_assert(prove(&mutants, true), "%s", t.err.message);
	/* As it is; the last one, which does not only open; the batch; each of it alone. */
	cr_expect_eq(t.runs_of_all, 1 + 1 + 1 + 4);
	score_release(&t.score);
	t.runs_of_all = 0;
	cr_assert(prove(&mutants, false), "%s", t.err.message);
	cr_expect_eq(t.runs_of_all, 1 + 5);
	cr_expect_eq(score_count(&t.score, FATE_SURVIVED), 5);
}

Test(proving, a_red_batch_is_halved_until_one_is_left)
{
	static struct mutant items[] = {
		MISTAKE("a", "a", true), MISTAKE("b", "b", true),   MISTAKE("c", "c", true),
		MISTAKE("d", "d", true), MISTAKE("e", "e", true),   MISTAKE("one", "f", true),
		MISTAKE("g", "g", true), MISTAKE("two", "h", true),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	cr_assert(prove(&mutants, true), "%s", t.err.message);
	expect_fate(5, FATE_KILLED, "s/one");
	expect_fate(7, FATE_KILLED, "s/two");
	cr_expect_eq(score_count(&t.score, FATE_EQUIVALENT), 6);
	/* As it is; red, red, green; each of the six alone. */
	cr_expect_eq(t.runs_of_all, 1 + 3 + 6);
	/* Three halves and the one that is left, of each red one. */
	cr_expect_leq(t.runs - t.runs_of_all, (size_t)2 * (3 + 1));
}

Test(proving, what_opens_is_never_made_together_with_what_closes)
{
	static struct mutant items[] = {
		MISTAKE("left", "a", true),
		MISTAKE("right", "b", false),
		MISTAKE("u", "c", false),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	items[1].closes = items[2].closes = true;
	cr_assert(prove(&mutants, true), "%s", t.err.message);
	cr_expect_eq(score_count(&t.score, FATE_EQUIVALENT), 3);
	/* As it is; what opens; what closes; each alone. */
	cr_expect_eq(t.runs_of_all, 1 + 1 + 1 + 3);
}

Test(proving, what_the_server_does_not_take_is_stillborn_and_harms_nobody)
{
	static struct mutant items[] = {
		{ .name = "n",
		  .kind = "n",
		  .family = "n",
		  .table = "a",
		  .relation = "a",
		  .opens = true,
		  .apply = "drop policy nothing on nowhere" },
		MISTAKE("one", "b", true),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	cr_assert(prove(&mutants, true), "%s", t.err.message);
	expect_fate(0, FATE_STILLBORN, NULL);
	expect_fate(1, FATE_KILLED, "s/one");
}

Test(proving, red_tests_prove_nothing)
{
	static const struct mutants none = { .count = 0 };

	cr_assert(sql_session_script(copy_session(t.copy),
				     "insert into public.mistakes values ('first')", TIMEOUT_MS,
				     NULL, &t.err));
	cr_expect_not(prove(&none, true));
	cr_expect_eq(t.err.code, ERROR_ENVIRONMENT);
	cr_expect(strstr(t.err.message, "s/always"), "%s", t.err.message);
}

Test(proving, whoever_has_no_time_leaves_no_mutant_behind)
{
	static struct mutant items[] = {
		MISTAKE("u", "a", true),
		MISTAKE("v", "b", true),
		MISTAKE("one", "c", false),
		MISTAKE("y", "a", false),
	};
	static const struct mutants mutants = { .items = items, .count = COUNTOF(items) };

	for (t.most_runs = 1; t.most_runs < 9; t.most_runs++) {
		t.runs = 0;
		cr_assert(prove(&mutants, true), "%s", t.err.message);
		expect_no_mistake_left();
		/* Whatever is called killed or equivalent was asked about before. */
		cr_expect_lt(mutants.count - score_count(&t.score, FATE_UNTRIED), t.most_runs);
		score_release(&t.score);
	}
}
