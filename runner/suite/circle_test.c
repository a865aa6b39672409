#include "suite/circle.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rows.h"

#define NODES 6

/* Each text lists the edges as pairs of digits: "01 12" is 0 -> 1 -> 2. */
struct graph {
	const char *edges;
	char found[128];
};

static size_t
edge(void *arg, size_t node, size_t i)
{
	const struct graph *graph = arg;

	for (const char *at = graph->edges; *at; at += at[2] ? 3 : 2) {
		if ((size_t)(at[0] - '0') == node && i-- == 0)
			return (size_t)(at[1] - '0');
	}
	return CIRCLE_END;
}

static void
found(void *arg, const size_t *path, size_t count)
{
	struct graph *graph = arg;

	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(graph->found);
		(void)snprintf(graph->found + len, sizeof(graph->found) - len, "%s%zu",
			       i == 0 && len > 0 ? " " : "", path[i]);
	}
}

static const struct {
	const char *edges, *circles;
} graphs[] = {
	{ "", "" },
	{ "01 12 02", "" },
	{ "00", "0" },
	{ "01 10", "01" },
	{ "01 12 20", "012" },
	{ "01 12 21 13", "12" },
	{ "01 10 23 32", "01 23" },
	{ "34 43 03", "34" },
};

ParameterizedTestParameters(circle, is_found_once)
{
	return rows_of(COUNTOF(graphs));
}

ParameterizedTest(size_t *row, circle, is_found_once)
{
	struct graph graph = { .edges = graphs[*row].edges };

	circle_find(NODES, edge, found, &graph);
	cr_expect_str_eq(graph.found, graphs[*row].circles, "row %zu", *row);
}

static size_t
next(void *arg, size_t node, size_t i)
{
	return i == 0 && node + 1 < *(const size_t *)arg ? node + 1 : CIRCLE_END;
}

Test(circle, a_long_chain_needs_no_deep_stack)
{
	size_t count = 300000;

	circle_find(count, next, NULL, &count);
}
