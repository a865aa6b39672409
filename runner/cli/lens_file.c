#include "cli/lens_file.h"

#include <stdio.h>

#include "base/base.h"

bool
lens_file_find(const char *lens, const char *name, char path[LENS_FILE_BYTES], struct error *err)
{
	static const char *const roots[] = { "suites", LENSGATE_DATADIR "/suites" };

	for (size_t i = 0; i < COUNTOF(roots); i++) {
		(void)snprintf(path, LENS_FILE_BYTES, "%s/%s/%s", roots[i], lens, name);
		FILE *file = fopen(path, "re");
		if (file) {
			(void)fclose(file);
			return true;
		}
	}
	return error_set(err, ERROR_USAGE, "there is no suites/%s/%s", lens, name);
}
