#include "document/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "document/places.h"
#include "document/source.h"

#define FILE_BYTES ((size_t)4 * 1024 * 1024)

static bool
is_json(const char *path)
{
	size_t len = strlen(path);

	return len >= 5 && strcmp(path + len - 5, ".json") == 0;
}

static bool
parse(struct document *document, const char *bytes, size_t len, struct errors *errors)
{
	struct source source = { document->path, bytes, len, document->places, errors, 0 };

	if (!source_is_text(&source))
		return false;
	if (source.text[strspn(source.text, " \t\r\n")] == '\0')
		return source_fail(&source, (struct spot){ 1, 1 }, "", "the file is empty");
	document->root =
		is_json(document->path) ? source_read_json(&source) : source_read_yaml(&source);
	return document->root && source.mistakes == 0;
}

struct document *
document_load(const char *path, struct errors *errors)
{
	struct error err = { 0 };
	size_t len = 0;
	char *bytes = file_read(path, FILE_BYTES, &len, &err);

	if (!bytes) {
		*errors_new(errors) = err;
		return NULL;
	}
	struct document *document = calloc(1, sizeof(*document));
	if (!document || !(document->path = strdup(path)))
		abort();
	document->places = places_new();
	digest_hex(bytes, len, document->sha256);
	if (!parse(document, bytes, len, errors)) {
		document_free(document);
		document = NULL;
	}
	free(bytes);
	return document;
}

void
document_free(struct document *document)
{
	if (!document)
		return;
	json_decref(document->root);
	places_free(document->places);
	free(document->path);
	free(document);
}

struct place
document_place(const struct document *document, const char *pointer)
{
	struct spot key, value = { 1, 1 };

	(void)places_find(document->places, pointer, &key, &value);
	return (struct place){ document->path, value.line, value.column };
}

struct place
document_key_place(const struct document *document, const char *pointer)
{
	struct spot key = { 1, 1 }, value;

	(void)places_find(document->places, pointer, &key, &value);
	return (struct place){ document->path, key.line, key.column };
}

void
place_set(const struct place *place, struct error *err)
{
	if (place->file)
		source_path_tail(place->file, err->file, sizeof(err->file));
	err->line = place->line;
	err->column = place->column;
}
