/* run.h - what happened, as data: verdicts, findings, exchanges, totals.
 *
 * The engine fills one `struct run_case` per case and hands it to the record, which
 * appends it to run.jsonl and forgets it: memory does not grow with the number of
 * cases. `run_load` reads such a file back; every report is a pure function of it.
 * Secrets are masked when a case is stored, not when it is printed.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "check/finding.h"
#include "run/latency.h"

enum verdict {
	VERDICT_NONE,  /* not settled: only in a run that was cut short */
	VERDICT_PASS,  /* as expected, and proved */
	VERDICT_FAIL,  /* the target answered wrongly */
	VERDICT_ERROR, /* we could not judge */
	VERDICT_SKIP   /* the suite says so, with a reason */
};

/* Why a case is ERROR; also the JUnit type. */
enum trouble {
	TROUBLE_NONE,
	TROUBLE_BLOCKED,     /* a prerequisite or the control did not pass */
	TROUBLE_TRANSPORT,   /* no reply: refused, reset, cut short, time-out, too large */
	TROUBLE_MALFORMED,   /* a reply that cannot be read where its body is needed */
	TROUBLE_LOGIN,       /* no token for the persona */
	TROUBLE_SETUP,       /* the suite's setup or a `once` failed */
	TROUBLE_PREFLIGHT,   /* the run was not begun */
	TROUBLE_DATABASE,    /* no database, or it went away */
	TROUBLE_UNKNOWN,     /* a zero without a witness row: proves nothing */
	TROUBLE_SCENARIO,    /* the environment does not offer the state asked for */
	TROUBLE_VARIABLE,    /* a ${} has no value at run time */
	TROUBLE_INTERRUPTED, /* deadline, --fail-fast, signal: not run or not finished */
	TROUBLE_KINDS
};

enum purpose { /* of an exchange: which part of the case asked */
	       PURPOSE_STEP,
	       PURPOSE_BEFORE,  /* the rows before, by the witness */
	       PURPOSE_AFTER,   /* the rows after */
	       PURPOSE_WRITTEN, /* what a success wrote */
	       PURPOSE_CLEANUP,
	       PURPOSE_SETUP, /* of the fixture whose failure blocked the case */
	       PURPOSES
};

struct timing { /* microseconds; 0: did not happen */
	int64_t queue_us, dns_us, connect_us, tls_us, first_byte_us, total_us;
};

struct http_exchange {
	const char *method, *url;
	const char *request_headers; /* "Name: value\r\n" lines; tokens named by persona */
	const char *request_body;
	size_t request_body_len;
	long status; /* 0: no reply */
	const char *response_headers;
	const char *response_body; /* the head that was kept */
	size_t response_body_len, response_bytes;
	bool truncated;
	const char *problem; /* transport error as a sentence; NULL: a whole reply */
	struct timing timing;
};

struct sql_exchange {
	const char *identity;      /* "persona", "witness", "janitor" */
	const char *role, *claims; /* of a persona; NULL */
	const char *text;
	const char *params;             /* JSON array */
	const char *outcome;            /* as suites write it: "denied.policy"; "lost" */
	const char *sqlstate, *message; /* NULL: none */
	long rows;
	const char *values; /* JSON array of row objects, at most 20 rows; NULL */
	int64_t elapsed_us;
};

struct exchange {
	enum { EXCHANGE_HTTP, EXCHANGE_SQL } kind;
	enum purpose purpose;
	int step;            /* 1-based, of the case's steps; 0: none */
	int attempt;         /* 1-based */
	const char *title;   /* of the step; NULL */
	const char *persona; /* NULL: none */
	int64_t started_us;  /* since the run began */
	struct http_exchange http;
	struct sql_exchange sql;
};

/* What is known of a case before it runs. */
struct planned_case {
	const char *suite, *id, *title;
	const char *group, *persona; /* NULL: none */
	const char *file;            /* relative to the working directory */
	int line;
	const char *action, *role, *layer; /* of a generated case or of its main step; NULL */
	const char *flags;                 /* scenario in words: "X=false"; NULL */
	const char *tags;                  /* "denial mutate"; NULL: none */
};

struct run_case {
	size_t index; /* in the plan */
	enum verdict verdict;
	enum trouble trouble;
	const char *reason;   /* ERROR and SKIP: one sentence; NULL otherwise */
	const char *expected; /* one line for the result table: "403 INSUFFICIENT_PERMISSIONS" */
	const char *actual;   /* one line */
	const char *proof; /* one line: "row unchanged; control hod-approve passed"; NULL: none */
	const char *note;  /* which alternative came, and why it is allowed; NULL */
	const char *measured; /* of a load: JSON object of counts and percentiles; NULL */
	bool flaky;           /* passed only on a retry of the case */
	int attempts;
	int64_t started_us, elapsed_us; /* since the run began; of the last attempt */
	long assertions;                /* expectations looked at */
	struct findings findings;
	const char *file;   /* of the step that broke; NULL: none did */
	int line;           /* of it */
	const char *source; /* that step as its suite writes it; NULL: not on record */
	const struct exchange *exchanges;
	size_t exchange_count;
	const char *const *leftovers; /* rows its clean-up could not remove, one sentence each */
	size_t leftover_count;
};

struct totals {
	long planned, executed, passed, failed, errors, skipped, flaky;
	long blocked; /* of the errors, those that only wait for something that did not pass */
};

/* True when an ERROR has a cause of its own. What a FAIL blocked was not looked at because the
 * target was already seen to be wrong: that is no doubt about the target. */
bool totals_unjudged(const struct totals *totals);

/* Invariants over every exchange of the run, asked for or not. */
struct invariants {
	long replies;          /* HTTP replies received whole */
	long replies_5xx;      /* of these, 5xx that no step expected */
	long transport_errors; /* requests without a whole reply */
	long late;             /* replies past their limit */
	long statements;       /* SQL statements judged */
	long retried;          /* attempts beyond the first, in `eventually` and --retries */
};

const char *verdict_name(enum verdict verdict); /* "PASS", "FAIL", "ERROR", "SKIP", "NONE" */
bool verdict_parse(const char *name, enum verdict *verdict);
const char *trouble_name(enum trouble trouble); /* "blocked", "transport", ... */
bool trouble_parse(const char *name, enum trouble *trouble);
const char *purpose_name(enum purpose purpose); /* "step", "before", "after", ... */
bool purpose_parse(const char *name, enum purpose *purpose);

/* How long every exchange of the cases took. */
struct times {
	struct latency http; /* whole replies, without the wait for a slot of ours */
	struct latency sql;  /* statements */
};

/* A run read back from its record. */
struct run_entry {
	struct planned_case planned;
	enum verdict verdict;
	bool flaky;
	int64_t elapsed_us, ended_us; /* of its last attempt; ended: since the run began */
	long offset;                  /* of its line in the record; -1: it never settled */
	size_t length;
};

struct run {
	struct arena arena;
	char *path;                /* of run.jsonl */
	int fd;                    /* of it, open for reading; -1: none */
	json_t *header;            /* see record.h */
	json_t *preflight;         /* {"checks", "exchanges"}; NULL: none on record */
	json_t *footer;            /* NULL: the run was cut short */
	struct run_entry *entries; /* in plan order, every planned case */
	size_t entry_count;
	struct totals totals; /* recomputed from the cases, never taken from the footer; what did
				 not settle is an error */
	struct invariants invariants; /* the footer's, or what the cases show where that is more */
	struct times times;
	bool interrupted; /* a case did not run, or did not finish, for want of time */
	bool complete;    /* footer present, chain whole, every case settled */
	long line_count;  /* whole lines of the record */
	char digest[65];  /* SHA-256 of the last line: the run's name in evidence */
	char broken[160]; /* where the hash chain breaks, "" when it is whole */
};

/* Read `path` (a run.jsonl, or a directory that holds one). A last line that was cut in the
 * middle is dropped; anything else malformed is an error with the line's number. Bodies are not
 * kept: memory is a few hundred bytes per case. */
struct run *run_load(const char *path, struct error *err) MUST_USE;
void run_free(struct run *run);

/* The cases of `run` that are `wanted`, as a run of its own: totals and invariants are theirs, the
 * pinned count of the whole is left out, and header's run.part_of says how much the whole was and
 * how it ended. It has the whole's record, and borrows texts of `run`, which must outlive it.
 * `title` replaces the run's; NULL keeps it. */
typedef bool run_wanted_fn(const struct planned_case *planned, const void *arg);
struct run *run_part(const struct run *run, run_wanted_fn *wanted, const void *arg,
		     const char *title, struct error *err) MUST_USE;

/* Read the record of entry `index` into *out; texts live in `arena`. An unsettled case
 * comes back as ERROR interrupted "did not run: the run was cut short". */
bool run_case_read(const struct run *run, size_t index, struct arena *arena, struct run_case *out,
		   struct error *err) MUST_USE;

/* The same without its exchanges, which are most of the work: there are none in *out. */
bool run_case_read_brief(const struct run *run, size_t index, struct arena *arena,
			 struct run_case *out, struct error *err) MUST_USE;

/* The preflight's exchanges, copied into `arena`; *count is 0 when there are none. */
const struct exchange *run_preflight_exchanges(const struct run *run, struct arena *arena,
					       size_t *count);

/* Exit status by the table of `lensgate help exit`: the first of 6, 4, 3, 1 that applies; 5 when
 * no case was planned; what a FAIL blocked is no 3. Where the cases say 0 and the footer says
 * otherwise, the footer's. */
int run_exit_status(const struct run *run);

#endif
