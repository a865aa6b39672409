/* fixtures/invalid: one folder per mistake, with the wrong file and the exact text of its errors.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/rows.h"
#include "suite/environment.h"
#include "suite/gate.h"
#include "suite/lens.h"
#include "suite/world.h"

#define FOLDER "fixtures/invalid"

static bool
load_document(const char *path, struct errors *errors)
{
	struct document *document = document_load(path, errors);

	document_free(document);
	return document != NULL;
}

static bool
load_environment(const char *path, struct errors *errors)
{
	struct secrets *secrets = secrets_new();
	struct environment *environment = environment_load(path, secrets, NULL, false, errors);

	environment_free(environment);
	secrets_free(secrets);
	return environment != NULL;
}

static bool
load_gate(const char *path, struct errors *errors)
{
	struct gate *gate = gate_load(path, errors);

	gate_free(gate);
	return gate != NULL;
}

static bool
load_lens(const char *path, struct errors *errors)
{
	struct lens *lens = lens_load(path, errors);

	lens_free(lens);
	return lens != NULL;
}

/* The folder `common` has the lens and the environment; a folder may name another environment in
 * the file `environment`. */
static bool
load_suite(const char *path, struct errors *errors)
{
	struct error none = { 0 };
	struct world world;
	size_t len = 0;
	char *own = file_read("environment", 256, &len, &none);

	if (own)
		own[strcspn(own, "\n")] = '\0';
	world_begin(&world, own ? own : "../common/environment.yaml");
	world.suite = suite_load(path, "..", world.lenses, world.environment, errors);
	bool loaded = world.suite != NULL;
	world_end(&world);
	free(own);
	return loaded;
}

/* Folders are named KIND-MISTAKE, and hold KIND.yaml or KIND.json. */
static const struct {
	const char *kind;
	bool (*load)(const char *path, struct errors *errors);
	size_t at_least; /* folders */
} kinds[] = {
	{ "document", load_document, 20 }, { "environment", load_environment, 20 },
	{ "gate", load_gate, 5 },          { "lens", load_lens, 10 },
	{ "suite", load_suite, 36 },
};

static void
expect_errors(const struct errors *errors, const char *folder)
{
	struct error err = { 0 };
	struct buf printed;
	size_t len = 0;
	char *expected = file_read("error", 65536, &len, &err);

	buf_init(&printed, 65536);
	for (size_t i = 0; i < errors->count; i++)
		error_print(&errors->items[i], &printed);
	cr_expect_not_null(expected, "%s: %s", folder, err.message);
	if (expected)
		cr_expect_str_eq(printed.text, expected, "%s says:\n%s", folder, printed.text);
	free(expected);
	buf_release(&printed);
}

static void
try_folder(const char *kind, bool (*load)(const char *, struct errors *), const char *folder)
{
	struct errors errors = { 0 };
	char file[64];

	cr_assert_eq(chdir(folder), 0);
	(void)snprintf(file, sizeof(file), "%s.yaml", kind);
	if (access(file, R_OK) != 0)
		(void)snprintf(file, sizeof(file), "%s.json", kind);
	cr_expect_not(load(file, &errors), "%s", folder);
	expect_errors(&errors, folder);
	errors_release(&errors);
	cr_assert_eq(chdir(".."), 0);
}

ParameterizedTestParameters(invalid_files, each_mistake_has_its_sentence)
{
	return rows_of(COUNTOF(kinds));
}

ParameterizedTest(size_t *row, invalid_files, each_mistake_has_its_sentence)
{
	const char *kind = kinds[*row].kind;
	size_t found = 0, len = strlen(kind);
	struct dirent *entry;

	cr_assert_eq(chdir(FOLDER), 0);
	DIR *directory = opendir(".");
	cr_assert_not_null(directory);
	while ((entry = readdir(directory))) {
		if (strncmp(entry->d_name, kind, len) != 0 || entry->d_name[len] != '-')
			continue;
		try_folder(kind, kinds[*row].load, entry->d_name);
		found++;
	}
	(void)closedir(directory);
	cr_expect_geq(found, kinds[*row].at_least, "%s: %zu", kind, found);
}
