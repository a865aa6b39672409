/* session.h - what every case of one run shares: connections, credentials, limits, counters.
 *
 * Data, filled in by whoever starts a run; the engine and its helpers read it, and count in
 * `invariants`.
 */
#ifndef EXEC_SESSION_H
#define EXEC_SESSION_H

#include <jansson.h>
#include <stdint.h>

#include "exec/credential.h"
#include "exec/http.h"
#include "exec/loop.h"
#include "exec/sql.h"
#include "run/run.h"
#include "suite/environment.h"

struct janitor;

/* The same service in another state: where cases of a scenario go. */
struct session_target {
	const json_t *flags; /* NULL: none stated */
	const char *outage;  /* NULL: none */
	const char *base_url;
};

struct session {
	struct loop *loop;
	struct http *http;
	struct sql *sql; /* NULL: the environment names no database */
	struct credentials *credentials;
	struct janitor *janitor;
	const struct environment *environment;
	const json_t *vars; /* --var; NULL */
	const char *run_id;
	const char *unique; /* prefix of every ${unique} of the run */
	const struct session_target *targets;
	size_t target_count;
	int64_t began_us;    /* on the monotonic clock */
	int64_t deadline_us; /* on the same clock; 0: none */
	int64_t timeout_ms;  /* of a step that names none */
	bool stopping;       /* signal, deadline or --fail-fast: begin nothing new */
	struct invariants invariants;
};

/* The base URL for a case's scenario, or NULL when the environment does not offer it. */
const char *session_base_url(const struct session *session, const json_t *flags,
			     const char *outage);

/* Milliseconds a request may take: at most `wanted_ms`, and not past the run's deadline or
 * `until_us` (0: none). At least 1. */
int64_t session_timeout_ms(const struct session *session, int64_t wanted_ms, int64_t until_us);

#endif
