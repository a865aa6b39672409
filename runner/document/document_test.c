#include "document/document.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/rows.h"
#include "base/scratch.h"

static struct document *
load_bytes(const char *name, const char *text, size_t len, struct errors *errors)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, name, text, len);
	struct document *document = document_load(path, errors);
	scratch_remove(path);
	return document;
}

static struct document *
load(const char *name, const char *text, struct errors *errors)
{
	return load_bytes(name, text, strlen(text), errors);
}

/* Both syntaxes, to the JSON that jansson prints. */
static const struct {
	const char *name, *text, *json;
} values[] = {
	{ "a.yaml", "a: 1\nb: [x, 2.5, true, null, ]\n", "{\"a\":1,\"b\":[\"x\",2.5,true,null]}" },
	{ "a.yaml", "a: no\nb: on\nc: ~\nd: True\ne: 2024-01-02\nf: y\ng: Null\n",
	  "{\"a\":\"no\",\"b\":\"on\",\"c\":\"~\",\"d\":\"True\",\"e\":\"2024-01-02\",\"f\":\"y\","
	  "\"g\":\"Null\"}" },
	{ "a.yaml", "a:\nb: ''\nc: \"\"\n", "{\"a\":null,\"b\":\"\",\"c\":\"\"}" },
	{ "a.yaml", "[0x1F, 0o17, -3, +4, 1e3, .5, 1., 1.5.2, 0b1, 1_000, '7', 12ms]",
	  "[31,15,-3,4,1000.0,0.5,1.0,\"1.5.2\",\"0b1\",\"1_000\",\"7\",\"12ms\"]" },
	{ "a.yaml", "a: { secret: ${secret.X}, lifetime: 2h }\n",
	  "{\"a\":{\"secret\":\"${secret.X}\",\"lifetime\":\"2h\"}}" },
	{ "a.yaml", "[${a}, x${b.c}y${now-2h}, \"${d}\", '${e}', $${f}, {k: ${}}]",
	  "[\"${a}\",\"x${b.c}y${now-2h}\",\"${d}\",\"${e}\",\"$${f}\",{\"k\":\"${}\"}]" },
	{ "a.yaml", "${env.A}: ${env.B}\n", "{\"${env.A}\":\"${env.B}\"}" },
	{ "a.yaml", "a: |\n  one\n  ${x}\nb: >-\n  two\n  three\n",
	  "{\"a\":\"one\\n${x}\\n\",\"b\":\"two three\"}" },
	{ "a.yaml", "a: &x {k: 1}\nb: *x\nc: [*x, *x]\n",
	  "{\"a\":{\"k\":1},\"b\":{\"k\":1},\"c\":[{\"k\":1},{\"k\":1}]}" },
	{ "a.yaml", "a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}" },
	{ "a.yaml", "'1': a\n\"true\": b\n", "{\"1\":\"a\",\"true\":\"b\"}" },
	{ "a.yaml",
	  "\xef\xbb\xbf"
	  "a: \xc3\xa9\n",
	  "{\"a\":\"\xc3\xa9\"}" },
	{ "a.yaml", "%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}" },
	{ "a.yml", "a: \"\\ue000x\"\n", "{\"a\":\"\xee\x80\x80x\"}" },
	{ "a.yaml", "{\"a\":\"\\/\", \"b\": [1,2]}", "{\"a\":\"/\",\"b\":[1,2]}" },
	{ "a.yaml", "just text", "\"just text\"" },
	{ "a.json", "{\"a\": \"${x}\", \"b\": [1, 2.0, {\"c\": null}]}\n",
	  "{\"a\":\"${x}\",\"b\":[1,2.0,{\"c\":null}]}" },
	{ "a.json", "\xef\xbb\xbf[\"\\ud83d\\ude00\\\"\", \"\\\\\"]",
	  "[\"\xf0\x9f\x98\x80\\\"\",\"\\\\\"]" },
};

ParameterizedTestParameters(document, a_text_has_this_value)
{
	return rows_of(COUNTOF(values));
}

ParameterizedTest(size_t *row, document, a_text_has_this_value)
{
	struct errors errors = { 0 };
	struct document *document = load(values[*row].name, values[*row].text, &errors);

	cr_assert_not_null(document, "row %zu: %s", *row,
			   errors.count ? errors.items[0].message : "no error");
	char *json = json_dumps(document->root, JSON_COMPACT | JSON_ENCODE_ANY);
	cr_expect_str_eq(json, values[*row].json);
	cr_expect_eq(errors.count, 0);
	free(json);
	document_free(document);
}

/* The first mistake of each text, without the file's name. */
static const struct {
	const char *name, *text, *error;
} mistakes[] = {
	{ "a.yaml", "", "1:1: the file is empty" },
	{ "a.yaml", " \n\n", "1:1: the file is empty" },
	{ "a.yaml", "# nothing\n", "1:1: the file is empty" },
	{ "a.json", "", "1:1: the file is empty" },
	{ "a.yaml", "a: 1\nb: 2\na: 3\n", "3:1: duplicate key `a` (at /a)" },
	{ "a.yaml", "x:\n  - {a: 1, 'a': 2}\n", "2:12: duplicate key `a` (at /x/0/a)" },
	{ "a.json", "{\"x\": [\n {\"a\": 1, \"\\u0061\": 2}]}",
	  "2:11: duplicate key `a` (at /x/0/a)" },
	{ "a.yaml", "a: &x [1, *x]\n",
	  "1:11: the alias `*x` is inside the value it stands for (at /a/1)" },
	{ "a.yaml", "a: *x\n", "1:4: no anchor `&x` before this alias (at /a)" },
	{ "a.yaml", "a: &x {b: 1}\nc:\n  <<: *x\n",
	  "3:3: merge keys (`<<`) are not supported: write the keys out (at /c)" },
	{ "a.yaml", "a: !!str 1\n",
	  "1:4: tags (`tag:yaml.org,2002:str`) are not supported (at /a)" },
	{ "a.yaml", "a: !env X\n", "1:4: tags (`!env`) are not supported (at /a)" },
	{ "a.yaml", "a: !x!y X\n", "1:4: tags are not supported: quote the text" },
	{ "a.yaml", "a: 1\n---\nb: 2\n", "2:1: a second document in one file" },
	{ "a.yaml", "1: a\n", "1:1: the key `1` is not text: quote it" },
	{ "a.yaml", "a:\n  true: b\n", "2:3: the key `true` is not text: quote it (at /a)" },
	{ "a.yaml", "? [a]\n: b\n", "1:3: a key must be text, not an alias, a list or a mapping" },
	{ "a.yaml", "&x a: b\n", "1:1: a key must have neither tag nor anchor" },
	{ "a.yaml", "a: 99999999999999999999\n",
	  "1:4: the number `99999999999999999999` does not fit in 64 bits: quote it if it is a "
	  "text (at /a)" },
	{ "a.yaml", "a: 1e999\n",
	  "1:4: the number `1e999` is too large: quote it if it is a text (at /a)" },
	{ "a.yaml", "a: .inf\n",
	  "1:4: the number `.inf` is not a number JSON has: quote it if it is "
	  "a text (at /a)" },
	{ "a.yaml", "a: \"x\\0y\"\n", "1:4: a text must not hold the character U+0000 (at /a)" },
	{ "a.yaml", "a:\n\tb: 1\n", "2:1: a tab cannot indent: use spaces" },
	{ "a.yaml", "a:\n  b: 1\n\tc: 2\n", "3:1: a tab cannot indent: use spaces" },
	{ "a.yaml", "a: b: c\n",
	  "1:5: `:` cannot stand here: quote the text, or check the indentation" },
	{ "a.yaml", "a:\n  b: 1\n c: 2\n",
	  "3:2: expected a key of the mapping above: check the indentation" },
	{ "a.yaml", "- a\nb: 1\n",
	  "2:1: expected `-`, an item of the list above: check the indentation" },
	{ "a.yaml", "a: 1\nbc\nd: 2\n",
	  "2:1: a key without `:`, or a text whose second line is not indented" },
	{ "a.yaml", "a: - b\n", "1:4: `-` cannot begin a list here: check the indentation" },
	{ "a.yaml", "a: {b: 1\nc: 2\n", "2:2: expected `,` or `}` in the mapping begun with `{`" },
	{ "a.yaml", "a: [b, c\nd: 2\n", "2:2: expected `,` or `]` in the list begun with `[`" },
	{ "a.yaml", "a: ]\n", "1:4: expected a value" },
	{ "a.yaml", "a: \"b\nc: d\n", "1:4: the text that begins with this quote has no end" },
	{ "a.yaml", "a: \"\\q\"\n",
	  "1:5: unknown escape after `\\`: double it, or use single quotes" },
	{ "a.yaml", "a: @b\n", "1:4: `@` cannot begin a text: quote it" },
	{ "a.yaml", "a: %b\n", "1:4: `%` cannot begin a text: quote it" },
	{ "a.yaml", "a: \xee\x80\x80\n", "1:4: the character U+E000 is reserved" },
	{ "a.yaml", "\xc3\xa9: \xee\x80\x81\n", "1:4: the character U+E001 is reserved" },
	{ "a.yaml", "a: 1\n\xc3\xa9\xff\n", "2:2: the file is not UTF-8: invalid byte 0xff" },
	{ "a.yaml", "a: \xed\xa0\x80\n", "1:4: the file is not UTF-8: invalid byte 0xed" },
	{ "a.json", "[\"\xc0\x80\"]", "1:3: the file is not UTF-8: invalid byte 0xc0" },
	{ "a.yaml", "a: \x01\n", "1:4: a control character is not allowed: byte 0x01" },
	{ "a.json", "{\"a\": 1,\n \"b\" 2}", "2:6: not JSON: `:` expected near `2`" },
	{ "a.json", "{\"a\": 1", "1:7: not JSON: `}` expected near end of file" },
	{ "a.json", "{a: 1}", "1:2: not JSON: string or `}` expected near `a`" },
	{ "a.json", "[1] x", "1:5: not JSON: end of file expected near `x`" },
};

ParameterizedTestParameters(document, a_mistake_has_a_place_and_a_sentence)
{
	return rows_of(COUNTOF(mistakes));
}

ParameterizedTest(size_t *row, document, a_mistake_has_a_place_and_a_sentence)
{
	struct errors errors = { 0 };
	struct buf line;

	cr_expect_null(load(mistakes[*row].name, mistakes[*row].text, &errors));
	cr_assert_geq(errors.count, 1, "row %zu", *row);
	buf_init(&line, 1024);
	cr_expect_eq(errors.items[0].code, ERROR_SUITE);
	errors.items[0].file[0] = '\0';
	error_print(&errors.items[0], &line);
	line.text[line.len - 1] = '\0';
	cr_expect_str_eq(line.text, mistakes[*row].error);
	buf_release(&line);
	errors_release(&errors);
}

Test(document, mistakes_that_are_not_of_syntax_come_in_one_go)
{
	struct errors errors = { 0 };

	cr_expect_null(load("a.yaml", "a: 1\na: 2\n1: x\nb: !t y\nc: *z\n", &errors));
	cr_expect_eq(errors.count, 4);
	errors_release(&errors);
}

Test(document, a_file_that_is_absent_or_a_directory_is_named)
{
	struct errors errors = { 0 };

	cr_expect_null(document_load("/nowhere/at/all.yaml", &errors));
	cr_expect_null(document_load("/tmp", &errors));
	cr_assert_eq(errors.count, 2);
	cr_expect_str_eq(errors.items[0].message,
			 "cannot open /nowhere/at/all.yaml: No such file or directory");
	cr_expect_str_eq(errors.items[1].message, "cannot read /tmp: it is a directory");
	errors_release(&errors);
}

Test(document, a_file_over_four_mebibytes_is_refused)
{
	size_t len = (size_t)4 * 1024 * 1024 + 1;
	char *text = malloc(len + 1);
	struct errors errors = { 0 };

	memset(text, 'x', len);
	text[len] = '\0';
	cr_expect_null(load("a.yaml", text, &errors));
	cr_assert_eq(errors.count, 1);
	cr_expect_not_null(strstr(errors.items[0].message, "is larger than 4194304 bytes"));
	errors_release(&errors);
	free(text);
}

static void
expect_depth(const char *name, size_t depth, bool loads)
{
	char text[200] = "";
	struct errors errors = { 0 };

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	struct document *document = load(name, text, &errors);
	cr_expect_eq(document != NULL, loads, "%s %zu", name, depth);
	if (!loads && errors.count) {
		cr_expect_eq(errors.count, 1);
		cr_expect_str_eq(errors.items[0].message,
				 "more than 64 levels of lists and mappings");
	}
	document_free(document);
	errors_release(&errors);
}

Test(document, sixty_four_levels_are_the_most)
{
	expect_depth("a.yaml", 64, true);
	expect_depth("a.yaml", 65, false);
	expect_depth("a.json", 64, true);
	expect_depth("a.json", 65, false);
}

Test(document, a_billion_laughs_are_not_told)
{
	struct errors errors = { 0 };
	struct buf text;

	buf_init(&text, 10000);
	buf_printf(&text, "- &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
	for (int i = 1; i < 10; i++) {
		buf_printf(&text, "- &a%d [", i);
		for (int k = 0; k < 10; k++)
			buf_printf(&text, "*a%d, ", i - 1);
		buf_printf(&text, "]\n");
	}
	cr_expect_null(load("a.yaml", text.text, &errors));
	cr_assert_geq(errors.count, 1);
	cr_expect_str_eq(errors.items[0].message, "aliases stand for more than 100000 values");
	errors_release(&errors);
	buf_release(&text);
}

Test(document, an_alias_counts_the_levels_of_what_it_stands_for)
{
	struct errors errors = { 0 };
	char text[300] = "- &a ";

	memset(text + 5, '[', 60);
	memset(text + 65, ']', 60);
	strcpy(text + 125, "\n- [[[[*a]]]]\n");
	cr_expect_null(load("a.yaml", text, &errors));
	cr_assert_eq(errors.count, 1);
	cr_expect_str_eq(errors.items[0].message,
			 "more than 64 levels of lists and mappings, with what `*a` stands for");
	errors_release(&errors);
}

/* Where keys and values stand; the pointer may go on below what there is. */
static const struct {
	const char *name, *text, *pointer;
	int key_line, key_column, line, column;
} places[] = {
	{ "a.yaml", "a: 1\nb:\n  - x\n  - c: ${y}\n", "", 1, 1, 1, 1 },
	{ "a.yaml", "a: 1\nb:\n  - x\n  - c: ${y}\n", "/a", 1, 1, 1, 4 },
	{ "a.yaml", "a: 1\nb:\n  - x\n  - c: ${y}\n", "/b", 2, 1, 3, 3 },
	{ "a.yaml", "a: 1\nb:\n  - x\n  - c: ${y}\n", "/b/0", 3, 5, 3, 5 },
	{ "a.yaml", "a: 1\nb:\n  - x\n  - c: ${y}\n", "/b/1/c", 4, 5, 4, 8 },
	{ "a.yaml", "a: 1\nb:\n  - x\n  - c: ${y}\n", "/b/1/c/d/e", 4, 5, 4, 8 },
	{ "a.yaml", "a: 1\nb:\n  - x\n  - c: ${y}\n", "/q", 1, 1, 1, 1 },
	{ "a.yaml", "{x: ${longer.name}, \xc3\xa9: ${z}, b: 1}", "/b", 1, 30, 1, 33 },
	{ "a.yaml", "a/b: {c~d: 1}", "/a~1b/c~0d", 1, 7, 1, 12 },
	{ "a.yaml",
	  "\xef\xbb\xbf"
	  "a: 1\n",
	  "/a", 1, 1, 1, 4 },
	{ "a.yaml", "a: &x {k: 1}\nb: *x\n", "/b/k", 2, 1, 2, 4 },
	{ "a.json", "{\"a\": 1,\r\n \"b\": [true, {\"\xc3\xa9\": {}, \"d\": null}]}", "/a", 1, 2, 1,
	  7 },
	{ "a.json", "{\"a\": 1,\r\n \"b\": [true, {\"\xc3\xa9\": {}, \"d\": null}]}", "/b/0", 2, 8,
	  2, 8 },
	{ "a.json", "{\"a\": 1,\r\n \"b\": [true, {\"\xc3\xa9\": {}, \"d\": null}]}", "/b/1/d", 2,
	  24, 2, 29 },
	{ "a.json", "[\"\\\"]\", 2]", "/1", 1, 9, 1, 9 },
};

ParameterizedTestParameters(document, every_value_has_its_place)
{
	return rows_of(COUNTOF(places));
}

ParameterizedTest(size_t *row, document, every_value_has_its_place)
{
	struct errors errors = { 0 };
	struct document *document = load(places[*row].name, places[*row].text, &errors);

	cr_assert_not_null(document);
	struct place place = document_place(document, places[*row].pointer);
	struct place key = document_key_place(document, places[*row].pointer);
	cr_expect_eq(place.line, places[*row].line, "row %zu: %d", *row, place.line);
	cr_expect_eq(place.column, places[*row].column, "row %zu: %d", *row, place.column);
	cr_expect_eq(key.line, places[*row].key_line, "row %zu: %d", *row, key.line);
	cr_expect_eq(key.column, places[*row].key_column, "row %zu: %d", *row, key.column);
	cr_expect_str_eq(place.file, document->path);
	document_free(document);
}

Test(document, the_digest_is_of_the_bytes_of_the_file)
{
	struct errors errors = { 0 };
	struct document *document = load("a.yaml",
					 "\xef\xbb\xbf"
					 "a: 1\n",
					 &errors);
	char hex[DIGEST_HEX_BYTES];

	cr_assert_not_null(document);
	digest_hex("\xef\xbb\xbf"
		   "a: 1\n",
		   8, hex);
	cr_expect_str_eq(document->sha256, hex);
	document_free(document);
}

Test(document, an_overlong_path_keeps_its_tail_in_errors)
{
	char path[200];
	struct error err = { 0 };

	memset(path, 'd', sizeof(path));
	memcpy(path + sizeof(path) - 8, "/a.yaml", 8);
	place_set(&(struct place){ path, 3, 4 }, &err);
	cr_expect_eq(strncmp(err.file, "...ddd", 6), 0);
	cr_expect_str_eq(err.file + strlen(err.file) - 7, "/a.yaml");
	cr_expect_eq(err.line, 3);
	cr_expect_eq(err.column, 4);
}

/* A small generator, so that a failure can be repeated. Source: Numerical Recipes' LCG. */
static unsigned
roll(unsigned *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

Test(document, no_mutation_of_a_file_breaks_the_reader)
{
	static const char seed_text[] = "a: &x { k: ${v}, l: [1, \"t\\n\", 'u'] }\n"
					"b:\n  - *x\n  - |\n    text\n  - - 0x1f\n    - ~\n"
					"? c\n: {d: !t e, <<: *x, \xc3\xa9: null}\n--- # end\n";
	unsigned state = 7;

	for (int i = 0; i < 300; i++) {
		char text[sizeof(seed_text)];
		struct errors errors = { 0 };
		memcpy(text, seed_text, sizeof(text));
		for (unsigned flips = 1 + roll(&state) % 4; flips > 0; flips--)
			text[roll(&state) % (sizeof(text) - 1)] =
				"\n\t -:{}[]&*!|>'\"%@`#?,$x1\\\xc3\xa9\xff\0"[roll(&state) % 31];
		struct document *document =
			load_bytes(i % 4 ? "a.yaml" : "a.json", text, sizeof(text) - 1, &errors);
		cr_expect_eq(document == NULL, errors.count > 0, "round %d", i);
		document_free(document);
		errors_release(&errors);
	}
}
