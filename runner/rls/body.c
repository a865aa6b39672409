#include "rls/body.h"

#include <string.h>

#include "rls/tokens.h"

struct scan {
	struct tokens tokens;
	struct arena *arena;
	struct condition *terms;
};

static bool
is_any(const struct scan *scan, size_t i, const char *const *words, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		if (token_is_keyword(&scan->tokens, i, words[k]))
			return true;
	}
	return false;
}

static bool
is_open(const struct scan *scan, size_t i)
{
	return i < scan->tokens.count && scan->tokens.items[i].kind == TOKEN_OPEN;
}

/* What a condition cannot hold on its level. left(x, 1) is a function. */
static bool
ends_condition(const struct scan *scan, size_t i)
{
	static const char *const words[] = { "where",     "on",     "group", "having",  "window",
					     "union",     "except", "order", "limit",   "intersect",
					     "offset",    "fetch",  "for",   "join",    "full",
					     "inner",     "cross",  "loop",  "natural", "into",
					     "returning", "then",   "when" };
	static const char *const sides[] = { "left", "right" };

	return scan->tokens.text[scan->tokens.items[i].start] == ';' ||
	       is_any(scan, i, words, COUNTOF(words)) ||
	       (is_any(scan, i, sides, COUNTOF(sides)) && !is_open(scan, i + 1));
}

static bool
begins_condition(const struct scan *scan, size_t i, size_t first)
{
	bool distinct = i > first && token_is_keyword(&scan->tokens, i - 1, "distinct");

	if (token_is_keyword(&scan->tokens, i, "where"))
		return true;
	return token_is_keyword(&scan->tokens, i, "on") && !distinct &&
	       i + 1 < scan->tokens.count && !token_is_keyword(&scan->tokens, i + 1, "conflict");
}

static void
add(struct scan *scan, enum connective connective, size_t first, size_t past)
{
	struct operand *term = &scan->terms->operands[scan->terms->count++];
	size_t start = scan->tokens.items[first].start;

	*term = (struct operand){ .connective = connective,
				  .start = start,
				  .len = token_end(&scan->tokens, past - 1) - start };
	term->text = arena_text(scan->arena, scan->tokens.text + start, term->len);
	term->cut_start = term->start;
	term->cut_len = term->len;
}

/* How many terms AND joins; 1 where it joins none, or OR stands beside it. */
static size_t
count_joined(const struct scan *scan, size_t first, size_t past)
{
	size_t count = 1, between = 0;

	for (size_t i = first; i < past; i = token_next(&scan->tokens, i)) {
		if (token_is_keyword(&scan->tokens, i, "or"))
			return 1;
		if (token_is_keyword(&scan->tokens, i, "between"))
			between++;
		else if (token_is_keyword(&scan->tokens, i, "and") && between > 0)
			between--;
		else if (token_is_keyword(&scan->tokens, i, "and"))
			count++;
	}
	return count;
}

/* The connective goes with what is dropped: the one before it, of the first the one behind it. */
static void
cut_connectives(struct scan *scan, size_t from)
{
	struct operand *terms = scan->terms->operands;

	for (size_t i = from; i < scan->terms->count; i++) {
		if (i == from) {
			terms[i].cut_len = terms[i + 1].start - terms[i].start;
		} else {
			size_t end = terms[i].start + terms[i].len;
			terms[i].cut_start = terms[i - 1].start + terms[i - 1].len;
			terms[i].cut_len = end - terms[i].cut_start;
		}
	}
}

static void
add_joined(struct scan *scan, size_t first, size_t past)
{
	size_t from = scan->terms->count, begin = first, between = 0;

	for (size_t i = first; i < past; i = token_next(&scan->tokens, i)) {
		if (token_is_keyword(&scan->tokens, i, "between"))
			between++;
		if (!token_is_keyword(&scan->tokens, i, "and"))
			continue;
		if (between > 0) {
			between--;
			continue;
		}
		if (i > begin)
			add(scan, CONNECTIVE_AND, begin, i);
		begin = i + 1;
	}
	if (past > begin)
		add(scan, CONNECTIVE_AND, begin, past);
	if (scan->terms->count > from + 1)
		cut_connectives(scan, from);
	else
		scan->terms->count = from; /* an AND without two sides is not SQL */
}

static void
add_condition(struct scan *scan, size_t first, size_t past)
{
	while (past - first > 2 && is_open(scan, first) &&
	       scan->tokens.items[first].match == past - 1) {
		first++;
		past--;
	}
	if (count_joined(scan, first, past) > 1)
		add_joined(scan, first, past);
	else
		add(scan, CONNECTIVE_WHERE, first, past);
}

/* The conditions on one level of parentheses. */
static void
scan_level(struct scan *scan, size_t first, size_t past)
{
	for (size_t i = first; i < past; i = token_next(&scan->tokens, i)) {
		if (!begins_condition(scan, i, first))
			continue;
		size_t end = i + 1;
		while (end < past && !ends_condition(scan, end))
			end = token_next(&scan->tokens, end);
		if (end > i + 1)
			add_condition(scan, i + 1, end);
	}
}

void
body_parse(const char *text, struct arena *arena, struct condition *terms)
{
	struct scan scan = { .arena = arena, .terms = terms };

	*terms = (struct condition){ .text = text };
	if (!tokens_read(&scan.tokens, text, arena))
		return;
	terms->operands = ARENA_ARRAY(arena, scan.tokens.count + 1, struct operand);
	scan_level(&scan, 0, scan.tokens.count);
	for (size_t i = 0; i < scan.tokens.count; i++) {
		if (is_open(&scan, i))
			scan_level(&scan, i + 1, scan.tokens.items[i].match);
	}
}
