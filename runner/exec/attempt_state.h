/* attempt_state.h - what an attempt is made of; for the attempt's own files only.
 *
 *   attempt.c          its life: start, one step after the other, clean-up, verdict
 *   attempt_step.c     one step: what is sent, and what its reply means
 *   attempt_sql.c      a statement: how it is asked, and asked again where its answer is unclear
 *   attempt_commit.c   the one row a statement may leave
 *   attempt_together.c one request sent several times at once
 *   attempt_load.c     one request sent many times, and measured
 *   attempt_witness.c  what the witness is asked before and after
 *   attempt_capture.c  what the suite takes out of a reply, secrets among it
 *   attempt_note.c     exchanges, troubles and leftovers, as the record will show them
 */
#ifndef EXEC_ATTEMPT_STATE_H
#define EXEC_ATTEMPT_STATE_H

#include "exec/attempt.h"
#include "exec/judge.h"
#include "exec/proof.h"
#include "exec/request.h"

enum phase {
	PHASE_BEFORE, /* `item` counts guards */
	PHASE_SEND,
	PHASE_WRITTEN, /* `item` counts promises */
	PHASE_AFTER,   /* `item` counts guards */
	PHASE_END
};

struct load_state;

/* The step under way. Everything but the JSON lives in the attempt's arena. */
struct current {
	const struct step *step;
	struct request request;
	const struct credential *credential;
	json_t **before;                       /* rows by guard */
	json_t **guards;                       /* filled `where` by guard */
	json_t *reply;                         /* parsed body, NULL */
	json_t *rows;                          /* of a SQL step */
	const char *statement;                 /* as it is sent */
	struct proof_query row;                /* of a SQL step: `blind` */
	struct proof_query queries[SQL_LOOKS]; /* of a SQL step: `unchanged`, then `stored` */
	struct sql_look looks[SQL_LOOKS];
	size_t look_count;
	struct sql_meaning meaning; /* of the first reply, which is `live`, while more is asked */
	struct sql_reply live;
	json_t *commit; /* filled `where` of the row it may leave; NULL: none */
	struct proof_query leash_queries[2];
	struct sql_leash leash;
	struct judgement judgement;
	int64_t until_us;        /* `eventually` may try again before this; 0: once */
	size_t findings_at;      /* findings there were before the step */
	int64_t awaited;         /* replies to what was sent at once, still to come */
	int64_t winners;         /* of those that came */
	json_t *won;             /* parsed body of the first winner */
	struct load_state *load; /* of a load; NULL */
	int tries;
	int clashes;           /* transactions the server broke off */
	bool looks_inside;     /* what must stay unchanged is looked at in the same transaction */
	bool looked_after;     /* after the statement, too */
	bool without_triggers; /* it is asked so */
	bool read_only;        /* it is tried so */
	bool commit_ours;      /* this run made the row it may leave */
	bool succeeded;        /* a 2xx that was expected */
	bool promised;         /* the lens promises rows, and they are looked up */
};

struct attempt {
	struct session *session;
	attempt_done_fn *done;
	void *arg;
	size_t node;

	struct arena arena;
	struct attempt_work work;
	struct run_case result;
	struct exchange *exchanges;
	size_t exchange_room;
	const char **leftovers;
	size_t leftover_room;
	struct scope scope;
	json_t *captures;
	char unique[48];
	const char *base_url;
	int64_t deadline_us; /* of the case; 0: none */

	const struct step_list *list;
	size_t index; /* of the step in `list` */
	bool cleaning;
	bool answered; /* a reply says what the case expected, not a claim in SQL */
	enum phase phase;
	size_t item;
	struct current now;
	struct proof_query query;
	struct sql_request sql_request;
	struct http_request http_request;
	int64_t sent_us;
	long guards_held, promises_held, sql_held;
};

/* attempt.c */
void attempt_next_step(struct attempt *attempt);

/* attempt_step.c */
void attempt_begin_step(struct attempt *attempt, const struct step *step);
/* Do what the phase asks for; each phase that has nothing (more) to ask falls to the next. */
void attempt_advance(struct attempt *attempt);
/* Count a reply, register what it created, and make its body the step's if `body` is read. */
void attempt_take_reply(struct attempt *attempt, const struct http_reply *reply, bool body);
/* The reply was judged: on with what was written and what did not change. */
void attempt_look_further(struct attempt *attempt);
/* Limit for a reply to the step under way; 0: none. */
int64_t attempt_within_ms(const struct attempt *attempt);
/* Let go of what the step under way owns. */
void attempt_forget_step(struct attempt *attempt);

/* attempt_together.c: send `http_request` as often as the step's `together` says. */
void attempt_send_together(struct attempt *attempt);

/* Take a judgement over: its words into the result, or another try. True when the step goes on. */
bool attempt_settle(struct attempt *attempt);

/* attempt_sql.c */
/* Fill what a statement has beside its text and parameters. */
bool attempt_prepare_sql(struct attempt *attempt, struct error *err);
void attempt_send_sql(struct attempt *attempt);
struct sql_statement attempt_statement_of(const struct proof_query *query);

/* attempt_commit.c: which row the statement may leave, and what came of that. */
bool attempt_prepare_commit(struct attempt *attempt, struct error *err);
void attempt_committed(struct attempt *attempt, const struct sql_reply *reply);

/* attempt_load.c: send it as the step's `load` says; let go of what that took. */
void attempt_send_load(struct attempt *attempt);
void attempt_free_load(struct load_state *state);

/* attempt_capture.c: captures are taken while the reply is there, also when later proofs will
 * break. What is a secret is one before any of this is recorded. NULL where the step has none. */
void attempt_take_captures(struct attempt *attempt, const struct http_reply *reply,
			   const json_t *rows);

/* attempt_witness.c: each asks for the item the phase is at, and is false when there is none left.
 */
bool attempt_ask_before(struct attempt *attempt);
bool attempt_ask_after(struct attempt *attempt);
bool attempt_ask_written(struct attempt *attempt);
/* The rows of a guard are there: before the step (taken over), and after it. */
void attempt_take_before(struct attempt *attempt, size_t item, json_t *rows);
void attempt_take_after(struct attempt *attempt, size_t item, const json_t *rows);

/* attempt_note.c */
/* A copy of `text` that lives as long as the attempt's result; NULL stays NULL. */
const char *attempt_kept(struct attempt *attempt, const char *text);
void attempt_note_http(struct attempt *attempt, const struct http_reply *reply);
void attempt_note_sql(struct attempt *attempt, enum purpose purpose, const char *identity,
		      const char *text, const char *params, const struct sql_reply *reply);
void attempt_leftover(struct attempt *attempt, const char *sentence);
/* The case cannot be judged; its step is over. In a clean-up it is only noted: the verdict stands.
 */
void attempt_trouble(struct attempt *attempt, enum trouble kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* Take secrets, and parts of them, out of the words of the result. */
void attempt_cover(struct attempt *attempt);
/* True when the step under way has broken an expectation, or the case cannot be judged. */
bool attempt_broken(const struct attempt *attempt);

#endif
