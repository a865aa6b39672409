/* identity.h - what makes this run this run: its id, its prefix for names, the commit of the
 * suites. */
#ifndef CLI_IDENTITY_H
#define CLI_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#define IDENTITY_RUN_BYTES    37
#define IDENTITY_PREFIX_BYTES 16

struct identity {
	char run_id[IDENTITY_RUN_BYTES]; /* UUID version 7: sorts by time. Source: RFC 9562, 5.7 */
	char unique[IDENTITY_PREFIX_BYTES]; /* letters and digits, safe in names */
	char commit[48]; /* of the working directory; "" when it is no repository */
	bool dirty;
	/* Until identity_end: who was asked for the commit, and where the answer comes. */
	pid_t git;
	int answer;
};

/* Make a new identity. Asks `git` for the commit when there is one; without git it stays "". */
void identity_make(struct identity *identity);

/* The same in two steps, for who has other things to do while git looks at every file: commit and
 * dirty are known after the second. That does nothing to a zeroed or finished identity. */
void identity_begin(struct identity *identity);
void identity_end(struct identity *identity);

#endif
