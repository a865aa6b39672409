#include "exec/sql_prepared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/must.h"

void
sql_prepared_release(struct sql_prepared *prepared)
{
	for (size_t i = 0; i < prepared->count; i++)
		free(prepared->items[i].text);
	prepared->count = 0;
}

static size_t
find(const struct sql_prepared *prepared, const char *text)
{
	size_t i = 0;

	while (i < prepared->count && strcmp(prepared->items[i].text, text) != 0)
		i++;
	return i;
}

bool
sql_prepared_name(struct sql_prepared *prepared, const char *text, char name[SQL_PREPARED_NAME],
		  bool *fresh)
{
	size_t i = find(prepared, text);
	char hex[DIGEST_HEX_BYTES];

	*fresh = i == prepared->count;
	if (i == SQL_PREPARED_MAX)
		return false;
	if (*fresh) {
		prepared->items[i].text = must(strdup(text));
		digest_hex(text, strlen(text), hex);
		(void)snprintf(prepared->items[i].name, SQL_PREPARED_NAME, "lensgate_%.32s", hex);
		prepared->count++;
	}
	memcpy(name, prepared->items[i].name, SQL_PREPARED_NAME);
	return true;
}

void
sql_prepared_forget(struct sql_prepared *prepared, const char *text)
{
	size_t i = find(prepared, text);

	if (i == prepared->count)
		return;
	free(prepared->items[i].text);
	prepared->items[i] = prepared->items[--prepared->count];
}
