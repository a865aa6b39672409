#include "suite/load.h"

#include "suite/reading.h"

#define MAX_AT_ONCE    1000
#define MAX_REQUESTS   10000000
#define MAX_PER_SECOND 100000

static bool
closed_read(const struct node *node, struct load *load)
{
	struct node member;

	if (node_member(node, "for", &member))
		return node_fail_key(&member, "`at_once` goes with `requests`, `per_second` with "
					      "`for`");
	return node_integer(node, "at_once", REQUIRED, 1, MAX_AT_ONCE, &load->at_once) &&
	       node_integer(node, "requests", REQUIRED, 1, MAX_REQUESTS, &load->requests);
}

static bool
open_read(const struct node *node, struct load *load)
{
	struct node member;

	if (node_member(node, "requests", &member))
		return node_fail_key(&member, "`at_once` goes with `requests`, `per_second` with "
					      "`for`");
	if (!node_integer(node, "per_second", REQUIRED, 1, MAX_PER_SECOND, &load->per_second) ||
	    !node_duration(node, "for", REQUIRED, &load->for_ms))
		return false;
	load->requests = load->per_second * load->for_ms / 1000;
	return load->requests > 0 || node_fail(node, "not one request is due in that time");
}

bool
load_read(struct loading *loading, const struct node *node, struct step *step)
{
	static const char *const keys[] = { "at_once", "requests", "per_second",
					    "for",     "warm_up",  "measured" };
	struct node member, at;
	struct load *load;

	if (!node_member(node, "load", &member))
		return true;
	if (!node_is_object(&member) || !node_keys(&member, keys, COUNTOF(keys)))
		return false;
	if (step->together)
		return node_fail_key(&member, "either `load` or `together`");
	if (node_member(node, "eventually", &at))
		return node_fail_key(&at, "what is sent many times at once is not tried again");
	if (node_member(node, "capture", &at))
		return node_fail_key(&at, "nothing is captured from a load");
	load = ARENA_ARRAY(&loading->suite->arena, 1, struct load);
	if (!(node_member(&member, "per_second", &at) ? open_read(&member, load)
						      : closed_read(&member, load)))
		return false;
	if (!node_integer(&member, "warm_up", OPTIONAL, 0, load->requests - 1, &load->warm_up))
		return false;
	reading_template(&member, "measured", &load->measured);
	step->load = load;
	return true;
}
