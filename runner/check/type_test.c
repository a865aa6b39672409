#include "check/type.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"

Test(type, a_value_is_of_the_types_it_is_written_as_and_no_other)
{
	static const struct {
		const char *value, *types;
	} rows[] = {
		{ "5", "integer number " },
		{ "5.0", "number " },
		{ "\"5\"", "string " },
		{ "true", "boolean " },
		{ "null", "null " },
		{ "[]", "array " },
		{ "{}", "object " },
		{ "\"2026-11-23T07:00:00Z\"", "string timestamp " },
		{ "\"2026-13-23T07:00:00Z\"", "string " },
		{ "\"85fe1119-b04c-41ac-80f1-829d23322598\"", "string uuid " },
		{ "\"85fe1119b04c41ac80f1829d23322598\"", "string " },
	};
	size_t count;
	const char *const *names = type_names(&count);

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);
		char found[80] = "";

		for (size_t k = 0; k < count; k++) {
			if (type_find(names[k])->is(value)) {
				strcat(found, names[k]);
				strcat(found, " ");
			}
		}
		cr_expect_str_eq(found, rows[i].types, "%s is %s", rows[i].value, found);
		json_decref(value);
	}
}

Test(type, what_no_value_can_be_is_no_type)
{
	cr_expect_null(type_find("float"));
	cr_expect_null(type_find("Integer"));
	cr_expect_null(type_find(""));
}
