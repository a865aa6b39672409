#include "cli/identity.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

Test(identity, a_run_id_is_a_uuid_of_version_7)
{
	struct identity identity;

	identity_make(&identity);
	cr_expect_eq(strlen(identity.run_id), 36);
	cr_expect_eq(identity.run_id[14], '7', "%s", identity.run_id);
	cr_expect_neq(strchr("89ab", identity.run_id[19]), NULL, "%s", identity.run_id);
}

Test(identity, two_runs_share_neither_id_nor_prefix)
{
	struct identity one, two;
	int same = 0;

	for (int i = 0; i < 20; i++) {
		identity_make(&one);
		identity_make(&two);
		cr_expect_str_neq(one.run_id, two.run_id);
		same += strcmp(one.unique, two.unique) == 0;
	}
	cr_expect_leq(same, 1);
}

Test(identity, a_prefix_is_safe_in_names)
{
	struct identity identity;

	identity_make(&identity);
	cr_expect(isalpha((unsigned char)identity.unique[0]));
	for (const char *at = identity.unique; *at; at++)
		cr_expect(islower((unsigned char)*at) || isdigit((unsigned char)*at));
}

Test(identity, two_steps_say_what_one_says)
{
	struct identity one, two;

	identity_make(&one);
	identity_begin(&two);
	cr_expect_str_eq(two.commit, "");
	cr_expect_neq(two.run_id[0], '\0');
	identity_end(&two);
	cr_expect_str_eq(two.commit, one.commit);
	cr_expect_eq(two.dirty, one.dirty);
	identity_end(&two);
	cr_expect_str_eq(two.commit, one.commit);
	identity_end(&(struct identity){ 0 });
}
