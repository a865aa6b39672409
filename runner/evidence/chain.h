/* chain.h - the hash chain of a run record, looked at line by line: where it breaks, and how.
 *
 * Every line of a record carries the SHA-256 of the one before it. So a changed, missing, inserted
 * or moved line shows at the line after it; for the last line only its own digest, which the
 * manifest and every report name, tells.
 */
#ifndef EVIDENCE_CHAIN_H
#define EVIDENCE_CHAIN_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/error.h"

struct chain {
	long lines;                    /* whole ones */
	bool cut;                      /* another one was begun, and never finished: a killed run */
	char digest[DIGEST_HEX_BYTES]; /* of the last line: the record's name in evidence */
	char problem[240];             /* the first, as a sentence; "": it is whole */
};

/* Look at the record `path`, of which `expected_lines` and `expected_digest` are known from
 * elsewhere (0 and NULL: they are not). False only when the file cannot be read. */
bool chain_check(struct chain *chain, const char *path, long expected_lines,
		 const char *expected_digest, struct error *err) MUST_USE;

#endif
