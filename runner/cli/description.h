/* description.h - where the description of a new lens comes from: its own file, the running
 * service, or an OpenAPI document; in the end it is the text of a lens.yaml, and the lens that it
 * loads as.
 */
#ifndef CLI_DESCRIPTION_H
#define CLI_DESCRIPTION_H

#include <limits.h>
#include <stdbool.h>

#include "base/base.h"
#include "cli/stage.h"

struct lens;

struct description {
	char path[PATH_MAX]; /* of the file; "": it was drafted */
	bool in_place;       /* it is suites/LENS/lens.yaml below --into already */
	char *text;
	struct lens *lens;
};

/* Load the environment into `stage`, start it where the service has to be asked, and describe the
 * lens `name`. False with mistakes in stage->errors. A file must have all its places filled in. */
bool description_load(struct description *description, struct stage *stage,
		      const char *name) MUST_USE;
void description_release(struct description *description);

#endif
