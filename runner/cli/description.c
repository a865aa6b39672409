#include "cli/description.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "exec/survey.h"
#include "scaffold/gaps.h"
#include "scaffold/openapi.h"
#include "scaffold/outline.h"
#include "suite/lens.h"

#define LENS_BYTES (4UL << 20)

/* Is the description itself the file that would be written? */
static bool
is_own(const struct description *description, const char *into, const char *name)
{
	char own[PATH_MAX];
	struct stat here, there;

	(void)snprintf(own, sizeof(own), "%s/suites/%s/lens.yaml", into, name);
	return stat(description->path, &here) == 0 && stat(own, &there) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static bool
from_file(struct description *description, struct stage *stage, const char *name)
{
	const struct settings *settings = stage->settings;
	struct error err = { 0 };
	size_t len;

	if (settings->from)
		(void)snprintf(description->path, PATH_MAX, "%s", settings->from);
	else
		(void)snprintf(description->path, PATH_MAX, "%s/suites/%s/lens.yaml",
			       settings->into, name);
	description->text = file_read(description->path, LENS_BYTES, &len, &err);
	if (!description->text) {
		*errors_new(&stage->errors) = err;
		return false;
	}
	description->in_place = is_own(description, settings->into, name);
	description->lens = lens_load(description->path, &stage->errors);
	return description->lens && gaps_none(description->lens->document, &stage->errors);
}

/* A draft is loaded as what it will be: a file. */
static bool
load_draft(struct description *description, struct stage *stage)
{
	char path[] = "/tmp/lens-XXXXXX";
	struct error err = { 0 };
	int fd = mkstemp(path);

	if (fd < 0)
		return error_set(errors_new(&stage->errors), ERROR_ENVIRONMENT,
				 "cannot make a temporary file in /tmp");
	(void)close(fd);
	if (file_replace(path, description->text, strlen(description->text), &err))
		description->lens = lens_load(path, &stage->errors);
	else
		*errors_new(&stage->errors) = err;
	(void)unlink(path);
	return description->lens != NULL;
}

static bool
draft(struct description *description, struct stage *stage, const struct outline *outline)
{
	struct buf text;

	buf_init(&text, LENS_BYTES);
	outline_write(outline, &text);
	description->text = text.text;
	return load_draft(description, stage);
}

static bool
from_target(struct description *description, struct stage *stage, const char *name)
{
	const struct environment *environment = stage->workspace.environment;
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct outline outline;
	json_t *lists = survey_lists(environment, name, mask, &err);
	bool ok = lists != NULL;

	if (!ok)
		*errors_new(&stage->errors) = err;
	outline_init(&outline, name, "what the service lists to each persona", environment);
	ok = ok && outline_survey(&outline, lists, &stage->errors) &&
	     draft(description, stage, &outline);
	outline_release(&outline);
	json_decref(lists);
	mask_free(mask);
	return ok;
}

static bool
from_openapi(struct description *description, struct stage *stage, const char *name)
{
	struct document *document = document_load(stage->settings->from_openapi, &stage->errors);
	struct outline outline;

	if (!document)
		return false;
	outline_init(&outline, name, "an OpenAPI document", stage->workspace.environment);
	bool ok = openapi_read(&outline, document, &stage->errors) &&
		  draft(description, stage, &outline);
	outline_release(&outline);
	document_free(document);
	return ok;
}

bool
description_load(struct description *description, struct stage *stage, const char *name)
{
	const struct settings *settings = stage->settings;
	int sources =
		(settings->from != NULL) + settings->from_target + (settings->from_openapi != NULL);

	*description = (struct description){ 0 };
	if (sources > 1)
		return error_set(errors_new(&stage->errors), ERROR_USAGE,
				 "a lens has one description: --from, --from-target or "
				 "--from-openapi");
	if (!stage_load(stage, !settings->from_target) ||
	    (settings->from_target && !stage_start(stage)))
		return false;
	if (settings->from_target)
		return from_target(description, stage, name);
	if (settings->from_openapi)
		return from_openapi(description, stage, name);
	return from_file(description, stage, name);
}

void
description_release(struct description *description)
{
	lens_free(description->lens);
	free(description->text);
	*description = (struct description){ 0 };
}
