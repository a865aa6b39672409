#include "suite/action.h"

#include <string.h>

#include "base/buf.h"
#include "suite/circle.h"
#include "suite/promise.h"
#include "suite/reading.h"
#include "suite/reference.h"

static const char *const keys[] = {
	"variant", "allow",  "required", "id",     "needs",     "payload", "refusal",   "writes",
	"creates", "absent", "sql",      "params", "sql_needs", "refused", "signature",
};

/* While one action is read. */
struct reader {
	struct lens *lens;
	const struct roster *roster;
	const struct node *actions; /* the mapping of all of them */
	const struct node *node;
	struct action *action;
	bool in_sql; /* what `sql_needs` makes may be used too */
};

static const struct {
	const char *name;
	enum variant variant;
} variants[] = { { "READ", VARIANT_READ },
		 { "MUTATE", VARIANT_MUTATE },
		 { "SIGNED", VARIANT_SIGNED } };

static bool
variant_read(struct reader *reader)
{
	const char *names[COUNTOF(variants)];
	struct node member;
	const char *text = NULL;

	if (!node_text(reader->node, "variant", REQUIRED, &text))
		return false;
	for (size_t i = 0; i < COUNTOF(variants); i++) {
		names[i] = variants[i].name;
		if (strcmp(text, names[i]) == 0) {
			reader->action->variant = variants[i].variant;
			return true;
		}
	}
	return node_member(reader->node, "variant", &member) &&
	       reading_unknown(&member, "variant", text, names, COUNTOF(names));
}

static bool
allow_read(struct reader *reader)
{
	struct node list;

	if (!node_member(reader->node, "allow", &list))
		return node_fail(reader->node, "missing key `allow`");
	return roster_resolve(reader->roster, &list, &reader->action->allow,
			      &reader->action->allow_count);
}

/* Without `at`, what is needed is the id in the other action's reply. */
static bool
place_of_id(const struct reader *reader, const struct node *node, struct prerequisite *need)
{
	const json_t *maker = json_object_get(reader->actions->value, need->made_by);

	if (!need->at)
		need->at = json_string_value(json_object_get(maker, "id"));
	return need->at ||
	       node_fail(node, "missing key `at`: the action `%s` has no `id`", need->made_by);
}

/* What another need's reply has as well: its maker is not asked again. */
static bool
need_read_from(const struct reader *reader, const struct node *node, struct prerequisite *need)
{
	struct node member, needs, other;

	if (!node_text(node, "from", REQUIRED, &need->from) ||
	    !node_text(node, "at", REQUIRED, &need->at))
		return false;
	if (node_member(node, "made_by", &member))
		return node_fail_key(&member, "what comes `from` another need is made by that one");
	return (node_member(reader->node, "needs", &needs) &&
		node_member(&needs, need->from, &other) &&
		json_object_get(other.value, "made_by")) ||
	       (node_member(node, "from", &member) &&
		node_fail(&member, "nothing that is `made_by` an action is called `%s` here",
			  need->from));
}

static bool
need_read(struct reader *reader, const struct node *node, const char *name,
	  struct prerequisite *need)
{
	static const char *const need_keys[] = { "made_by", "at", "from" };
	const struct lens *lens = reader->lens;
	struct node maker;

	need->name = name;
	if (!node_is_object(node))
		return false;
	bool ok = reading_word(node, "what an action needs", name);
	ok &= node_keys(node, need_keys, COUNTOF(need_keys));
	ok &= reading_pointer(node, "at", OPTIONAL, &need->at);
	if (json_object_get(node->value, "from"))
		return need_read_from(reader, node, need) && ok;
	if (!node_text(node, "made_by", REQUIRED, &need->made_by))
		return false;
	if (lens_action(lens, need->made_by))
		return place_of_id(reader, node, need) && ok;
	const char **names = ARENA_ARRAY(&reader->lens->arena, lens->action_count, const char *);
	for (size_t i = 0; i < lens->action_count; i++)
		names[i] = lens->actions[i].name;
	return node_member(node, "made_by", &maker) &&
	       reading_unknown(&maker, "action", need->made_by, names, lens->action_count);
}

static bool
needs_read(struct reader *reader, const char *key, const struct prerequisite **out, size_t *count)
{
	struct node map, member;
	const char *name = NULL;
	bool ok = true;
	size_t i = 0;

	if (!node_member(reader->node, key, &map))
		return true;
	if (!node_is_object(&map))
		return false;
	struct prerequisite *needs =
		ARENA_ARRAY(&reader->lens->arena, json_object_size(map.value), struct prerequisite);
	while (node_next(&map, &name, &member))
		ok &= need_read(reader, &member, name, &needs[i++]);
	*out = needs;
	*count = i;
	return ok;
}

static bool
needed(const struct prerequisite *needs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(needs[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
plain_name(void *arg, const struct node *node, const char *name)
{
	const struct reader *reader = arg;
	const struct action *action = reader->action;

	if (needed(action->needs, action->need_count, name) ||
	    (reader->in_sql && needed(action->sql_needs, action->sql_need_count, name)))
		return;
	node_fail(node, "nothing is called `%s`: it is none of this action's %s", name,
		  reader->in_sql ? "`needs` or `sql_needs`" : "`needs`");
}

static void
payload_read(struct reader *reader)
{
	struct references references = {
		.has_lens = true, .has_persona = true, .plain = plain_name, .arg = reader
	};
	struct node payload;

	if (!node_member(reader->node, "payload", &payload))
		return;
	reader->action->unfilled |= reading_holds(&payload, LENS_FILL_IN);
	if (reading_is(&payload, LENS_FILL_IN) || !node_is_object(&payload))
		return;
	reading_template(reader->node, "payload", &reader->action->payload);
	references_check(&references, &payload);
}

static bool
signed_read(struct reader *reader)
{
	struct node member;

	if (!node_member(reader->node, "signature", &member))
		return true;
	if (reader->action->variant != VARIANT_SIGNED)
		return node_fail_key(&member, "only a SIGNED action has a `signature`");
	return signature_read_action(&member, &reader->action->signature);
}

static bool
refusal_read(struct reader *reader)
{
	static const char *const refusal_keys[] = { "status", "error" };
	int64_t status = 403;
	struct node refusal;

	reader->action->refusal_status = (int)status;
	if (!node_member(reader->node, "refusal", &refusal))
		return true;
	if (!node_is_object(&refusal))
		return false;
	bool ok = node_keys(&refusal, refusal_keys, COUNTOF(refusal_keys));
	ok &= node_text(&refusal, "error", OPTIONAL, &reader->action->refusal_error);
	ok &= node_integer(&refusal, "status", OPTIONAL, 400, 599, &status);
	reader->action->refusal_status = (int)status;
	return ok;
}

/* The default is to hand over the first thing the action needs. */
static void
params_default(struct reader *reader)
{
	struct action *action = reader->action;
	json_t *params = json_array();

	json_array_append_new(reader->lens->expanded, params);
	if (action->need_count > 0)
		json_array_append_new(params, json_sprintf("${%s}", action->needs[0].name));
	action->sql_params = (struct template){ params, action->need_count == 0 };
}

static bool
params_read(struct reader *reader)
{
	struct references references = {
		.has_lens = true, .has_persona = true, .plain = plain_name, .arg = reader
	};
	struct node params;

	if (!node_member(reader->node, "params", &params)) {
		params_default(reader);
		return true;
	}
	if (!json_is_array(params.value))
		return node_fail(&params, "must be a list");
	reading_template(reader->node, "params", &reader->action->sql_params);
	reader->in_sql = true;
	references_check(&references, &params);
	reader->in_sql = false;
	return true;
}

static bool
refused_read(struct reader *reader)
{
	static const char *const outcomes[] = {
		"denied",       "filtered",           "denied.policy",
		"denied.grant", "denied.application", "denied.view"
	};
	struct action *action = reader->action;
	struct node list, item;
	bool ok = true;

	action->refused = outcomes;
	action->refused_count = 2; /* unless it says more exactly how */
	if (!node_member(reader->node, "refused", &list))
		return true;
	if (!node_texts(reader->node, "refused", REQUIRED, &reader->lens->arena, &action->refused,
			&action->refused_count))
		return false;
	if (action->refused_count == 0)
		return node_fail(&list, "must not be empty");
	for (size_t i = 0; reading_each(&list, i, &item); i++)
		ok &= reading_known(&item, "outcome", action->refused[i], outcomes,
				    COUNTOF(outcomes));
	return ok;
}

static bool
sql_read(struct reader *reader)
{
	static const char *const sql_keys[] = { "params", "sql_needs", "refused" };
	struct action *action = reader->action;
	struct node member;
	bool ok = true;

	if (!node_member(reader->node, "sql", &member)) {
		for (size_t i = 0; i < COUNTOF(sql_keys); i++) {
			if (node_member(reader->node, sql_keys[i], &member))
				ok = node_fail_key(&member, "`%s` is nothing without `sql`",
						   sql_keys[i]);
		}
		return ok;
	}
	ok &= needs_read(reader, "sql_needs", &action->sql_needs, &action->sql_need_count);
	ok &= refused_read(reader);
	return params_read(reader) &&
	       reading_sql(reader->node, "sql", &action->sql_params, &action->sql) && ok;
}

static bool
proof_read(struct reader *reader)
{
	struct action *action = reader->action;
	bool ok = promise_read_all(reader->lens, reader->node, action);

	/* Rule 6 of a verdict: a success is proved by what it wrote. */
	if (action->variant != VARIANT_READ && ok && action->write_count == 0 && !action->unfilled)
		return node_fail(reader->node,
				 "a %s action needs `writes`: its success is proved by rows",
				 action->variant == VARIANT_MUTATE ? "MUTATE" : "SIGNED");
	return ok;
}

bool
action_read(struct lens *lens, const struct roster *roster, const struct node *actions,
	    struct action *action)
{
	struct node node;
	struct reader reader = { lens, roster, actions, &node, action, false };

	if (!node_member(actions, action->name, &node) || !node_is_object(&node))
		return false;
	action->place = node_place(&node);
	bool ok = node_keys(&node, keys, COUNTOF(keys));
	bool variant = variant_read(&reader);
	ok &= allow_read(&reader);
	ok &= node_texts(&node, "required", OPTIONAL, &lens->arena, &action->required,
			 &action->required_count);
	ok &= reading_pointer(&node, "id", OPTIONAL, &action->id);
	ok &= needs_read(&reader, "needs", &action->needs, &action->need_count);
	payload_read(&reader);
	ok &= signed_read(&reader);
	ok &= refusal_read(&reader);
	ok &= variant && proof_read(&reader);
	return sql_read(&reader) && ok;
}

/* While the actions are linked to each other. */
struct linker {
	const struct lens *lens;
	const struct node *actions;
};

static size_t
made_by(void *arg, size_t node, size_t i)
{
	const struct linker *linker = arg;
	const struct action *action = &linker->lens->actions[node];

	/* `sql_needs` lead away from an action, never back into it: what they make is made by the
	 * action itself, not by its SQL. */
	if (i >= action->need_count)
		return CIRCLE_END;
	const char *name = action->needs[i].made_by;
	const struct action *maker = name ? lens_action(linker->lens, name) : NULL;
	return maker ? (size_t)(maker - linker->lens->actions) : made_by(arg, node, i + 1);
}

static void
circle(void *arg, const size_t *path, size_t count)
{
	const struct linker *linker = arg;
	const struct action *actions = linker->lens->actions;
	struct node action, needs;
	struct buf text;

	buf_init(&text, 256);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s, made by ", actions[path[i]].name);
	buf_printf(&text, "%s", actions[path[0]].name);
	if (node_member(linker->actions, actions[path[count - 1]].name, &action) &&
	    node_member(&action, "needs", &needs))
		node_fail(&needs, "needs go round in a circle: %s", text.text);
	buf_release(&text);
}

static bool
somebody_makes(const struct linker *linker, const struct node *action, const char *key)
{
	struct node needs, need;
	const char *name = NULL;
	bool ok = true;

	if (!node_member(action, key, &needs))
		return true;
	while (node_next(&needs, &name, &need)) {
		const char *made_by = json_string_value(json_object_get(need.value, "made_by"));
		const struct action *maker = made_by ? lens_action(linker->lens, made_by) : NULL;
		if (maker && maker->allow_count == 0)
			ok = node_fail(&need, "nobody may run `%s`", made_by);
		else if (maker && maker->unfilled)
			ok = node_fail(&need, "nothing is made by `%s`: it has places to fill in",
				       made_by);
	}
	return ok;
}

bool
action_link(const struct lens *lens, const struct node *actions)
{
	struct linker linker = { lens, actions };
	struct node action;
	const char *name = NULL;
	bool ok = true;

	while (node_next(actions, &name, &action)) {
		ok &= somebody_makes(&linker, &action, "needs");
		ok &= somebody_makes(&linker, &action, "sql_needs");
	}
	circle_find(lens->action_count, made_by, circle, &linker);
	return ok;
}
