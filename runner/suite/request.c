#include "suite/request.h"

#include <string.h>

#include "suite/reading.h"

/* Longest text that `body_repeat` may make. */
#define MAX_REPEATED (64L << 20)

static const char *const methods[] = { "GET",   "HEAD",   "POST",    "PUT",
				       "PATCH", "DELETE", "OPTIONS", "TRACE" };

/* "POST /v1/x": the method's row, and a path that may hold ${}. */
static bool
line_read(struct loading *loading, const struct node *node, struct step *step)
{
	const char *line = NULL;
	struct node member;

	if (!node_text(node, "http", REQUIRED, &line) || !node_member(node, "http", &member))
		return false;
	size_t len = strcspn(line, " ");
	const char *path = line[len] ? line + len + 1 : "";
	if (*path != '/' || path[strcspn(path, " \r\n\t#")] != '\0')
		return node_fail(&member, "must be a method and a path, such as `GET /health`");
	for (size_t i = 0; i < COUNTOF(methods); i++) {
		if (strlen(methods[i]) == len && strncmp(methods[i], line, len) == 0)
			step->method = methods[i];
	}
	if (!step->method) {
		const char *method = arena_text(&loading->suite->arena, line, len);
		return reading_unknown(&member, "method", method, methods, COUNTOF(methods));
	}
	const json_t *kept = loading_keep(loading, json_string(path));
	step->path = (struct template){ kept, template_is_constant(kept) };
	return true;
}

/* A part is a text, or a file: {file, name, type}, `file` being what is in it. */
static bool
multipart_read(const struct node *map)
{
	static const char *const keys[] = { "file", "name", "type" };
	struct node part;
	const char *name = NULL, *text = NULL;
	bool ok = true;

	if (!node_is_object(map))
		return false;
	while (node_next(map, &name, &part)) {
		if (json_is_array(part.value)) {
			ok = node_fail(&part, "must be one value, or a file: { file, name, type }");
		} else if (json_is_object(part.value)) {
			ok &= node_keys(&part, keys, COUNTOF(keys));
			ok &= node_text(&part, "file", REQUIRED, &text);
			ok &= node_text(&part, "name", OPTIONAL, &text);
			ok &= node_text(&part, "type", OPTIONAL, &text);
		}
	}
	return ok;
}

static bool
repeat_read(const struct node *map)
{
	static const char *const keys[] = { "text", "times" };
	const char *text = NULL;
	int64_t times = 0;

	if (!node_is_object(map) || !node_keys(map, keys, COUNTOF(keys)) ||
	    !node_text(map, "text", REQUIRED, &text))
		return false;
	int64_t most = MAX_REPEATED / (int64_t)strlen(text);
	return node_integer(map, "times", REQUIRED, 1, most, &times);
}

static bool
form_read(const struct node *map)
{
	struct node member;
	const char *name = NULL;
	bool ok = true;

	if (!node_is_object(map))
		return false;
	while (node_next(map, &name, &member)) {
		if (json_is_object(member.value) || json_is_array(member.value))
			ok = node_fail(&member, "must be one value, not a list or a mapping");
	}
	return ok;
}

/* A body may be empty. */
static bool
text_read(const struct node *text)
{
	return json_is_string(text->value) || node_fail(text, "must be text");
}

static const struct {
	const char *key;
	enum body_kind kind;
	bool (*read)(const struct node *body); /* NULL: any value will do */
} bodies[] = {
	{ "json", BODY_JSON, NULL },
	{ "form", BODY_FORM, form_read },
	{ "multipart", BODY_MULTIPART, multipart_read },
	{ "body", BODY_TEXT, text_read },
	{ "body_repeat", BODY_REPEAT, repeat_read },
};

static bool
body_read(const struct node *node, struct step *step)
{
	struct node member;
	bool ok = true;

	for (size_t i = 0; i < COUNTOF(bodies); i++) {
		if (!node_member(node, bodies[i].key, &member))
			continue;
		if (step->body_kind != BODY_NONE)
			return node_fail_key(&member, "a request has one body");
		step->body_kind = bodies[i].kind;
		reading_template(node, bodies[i].key, &step->body);
		ok &= !bodies[i].read || bodies[i].read(&member);
	}
	return ok;
}

static bool
fields_read(const struct node *node, struct step *step)
{
	bool ok = reading_scalars(node, "headers", &step->headers);

	return reading_scalars(node, "query", &step->query) && ok;
}

bool
request_read(struct loading *loading, const struct node *node, struct step *step)
{
	bool ok = line_read(loading, node, step);

	ok &= body_read(node, step);
	return fields_read(node, step) && ok;
}

static bool
unknown_action(struct loading *loading, const struct node *node, const char *name)
{
	const struct lens *lens = loading->suite->lens;
	const char **names = ARENA_ARRAY(&loading->suite->arena, lens->action_count, const char *);

	for (size_t i = 0; i < lens->action_count; i++)
		names[i] = lens->actions[i].name;
	return reading_unknown(node, "action", name, names, lens->action_count);
}

bool
request_read_action(struct loading *loading, const struct node *node, struct step *step)
{
	const char *name = NULL;
	struct node member;

	/* Payload and context may be of any type: that is what some refusals are about. */
	reading_template(node, "payload", &step->payload);
	reading_template(node, "context", &step->context);
	bool ok = fields_read(node, step);
	if (!node_text(node, "action", REQUIRED, &name) || !node_member(node, "action", &member) ||
	    loading->lens_broken)
		return false;
	if (!loading->suite->lens)
		return node_fail(&member, "an action needs a `lens` that knows it");
	step->action = lens_action(loading->suite->lens, name);
	return step->action ? ok : unknown_action(loading, &member, name);
}

/* Requests that write nothing although their method could; see the lens API. */
static bool
only_asks(const char *path)
{
	static const char *const asking[] = { "/auth/", "/v1/bootstrap",
					      "/v1/actions/suggestions" };
	static const char actions[] = "/v1/actions/", preview[] = "/preview";

	if (strstr(path, "..") || strstr(path, "${"))
		return false; /* it may lead anywhere */
	for (size_t i = 0; i < COUNTOF(asking); i++) {
		if (strncmp(path, asking[i], strlen(asking[i])) == 0)
			return true;
	}
	size_t len = strcspn(path, "?");
	return strncmp(path, actions, strlen(actions)) == 0 && len > strlen(preview) &&
	       strncmp(path + len - strlen(preview), preview, strlen(preview)) == 0;
}

bool
request_writes(const struct step *step)
{
	static const char *const writing[] = { "POST", "PUT", "PATCH", "DELETE" };

	if (step->kind == STEP_ACTION)
		return step->action && step->action->variant != VARIANT_READ;
	if (step->kind == STEP_SQL)
		return step->commit != NULL;
	if (step->kind != STEP_HTTP || !step->method || !step->path.value)
		return false;
	for (size_t i = 0; i < COUNTOF(writing); i++) {
		if (strcmp(step->method, writing[i]) == 0)
			return !only_asks(json_string_value(step->path.value));
	}
	return false;
}
