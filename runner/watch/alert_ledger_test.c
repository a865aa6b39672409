#include "watch/alert_ledger.h"

#include "base/tree.h"
#include "watch/trial.h"

static struct trial t;

static void
start(void)
{
	trial_start(&t);
}

static void
stop(void)
{
	(void)!tree_remove(t.folder);
	trial_stop(&t);
}

TestSuite(alert_ledger, .init = start, .fini = stop);

static const struct alert_entry entry = { "boats", TRIAL_YACHT, "any-5xx", "firing",
					  INT64_C(1795427100000001) };

static bool
claim(struct alert_entry one)
{
	bool mine = false;

	cr_assert(alert_ledger_claim(t.session, &one, &mine, &t.err), "%s", t.err.message);
	return mine;
}

Test(alert_ledger, a_change_is_claimed_once)
{
	struct alert_entry resolved = entry, later = entry;

	resolved.change = "resolved";
	later.at_us += 900000000;
	cr_expect(claim(entry));
	cr_expect_not(claim(entry));
	cr_expect(claim(resolved), "another change is another claim");
	cr_expect(claim(later), "another moment is another claim");
}

Test(alert_ledger, what_is_given_back_can_be_claimed_again)
{
	cr_expect(claim(entry));
	cr_assert(alert_ledger_give_back(t.session, &entry, &t.err));
	cr_expect(claim(entry));
}

Test(alert_ledger, a_database_that_says_no_is_an_error_and_no_claim)
{
	bool mine = false;

	cr_assert_eq(trial_count(&t, "drop table public.lensgate_alert_messages; select 1 as n"),
		     1);
	cr_expect_not(alert_ledger_claim(t.session, &entry, &mine, &t.err));
	cr_expect_not(mine);
}
