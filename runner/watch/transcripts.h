/* transcripts.h - what was asked and answered in rounds that went wrong, from the records that
 * their workers kept. */
#ifndef WATCH_TRANSCRIPTS_H
#define WATCH_TRANSCRIPTS_H

#include <jansson.h>

/* The newest `most` of `rows` (rounds_rows) whose notes name a run with cases that did not pass,
 * oldest first: [{at, record, cases: [{id, verdict, text}]}], a new reference. Records are looked
 * for in `folders` (NULL after the last), each FOLDER/RUN/run.jsonl: those of another machine are
 * not here, and a row without one has nothing to show. A text is as report/transcript.h writes it,
 * cut at 16 KiB. */
json_t *transcripts_find(const json_t *rows, const char *const *folders, size_t most);

#endif
