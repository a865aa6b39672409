#include "scaffold/gaps.h"

#include <string.h>

#include "document/node.h"
#include "suite/lens.h"

static bool
filled(const struct node *node)
{
	struct node member;
	bool ok = true;

	if (json_is_string(node->value) && strstr(json_string_value(node->value), LENS_FILL_IN))
		return node_fail(node, "is a place to fill in (" LENS_FILL_IN ")");
	if (json_is_object(node->value)) {
		for (const char *key = NULL; node_next(node, &key, &member);)
			ok &= filled(&member);
	}
	for (size_t i = 0; i < json_array_size(node->value); i++) {
		member = node_item(node, i);
		ok &= filled(&member);
	}
	return ok;
}

bool
gaps_none(const struct document *document, struct errors *errors)
{
	struct node root = node_root(document, errors);

	return filled(&root);
}
