#include "scaffold/openapi.h"

#include <string.h>

#include "document/node.h"
#include "scaffold/schema.h"

/* One document while it is read. */
struct reader {
	struct outline *outline;
	const json_t *root;
	struct errors *errors;
	bool marked; /* some operation has `x-action` */
};

/* What stands for one action: where its extensions are, and the schema of its payload. */
struct candidate {
	const char *name;
	const char *variant; /* unless it says so */
	struct node node;
	const json_t *payload; /* NULL: it takes none */
};

/* The first of two members that is there. */
static bool
either(const struct node *node, const char *one, const char *other, struct node *member)
{
	return node_member(node, one, member) || node_member(node, other, member);
}

static bool
read_roles(const struct candidate *candidate, json_t *allow)
{
	struct node roles;

	if (!either(&candidate->node, "x-allowed-roles", "x-roles", &roles))
		return node_fail(
			&candidate->node,
			"the document does not say who may run `%s`: give it `x-allowed-roles`",
			candidate->name);
	if (!node_is_array(&roles))
		return false;
	for (size_t i = 0; i < json_array_size(roles.value); i++) {
		struct node role = node_item(&roles, i);

		if (!node_is_text(&role))
			return false;
		json_array_append(allow, node_writable(role.value));
	}
	return true;
}

static bool
read_variant(const struct candidate *candidate, const char **variant)
{
	static const char *const known[] = { "READ", "MUTATE", "SIGNED" };
	struct node member;

	*variant = candidate->variant;
	if (!either(&candidate->node, "x-variant", "x-action-variant", &member))
		return true;
	*variant = json_string_value(member.value);
	for (size_t i = 0; *variant && i < COUNTOF(known); i++) {
		if (strcmp(*variant, known[i]) == 0)
			return true;
	}
	return node_fail(&member, "must be READ, MUTATE or SIGNED");
}

/* Required fields, and a payload of values the schema gives. */
static bool
read_payload(const struct reader *reader, const struct candidate *candidate, json_t *required,
	     json_t *payload)
{
	json_t *properties = json_object(), *name;
	struct error err = { 0 };
	bool ok = !candidate->payload ||
		  schema_fields(reader->root, candidate->payload, required, properties, &err);
	size_t i;

	json_array_foreach(required, i, name)
	{
		const char *field = json_string_value(name);
		json_t *value = ok && field ? schema_value(reader->root, field,
							   json_object_get(properties, field), &err)
					    : NULL;
		ok = value != NULL;
		if (value)
			json_object_set_new(payload, field, value);
	}
	json_decref(properties);
	return ok || (err.code != ERROR_NONE
			      ? node_fail_with(&candidate->node, &err)
			      : node_fail(&candidate->node, "`required` must be a list of names"));
}

static bool
add(const struct reader *reader, const struct candidate *candidate)
{
	struct outline_action found = { .name = candidate->name,
					.allow = json_array(),
					.required = json_array(),
					.payload = json_object() };
	bool ok = read_roles(candidate, found.allow);

	ok &= read_variant(candidate, &found.variant);
	ok &= read_payload(reader, candidate, found.required, found.payload);
	if (ok)
		return outline_add(reader->outline, &found, reader->errors);
	json_decref(found.allow);
	json_decref(found.required);
	json_decref(found.payload);
	return false;
}

/* The JSON schema of an operation's body; NULL: it has none. */
static const json_t *
body_schema(const struct reader *reader, const struct node *operation, struct error *err)
{
	const json_t *body =
		schema_resolve(reader->root, json_object_get(operation->value, "requestBody"), err);
	const json_t *content = json_object_get(body, "content");

	return json_object_get(json_object_get(content, "application/json"), "schema");
}

/* `action: { const: X }`, or an `enum` of one. */
static const char *
named_action(const json_t *schema)
{
	const json_t *action = json_object_get(json_object_get(schema, "properties"), "action");
	const char *name = json_string_value(json_object_get(action, "const"));
	const json_t *names = json_object_get(action, "enum");

	return name ? name
		    : json_string_value(json_array_size(names) == 1 ? json_array_get(names, 0)
								    : NULL);
}

/* One alternative of the body of /v1/actions/execute: {action, context, payload}. */
static bool
add_alternative(const struct reader *reader, const struct node *operation, const json_t *schema)
{
	struct candidate candidate = { .variant = "MUTATE", .node = *operation };
	struct error err = { 0 };

	schema = schema_resolve(reader->root, schema, &err);
	if (!schema)
		return node_fail_with(operation, &err);
	candidate.name = named_action(schema);
	if (!candidate.name)
		return node_fail(operation, "an alternative of its body does not name its action: "
					    "give `action` a `const`");
	candidate.node.value = schema;
	candidate.payload = json_object_get(json_object_get(schema, "properties"), "payload");
	return add(reader, &candidate);
}

static bool
add_execute(const struct reader *reader, const struct node *operation)
{
	struct error err = { 0 };
	const json_t *schema = body_schema(reader, operation, &err), *alternative;
	bool ok = true;
	size_t i;

	if (!schema)
		return err.code == ERROR_NONE || node_fail_with(operation, &err);
	const json_t *alternatives = json_object_get(schema, "oneOf");
	if (!alternatives)
		alternatives = json_object_get(schema, "anyOf");
	if (!alternatives)
		return true; /* one body for all actions says nothing of any */
	json_array_foreach(alternatives, i, alternative)
	{
		ok &= add_alternative(reader, operation, alternative);
	}
	return ok;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool
is_action(const struct reader *reader, const char *path, const struct node *operation)
{
	if (reader->marked)
		return json_object_get(operation->value, "x-action") != NULL;
	return strstr(path, "/actions/") && json_object_get(operation->value, "requestBody");
}

static bool
add_operation(const struct reader *reader, const char *path, const char *method,
	      const struct node *operation)
{
	struct candidate candidate = { .variant = strcmp(method, "get") == 0 ? "READ" : "MUTATE",
				       .node = *operation };
	struct error err = { 0 };

	if (ends_with(path, "/actions/execute"))
		return add_execute(reader, operation);
	if (!is_action(reader, path, operation))
		return true;
	candidate.name = json_string_value(json_object_get(operation->value, "x-action"));
	if (!candidate.name)
		candidate.name =
			json_string_value(json_object_get(operation->value, "operationId"));
	if (!candidate.name)
		return node_fail(operation,
				 "has neither `x-action` nor `operationId`: it has no name");
	candidate.payload = body_schema(reader, operation, &err);
	return err.code == ERROR_NONE ? add(reader, &candidate) : node_fail_with(operation, &err);
}

typedef bool operation_fn(struct reader *reader, const char *path, const char *method,
			  const struct node *operation);

static bool
each_operation(struct reader *reader, const struct node *paths, operation_fn *fn)
{
	static const char *const methods[] = { "get", "put", "post", "patch", "delete" };
	struct node item, operation;
	bool ok = true;

	for (const char *path = NULL; node_next(paths, &path, &item);) {
		for (size_t i = 0; i < COUNTOF(methods); i++) {
			if (node_member(&item, methods[i], &operation))
				ok &= fn(reader, path, methods[i], &operation);
		}
	}
	return ok;
}

static bool
look_for_mark(struct reader *reader, const char *path, const char *method,
	      const struct node *operation)
{
	(void)path;
	(void)method;
	reader->marked |= json_object_get(operation->value, "x-action") != NULL;
	return true;
}

static bool
take(struct reader *reader, const char *path, const char *method, const struct node *operation)
{
	return add_operation(reader, path, method, operation);
}

bool
openapi_read(struct outline *outline, const struct document *document, struct errors *errors)
{
	struct reader reader = { .outline = outline, .root = document->root, .errors = errors };
	struct node root = node_root(document, errors), paths, member;
	const char *version = NULL;

	if (!node_is_object(&root) || !node_text(&root, "openapi", REQUIRED, &version))
		return false;
	if (strncmp(version, "3.0", 3) != 0 && strncmp(version, "3.1", 3) != 0)
		return node_member(&root, "openapi", &member) &&
		       node_fail(&member, "must be version 3.0 or 3.1");
	if (!node_member(&root, "paths", &paths))
		return node_fail(&root, "an OpenAPI document without `paths` describes no action");
	if (!node_is_object(&paths))
		return false;
	(void)each_operation(&reader, &paths, look_for_mark);
	if (!each_operation(&reader, &paths, take))
		return false;
	return json_object_size(outline->actions) > 0 ||
	       node_fail(&paths, "no operation is an action: none has `x-action`, none is below "
				 "/actions/ with a body");
}
