#include "run/member.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct thing {
	const char *name, *body;
	size_t body_len, size;
	int count;
	long rows;
	int64_t us;
	bool done;
	int other;
};

static bool
read_other(struct members *members, void *into)
{
	struct thing *thing = into;

	if (!scan_open(&members->scan, '['))
		return false;
	while (scan_element(&members->scan)) {
		scan_skip(&members->scan);
		thing->other++;
	}
	return true;
}

#define AT(member) offsetof(struct thing, member)

static const struct member rows[] = {
	{ "name", MEMBER_TEXT, AT(name), 0, NULL },
	{ "body", MEMBER_BYTES, AT(body), AT(body_len), NULL },
	{ "size", MEMBER_SIZE, AT(size), 0, NULL },
	{ "count", MEMBER_INT, AT(count), 0, NULL },
	{ "rows", MEMBER_LONG, AT(rows), 0, NULL },
	{ "us", MEMBER_INT64, AT(us), 0, NULL },
	{ "done", MEMBER_BOOL, AT(done), 0, NULL },
	{ "other", MEMBER_OTHER, 0, 0, read_other },
};

/* What the members of `json` make of a thing whose count is 5. *bad is "the
 * whole" when it cannot be read to its end. */
static struct thing
read_thing(char *json, const char **bad)
{
	struct members members = { .scan = scan_of(json, strlen(json)) };
	struct thing thing = { .count = 5 };
	bool whole =
		members_read(&members, rows, COUNTOF(rows), &thing) && scan_done(&members.scan);

	*bad = whole ? members.bad : "the whole";
	return thing;
}

Test(member, each_kind_is_read_in_any_order)
{
	char json[] =
		"{ \"done\" : true , \"us\":-7,\"unknown\":{\"name\":\"no\"},\"rows\":3,\"size\":2,"
		"\"other\":[1,[2]],\"body\":\"a\\u0000b\",\"name\":\"n\\n\"}";
	const char *bad;
	struct thing thing = read_thing(json, &bad);

	cr_expect_null(bad);
	cr_expect_str_eq(thing.name, "n\n");
	cr_expect_eq(thing.body_len, 3);
	cr_expect_eq(memcmp(thing.body, "a\0b", 4), 0);
	cr_expect_eq(thing.size, 2);
	cr_expect_eq(thing.count, 5, "what is absent stays as it was");
	cr_expect_eq(thing.rows, 3);
	cr_expect_eq(thing.us, -7);
	cr_expect(thing.done);
	cr_expect_eq(thing.other, 2);
}

Test(member, the_first_member_of_another_type_is_named)
{
	static const struct {
		const char *json, *bad;
	} wrong[] = {
		{ "{\"name\":5,\"count\":6}", "name" },
		{ "{\"name\":null,\"count\":6}", "name" },
		{ "{\"body\":[\"x\"],\"count\":6}", "body" },
		{ "{\"us\":\"7\",\"count\":6}", "us" },
		{ "{\"us\": 1.5 ,\"count\":6}", "us" },
		{ "{\"done\":1,\"count\":6}", "done" },
		{ "{\"other\":{\"a\":1},\"done\":0,\"count\":6}", "other" },
	};
	char json[80];

	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		const char *bad;

		(void)snprintf(json, sizeof(json), "%s", wrong[i].json);
		struct thing thing = read_thing(json, &bad);

		cr_assert_not_null(bad, "%s", wrong[i].json);
		cr_expect_str_eq(bad, wrong[i].bad);
		cr_expect_eq(thing.count, 6, "%s: what follows is read", wrong[i].json);
	}
}

Test(member, what_is_no_object_is_skipped)
{
	char json[] = "[1]";
	struct members members = { .scan = scan_of(json, strlen(json)) };
	struct thing thing = { 0 };

	cr_expect_not(members_read(&members, rows, COUNTOF(rows), &thing));
	cr_expect(scan_done(&members.scan));
}
