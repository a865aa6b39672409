/* alert.h - alert rules as data, and what they make of a series of health rounds.
 *
 * Rules come from suites/LENS/alerts.yaml. Each is looked at once for every round, and once for
 * every moment at which a round was due and did not come:
 *
 *   ok -> pending    some of the rounds in a row that it takes
 *      -> firing     all of them; said once, again after `remind`
 *   firing -> resolved  when it has not held for `resolve_after` looks in a row
 *
 * A missing round proves nothing: it resolves nothing. While a parent fires its children change
 * their state, and say so to nobody. Source of the seven rules: the lens contract, "watching a
 * lens".
 */
#ifndef WATCH_ALERT_H
#define WATCH_ALERT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "watch/health.h"

#define ALERT_WHY_BYTES 200

/* What a rule looks for. */
enum alert_kind {
	ALERT_5XX,          /* a reply that was one, in the last `within` */
	ALERT_STATUS,       /* rounds in a row that were unhealthy */
	ALERT_RESTARTS,     /* more than `above` starts of the worker in the last `within` */
	ALERT_P95,          /* rounds in a row with a P95 over `above` milliseconds */
	ALERT_ERROR_RATE,   /* rounds in a row with more than `above` percent wrong */
	ALERT_FLAG_CHANGED, /* the flag was on in one round and off in the next, or the reverse */
	ALERT_SILENCE,      /* no round for `within` */
	ALERT_KINDS
};

struct alert_rule {
	const char *id, *title, *level, *channel, *runbook;
	const char *parent; /* id of another rule; NULL */
	enum alert_kind kind;
	double above;
	int64_t consecutive; /* rounds in a row; 1 for those that look at a window */
	int64_t within_ms, answer_within_ms, remind_ms;
	int64_t resolve_after; /* looks in a row */
};

/* How to reach who answers. A channel that no list names has the usual ones. */
struct alert_channel {
	const char *name;
	const char *secret;     /* name of the secret that is the webhook's address */
	const json_t *template; /* alert_message.h; NULL: what Slack takes */
};

struct alert_silence {
	const char *alert, *reason;
	int64_t until_us;
};

struct alert_rules {
	struct arena arena;
	struct document *document;
	struct alert_rule *items;
	size_t count;
	struct alert_silence *silences;
	size_t silence_count;
	struct alert_channel *channels;
	size_t channel_count;
	int64_t every_ms; /* a round is due so often */
};

/* One round as the rules see it. */
struct observation {
	int64_t at_us; /* since 1970 */
	bool missing;  /* it was due, and did not come: nothing below counts */
	enum health_status status;
	double p95_ms, error_rate_percent;
	bool has_5xx, restarted;
	enum { FLAG_UNKNOWN, FLAG_ON, FLAG_OFF } flag;
};

enum alert_state { ALERT_OK, ALERT_PENDING, ALERT_FIRING };

struct alert {
	const struct alert_rule *rule;
	enum alert_state state;
	bool told; /* somebody was told that it fires */
	int64_t since_us, said_us;
	long held, not_held;       /* looks in a row */
	char why[ALERT_WHY_BYTES]; /* the facts in one sentence, when it last held */
};

enum alert_change { ALERT_UNCHANGED, ALERT_BEGAN, ALERT_FIRED, ALERT_REMINDED, ALERT_RESOLVED };

/* Load `path`. All mistakes go to `errors`; false if there were any. */
bool alert_rules_load(struct alert_rules *rules, const char *path, struct errors *errors) MUST_USE;
void alert_rules_release(struct alert_rules *rules);

/* The channel `name`. Where alerts.yaml lists none of it: {"text": ...} to the address in
 * LENSGATE_WEBHOOK_NAME (ops-critical: LENSGATE_WEBHOOK_OPS_CRITICAL); `secret` gets that name. */
#define ALERT_SECRET_BYTES 120
struct alert_channel alert_channel_find(const struct alert_rules *rules, const char *name,
					char secret[ALERT_SECRET_BYTES]);

const char *alert_change_name(enum alert_change change); /* "pending", "firing", ... */

/* Look at the newest of `count` observations, oldest first. `why` gets the facts in one sentence.
 */
enum alert_change alert_look(struct alert *alert, const struct observation *observations,
			     size_t count, char *why, size_t why_size);

/* Is the change to be told? Not under a silence, nor while the parent fires. `reason` says why not.
 */
bool alert_is_told(const struct alert *alert, const struct alert_rules *rules,
		   const struct alert *alerts, int64_t now_us, const char **reason);

/* Called for each change, oldest first; `told` is false with the reason when nobody is to know. */
typedef void alert_change_fn(void *arg, const struct alert *alert, enum alert_change change,
			     int64_t at_us, const char *why, const char *untold);

/* Rounds, oldest first, and up to when they should have come. */
struct observed {
	const struct observation *items;
	size_t count;
	int64_t until_us;
};

/* Look at every observation in turn, with every rule. What was due and is not there is looked at as
 * missing. `alerts` (rules->count of them) is filled in here, and ends as things stand. */
void alert_replay(const struct alert_rules *rules, struct alert *alerts,
		  const struct observed *observed, alert_change_fn *fn, void *arg);

/* Read a row of pms_health_checks with its events (health_row). False when it is no such row. */
bool observation_read(const json_t *row, struct observation *out);

#endif
