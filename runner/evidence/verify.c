#include "evidence/verify.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "evidence/chain.h"
#include "evidence/manifest.h"

/* A folder under examination. */
struct looking {
	struct verify *verify;
	const struct verify_options *options;
	const char *folder;
	struct arena arena;
	char *text; /* of manifest.json */
	size_t len;
	json_t *manifest;
	struct manifest_run *runs;
	struct run **loaded;
	size_t run_count;
};

static void problem(struct verify *verify, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
problem(struct verify *verify, const char *fmt, ...)
{
	char text[700];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_printf(&verify->problems, "%s\n", text);
	verify->problem_count++;
}

static const char *
path_of(struct looking *looking, const char *name)
{
	return arena_printf(&looking->arena, "%s/%s", looking->folder, name);
}

static bool
is_record(const char *path)
{
	size_t len = strlen(path);

	return len > 6 && strcmp(path + len - 6, ".jsonl") == 0;
}

/* The run of the manifest whose record is `path`; NULL: none. */
static const json_t *
manifest_run(const struct looking *looking, const char *path)
{
	const json_t *runs = json_object_get(looking->manifest, "runs");

	for (size_t i = 0; i < json_array_size(runs); i++) {
		const json_t *run = json_array_get(runs, i);
		const char *record = json_string_value(json_object_get(run, "record"));

		if (record && strcmp(record, path) == 0)
			return run;
	}
	return NULL;
}

/* ---- files ---- */

/* Which line of a record is wrong; false when its chain is whole. */
static bool
find_line(struct looking *looking, const char *path)
{
	const json_t *run = manifest_run(looking, path);
	struct error err = { 0 };
	struct chain chain;

	if (!chain_check(&chain, path_of(looking, path),
			 (long)json_integer_value(json_object_get(run, "lines")),
			 json_string_value(json_object_get(run, "digest")), &err) ||
	    !chain.problem[0])
		return false;
	problem(looking->verify, "%s: %s", path, chain.problem);
	return true;
}

static long
first_difference(const char *left, size_t left_len, const char *right, size_t right_len)
{
	long line = 1;

	for (size_t i = 0; i < left_len && i < right_len && left[i] == right[i]; i++)
		line += left[i] == '\n';
	return line;
}

/* Make the document `path` again from the record beside it, and say which line differs. False when
 * it was not made from that record as it stands, so that nothing can be said. */
static bool
find_difference(struct looking *looking, const char *path, const char *expected)
{
	const char *slash = strrchr(path, '/');
	const char *record = arena_printf(&looking->arena, "%.*srun.jsonl",
					  slash ? (int)(slash - path) + 1 : 0, path);
	struct error err = { 0 };
	char hex[DIGEST_HEX_BYTES];
	struct buf made;
	size_t len = 0;
	bool found = false;
	struct run *run =
		looking->options->remake ? run_load(path_of(looking, record), &err) : NULL;
	char *text = run ? file_read(path_of(looking, path), MANIFEST_BYTES, &len, &err) : NULL;

	buf_init(&made, MANIFEST_BYTES);
	if (text &&
	    looking->options->remake(looking->options->arg, run, slash ? slash + 1 : path, &made)) {
		digest_hex(made.text, made.len, hex);
		found = strcmp(hex, expected) == 0;
	}
	if (found)
		problem(looking->verify, "%s: line %ld was altered", path,
			first_difference(text, len, made.text, made.len));
	buf_release(&made);
	free(text);
	run_free(run);
	return found;
}

static void
check_file(struct looking *looking, const json_t *entry)
{
	const char *path = json_string_value(json_object_get(entry, "path"));
	const char *expected = json_string_value(json_object_get(entry, "sha256"));
	char hex[DIGEST_HEX_BYTES];
	struct error err = { 0 };
	struct stat info;
	int64_t bytes;

	if (!path || !expected) {
		problem(looking->verify,
			MANIFEST_FILE " was altered: an entry names no file, or no SHA-256");
		return;
	}
	looking->verify->files++;
	if (lstat(path_of(looking, path), &info) != 0) {
		problem(looking->verify, "%s is missing", path);
	} else if (!digest_file(path_of(looking, path), hex, &bytes, &err)) {
		problem(looking->verify, "%s", err.message);
	} else if (strcmp(hex, expected) != 0) {
		int64_t before = json_integer_value(json_object_get(entry, "bytes"));
		if (is_record(path) ? find_line(looking, path)
				    : find_difference(looking, path, expected))
			return;
		problem(looking->verify,
			"%s was altered: %lld bytes with another SHA-256 than the %lld the "
			"manifest "
			"vouches for",
			path, (long long)bytes, (long long)before);
	}
}

static bool
is_listed(const json_t *files, const char *path)
{
	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *name =
			json_string_value(json_object_get(json_array_get(files, i), "path"));
		if (name && strcmp(name, path) == 0)
			return true;
	}
	return false;
}

static void
check_files(struct looking *looking)
{
	const json_t *files = json_object_get(looking->manifest, "files");
	struct error err = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(files); i++)
		check_file(looking, json_array_get(files, i));
	const struct manifest_file *there =
		manifest_list(looking->folder, &looking->arena, &count, &err);
	if (!there)
		problem(looking->verify, "%s", err.message);
	for (size_t i = 0; there && i < count; i++) {
		if (!is_listed(files, there[i].path))
			problem(looking->verify, "%s was added: the manifest does not know it",
				there[i].path);
		if (is_record(there[i].path))
			looking->verify->records++;
	}
}

/* ---- records ---- */

/* The shards that a merged run was made from have to be those it names. */
static void
check_origins(struct looking *looking, const char *record, const struct run *run)
{
	const json_t *merged = json_object_get(json_object_get(run->header, "run"), "merged");
	const json_t *shards = json_object_get(merged, "shards");
	const char *slash = strrchr(record, '/');
	int below = slash ? (int)(slash - record) + 1 : 0;

	for (size_t i = 0; i < json_array_size(shards); i++) {
		const char *digest =
			json_string_value(json_object_get(json_array_get(shards, i), "digest"));
		const char *path = arena_printf(&looking->arena, "%.*sshards/%zu-of-%zu.jsonl",
						below, record, i + 1, json_array_size(shards));
		struct error err = { 0 };
		struct chain chain;

		if (!chain_check(&chain, path_of(looking, path), 0, digest, &err))
			problem(looking->verify, "%s", err.message);
		else if (chain.problem[0])
			problem(looking->verify, "%s: %s", path, chain.problem);
		else
			looking->verify->lines += chain.lines;
	}
}

static void
check_run(struct looking *looking, const json_t *entry)
{
	const char *record = json_string_value(json_object_get(entry, "record"));
	struct error err = { 0 };
	struct chain chain;

	if (!record) {
		problem(looking->verify, MANIFEST_FILE " was altered: a run names no record");
		return;
	}
	if (!chain_check(&chain, path_of(looking, record),
			 (long)json_integer_value(json_object_get(entry, "lines")),
			 json_string_value(json_object_get(entry, "digest")), &err)) {
		problem(looking->verify, "%s", err.message);
		return;
	}
	looking->verify->lines += chain.lines;
	looking->verify->cut = looking->verify->cut || chain.cut;
	if (chain.problem[0]) {
		problem(looking->verify, "%s: %s", record, chain.problem);
		return;
	}
	struct run *run = run_load(path_of(looking, record), &err);
	if (!run) {
		problem(looking->verify, "%s: %s", record, err.message);
		return;
	}
	looking->loaded[looking->run_count] = run;
	looking->runs[looking->run_count++] = (struct manifest_run){ record, run };
	check_origins(looking, record, run);
}

static void
check_runs(struct looking *looking)
{
	const json_t *runs = json_object_get(looking->manifest, "runs");
	size_t count = json_array_size(runs);

	looking->runs = ARENA_ARRAY(&looking->arena, count + 1, struct manifest_run);
	looking->loaded = ARENA_ARRAY(&looking->arena, count + 1, struct run *);
	for (size_t i = 0; i < count; i++)
		check_run(looking, json_array_get(runs, i));
}

/* ---- what was made from all of it ---- */

static void
compare(struct looking *looking, const char *name, const char *text, size_t len,
	const struct buf *expected)
{
	if (len == expected->len && memcmp(text, expected->text, len) == 0)
		return;
	problem(looking->verify,
		"%s: line %ld was altered: it is not what the folder and its records give", name,
		first_difference(text, len, expected->text, expected->len));
}

/* Make manifest and statement again: every byte of theirs is a function of the rest. */
static void
check_made(struct looking *looking)
{
	struct error err = { 0 };
	struct buf manifest, statement;
	size_t len;

	buf_init(&manifest, MANIFEST_BYTES);
	buf_init(&statement, MANIFEST_BYTES);
	if (!manifest_text(looking->folder, looking->runs, looking->run_count, &manifest, &err))
		problem(looking->verify, "%s", err.message);
	else
		compare(looking, MANIFEST_FILE, looking->text, looking->len, &manifest);
	manifest_statement(looking->runs, looking->run_count, &manifest, &statement);
	err = (struct error){ 0 };
	char *text = file_read(path_of(looking, STATEMENT_FILE), MANIFEST_BYTES, &len, &err);
	if (!text)
		problem(looking->verify, STATEMENT_FILE " is missing");
	else if (looking->verify->problem_count == 0)
		compare(looking, STATEMENT_FILE, text, len, &statement);
	free(text);
	buf_release(&manifest);
	buf_release(&statement);
}

/* ---- signatures ---- */

static void
check_signatures(struct looking *looking, const char *allowed)
{
	struct verify *verify = looking->verify;
	struct error err = { 0 };
	struct stat info;
	bool one = stat(path_of(looking, SIGNATURE_FILE), &info) == 0;
	bool two = stat(path_of(looking, ENVELOPE_FILE), &info) == 0;

	if (!one && !two) {
		if (allowed)
			problem(verify, "it is not signed");
		return;
	}
	if (!one || !two)
		problem(verify, "%s is missing: the two are made together",
			one ? ENVELOPE_FILE : SIGNATURE_FILE);
	else if (!sign_check(looking->folder, allowed, &verify->signer, &err))
		problem(verify, "%s", err.message);
	else
		verify->signature = allowed ? VERIFY_ALLOWED : VERIFY_SIGNED;
}

static bool
load_manifest(struct looking *looking)
{
	struct error err = { 0 };
	struct stat info;

	if (lstat(path_of(looking, MANIFEST_FILE), &info) != 0) {
		problem(looking->verify, MANIFEST_FILE " is missing: the run was cut short before "
						       "it was written, or it was removed");
		return false;
	}
	looking->text =
		file_read(path_of(looking, MANIFEST_FILE), MANIFEST_BYTES, &looking->len, &err);
	if (!looking->text) {
		problem(looking->verify, "%s", err.message);
		return false;
	}
	digest_hex(looking->text, looking->len, looking->verify->digest);
	looking->manifest = json_loadb(looking->text, looking->len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_array(json_object_get(looking->manifest, "files"))) {
		problem(looking->verify, MANIFEST_FILE " was altered: it is no manifest any more");
		return false;
	}
	return true;
}

static void
verify_init(struct verify *verify)
{
	*verify = (struct verify){ 0 };
	buf_init(&verify->problems, (size_t)64 * 1024);
}

bool
verify_folder(struct verify *verify, const char *folder, const struct verify_options *options)
{
	struct looking looking = { .verify = verify, .options = options, .folder = folder };

	verify_init(verify);
	if (load_manifest(&looking)) {
		check_files(&looking);
		/* A record that is not the one vouched for was looked into already. */
		if (verify->problem_count == 0)
			check_runs(&looking);
		if (verify->problem_count == 0)
			check_made(&looking);
		check_signatures(&looking, options->allowed);
	}
	for (size_t i = 0; i < looking.run_count; i++)
		run_free(looking.loaded[i]);
	json_decref(looking.manifest);
	free(looking.text);
	arena_release(&looking.arena);
	return verify->problem_count == 0;
}

bool
verify_record(struct verify *verify, const char *path)
{
	struct error err = { 0 };
	struct chain chain;

	verify_init(verify);
	if (!chain_check(&chain, path, 0, NULL, &err)) {
		problem(verify, "%s", err.message);
		return false;
	}
	verify->records = 1;
	verify->lines = chain.lines;
	verify->cut = chain.cut;
	memcpy(verify->digest, chain.digest, sizeof(verify->digest));
	if (chain.problem[0]) {
		problem(verify, "%s: %s", path, chain.problem);
		return false;
	}
	struct run *run = run_load(path, &err);
	if (!run)
		problem(verify, "%s: %s", path, err.message);
	run_free(run);
	return verify->problem_count == 0;
}

void
verify_release(struct verify *verify)
{
	buf_release(&verify->problems);
	*verify = (struct verify){ 0 };
}
