/* circle.h - finds what waits for itself, in a graph of numbered nodes.
 *
 * Every node and edge is looked at once, and nothing recurses: a chain of ten thousand cases is an
 * ordinary suite.
 */
#ifndef SUITE_CIRCLE_H
#define SUITE_CIRCLE_H

#include <stddef.h>
#include <stdint.h>

#define CIRCLE_END SIZE_MAX

/* The `i`th node that `node` waits for, CIRCLE_END after the last. */
typedef size_t circle_edge_fn(void *arg, size_t node, size_t i);

/* `path` is a circle: each waits for the next, the last for the first. Borrowed during the call. */
typedef void circle_found_fn(void *arg, const size_t *path, size_t count);

/* Look through nodes 0 to count - 1; every circle has an edge that is reported exactly once. */
void circle_find(size_t count, circle_edge_fn *edge, circle_found_fn *found, void *arg);

#endif
