/* markdown_parts.h - the sections of the evidence document, each in a function of its own. */
#ifndef REPORT_MARKDOWN_PARTS_H
#define REPORT_MARKDOWN_PARTS_H

#include "report/coverage.h"
#include "report/report.h"
#include "run/sink.h"

/* Sections that say something of every case. */
enum section { SECTION_RESULTS, SECTION_PROOF, SECTION_TRANSCRIPTS, SECTION_CLEANUP, SECTIONS };

struct document {
	const struct run *run;
	const struct report_options *options;
	struct sink *sink;
	struct coverage coverage;
	struct buf out;                  /* of the part being written */
	struct buf text;                 /* scratch: a text before it is made Markdown */
	struct buf claims, short_claims; /* of the last statement, as recorded and as shown */
	/* What the one look at all cases put aside for them, until it is their turn. */
	struct buf sections[SECTIONS];
	size_t consequences; /* told in one line each, so far */
	struct error *err;
};

/* Hand `out` to the sink. */
void part_flush(struct document *document);
/* Put what is in `out` aside for `section`; and hand all that was put aside to the sink. */
void part_put(struct document *document, enum section section);
void part_play(struct document *document, enum section section);
/* `text`, emptied. */
struct buf *part_scratch(struct document *document);
/* A row "| name | value |", the value as code; nothing when there is none. */
void part_row(struct document *document, const char *name, const char *value);
/* Rows for a JSON value: one per scalar, the name extended by the keys on the way. */
void part_json_rows(struct document *document, const char *name, json_t *value);

/* "### id (PASS)": over whatever is said of one case. */
void part_case_heading(struct document *document, const struct planned_case *planned,
		       const struct run_case *run_case);

/* What one case adds to its sections. */
void part_case_result(struct document *document, const struct planned_case *planned,
		      const struct run_case *run_case);
void part_case_proof(struct document *document, const struct planned_case *planned,
		     const struct run_case *run_case);
void part_case_transcript(struct document *document, const struct planned_case *planned,
			  const struct run_case *run_case);
void part_case_leftovers(struct document *document, const struct planned_case *planned,
			 const struct run_case *run_case);

bool part_head(struct document *document);
bool part_what_was_run(struct document *document);
bool part_totals(struct document *document);
bool part_results(struct document *document);
bool part_matrix(struct document *document);
bool part_failures(struct document *document);
bool part_state_proof(struct document *document);
bool part_transcripts(struct document *document);
bool part_not_tested(struct document *document);
bool part_cleanup(struct document *document);
bool part_fingerprint(struct document *document);
bool part_digest(struct document *document);
bool part_note(struct document *document);

#endif
