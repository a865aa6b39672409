#include "run/unescape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/must.h"

/* One escape of `width` bytes that stands for `bytes` bytes, and what is copied as it was after it;
 * the first part may be without an escape. Small, since a JSON text in JSON has one per word. */
struct layer_part {
	uint32_t at;   /* in this layer */
	uint32_t from; /* in the layer below */
	uint8_t width, bytes;
};

struct layer
layer_of(const char *text, size_t len)
{
	return (struct layer){ .text = text, .len = len };
}

void
layer_release(struct layer *layer)
{
	free(layer->owned);
	free(layer->parts);
	*layer = (struct layer){ 0 };
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Read `count` hexadecimal digits; false when there are fewer. */
static bool
hex_digits(const char *text, size_t len, size_t count, uint32_t *value)
{
	*value = 0;
	if (len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (hex(text[i]) < 0)
			return false;
		*value = *value << 4 | (uint32_t)hex(text[i]);
	}
	return true;
}

/* Source: RFC 3629. Returns the number of bytes; out of range becomes nothing. */
static size_t
utf8(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	if (code > 0x10FFFF)
		return 0;
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

/* The three readers, each as unescape_json. */

size_t
unescape_json(const char *text, size_t len, char *out, size_t *out_len)
{
	static const char values[256] = {
		['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
	};
	uint32_t code, low;

	if (len < 2)
		return 0;
	if (text[1] != 'u') {
		out[0] = values[(unsigned char)text[1]];
		*out_len = 1;
		return out[0] ? 2 : 0;
	}
	if (!hex_digits(text + 2, len - 2, 4, &code))
		return 0;
	if (code >= 0xD800 && code < 0xDC00 && len >= 12 && text[6] == '\\' && text[7] == 'u' &&
	    hex_digits(text + 8, 4, 4, &low) && low >= 0xDC00 && low < 0xE000) {
		*out_len = utf8(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), out);
		return 12;
	}
	*out_len = utf8(code, out);
	return 6;
}

static size_t
percent_escape(const char *text, size_t len, char *out, size_t *out_len)
{
	uint32_t code;

	if (!hex_digits(text + 1, len - 1, 2, &code))
		return 0;
	out[0] = (char)code;
	*out_len = 1;
	return 3;
}

static size_t
numeric_reference(const char *text, size_t len, char *out, size_t *out_len)
{
	bool is_hex = len > 2 && (text[2] == 'x' || text[2] == 'X');
	size_t begin = is_hex ? 3 : 2, at = begin;
	uint32_t code = 0;

	/* Eight digits are enough for any character with leading zeros. */
	for (; at < len && at - begin < 8; at++) {
		int digit = hex(text[at]);

		if (digit < 0 || (!is_hex && digit > 9))
			break;
		code = code * (is_hex ? 16 : 10) + (uint32_t)digit;
	}
	if (at == begin || at >= len || text[at] != ';')
		return 0;
	*out_len = utf8(code, out);
	return at + 1;
}

static size_t
xml_escape(const char *text, size_t len, char *out, size_t *out_len)
{
	static const struct {
		const char *name;
		char value;
	} names[] = {
		{ "&amp;", '&' },  { "&lt;", '<' },    { "&gt;", '>' },
		{ "&quot;", '"' }, { "&apos;", '\'' },
	};

	if (len > 1 && text[1] == '#')
		return numeric_reference(text, len, out, out_len);
	for (size_t i = 0; i < COUNTOF(names); i++) {
		size_t width = strlen(names[i].name);

		if (len >= width && memcmp(text, names[i].name, width) == 0) {
			out[0] = names[i].value;
			*out_len = 1;
			return width;
		}
	}
	return 0;
}

static size_t
escape_at(const char *text, size_t len, unsigned escapes, char *out, size_t *out_len)
{
	if (*text == '\\')
		return escapes & ESCAPES_JSON ? unescape_json(text, len, out, out_len) : 0;
	if (*text == '%')
		return escapes & ESCAPES_PERCENT ? percent_escape(text, len, out, out_len) : 0;
	return escapes & ESCAPES_XML ? xml_escape(text, len, out, out_len) : 0;
}

static void
add_part(struct layer *layer, size_t from, size_t width, size_t bytes)
{
	if (layer->part_count == layer->part_room) {
		layer->part_room = layer->part_room ? layer->part_room * 2 : 64;
		layer->parts =
			must(realloc(layer->parts, layer->part_room * sizeof(*layer->parts)));
	}
	layer->parts[layer->part_count++] = (struct layer_part){
		.at = (uint32_t)layer->len,
		.from = (uint32_t)from,
		.width = (uint8_t)width,
		.bytes = (uint8_t)bytes,
	};
}

/* Copy what cannot begin an escape, from `at` on; returns where it ends. A byte at a time: in a
 * JSON text in JSON the next escape is seldom far. */
static size_t
copy_run(struct layer *layer, size_t at)
{
	static const bool begins[256] = { ['\\'] = true, ['%'] = true, ['&'] = true };
	const char *text = layer->below->text;
	size_t len = layer->below->len;
	char *out = layer->owned + layer->len;

	for (; at < len && !begins[(unsigned char)text[at]]; at++)
		*out++ = text[at];
	layer->len = (size_t)(out - layer->owned);
	return at;
}

static bool
may_hold_escapes(const char *text, size_t len)
{
	return memchr(text, '\\', len) || memchr(text, '%', len) || memchr(text, '&', len);
}

bool
layer_unescape(struct layer *layer, const struct layer *below, unsigned escapes)
{
	const char *text = below->text;
	size_t len = below->len;

	*layer = (struct layer){ .below = below };
	if (len > UINT32_MAX || !may_hold_escapes(text, len))
		return false;
	/* An escape is never shorter than what it stands for. */
	layer->owned = must(malloc(len + 1));
	add_part(layer, 0, 0, 0);
	for (size_t at = 0; (at = copy_run(layer, at)) < len;) {
		char *out = layer->owned + layer->len;
		size_t bytes = 0, width = escape_at(text + at, len - at, escapes, out, &bytes);

		if (width) {
			add_part(layer, at, width, bytes);
			layer->len += bytes;
			at += width;
		} else {
			layer->owned[layer->len++] = text[at++];
		}
	}
	if (layer->part_count == 1) {
		layer_release(layer);
		return false;
	}
	layer->text = layer->owned;
	return true;
}

static const struct layer_part *
part_of(const struct layer *layer, size_t at)
{
	size_t low = 0, high = layer->part_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (layer->parts[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &layer->parts[low];
}

/* The byte at `at` is part of an escape, not one that was copied. */
static bool
escaped(const struct layer_part *part, size_t at)
{
	return at - part->at < part->bytes;
}

/* Where the byte that is `at` here was copied from. */
static size_t
copied_from(const struct layer_part *part, size_t at)
{
	return part->from + part->width + (at - part->at - part->bytes);
}

void
layer_to_text(const struct layer *layer, size_t *from, size_t *to)
{
	for (; layer->below; layer = layer->below) {
		const struct layer_part *first = part_of(layer, *from);
		const struct layer_part *last = part_of(layer, *to - 1);

		*from = escaped(first, *from) ? first->from : copied_from(first, *from);
		*to = escaped(last, *to - 1) ? (size_t)last->from + last->width
					     : copied_from(last, *to - 1) + 1;
	}
}

bool
layer_is_literal(const struct layer *layer, size_t at)
{
	return !layer->below || !escaped(part_of(layer, at), at);
}
