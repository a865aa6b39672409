/* invalid.h - walks the wrong files of fixtures/invalid, for tests: one folder per kind of mistake.
 *
 * `fixtures/invalid/PREFIX-MISTAKE/error` holds what must be said about the files beside it, to the
 * letter: messages are interface. Paths in it are relative to the folder.
 */
#ifndef BASE_INVALID_H
#define BASE_INVALID_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

#define INVALID_MAX 65536

/* Load what is in the current directory, which must fail. */
typedef void invalid_load_fn(struct errors *errors);

static inline void
invalid_check(const char *folder, invalid_load_fn *load)
{
	struct errors errors = { 0 };
	struct error err = { 0 };
	struct buf said;
	size_t len;

	buf_init(&said, INVALID_MAX);
	load(&errors);
	for (size_t i = 0; i < errors.count; i++)
		error_print(&errors.items[i], &said);
	char *wanted = file_read("error", INVALID_MAX, &len, &err);
	cr_expect_str_eq(said.text, wanted ? wanted : "", "fixtures/invalid/%s says\n%s", folder,
			 said.text);
	free(wanted);
	buf_release(&said);
	errors_release(&errors);
}

/* Check every folder whose name begins with `prefix`; returns how many there are. */
static inline int
invalid_walk(const char *prefix, invalid_load_fn *load)
{
	struct dirent **entries;
	int count = scandir("fixtures/invalid", &entries, NULL, alphasort), walked = 0;

	for (int i = 0; i < count; i++) {
		char path[512];

		(void)snprintf(path, sizeof(path), "fixtures/invalid/%s", entries[i]->d_name);
		if (strncmp(entries[i]->d_name, prefix, strlen(prefix)) == 0) {
			cr_assert_eq(chdir(path), 0);
			invalid_check(entries[i]->d_name, load);
			cr_assert_eq(chdir("../../.."), 0);
			walked++;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return walked;
}

#endif
