#include "run/mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/must.h"
#include "run/forms.h"
#include "run/fragments.h"
#include "run/needles.h"
#include "run/ranges.h"
#include "run/shapes.h"
#include "run/unescape.h"

/* Escapes within escapes are undone this often: a JSON text in a JSON text in a URL. */
#define DEPTH 3

/* Masking is repeated this often, until it changes nothing. */
#define ROUNDS 5

struct shown {
	struct shown *next;
	const char *text;
	size_t len;
};

struct mask {
	struct arena arena; /* what is shown */
	struct needles *needles;
	struct fragments *fragments;
	struct shapes *shapes;
	struct shown *shown; /* in every way a report may have escaped it */
	bool has_escapes;    /* some secret looks like an escape itself */
};

/* What was found, in the text's own positions. */
struct found {
	struct ranges secrets, shapes;
};

static void
remember_shown(struct mask *mask, const char *text, size_t len)
{
	struct shown *shown = ARENA_NEW(&mask->arena, struct shown);

	*shown = (struct shown){ mask->shown, arena_text(&mask->arena, text, len), len };
	mask->shown = shown;
}

struct mask *
mask_new(void)
{
	struct mask *mask = must(calloc(1, sizeof(*mask)));

	mask->needles = needles_new();
	mask->fragments = fragments_new();
	mask->shapes = shapes_new();
	for (size_t i = 0; shapes_shown[i]; i++)
		remember_shown(mask, shapes_shown[i], strlen(shapes_shown[i]));
	return mask;
}

void
mask_free(struct mask *mask)
{
	if (!mask)
		return;
	needles_free(mask->needles);
	fragments_free(mask->fragments);
	shapes_free(mask->shapes);
	arena_release(&mask->arena);
	free(mask);
}

/* Angle brackets as XML, HTML and careful JSON writers write them. */
static void
remember_escaped(struct mask *mask, const char *text, const char *less, const char *more)
{
	struct buf escaped;

	buf_init(&escaped, 4096);
	for (const char *c = text; *c; c++) {
		if (*c == '<')
			buf_printf(&escaped, "%s", less);
		else if (*c == '>')
			buf_printf(&escaped, "%s", more);
		else
			buf_add(&escaped, c, 1);
	}
	remember_shown(mask, escaped.text, escaped.len);
	buf_release(&escaped);
}

bool
mask_add(struct mask *mask, const char *value, const char *shown, struct error *err)
{
	size_t len = strlen(value);
	struct layer text = layer_of(value, len), unescaped;

	if (len < NEEDLE_MIN)
		return error_set(err, ERROR_ENVIRONMENT,
				 "%s has fewer than %d characters: masking it would mask innocent "
				 "text",
				 shown, NEEDLE_MIN);
	if (strstr(shown, value))
		return error_set(err, ERROR_ENVIRONMENT, "%s has its own name as its value", shown);
	remember_shown(mask, shown, strlen(shown));
	shown = mask->shown->text;
	if (strpbrk(shown, "<>")) {
		remember_escaped(mask, shown, "&lt;", "&gt;");
		remember_escaped(mask, shown, "\\u003c", "\\u003e");
		remember_escaped(mask, shown, "\\u003C", "\\u003E");
	}
	if (layer_unescape(&unescaped, &text, ESCAPES_ALL)) {
		mask->has_escapes = true;
		layer_release(&unescaped);
	}
	forms_add(mask->needles, mask->fragments, value, shown);
	return true;
}

/* The length of a reference to a variable at `text`: $NAME or ${NAME}. */
static size_t
reference(const char *text, size_t len)
{
	size_t at = 1;
	bool braces = len > 2 && text[1] == '{';

	if (len < 2 || text[0] != '$')
		return 0;
	at += braces;
	size_t name = at;
	while (at < len && ((text[at] >= 'A' && text[at] <= 'Z') || text[at] == '_' ||
			    (at > name && text[at] >= '0' && text[at] <= '9')))
		at++;
	if (at == name || (braces && (at >= len || text[at] != '}')))
		return 0;
	return at + braces;
}

/* The length of `open`, a name and `close` at `text`; 0 when they do not stand there. */
static size_t
named(const char *text, size_t len, const char *open, const char *close)
{
	size_t from = strlen(open), at = from, more = strlen(close);

	if (len < from || memcmp(text, open, from) != 0)
		return 0;
	while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '_' ||
			    text[at] == '-' || text[at] == '.'))
		at++;
	if (at == from || len - at < more || memcmp(text + at, close, more) != 0)
		return 0;
	return at + more;
}

/* The length of what replaced a secret that only another process knew. */
static size_t
foreign(const char *text, size_t len)
{
	static const struct {
		const char *open, *close;
	} forms[] = {
		{ "<", " token>" },
		{ "&lt;", " token&gt;" },
		{ "\\u003c", " token\\u003e" },
		{ "[secret ", "]" },
	};
	size_t found = 0;

	for (size_t i = 0; i < COUNTOF(forms) && !found; i++)
		found = named(text, len, forms[i].open, forms[i].close);
	return found;
}

/* Step over everything that replaces a secret; the first position after it. */
static size_t
skip_shown(const struct mask *mask, const struct layer *layer, size_t at)
{
	for (bool stepped = true; stepped;) {
		size_t known = reference(layer->text + at, layer->len - at);

		if (!known)
			known = foreign(layer->text + at, layer->len - at);
		at += known;
		stepped = known > 0;
		for (const struct shown *shown = mask->shown; shown && !stepped;
		     shown = shown->next) {
			if (layer->len - at < shown->len ||
			    memcmp(layer->text + at, shown->text, shown->len) != 0)
				continue;
			at += shown->len;
			stepped = true;
		}
	}
	return at;
}

/* Search one layer. */
static void
search(const struct mask *mask, const struct layer *layer, struct found *found)
{
	struct ranges secrets = { 0 }, shapes = { 0 };

	needles_find(mask->needles, layer->text, layer->len, &secrets);
	for (size_t i = 0; i < secrets.count; i++) {
		struct range range = secrets.items[i];

		layer_to_text(layer, &range.from, &range.to);
		ranges_add(&found->secrets, range.from, range.to, range.shown);
	}
	shapes_find(mask->shapes, layer, &shapes);
	for (size_t i = 0; i < shapes.count; i++) {
		struct range range = shapes.items[i];

		range.from = skip_shown(mask, layer, range.from);
		if (range.from >= range.to)
			continue;
		layer_to_text(layer, &range.from, &range.to);
		ranges_add(&found->shapes, range.from, range.to, range.shown);
	}
	ranges_release(&secrets);
	ranges_release(&shapes);
}

/* Search what is below the escapes of `layer`, and below those in turn: with all kinds of escapes
 * undone at once or, `apart`, with each kind undone alone. */
static void
search_below(const struct mask *mask, const struct layer *layer, bool apart, int depth,
	     struct found *found)
{
	static const unsigned kinds[] = { ESCAPES_JSON, ESCAPES_PERCENT, ESCAPES_XML };

	for (size_t i = 0; i < (apart ? COUNTOF(kinds) : 1) && depth > 0; i++) {
		struct layer next;

		if (!layer_unescape(&next, layer, apart ? kinds[i] : ESCAPES_ALL))
			continue;
		search(mask, &next, found);
		search_below(mask, &next, apart, depth - 1, found);
		layer_release(&next);
	}
}

static void
find_all(const struct mask *mask, const char *text, size_t len, struct found *found)
{
	struct layer root = layer_of(text, len);
	struct ranges rest = { 0 };

	search(mask, &root, found);
	search_below(mask, &root, false, DEPTH, found);
	/* A secret such as "50%25off" is only whole while its own escapes are left alone. */
	if (mask->has_escapes)
		search_below(mask, &root, true, DEPTH, found);
	/* Most texts hold nothing. */
	if (!found->secrets.count && !found->shapes.count)
		return;
	ranges_join(&found->secrets);
	ranges_join(&found->shapes);
	/* A registered name says more than a shape: only what it leaves uncovered is a shape's. */
	ranges_subtract(&found->shapes, &found->secrets, &rest);
	ranges_release(&found->shapes);
	found->shapes = rest;
}

static void
found_release(struct found *found)
{
	ranges_release(&found->secrets);
	ranges_release(&found->shapes);
}

/* Append the text to `out` with everything that is found in it replaced; false when nothing was. */
static bool
replace(const struct mask *mask, const char *text, size_t len, struct buf *out)
{
	struct found found = { 0 };
	size_t at = 0;

	find_all(mask, text, len, &found);
	for (size_t i = 0; i < found.shapes.count; i++) {
		struct range *shape = &found.shapes.items[i];

		ranges_add(&found.secrets, shape->from, shape->to, shape->shown);
	}
	ranges_join(&found.secrets);
	for (size_t i = 0; i < found.secrets.count; i++) {
		struct range *range = &found.secrets.items[i];

		buf_add(out, text + at, range->from - at);
		buf_add(out, range->shown, strlen(range->shown));
		at = range->to;
	}
	buf_add(out, text + at, len - at);
	bool any = found.secrets.count > 0;
	found_release(&found);
	return any;
}

bool
mask_text(const struct mask *mask, const char *text, size_t len, struct buf *out)
{
	size_t begin = out->len;

	/* What is shown may stand beside a quote or a colon and look like a value again. */
	bool any = replace(mask, text, len, out);
	for (int round = 1; any && round < ROUNDS; round++) {
		struct buf again;

		buf_init(&again, out->max);
		any = replace(mask, out->text + begin, out->len - begin, &again);
		if (any) {
			out->len = begin;
			buf_add(out, again.text, again.len);
		}
		buf_release(&again);
	}
	return !any;
}

void
mask_words(const struct mask *mask, const char *text, size_t len, struct buf *out)
{
	struct ranges parts = { 0 };
	struct buf whole;
	size_t at = 0;

	buf_init(&whole, out->max);
	(void)mask_text(mask, text, len, &whole);
	fragments_find(mask->fragments, whole.text, whole.len, &parts);
	for (size_t i = 0; i < parts.count; i++) {
		const struct range *part = &parts.items[i];

		buf_add(out, whole.text + at, part->from - at);
		buf_add(out, part->shown, strlen(part->shown));
		at = part->to;
	}
	buf_add(out, whole.text + at, whole.len - at);
	ranges_release(&parts);
	buf_release(&whole);
}

bool
mask_spares(const struct mask *mask, const char *text, size_t len)
{
	struct ranges parts = { 0 };
	const char *shown;

	if (mask_finds(mask, text, len, &shown))
		return false;
	fragments_find(mask->fragments, text, len, &parts);
	bool none = parts.count == 0;
	ranges_release(&parts);
	return none;
}

bool
mask_finds(const struct mask *mask, const char *text, size_t len, const char **shown)
{
	struct found found = { 0 };

	find_all(mask, text, len, &found);
	bool any = found.secrets.count || found.shapes.count;
	if (any)
		*shown = found.secrets.count ? found.secrets.items[0].shown
					     : found.shapes.items[0].shown;
	found_release(&found);
	return any;
}
