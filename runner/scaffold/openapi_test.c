#include "scaffold/openapi.h"

#include "scaffold/sketch.h"

/* Read a document into the outline of a lens called stores. */
static bool
read_document(struct sketch *sketch, struct outline *outline, const char *path)
{
	struct document *document = document_load(path, &sketch->errors);

	cr_assert_not_null(document);
	outline_init(outline, "stores", "an OpenAPI document", sketch->environment);
	bool ok = openapi_read(outline, document, &sketch->errors);
	document_free(document);
	return ok;
}

Test(openapi, actions_have_the_roles_and_required_fields_of_the_document)
{
	struct sketch sketch;
	struct outline outline;

	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
	cr_assert(read_document(&sketch, &outline, "fixtures/scaffold/openapi.yaml"), "%s",
		  sketch.errors.count ? sketch.errors.items[0].message : "");
	sketch_expect(
		outline.actions,
		"{\"view_part\": {\"variant\": \"READ\", \"allow\": [\"crew\", \"captain\"],"
		"  \"required\": [], \"payload\": {},"
		"  \"refusal\": {\"status\": 403, \"error\": \"INSUFFICIENT_PERMISSIONS\"}},"
		" \"take_part\": {\"variant\": \"MUTATE\", \"allow\": [\"captain\"],"
		"  \"required\": [\"part_id\", \"quantity\", \"reason\"],"
		"  \"payload\": {\"part_id\": \"FILL_IN\", \"quantity\": 1, \"reason\": \"used\"},"
		"  \"refusal\": {\"status\": 403, \"error\": \"INSUFFICIENT_PERMISSIONS\"},"
		"  \"writes\": \"FILL_IN\"},"
		" \"count_stock\": {\"variant\": \"SIGNED\", \"allow\": [\"crew\"],"
		"  \"required\": [\"counted\"], \"payload\": {\"counted\": 12},"
		"  \"refusal\": {\"status\": 403, \"error\": \"INSUFFICIENT_PERMISSIONS\"},"
		"  \"writes\": \"FILL_IN\"}}");
	outline_release(&outline);
	sketch_end(&sketch);
}

#define PATHS "openapi: 3.1.0\npaths:\n  /v1/actions/x:\n    post:\n"
#define BODY  "      requestBody: { content: { application/json: { schema: { type: object } } } }\n"

Test(openapi, what_a_document_does_not_say_is_a_mistake_with_a_sentence)
{
	static const struct {
		const char *text, *sentence;
	} rows[] = {
		{ "paths: {}\n", "missing key `openapi`" },
		{ "openapi: 2.0.1\npaths: {}\n", "must be version 3.0 or 3.1" },
		{ "openapi: 3.1.0\n", "an OpenAPI document without `paths` describes no action" },
		{ "openapi: 3.1.0\npaths: {}\n", "no operation is an action: none has `x-action`, "
						 "none is below /actions/ with a body" },
		{ PATHS BODY, "has neither `x-action` nor `operationId`: it has no name" },
		{ PATHS "      operationId: take\n" BODY,
		  "the document does not say who may run `take`: give it `x-allowed-roles`" },
		{ PATHS "      operationId: take\n      x-roles: [deckhand]\n" BODY,
		  "unknown role `deckhand`: it may run take, and environment embedded has no "
		  "persona "
		  "of this role" },
		{ PATHS
		  "      operationId: take\n      x-roles: [crew]\n      x-variant: WRITE\n" BODY,
		  "must be READ, MUTATE or SIGNED" },
		{ PATHS "      operationId: take\n      x-roles: [crew]\n"
			"      requestBody: { $ref: \"other.yaml#/x\" }\n",
		  "the reference other.yaml#/x leads to nothing in this document" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct sketch sketch;
		struct outline outline;
		char path[SCRATCH_BYTES];

		sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
		scratch_make(path, "openapi.yaml", rows[i].text, strlen(rows[i].text));
		cr_expect_not(read_document(&sketch, &outline, path));
		scratch_remove(path);
		cr_assert_eq(sketch.errors.count, 1, "row %zu", i);
		cr_expect_str_eq(sketch.errors.items[0].message, rows[i].sentence);
		outline_release(&outline);
		sketch_end(&sketch);
	}
}
