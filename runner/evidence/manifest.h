/* manifest.h - what a folder of evidence holds: the SHA-256 of every file, and one statement about
 * what was tested.
 *
 *     manifest.json   {"format", "runs": [{record, id, lines, digest, verdict, exit_status}],
 *                      "files": [{path, bytes, sha256}]}, sorted by path
 *     statement.json  in-toto Statement v1, predicate test-result v0.1; its subjects are the
 *                     manifest, the records and the commit of the target
 *
 * Both are functions of what the folder holds: whoever has the folder can make them again, and
 * compare. They are written last. Sources: github.com/in-toto/attestation, spec/v1/statement.md and
 * spec/predicates/test-result.md.
 */
#ifndef EVIDENCE_MANIFEST_H
#define EVIDENCE_MANIFEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "run/run.h"

#define MANIFEST_FILE  "manifest.json"
#define STATEMENT_FILE "statement.json"
#define SIGNATURE_FILE "manifest.json.sig"   /* of the manifest, by ssh-keygen -Y sign */
#define ENVELOPE_FILE  "statement.dsse.json" /* the statement, signed */

/* No manifest or statement is larger. */
#define MANIFEST_BYTES ((size_t)256 * 1024 * 1024)

struct manifest_run {
	const char *record; /* below the folder: "run.jsonl" */
	const struct run *run;
};

struct manifest_file {
	const char *path; /* below the folder */
	bool regular;     /* false: a link, socket or the like, which no manifest can vouch for */
};

/* Every file below `folder`, sorted by path, but for those this module writes at its top. */
struct manifest_file *manifest_list(const char *folder, struct arena *arena, size_t *count,
				    struct error *err) MUST_USE;

/* The bytes of manifest.json, appended. Fails when a file cannot be read or is none. */
bool manifest_text(const char *folder, const struct manifest_run *runs, size_t count,
		   struct buf *out, struct error *err) MUST_USE;

/* The bytes of statement.json for a manifest of these bytes, appended. */
void manifest_statement(const struct manifest_run *runs, size_t count, const struct buf *manifest,
			struct buf *out);

/* Write both into `folder`, whole or not at all, and remove signatures of what stood there. */
bool manifest_write(const char *folder, const struct manifest_run *runs, size_t count,
		    struct error *err) MUST_USE;

#endif
