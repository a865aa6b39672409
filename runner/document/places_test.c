#include "document/places.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(places, a_thousand_pointers_are_all_found_again)
{
	struct places *places = places_new();
	struct spot key, value;
	char pointer[POINTER_BYTES];

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/cases/%d", i);
		places_add(places, pointer, (struct spot){ i + 1, 1 }, (struct spot){ i + 1, 5 });
	}
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/cases/%d/absent", i);
		cr_assert(places_find(places, pointer, &key, &value));
		cr_assert_eq(value.line, i + 1);
		cr_assert_eq(value.column, 5);
	}
	cr_expect_not(places_find(places, "/other", &key, &value));
	places_free(places);
}

Test(places, the_first_place_of_a_pointer_stays)
{
	struct places *places = places_new();
	struct spot key, value;

	places_add(places, "/a", (struct spot){ 1, 1 }, (struct spot){ 1, 4 });
	places_add(places, "/a", (struct spot){ 2, 1 }, (struct spot){ 2, 4 });
	cr_assert(places_find(places, "/a", &key, &value));
	cr_expect_eq(value.line, 1);
	places_free(places);
}

Test(places, a_token_is_escaped)
{
	char pointer[POINTER_BYTES] = "/a";

	pointer_append(pointer, "b/c~d");
	pointer_append(pointer, "");
	pointer_append_index(pointer, 12);
	cr_expect_str_eq(pointer, "/a/b~1c~0d//12");
}

Test(places, a_token_that_does_not_fit_ends_at_a_whole_character)
{
	char pointer[POINTER_BYTES] = "", token[POINTER_BYTES * 2];

	for (size_t i = 0; i < sizeof(token) - 2; i += 2)
		memcpy(token + i, "\xc3\xa9", 3);
	pointer_append(pointer, "a");
	pointer_append(pointer, token);
	cr_expect_eq(strlen(pointer), POINTER_BYTES - 1);
	cr_expect_str_eq(pointer + POINTER_BYTES - 1 - 2, "\xc3\xa9");
	pointer_append(pointer, "more");
	cr_expect_eq(strlen(pointer), POINTER_BYTES - 1);
}
