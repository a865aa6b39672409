/* record.h - run.jsonl, written one line at a time as things happen.
 *
 * JSON Lines. Every line is an object whose first member is "previous": the SHA-256 of the line
 * before it, as it stands in the file, without its newline (64 zeros for the first); its second
 * is "record": what it is.
 *
 * header: once, first
 *
 *     {"previous", "record": "header", "format": 1,
 *      "run": {id, started, command: [argv], title, gate?, expected_count?, flaky_budget,
 *              reports: [{kind, path}],
 *              shard?: {number, count, title, planned, plan, packing, timings?, expected_count?,
 *                       cases: [index in the whole plan]}},
 *      "program": {version, libraries: {...}},
 *      "suites": [{name, title, file, sha256, evidence?}],
 *      "lenses": [{name, file, sha256, declared: {actions: {NAME: {variant, allow: [role], sql,
 *                                         statement?}},
 *                  roles: [...], tables: [...], transitions: {...}, errors: [...]}}],
 *      "environment": {name, base_url, host, yacht, embedded, flags},
 *      "target": {commit, environment, version},
 *      "database": {version, user, superuser, bypassrls},
 *      "personas": [{name, role, user, token, yacht?}],
 *      "suites_commit": {commit, dirty}, "ci": {...}, "machine": {...}}
 *
 * planned: one per case, in plan order, before the first case
 *
 *     {suite, id, title, group, persona, file, line, action, role, layer, flags, tags}
 *
 * preflight: at most once
 *
 *     {"checks": [{name, ok, sentence}], "exchanges": [...]}
 *
 * case: one per settled case, in the order they settled; members named as in run.h, those that are
 * NULL, 0 or false left out (`attempt` and `attempts`: when 1)
 *
 *     {index, verdict, trouble, reason, expected, actual, proof, note, flaky, attempts, started_us,
 *      elapsed_us, assertions, "findings": [...], file, line, source, "exchanges": [...],
 * "leftovers": [...]}
 *
 * footer: once, last; a run without one was cut short
 *
 *     {"totals", "invariants", "cleanup": {registered, removed, leftovers: [...]}, "verdict",
 *      "exit_status", "reason", "elapsed_us", "ended", "interrupted"}
 *
 * Every text passes the masker before it is hashed and written. With RECORD_SUMMARY, exchanges of
 * passing cases are stored without headers and bodies. A line is one write(): whatever kills the
 * process, a case that settled is on record; planned cases alone are written together, 64 KiB at a
 * time, the last of them ahead of the next line of another kind. Nothing is flushed to the platter.
 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include "run/mask.h"
#include "run/run.h"

enum record_detail { RECORD_FULL, RECORD_SUMMARY };

struct record;

/* Create `path` (directories too), which must not exist: evidence is never overwritten. NULL on
 * failure: without a record nothing may run. `mask` is borrowed, and may learn secrets later. */
struct record *record_create(const char *path, const struct mask *mask, enum record_detail detail,
			     struct error *err) MUST_USE;

/* Append one line; borrowed values. A write that fails (full disk) is remembered: later
 * lines are dropped, record_failed() tells, and the run ends with exit status 6. */
void record_header(struct record *record, const json_t *header);
void record_planned(struct record *record, const struct planned_case *planned);
void record_preflight(struct record *record, const json_t *checks, const struct exchange *exchanges,
		      size_t count);
void record_case(struct record *record, const struct run_case *run_case);
void record_footer(struct record *record, const json_t *footer);

/* The sentence of the first failed write, or NULL. */
const char *record_failed(const struct record *record);

/* Close, and free `record` in any case. False when this or any write before it failed. NULL does
 * nothing. */
bool record_close(struct record *record, struct error *err) MUST_USE;

#endif
