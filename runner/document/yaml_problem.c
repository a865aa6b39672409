#include "document/yaml_problem.h"

#include <string.h>

/* Which of libyaml's two marks is the place to look at. */
enum mark { AT_PROBLEM, AT_CONTEXT };

/* `context` NULL: any. The first row that fits counts. Texts are those of libyaml 0.2.5. */
static const struct {
	const char *problem, *context;
	enum mark mark;
	const char *sentence;
} problems[] = {
	{ "mapping values are not allowed in this context", NULL, AT_PROBLEM,
	  "`:` cannot stand here: quote the text, or check the indentation" },
	{ "block sequence entries are not allowed in this context", NULL, AT_PROBLEM,
	  "`-` cannot begin a list here: check the indentation" },
	{ "mapping keys are not allowed in this context", NULL, AT_PROBLEM,
	  "`?` cannot begin a key here: quote the text" },
	{ "could not find expected ':'", NULL, AT_CONTEXT,
	  "a key without `:`, or a text whose second line is not indented" },
	{ "did not find expected key", NULL, AT_PROBLEM,
	  "expected a key of the mapping above: check the indentation" },
	{ "did not find expected '-' indicator", NULL, AT_PROBLEM,
	  "expected `-`, an item of the list above: check the indentation" },
	{ "did not find expected ',' or '}'", NULL, AT_PROBLEM,
	  "expected `,` or `}` in the mapping begun with `{`" },
	{ "did not find expected ',' or ']'", NULL, AT_PROBLEM,
	  "expected `,` or `]` in the list begun with `[`" },
	{ "did not find expected node content", NULL, AT_PROBLEM, "expected a value" },
	{ "found unexpected end of stream", "while scanning a quoted scalar", AT_CONTEXT,
	  "the text that begins with this quote has no end" },
	{ "found unexpected document indicator", NULL, AT_CONTEXT,
	  "the text that begins with this quote has no end before `---`" },
	{ "found unknown escape character", NULL, AT_PROBLEM,
	  "unknown escape after `\\`: double it, or use single quotes" },
	{ "did not find expected hexdecimal number", NULL, AT_PROBLEM,
	  "expected hexadecimal digits after the escape" },
	{ "found invalid Unicode character escape code", NULL, AT_PROBLEM,
	  "the escape names no Unicode character" },
	{ "found a tab character where an indentation space is expected", NULL, AT_PROBLEM,
	  "a tab cannot indent: use spaces" },
	{ "found a tab character that violates indentation", NULL, AT_PROBLEM,
	  "a tab cannot indent: use spaces" },
	{ "did not find expected alphabetic or numeric character", "while scanning an anchor",
	  AT_PROBLEM, "`&` must be followed by the name of an anchor: quote the text" },
	{ "did not find expected alphabetic or numeric character", "while scanning an alias",
	  AT_PROBLEM, "`*` must be followed by the name of an anchor: quote the text" },
	{ "did not find expected comment or line break", "while scanning a block scalar",
	  AT_PROBLEM, "the text after `|` or `>` begins in the next line" },
	{ "found undefined tag handle", NULL, AT_PROBLEM,
	  "tags are not supported: quote the text" },
	{ "did not find expected whitespace or line break", "while scanning a tag", AT_PROBLEM,
	  "tags are not supported: quote the text" },
	{ "did not find expected <document start>", NULL, AT_PROBLEM,
	  "expected the end of the file: check the indentation" },
};

/* `@`, `%`, a backquote or a tab where a value or key should begin. */
static void
note_character(struct source *source, struct spot spot)
{
	char first = *source_at(source->text, spot);

	if (first == '\t')
		source_fail(source, spot, "", "a tab cannot indent: use spaces");
	else
		source_fail(source, spot, "", "`%c` cannot begin a text: quote it", first);
}

static struct spot
spot_of(yaml_mark_t mark)
{
	return (struct spot){ (int)mark.line + 1, (int)mark.column + 1 };
}

void
yaml_problem_note(const yaml_parser_t *parser, struct source *source)
{
	const char *problem = parser->problem ? parser->problem : "out of memory";
	const char *context = parser->context ? parser->context : "";
	struct spot spot = spot_of(parser->problem_mark);

	if (strcmp(problem, "found character that cannot start any token") == 0) {
		note_character(source, spot);
		return;
	}
	for (size_t i = 0; i < COUNTOF(problems); i++) {
		if (strcmp(problem, problems[i].problem) != 0 ||
		    (problems[i].context && strcmp(context, problems[i].context) != 0))
			continue;
		if (problems[i].mark == AT_CONTEXT)
			spot = spot_of(parser->context_mark);
		source_fail(source, spot, "", "%s", problems[i].sentence);
		return;
	}
	source_fail(source, spot, "", "not YAML: %s %s", problem, context);
}
