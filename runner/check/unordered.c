#include "check/unordered.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define NOBODY SIZE_MAX

struct pairing {
	size_t patterns, items;
	bool *fits;      /* patterns x items: could this pattern stand for this item? */
	size_t *pattern; /* of each item; NOBODY: free */
	bool *tried;     /* items, in the search under way */
};

/* Find an item for `pattern`; one that is taken is freed when its pattern finds another.
 * Source: the augmenting paths of H. W. Kuhn. Recursion is at most UNORDERED_MAX deep. */
static bool
place(struct pairing *pairing, size_t pattern)
{
	for (size_t i = 0; i < pairing->items; i++) {
		if (pairing->tried[i] || !pairing->fits[pattern * pairing->items + i])
			continue;
		pairing->tried[i] = true;
		if (pairing->pattern[i] == NOBODY || place(pairing, pairing->pattern[i])) {
			pairing->pattern[i] = pattern;
			return true;
		}
	}
	return false;
}

static bool
pair(struct pairing *pairing, struct matching *matching, const struct at *at,
     const json_t *patterns)
{
	bool ok = true;

	for (size_t p = 0; p < pairing->patterns; p++) {
		const json_t *pattern = json_array_get(patterns, p);

		for (size_t i = 0; i < pairing->items; i++) {
			struct at item = { at, NULL, i, json_array_get(at->value, i) };

			pairing->fits[p * pairing->items + i] =
				match_quietly(matching, &item, pattern);
		}
	}
	for (size_t p = 0; p < pairing->patterns; p++) {
		memset(pairing->tried, 0, pairing->items * sizeof(*pairing->tried));
		if (place(pairing, p))
			continue;
		ok = false;
		if (matching->quiet)
			break;
		(void)mismatch(matching, at, "$set", json_array_get(patterns, p),
			       "no item is left that matches %s",
			       pattern_text(json_array_get(patterns, p), SHOWN_BYTES,
					    matching->findings->arena));
	}
	for (size_t i = 0; i < pairing->items; i++) {
		struct at item = { at, NULL, i, json_array_get(at->value, i) };

		if (pairing->pattern[i] == NOBODY)
			ok = mismatch(matching, &item, "$set", patterns,
				      "no pattern is left that this item matches");
	}
	return ok;
}

bool
unordered_match(struct matching *matching, const struct at *at, const json_t *patterns)
{
	struct pairing pairing = { json_array_size(patterns), json_array_size(at->value), NULL,
				   NULL, NULL };

	if (!json_is_array(patterns) || !json_is_array(at->value))
		return mismatch(matching, at, "$set", patterns, "needs an array to look into");
	if (matching->quiet && pairing.patterns != pairing.items)
		return false;
	if (pairing.patterns > UNORDERED_MAX || pairing.items > UNORDERED_MAX)
		return mismatch(matching, at, "$set", patterns,
				"has %zu items; more than %d cannot be compared in any order",
				pairing.items, UNORDERED_MAX);
	pairing.fits = must(calloc(pairing.patterns * pairing.items + 1, sizeof(*pairing.fits)));
	pairing.pattern = must(calloc(pairing.items + 1, sizeof(*pairing.pattern)));
	pairing.tried = must(calloc(pairing.items + 1, sizeof(*pairing.tried)));
	for (size_t i = 0; i < pairing.items; i++)
		pairing.pattern[i] = NOBODY;

	bool ok = pair(&pairing, matching, at, patterns);

	free(pairing.fits);
	free(pairing.pattern);
	free(pairing.tried);
	return ok;
}
