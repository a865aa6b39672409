#include "evidence/verify.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "evidence/manifest.h"
#include "evidence/tool.h"

/* Bytes that are flipped per file: enough to meet every part of it. */
#define FLIPS 40

static char folder[] = "/tmp/lensgate-verify-XXXXXX";
static char key[64], allowed[64];

static const char *const files[] = { "run.jsonl", "evidence.md", "deeper/notes.txt", MANIFEST_FILE,
				     STATEMENT_FILE };
static const char *const signatures[] = { SIGNATURE_FILE, ENVELOPE_FILE };

static void
path_in(const char *name, char path[200])
{
	(void)snprintf(path, 200, "%s/%s", folder, name);
}

static void
put(const char *name, const char *text, size_t len)
{
	struct error err = { 0 };
	char path[200];

	path_in(name, path);
	cr_assert(file_replace(path, text, len, &err), "%s", err.message);
}

static char *
take(const char *name, size_t *len)
{
	struct error err = { 0 };
	char path[200];

	path_in(name, path);
	char *text = file_read(path, (size_t)16 * 1024 * 1024, len, &err);
	cr_assert_not_null(text, "%s", err.message);
	return text;
}

/* A folder with a real record, a document, and a file of somebody else, sealed. */
static void
make_folder(void)
{
	struct error err = { 0 };
	char path[200];
	size_t len;

	cr_assert_not_null(mkdtemp(folder));
	char *record = file_read("fixtures/golden/mixed.jsonl", 1024 * 1024, &len, &err);
	cr_assert_not_null(record, "%s", err.message);
	put("run.jsonl", record, len);
	put("evidence.md", "# Evidence\n\nof something\n", 25);
	put("deeper/notes.txt", "one\n", 4);
	free(record);
	path_in("run.jsonl", path);
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	const struct manifest_run only = { "run.jsonl", run };
	cr_assert(manifest_write(folder, &only, 1, &err), "%s", err.message);
	run_free(run);
}

/* Two keys: the first signs, the second is somebody else's. False without ssh-keygen. */
static bool
make_keys(void)
{
	struct error err = { 0 };
	struct buf said;
	char public[80], text[300];
	size_t len;

	(void)snprintf(key, sizeof(key), "%s.key", folder);
	(void)snprintf(allowed, sizeof(allowed), "%s.allowed", folder);
	const char *const argv[] = {
		"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key, NULL
	};
	buf_init(&said, 4096);
	int status = tool_run(argv, NULL, &said, &err);
	buf_release(&said);
	if (status != 0)
		return false;
	(void)snprintf(public, sizeof(public), "%s.pub", key);
	char *line = file_read(public, 4096, &len, &err);
	cr_assert_not_null(line);
	(void)snprintf(text, sizeof(text), "release@example.test %s", line);
	cr_assert(file_replace(allowed, text, strlen(text), &err));
	free(line);
	return true;
}

static bool
is_whole(const char *who)
{
	const struct verify_options options = { .allowed = who };
	struct verify verify;
	bool ok = verify_folder(&verify, folder, &options);

	verify_release(&verify);
	return ok;
}

/* The document of this folder, whatever the run. */
static bool
remake(void *arg, const struct run *run, const char *file, struct buf *out)
{
	(void)arg;
	(void)run;
	if (strcmp(file, "evidence.md") != 0)
		return false;
	buf_printf(out, "# Evidence\n\nof something\n");
	return true;
}

static void
expect_problem(const char *words)
{
	const struct verify_options options = { .remake = remake };
	struct verify verify;

	cr_expect(!verify_folder(&verify, folder, &options));
	cr_expect(strstr(verify.problems.text, words), "\"%s\" is not in: %s", words,
		  verify.problems.text);
	verify_release(&verify);
}

/* Flip one bit of `name` at FLIPS places from first byte to last: each must be found. */
static void
flip(const char *name)
{
	size_t len;
	char *text = take(name, &len);
	size_t step = len > FLIPS ? (len - 1) / (FLIPS - 1) : 1;

	for (size_t at = 0; at < len; at += step) {
		char kept = text[at];

		text[at] = (char)(kept ^ (1 << (at % 8)));
		put(name, text, len);
		cr_expect(!is_whole(NULL), "%s, byte %zu: '%c' for '%c'", name, at, text[at], kept);
		text[at] = kept;
	}
	put(name, text, len);
	free(text);
	cr_assert(is_whole(NULL), "%s is as it was", name);
}

Test(verify, one_flipped_bit_anywhere_is_found, .init = make_folder)
{
	for (size_t i = 0; i < COUNTOF(files); i++)
		flip(files[i]);
}

Test(verify, one_flipped_bit_of_a_signature_is_found, .init = make_folder)
{
	struct error err = { 0 };

	if (!make_keys())
		cr_skip_test("no ssh-keygen");
	cr_assert(sign_folder(folder, key, &err), "%s", err.message);
	for (size_t i = 0; i < COUNTOF(signatures); i++)
		flip(signatures[i]);
}

Test(verify, it_names_what_was_altered_missing_or_added, .init = make_folder)
{
	size_t len;
	char path[200];
	char *record = take("run.jsonl", &len);
	char *title = strstr(record, "\"verdict\":\"FAIL\"");

	put("evidence.md", "# Evidence\n\nof nothing..\n", 25);
	expect_problem("evidence.md: line 3 was altered");
	put("evidence.md", "# Evidence\n\nof something\n", 25);
	memcpy(title + 11, "PASS", 4);
	put("run.jsonl", record, len);
	expect_problem("run.jsonl: line ");
	memcpy(title + 11, "FAIL", 4);
	put("run.jsonl", record, len);
	put("deeper/new.txt", "x", 1);
	expect_problem("deeper/new.txt was added");
	path_in("deeper/new.txt", path);
	(void)unlink(path);
	cr_expect(is_whole(NULL));
	path_in("deeper/notes.txt", path);
	(void)unlink(path);
	expect_problem("deeper/notes.txt is missing");
	cr_expect_eq(symlink("../evidence.md", path), 0);
	expect_problem("deeper/notes.txt");
	free(record);
}

Test(verify, a_folder_without_a_manifest_is_not_whole, .init = make_folder)
{
	char path[200];

	path_in(MANIFEST_FILE, path);
	(void)unlink(path);
	expect_problem("manifest.json is missing");
}

Test(verify, only_who_is_allowed_may_have_signed, .init = make_folder)
{
	const struct verify_options options = { .allowed = allowed };
	struct error err = { 0 };
	struct verify verify;

	if (!make_keys())
		cr_skip_test("no ssh-keygen");
	cr_expect(!is_whole(allowed), "nobody has signed");
	cr_assert(sign_folder(folder, key, &err), "%s", err.message);
	cr_expect(verify_folder(&verify, folder, &options), "%s", verify.problems.text);
	cr_expect_eq(verify.signature, VERIFY_ALLOWED);
	cr_expect_str_eq(verify.signer.principal, "release@example.test");
	verify_release(&verify);
	cr_assert(file_replace(allowed, "", 0, &err));
	cr_expect(!is_whole(allowed), "nobody is allowed");
	cr_expect(is_whole(NULL));
}

Test(verify, a_signature_cannot_be_taken_away_by_half, .init = make_folder)
{
	struct error err = { 0 };
	char path[200];

	if (!make_keys())
		cr_skip_test("no ssh-keygen");
	cr_assert(sign_folder(folder, key, &err), "%s", err.message);
	path_in(ENVELOPE_FILE, path);
	(void)unlink(path);
	expect_problem("statement.dsse.json is missing");
}

Test(verify, a_new_manifest_drops_the_signature_of_the_old, .init = make_folder)
{
	struct error err = { 0 };
	struct stat info;
	char path[200];

	if (!make_keys())
		cr_skip_test("no ssh-keygen");
	cr_assert(sign_folder(folder, key, &err), "%s", err.message);
	path_in("run.jsonl", path);
	struct run *run = run_load(path, &err);
	const struct manifest_run only = { "run.jsonl", run };
	cr_assert(manifest_write(folder, &only, 1, &err), "%s", err.message);
	run_free(run);
	path_in(SIGNATURE_FILE, path);
	cr_expect_neq(stat(path, &info), 0);
	cr_expect(is_whole(NULL));
}

Test(verify, a_key_that_is_not_there_signs_nothing, .init = make_folder)
{
	struct error err = { 0 };

	if (!make_keys())
		cr_skip_test("no ssh-keygen");
	cr_expect(!sign_folder(folder, "/nowhere/key", &err));
	cr_expect(strstr(err.message, "did not sign with /nowhere/key"), "%s", err.message);
}

Test(verify, of_a_record_alone_the_chain_is_checked)
{
	struct verify verify;

	cr_expect(verify_record(&verify, "fixtures/golden/mixed.jsonl"), "%s",
		  verify.problems.text);
	cr_expect_eq(strlen(verify.digest), 64);
	verify_release(&verify);
	cr_expect(!verify_record(&verify, "README.md"));
	verify_release(&verify);
}

Test(verify, the_statement_is_one_of_in_toto_with_every_test_in_a_list, .init = make_folder)
{
	size_t len;
	char *text = take(STATEMENT_FILE, &len);
	json_t *statement = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *predicate = json_object_get(statement, "predicate");
	const char *type = json_string_value(json_object_get(statement, "_type"));
	const char *kind = json_string_value(json_object_get(statement, "predicateType"));
	const char *result = json_string_value(json_object_get(predicate, "result"));

	cr_assert_not_null(statement);
	cr_expect_str_eq(type, "https://in-toto.io/Statement/v1");
	cr_expect_str_eq(kind, "https://in-toto.io/attestation/test-result/v0.1");
	cr_expect_str_eq(result, "FAILED");
	cr_expect(json_array_size(json_object_get(predicate, "passedTests")) > 0);
	cr_expect(json_array_size(json_object_get(predicate, "failedTests")) > 0);
	cr_expect(json_array_size(json_object_get(statement, "subject")) > 0);
	json_decref(statement);
	free(text);
}
