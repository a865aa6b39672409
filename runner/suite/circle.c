#include "suite/circle.h"

#include "base/arena.h"

enum colour { UNSEEN, ON_PATH, DONE };

struct walk {
	enum colour *colour;
	size_t *path; /* the nodes being followed, each waiting for the next */
	size_t *next; /* per entry of path: its edge to follow */
	size_t depth;
};

static void
enter(struct walk *walk, size_t node)
{
	walk->colour[node] = ON_PATH;
	walk->path[walk->depth] = node;
	walk->next[walk->depth] = 0;
	walk->depth++;
}

static void
report(const struct walk *walk, size_t node, circle_found_fn *found, void *arg)
{
	size_t start = walk->depth - 1;

	while (walk->path[start] != node)
		start--;
	found(arg, walk->path + start, walk->depth - start);
}

void
circle_find(size_t count, circle_edge_fn *edge, circle_found_fn *found, void *arg)
{
	struct arena arena = { 0 };
	struct walk walk = { ARENA_ARRAY(&arena, count, enum colour),
			     ARENA_ARRAY(&arena, count, size_t), ARENA_ARRAY(&arena, count, size_t),
			     0 };

	for (size_t root = 0; root < count; root++) {
		if (walk.colour[root] == UNSEEN)
			enter(&walk, root);
		while (walk.depth > 0) {
			size_t top = walk.depth - 1, node = walk.path[top];
			size_t to = edge(arg, node, walk.next[top]++);

			if (to == CIRCLE_END) {
				walk.colour[node] = DONE;
				walk.depth--;
			} else if (walk.colour[to] == UNSEEN) {
				enter(&walk, to);
			} else if (walk.colour[to] == ON_PATH) {
				report(&walk, to, found, arg);
			}
		}
	}
	arena_release(&arena);
}
