/* history.h - where rounds are kept: in the database, and on disk until they are there.
 *
 * A round is put on disk first; then everything on disk is written, oldest first, each with its
 * events in one transaction, as the role lensgate_worker, which may insert there and nothing else.
 * What cannot be written stays and is tried again with the next round: no round is lost, and none
 * is there twice, because its id follows from what it is.
 *
 * The same connection holds the advisory lock that makes one of several workers the one that
 * checks a lens of a yacht; it is let go when the connection breaks.
 */
#ifndef WATCH_HISTORY_H
#define WATCH_HISTORY_H

#include <jansson.h>

#include "exec/loop.h"

struct history;

/* `folder` keeps rounds that wait, and is made. Nothing is connected yet. `conninfo` is borrowed.
 * NULL when the folder cannot be made. */
struct history *history_new(struct loop *loop, const char *conninfo, const char *folder,
			    struct error *err) MUST_USE;
/* Closes the connection: another worker may take over. */
void history_free(struct history *history);

/* Am I the worker for this lens and yacht? Connects when needed. While the database is away the
 * answer is what it was when it was last asked. False with err when the database said no, or cannot
 * be asked and never was. */
bool history_elect(struct history *history, const char *lens, const char *yacht, bool *leader,
		   struct error *err) MUST_USE;

/* Keep `row` (health.h) on disk. */
bool history_keep(struct history *history, const json_t *row, struct error *err) MUST_USE;

/* Write what waits. *written counts it. False with the reason when something still waits. */
bool history_write(struct history *history, long *written, struct error *err) MUST_USE;

/* Rounds on disk. */
long history_waiting(const struct history *history);

#endif
