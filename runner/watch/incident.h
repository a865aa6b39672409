/* incident.h - the document of a verdict: what was decided, by what, and all that is known of it.
 *
 * Criteria and comparison, time line, events, rows, transcripts, the flag, decision and runbooks;
 * as Markdown for people and as JSON for programs. Both are pure functions of the facts.
 */
#ifndef WATCH_INCIDENT_H
#define WATCH_INCIDENT_H

#include <jansson.h>

#include "base/buf.h"
#include "watch/canary.h"
#include "watch/switched_off.h"

/* Everything is borrowed. */
struct incident {
	const char *lens, *environment, *yacht;
	const struct canary_stage *stage;
	const struct canary_window *window;
	const struct canary_judgement *judgement;
	const char *comparison;    /* versus_judge's text; NULL: no two versions were asked for */
	const json_t *rows;        /* rounds_rows() of the window */
	const json_t *transcripts; /* transcripts_find() */
	const struct switched_off *off; /* NULL: no endpoint was asked */
	const char *off_record;         /* of asking them; NULL */
};

void incident_markdown(const struct incident *incident, struct buf *out);

/* A new reference. */
json_t *incident_json(const struct incident *incident);

#endif
