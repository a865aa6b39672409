#include "exec/sql_prepared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
sql_prepared_release(struct sql_prepared *prepared)
{
	for (size_t i = 0; i < prepared->count; i++)
		free(prepared->texts[i]);
	*prepared = (struct sql_prepared){ .count = 0 };
}

static size_t
find(const struct sql_prepared *prepared, const char *text)
{
	size_t i = 0;

	while (i < prepared->count &&
	       (!prepared->texts[i] || strcmp(prepared->texts[i], text) != 0))
		i++;
	return i;
}

bool
sql_prepared_name(struct sql_prepared *prepared, const char *text, char name[SQL_PREPARED_NAME],
		  bool *fresh)
{
	size_t i = find(prepared, text);

	*fresh = i == prepared->count;
	if (i == SQL_PREPARED_MAX)
		return false;
	if (*fresh) {
		prepared->texts[i] = strdup(text);
		if (!prepared->texts[i])
			abort();
		prepared->count++;
	}
	(void)snprintf(name, SQL_PREPARED_NAME, "lensgate_look_%zu", i);
	return true;
}

void
sql_prepared_forget(struct sql_prepared *prepared, const char *text)
{
	size_t i = find(prepared, text);

	if (i == prepared->count)
		return;
	free(prepared->texts[i]);
	prepared->texts[i] = NULL;
}
