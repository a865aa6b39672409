/* delivery.h - what is made of a record once it is whole: the files of a run's folder, the reports
 * that were asked for, the links to the newest run. Shared by run, gate, merge and report. */
#ifndef CLI_DELIVERY_H
#define CLI_DELIVERY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "cli/options.h"
#include "run/mask.h"
#include "run/run.h"

/* Every --report is KIND=PATH with a kind there is; ERROR_USAGE otherwise. */
bool delivery_check(const struct option_list *asked, struct error *err) MUST_USE;

/* What delivery_write will write, as the run's header lists it: [{kind, path}]; a new reference. */
json_t *delivery_list(const char *folder, const struct settings *settings);

/* Write the reports that every run has into `folder`, and those of --report where they say. False
 * when one could not be written; each has then said so on standard error. */
bool delivery_write(const struct run *run, const char *folder, const struct settings *settings,
		    const struct mask *mask) MUST_USE;

/* Make `file` of a run's folder again, appended to `out`. False when it is none of those that every
 * run has. */
bool delivery_remake(const struct run *run, const char *file, const struct mask *mask,
		     struct buf *out) MUST_USE;

/* Write manifest and statement of `folder`, which holds `run`'s record, and sign them when --sign
 * says with what. The last thing that is done to a folder. */
bool delivery_seal(const struct run *run, const char *folder, const struct settings *settings,
		   struct error *err) MUST_USE;

/* Make `out`/`kind`/latest and `out`/last point at the run `out`/`kind`/`run_id`. */
void delivery_point(const char *out, const char *kind, const char *run_id);

/* Whether standard output is to be coloured. */
bool delivery_color(const struct settings *settings);

#endif
