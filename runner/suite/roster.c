#include "suite/roster.h"

#include <string.h>

#include "suite/reading.h"
#include "suite/spelling.h"

static size_t
find(const struct roster *roster, const char *role)
{
	size_t i = 0;

	while (i < roster->role_count && strcmp(roster->roles[i], role) != 0)
		i++;
	return i;
}

static bool
unknown(const struct roster *roster, const struct node *node, const char *name)
{
	size_t groups = json_object_size(roster->groups.value), count = 0;
	const char **names =
		ARENA_ARRAY(roster->arena, roster->role_count + groups + 1, const char *);
	struct node group;

	for (size_t i = 0; i < roster->role_count; i++)
		names[count++] = roster->roles[i];
	for (const char *key = NULL; node_next(&roster->groups, &key, &group);)
		names[count++] = key;
	names[count++] = "everyone";
	return reading_unknown(node, "role or group", name, names, count);
}

static bool
choose(const struct roster *roster, const struct node *item, const char *name, bool *chosen)
{
	size_t role = find(roster, name);

	if (role < roster->role_count) {
		chosen[role] = true;
		return true;
	}
	if (strcmp(name, "everyone") == 0) {
		memset(chosen, true, roster->role_count);
		return true;
	}
	const json_t *group = json_object_get(roster->groups.value, name);
	if (!group)
		return unknown(roster, item, name);
	/* A member that is no role has been reported with the group itself. */
	for (size_t i = 0; i < json_array_size(group); i++) {
		const char *member = json_string_value(json_array_get(group, i));
		if (member && (role = find(roster, member)) < roster->role_count)
			chosen[role] = true;
	}
	return true;
}

static const char *const *
picked(const struct roster *roster, const bool *chosen, size_t *count)
{
	const char **names = ARENA_ARRAY(roster->arena, roster->role_count, const char *);

	*count = 0;
	for (size_t i = 0; i < roster->role_count; i++) {
		if (chosen[i])
			names[(*count)++] = roster->roles[i];
	}
	return names;
}

bool
roster_resolve(const struct roster *roster, const struct node *list, const char *const **out,
	       size_t *count)
{
	bool *chosen = ARENA_ARRAY(roster->arena, roster->role_count, bool);
	bool ok = true;
	struct node item;

	if (!json_is_array(list->value) && !json_is_string(list->value))
		return node_fail(list, "must be a list of roles and groups");
	for (size_t i = 0; reading_each(list, i, &item); i++)
		ok &= node_is_text(&item) &&
		      choose(roster, &item, json_string_value(item.value), chosen);
	*out = picked(roster, chosen, count);
	return ok;
}

static bool
group_read(const struct roster *roster, const char *name, const struct node *group)
{
	bool ok = true;

	if (!spelling_is_word(name) || strcmp(name, "everyone") == 0 ||
	    find(roster, name) < roster->role_count)
		ok = node_fail_key(group, "`%s` cannot name a group", name);
	if (!node_is_array(group))
		return false;
	for (size_t i = 0; i < json_array_size(group->value); i++) {
		struct node item = node_item(group, i);
		ok &= node_is_text(&item) &&
		      reading_known(&item, "role", json_string_value(item.value), roster->roles,
				    roster->role_count);
	}
	return ok;
}

static bool
groups_read(const struct node *lens, struct roster *roster)
{
	struct node group;
	const char *name = NULL;
	bool ok = true;

	if (!node_member(lens, "groups", &roster->groups))
		return true;
	if (!node_is_object(&roster->groups))
		return false;
	while (node_next(&roster->groups, &name, &group))
		ok &= group_read(roster, name, &group);
	return ok;
}

static bool
roles_check(const struct node *lens, const struct roster *roster)
{
	struct node list, item;
	bool ok = true;

	if (!node_member(lens, "roles", &list))
		return false;
	for (size_t i = 0; reading_each(&list, i, &item); i++) {
		if (!spelling_is_word(roster->roles[i]))
			ok = node_fail(&item, "`%s` cannot name a role", roster->roles[i]);
		if (find(roster, roster->roles[i]) < i)
			ok = node_fail(&item, "role `%s` is listed twice", roster->roles[i]);
	}
	return ok;
}

bool
roster_read(const struct node *lens, struct arena *arena, struct roster *roster)
{
	*roster = (struct roster){ .arena = arena };
	bool ok = node_texts(lens, "roles", REQUIRED, arena, &roster->roles, &roster->role_count) &&
		  roles_check(lens, roster);

	return groups_read(lens, roster) && ok;
}
