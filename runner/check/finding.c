#include "check/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const finding_types[] = {
	[FINDING_STATUS] = "status",       [FINDING_BODY] = "body",
	[FINDING_HEADER] = "headers",      [FINDING_SCHEMA] = "schema",
	[FINDING_LATENCY] = "latency",     [FINDING_CAPTURE] = "capture",
	[FINDING_UNCHANGED] = "unchanged", [FINDING_WRITTEN] = "written",
	[FINDING_RLS_LEAK] = "rls.leak",   [FINDING_RLS_DENIED] = "rls.denied",
	[FINDING_ROWS] = "rows",           [FINDING_MEASURED] = "measured",
	[FINDING_INVARIANT] = "invariant", [FINDING_EXPOSED] = "exposed",
};
_Static_assert(COUNTOF(finding_types) == FINDING_TYPES, "every finding type needs a word");

const char *
finding_type_name(enum finding_type type)
{
	return finding_types[type];
}

bool
finding_type_parse(const char *name, enum finding_type *type)
{
	for (size_t i = 0; i < COUNTOF(finding_types); i++) {
		if (strcmp(finding_types[i], name) == 0) {
			*type = (enum finding_type)i;
			return true;
		}
	}
	return false;
}

static struct finding *
append(struct findings *findings)
{
	if (findings->count == findings->room) {
		size_t room = findings->room ? findings->room * 2 : 4;
		struct finding *items = ARENA_ARRAY(findings->arena, room, struct finding);

		if (findings->count)
			memcpy(items, findings->items, findings->count * sizeof(*items));
		findings->items = items;
		findings->room = room;
	}
	return &findings->items[findings->count++];
}

static const char *
copy(struct arena *arena, const char *text)
{
	return arena_text(arena, text, strlen(text));
}

void
finding_add(struct findings *findings, enum finding_type type, const char *pointer,
	    const char *expected, const char *actual, const char *fmt, ...)
{
	struct arena *arena = findings->arena;
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);

	size_t size = len < 0 ? 1 : (size_t)len + 1;
	char *message = arena_array(arena, size, 1);
	va_start(args, fmt);
	(void)vsnprintf(message, size, fmt, args);
	va_end(args);

	*append(findings) = (struct finding){
		.type = type,
		.pointer = copy(arena, pointer),
		.expected = copy(arena, expected),
		.actual = copy(arena, actual),
		.message = message,
	};
}
