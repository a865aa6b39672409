/* preflight_state.h - a preflight at work: its questions and what came back. For the files of the
 * preflight only: preflight.c runs it, preflight_questions.c knows which questions a plan raises,
 * preflight_asking.c puts them and hears the answers.
 */
#ifndef EXEC_PREFLIGHT_STATE_H
#define EXEC_PREFLIGHT_STATE_H

#include "base/arena.h"
#include "base/base.h"
#include "exec/http.h"
#include "exec/login.h"
#include "exec/preflight.h"
#include "exec/sql.h"

enum probe_kind {
	PROBE_LOGIN,   /* password grant of a persona */
	PROBE_ANSWERS, /* anything at all comes back */
	PROBE_HEALTH,
	PROBE_VERSION,
	PROBE_PERSONA, /* bootstrap: the role is the one stated */
	PROBE_FLAGS,
	PROBE_SERVER, /* who the database connection is */
	PROBE_SQL,    /* who a persona is in SQL */
	PROBE_BLIND   /* a row that only its write policy decides about */
};

struct probe {
	struct preflight *preflight;
	enum probe_kind kind;
	const struct persona *persona; /* NULL: nobody */
	char name[96];
	bool done, ok;
	char sentence[PREFLIGHT_SENTENCE];
	/* what is sent; must stay until the answer */
	struct http_header headers[2];
	struct http_request request;
	struct login login;
	struct sql_request sql_request;
	char *url, *body, *tables;
	const char *params[1];
	int64_t sent_us;
};

struct preflight {
	struct session *session;
	const struct plan *plan;
	const struct lens *lens; /* of the first suite that has one */
	struct arena arena;
	struct probe *probes;
	size_t count, room, waiting;
	struct exchange *exchanges;
	size_t exchange_count;
	json_t *checks, *target, *database;
	const char *problem;
	bool blind; /* the self-test of blind writes is among the probes */
};

/* A question more. The pointer is good until the next one is added. */
struct probe *preflight_add(struct preflight *preflight, enum probe_kind kind,
			    const struct persona *persona, const char *name);

/* First the target and the logins, at once: who cannot log in at a target that is down has another
 * problem. */
void preflight_add_logins(struct preflight *preflight);
/* Then what is asked of a target that lets us in. */
void preflight_add_questions(struct preflight *preflight);

/* Send it; probe_answer() follows, maybe at once. */
void probe_ask(struct probe *probe);
void probe_answer(struct probe *probe, bool ok, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
