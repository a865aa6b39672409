/* verify.h - is this evidence whole, unedited, and signed by whom?
 *
 * Of a folder everything is checked: every file against the manifest, every record's chain, the
 * manifest and the statement against what the folder would give now, the signatures. Of a record by
 * itself only its chain can be.
 */
#ifndef EVIDENCE_VERIFY_H
#define EVIDENCE_VERIFY_H

#include "base/buf.h"
#include "base/digest.h"
#include "evidence/sign.h"
#include "run/run.h"

enum verify_signature { VERIFY_UNSIGNED, VERIFY_SIGNED, VERIFY_ALLOWED };

struct verify {
	struct buf problems; /* one line each, the first found first; empty: there is none */
	long problem_count;
	long files, records, lines; /* checked */
	bool cut;                   /* a record ends in the middle of a line */
	enum verify_signature signature;
	struct signer signer;
	char digest[DIGEST_HEX_BYTES]; /* of manifest.json, or of a record's last line */
};

/* Make `file` ("evidence.md") of `run` again, appended to `out`; false when that is no file one can
 * make of a run. */
typedef bool verify_remake_fn(void *arg, const struct run *run, const char *file, struct buf *out);

struct verify_options {
	const char *allowed;      /* allowed signers' file that a signature must satisfy; NULL */
	verify_remake_fn *remake; /* to find the line in which a document was altered; NULL */
	void *arg;
};

/* Check `folder`. Problems go to *verify, initialised here and released in any case; false when
 * there are any. */
bool verify_folder(struct verify *verify, const char *folder,
		   const struct verify_options *options) MUST_USE;

/* Check the chain of one record. */
bool verify_record(struct verify *verify, const char *path) MUST_USE;

void verify_release(struct verify *verify);

#endif
