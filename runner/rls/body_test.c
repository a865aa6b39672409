#include "rls/body.h"

#include <criterion/criterion.h>
#include <string.h>

static struct arena arena;

static void
leave(void)
{
	arena_release(&arena);
}

TestSuite(body, .fini = leave);

/* What is left of `text` without each of its terms, in their order. */
static void
expect_without(const char *text, const char *const *without, size_t count)
{
	struct condition terms;

	body_parse(text, &arena, &terms);
	cr_expect_eq(terms.count, count, "%zu terms in %s", terms.count, text);
	for (size_t i = 0; i < count && i < terms.count; i++)
		cr_expect_str_eq(condition_without(&terms, i, &arena), without[i]);
}

Test(body, each_term_goes_with_its_and)
{
	static const char *const without[] = {
		"select 1 from t where b = 2 and (c or d);",
		"select 1 from t where a = 1 and (c or d);",
		"select 1 from t where a = 1 and b = 2;",
	};

	expect_without("select 1 from t where a = 1 and b = 2 and (c or d);", without,
		       COUNTOF(without));
}

Test(body, a_condition_of_one_term_becomes_true)
{
	static const char *const without[] = {
		"SELECT x FROM t WHERE true ORDER BY x",
	};
	static const char *const either[] = { "select x from t where true limit 1" };

	expect_without("SELECT x FROM t WHERE a = 1 ORDER BY x", without, COUNTOF(without));
	expect_without("select x from t where a = 1 or b and c limit 1", either, COUNTOF(either));
}

Test(body, joins_and_sub_queries_have_conditions_of_their_own)
{
	static const char *const without[] = {
		"begin return (select r.x from r join p on true where (p.z = 2 and exists (select "
		"from q where q.y))); end",
		"begin return (select r.x from r join p on p.id = r.id where (exists (select from "
		"q "
		"where q.y))); end",
		"begin return (select r.x from r join p on p.id = r.id where (p.z = 2)); end",
		"begin return (select r.x from r join p on p.id = r.id where (p.z = 2 and exists "
		"(select from q where true))); end",
	};

	expect_without("begin return (select r.x from r join p on p.id = r.id where (p.z = 2 and "
		       "exists (select from q where q.y))); end",
		       without, COUNTOF(without));
}

Test(body, what_only_looks_like_a_condition_is_none)
{
	static const char *const between[] = {
		"select 1 from t where c",
		"select 1 from t where a between 1 and 2",
	};

	expect_without("select 1 from t where a between 1 and 2 and c", between, COUNTOF(between));
	expect_without("select distinct on (a) b from t", NULL, 0);
	expect_without("insert into t values (1) on conflict do nothing", NULL, 0);
	expect_without("select 'where a and b' -- where c and d\n /* where e /* and */ f */", NULL,
		       0);
	expect_without("select a and b", NULL, 0);
}

Test(body, a_function_is_no_clause)
{
	static const char *const without[] = {
		"select 1 from t where b",
		"select 1 from t where left(a, 1) = 'x'",
	};

	expect_without("select 1 from t where left(a, 1) = 'x' and b", without, COUNTOF(without));
}

Test(body, a_text_that_does_not_close_has_no_terms)
{
	expect_without("select 1 from t where (a and b", NULL, 0);
	expect_without("select 1 from t where a = 'b and c", NULL, 0);
	expect_without("select 1 from t where a = 1 /* and b",
		       (const char *const[]){ "select 1 from t where true /* and b" }, 1);
	expect_without("", NULL, 0);
	expect_without("select 1 from t where", NULL, 0);
	expect_without("select 1 from t where and", NULL, 0);
}
