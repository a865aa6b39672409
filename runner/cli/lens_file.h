/* lens_file.h - a file beside a lens's suites: alerts.yaml, canary.yaml. */
#ifndef CLI_LENS_FILE_H
#define CLI_LENS_FILE_H

#include "base/error.h"

#define LENS_FILE_BYTES 512

/* suites/LENS/NAME, here or where the program's data lies. False when it is in neither place. */
bool lens_file_find(const char *lens, const char *name, char path[LENS_FILE_BYTES],
		    struct error *err) MUST_USE;

#endif
