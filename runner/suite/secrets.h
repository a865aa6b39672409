/* secrets.h - configuration and secrets, by name: from the process environment and --env-file.
 *
 * `${env.X}` is configuration, `${secret.X}` a secret. What is read as a secret is kept here,
 * and handed to the masker. A secret under 8 characters is refused: masking it would mask innocent
 * text.
 */
#ifndef SUITE_SECRETS_H
#define SUITE_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct secrets;

struct secrets *secrets_new(void);
void secrets_free(struct secrets *secrets);

/* Read NAME=VALUE lines: # comments (after a blank in a line, too), blank lines, an optional
 * `export `, optional quotes; in double quotes \n, \", \\ and \$ are escapes. A file
 * the user named wins over the process environment, and its later lines over its earlier ones. */
bool secrets_read_file(struct secrets *secrets, const char *path, struct error *err) MUST_USE;
/* Set one value; it wins over files and the process environment. */
void secrets_set(struct secrets *secrets, const char *name, const char *value);

/* The value of configuration `name`, borrowed until the next call that sets it; NULL when unset or
 * empty: CI systems hand over what is not configured as an empty text. */
const char *secrets_config(const struct secrets *secrets, const char *name);
/* The value of secret `name`, remembered as used; NULL with err when unset, empty or under 8
 * bytes. */
const char *secrets_secret(struct secrets *secrets, const char *name, struct error *err);
/* Every secret handed out so far. */
size_t secrets_used_count(const struct secrets *secrets);
void secrets_used(const struct secrets *secrets, size_t index, const char **name,
		  const char **value);

#endif
