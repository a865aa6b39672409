/* batch.h - several new files below one folder: all of them, or none.
 *
 * They are written into a hidden folder beside where they belong, and put into place at the end by
 * links, which never replace anything. Whatever stops that in the middle (a file that has come to
 * be there, a full disk) takes away again what was put there, and the folders that were made for
 * it.
 */
#ifndef BASE_BATCH_H
#define BASE_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct batch;

/* Begin below `folder`, which is made when it is not there. NULL with err. */
struct batch *batch_new(const char *folder, struct error *err) MUST_USE;

/* Removes what was not published, and every folder made for it. Does nothing to NULL. */
void batch_free(struct batch *batch);

/* Write a file that will be FOLDER/`path`; the folders above it are made when it is published. */
bool batch_add(struct batch *batch, const char *path, const void *bytes, size_t len,
	       struct error *err) MUST_USE;

/* Write a file that is there already, for those that name it: it is not published. */
bool batch_lend(struct batch *batch, const char *path, const void *bytes, size_t len,
		struct error *err) MUST_USE;

/* Where the files are until then, with the same paths below; borrowed. */
const char *batch_folder(const struct batch *batch);

/* Put all files into place. False with every file that is there already in `errors`
 * (ERROR_USAGE), or with what could not be written (ERROR_ENVIRONMENT); then nothing was. */
bool batch_publish(struct batch *batch, struct errors *errors) MUST_USE;

#endif
