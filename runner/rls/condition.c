#include "rls/condition.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rls/tokens.h"

struct scan {
	struct tokens tokens;
	struct arena *arena;
	struct condition *condition;
};

/* ---- operands ---- */

/* Tokens `first` to before `past`, without parentheses that hold all of them. */
static const char *
bare_text(const struct scan *scan, size_t first, size_t past)
{
	while (past - first > 2 && scan->tokens.items[first].kind == TOKEN_OPEN &&
	       scan->tokens.items[first].match == past - 1 &&
	       !token_is(&scan->tokens, first + 1, "SELECT")) {
		first++;
		past--;
	}
	size_t start = scan->tokens.items[first].start;
	return arena_text(scan->arena, scan->tokens.text + start,
			  token_end(&scan->tokens, past - 1) - start);
}

static struct operand *
add_operand(struct scan *scan, enum connective connective, size_t first, size_t past)
{
	struct operand *operand = &scan->condition->operands[scan->condition->count++];
	size_t start = scan->tokens.items[first].start;

	*operand = (struct operand){ .connective = connective,
				     .start = start,
				     .len = token_end(&scan->tokens, past - 1) - start,
				     .text = bare_text(scan, first, past) };
	operand->cut_start = operand->start;
	operand->cut_len = operand->len;
	return operand;
}

/* What one pair of parentheses joins: tokens `first` to before `past` on one level. A window's
 * BETWEEN has an AND of its own. */
static bool
find_connective(const struct scan *scan, size_t first, size_t past, const char **word)
{
	*word = NULL;
	for (size_t i = first; i < past; i = token_next(&scan->tokens, i)) {
		if (token_is(&scan->tokens, i, "BETWEEN"))
			return false;
		if (!*word && token_is(&scan->tokens, i, "AND"))
			*word = "AND";
		if (!*word && token_is(&scan->tokens, i, "OR"))
			*word = "OR";
	}
	return *word != NULL;
}

/* Not the first one: the connective before it goes with it. */
static void
cut_from(struct operand *operand, size_t start)
{
	operand->cut_start = start;
	operand->cut_len = operand->start + operand->len - start;
}

static void
add_joined(struct scan *scan, size_t first, size_t past, const char *word)
{
	enum connective connective = *word == 'A' ? CONNECTIVE_AND : CONNECTIVE_OR;
	size_t begin = first, from = scan->condition->count;

	for (size_t i = first; i <= past; i = i < past ? token_next(&scan->tokens, i) : i + 1) {
		if (i < past && !token_is(&scan->tokens, i, word))
			continue;
		if (i > begin)
			(void)add_operand(scan, connective, begin, i);
		begin = i + 1;
	}
	for (size_t i = from; i < scan->condition->count; i++) {
		struct operand *one = &scan->condition->operands[i];
		if (i > from)
			cut_from(one, one[-1].start + one[-1].len);
		else if (i + 1 < scan->condition->count)
			one->cut_len = one[1].start - one->start;
	}
}

/* Where the condition of a sub-query ends: at the next clause of its level. */
static size_t
end_of_where(const struct scan *scan, size_t first, size_t past)
{
	static const char *const clauses[] = { "GROUP",     "HAVING", "WINDOW", "UNION",
					       "INTERSECT", "EXCEPT", "ORDER",  "LIMIT",
					       "OFFSET",    "FETCH",  "FOR" };

	for (size_t i = first; i < past; i = token_next(&scan->tokens, i)) {
		for (size_t k = 0; k < COUNTOF(clauses); k++) {
			if (token_is(&scan->tokens, i, clauses[k]))
				return i;
		}
	}
	return past;
}

/* A condition that is joined itself gives its operands; only a single one counts as a whole. */
static void
add_where(struct scan *scan, size_t first, size_t past)
{
	const char *word;

	for (size_t i = first; i < past; i = token_next(&scan->tokens, i)) {
		if (!token_is(&scan->tokens, i, "WHERE"))
			continue;
		size_t end = end_of_where(scan, i + 1, past);
		bool whole = end > i + 1 && scan->tokens.items[i + 1].kind == TOKEN_OPEN &&
			     scan->tokens.items[i + 1].match + 1 == end;
		if (end > i + 1 &&
		    !(whole &&
		      find_connective(scan, i + 2, scan->tokens.items[i + 1].match, &word)))
			(void)add_operand(scan, CONNECTIVE_WHERE, i + 1, end);
	}
}

static void
add_group(struct scan *scan, size_t first, size_t past)
{
	const char *word;

	if (first >= past)
		return;
	if (token_is(&scan->tokens, first, "SELECT")) {
		add_where(scan, first, past);
	} else if (find_connective(scan, first, past, &word)) {
		add_joined(scan, first, past, word);
	} else if (token_is(&scan->tokens, first, "NOT") && past - first > 1) {
		struct operand *operand = add_operand(scan, CONNECTIVE_NOT, first + 1, past);
		operand->cut_start = scan->tokens.items[first].start;
		operand->cut_len = operand->start - operand->cut_start;
	}
}

bool
condition_parse(const char *text, struct arena *arena, struct condition *condition,
		struct error *err)
{
	struct scan scan = { .arena = arena, .condition = condition };

	*condition = (struct condition){ .text = text };
	if (!tokens_read(&scan.tokens, text, arena))
		return error_set(err, ERROR_ENVIRONMENT,
				 "an expression's parentheses or quotes do not close: %.200s",
				 text);
	condition->operands = ARENA_ARRAY(arena, scan.tokens.count + 1, struct operand);
	/* Groups in the order of their parentheses: outer ones first. */
	for (size_t i = 0; i < scan.tokens.count; i++) {
		if (scan.tokens.items[i].kind == TOKEN_OPEN)
			add_group(&scan, i + 1, scan.tokens.items[i].match);
	}
	return true;
}

char *
condition_without(const struct condition *condition, size_t index, struct arena *arena)
{
	const struct operand *operand = &condition->operands[index];
	const char *instead = operand->connective == CONNECTIVE_WHERE ? "true" : "";

	return arena_printf(arena, "%.*s%s%s", (int)operand->cut_start, condition->text, instead,
			    condition->text + operand->cut_start + operand->cut_len);
}

/* ---- looking at it ---- */

/* `"a""b"` is the name a"b. */
static bool
quoted_is(const char *quoted, size_t len, const char *name)
{
	size_t at = 0;

	for (size_t i = 1; i + 1 < len; i++) {
		if (name[at] != quoted[i])
			return false;
		at++;
		i += quoted[i] == '"';
	}
	return name[at] == '\0';
}

bool
condition_names(const char *text, const char *name)
{
	for (size_t at = 0; text[at];) {
		struct token token = token_at(text, at);
		if (token.len == 0)
			return false;
		if (token.kind == TOKEN_WORD && strlen(name) == token.len &&
		    memcmp(text + at, name, token.len) == 0)
			return true;
		if (token.kind == TOKEN_QUOTED && quoted_is(text + at, token.len, name))
			return true;
		at += token.len;
	}
	return false;
}

/* The AS of `( SELECT f() AS f)`, a scalar sub-query without a FROM that is there for speed; 0
 * when the group is anything else. */
static size_t
find_alias(const struct scan *scan, size_t open)
{
	size_t close = scan->tokens.items[open].match, alias = 0;

	if (!token_is(&scan->tokens, open + 1, "SELECT"))
		return 0;
	for (size_t i = open + 2; i < close; i = token_next(&scan->tokens, i)) {
		if (token_is(&scan->tokens, i, "FROM"))
			return 0;
		if (token_is(&scan->tokens, i, "AS"))
			alias = i;
	}
	return alias == close - 2 ? alias : 0;
}

static void
show(const struct scan *scan, size_t first, size_t past, struct buf *out)
{
	for (size_t i = first; i < past; i++) {
		const struct token *token = &scan->tokens.items[i];
		size_t alias = token->kind == TOKEN_OPEN ? find_alias(scan, i) : 0;
		bool apart = i > first && token->start > token_end(&scan->tokens, i - 1) &&
			     scan->tokens.items[i - 1].kind != TOKEN_OPEN;

		if (apart)
			buf_add(out, " ", 1);
		if (alias) {
			/* No deeper than the parentheses, whose depth has a limit. */
			show(scan, i + 2, alias, out); /* NOLINT(misc-no-recursion) */
			i = token->match;
		} else {
			buf_add(out, scan->tokens.text + token->start, token->len);
		}
	}
}

char *
condition_shown(const char *text, struct arena *arena)
{
	struct scan scan = { .arena = arena };
	struct buf out;

	if (!tokens_read(&scan.tokens, text, arena) || scan.tokens.count == 0)
		return arena_text(arena, text, strlen(text));
	size_t first = 0, past = scan.tokens.count;
	while (past - first > 2 && scan.tokens.items[first].kind == TOKEN_OPEN &&
	       scan.tokens.items[first].match == past - 1 &&
	       !token_is(&scan.tokens, first + 1, "SELECT")) {
		first++;
		past--;
	}
	buf_init(&out, 2 * strlen(text) + 1);
	show(&scan, first, past, &out);
	char *shown = arena_text(arena, out.text, out.len);
	buf_release(&out);
	return shown;
}
