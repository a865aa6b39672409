#include "cli/verify_command.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/mistakes.h"
#include "evidence/manifest.h"
#include "evidence/verify.h"

/* The folder to check for `path`: itself, or the nearest one above a file that has a manifest. */
static bool
find_folder(const char *path, char folder[PATH_MAX])
{
	char manifest[PATH_MAX + 20];
	struct stat info;

	(void)snprintf(folder, PATH_MAX, "%s", path);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return true;
	for (;;) {
		char *slash = strrchr(folder, '/');
		if (slash == folder)
			return false;
		if (slash)
			*slash = '\0';
		else
			(void)snprintf(folder, PATH_MAX, ".");
		(void)snprintf(manifest, sizeof(manifest), "%s/%s", folder, MANIFEST_FILE);
		if (stat(manifest, &info) == 0)
			return true;
		if (!slash)
			return false;
	}
}

static void
print_signature(const struct verify *verify, bool folder)
{
	switch (verify->signature) {
	case VERIFY_ALLOWED:
		printf("signed    by %s, with %s\n", verify->signer.principal, verify->signer.key);
		return;
	case VERIFY_SIGNED:
		printf("signed    with %s\n"
		       "          Whose key that is was not asked: --allowed-signers FILE does.\n",
		       verify->signer.key);
		return;
	case VERIFY_UNSIGNED:
		break;
	}
	printf("unsigned  This shows that nothing was changed by accident, in part or "
	       "unknowingly.\n"
	       "          It does not show who made it: whoever can write these files can make\n"
	       "          chain%s anew. Sign with --sign KEY, or keep this digest where\n"
	       "          others cannot write:\n",
	       folder ? " and manifest" : "");
	printf("          %s of %s\n", verify->digest, folder ? MANIFEST_FILE : "the last line");
}

static void
print_whole(const struct verify *verify, const char *path, bool folder)
{
	printf("whole     %s\n", path);
	if (folder)
		printf("          %ld files as the manifest has them, %ld record%s\n",
		       verify->files, verify->records, verify->records == 1 ? "" : "s");
	printf("          %ld lines, each with the SHA-256 of the one before it\n", verify->lines);
	if (verify->cut)
		printf("          after them the beginning of one more: the run was cut short\n");
	print_signature(verify, folder);
}

static void
print_problems(const struct verify *verify, const char *path)
{
	const char *line = verify->problems.text;

	printf("altered   %s\n", path);
	while (*line) {
		size_t len = strcspn(line, "\n");

		printf("          %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

/* Of the documents that every run has. */
static bool
remake(void *arg, const struct run *run, const char *file, struct buf *out)
{
	return delivery_remake(run, file, arg, out);
}

int
verify_command(const struct settings *settings, const char *const *argv)
{
	struct mask *mask = mask_new();
	struct verify_options options = { .allowed = settings->allowed_signers,
					  .remake = remake,
					  .arg = mask };
	struct error err = { 0 };
	struct verify verify;
	char folder[PATH_MAX];

	(void)argv;
	if (settings->operand_count != 1) {
		error_set(&err, ERROR_USAGE,
			  "verify wants one folder of evidence, or a file from one");
		mask_free(mask);
		return mistake_print(&err);
	}
	bool whole_folder = find_folder(settings->operands[0], folder);
	const char *path = whole_folder ? folder : settings->operands[0];
	bool ok = whole_folder ? verify_folder(&verify, path, &options)
			       : verify_record(&verify, path);
	if (ok && !whole_folder && settings->allowed_signers) {
		printf("unsigned  %s: a signature is one of a whole folder\n", path);
		ok = false;
	} else if (ok) {
		print_whole(&verify, path, whole_folder);
	} else {
		print_problems(&verify, path);
	}
	verify_release(&verify);
	mask_free(mask);
	return ok ? EXIT_PASSED : EXIT_UNWRITTEN;
}
