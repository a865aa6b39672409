#include "rls/audit_check.h"

#include <string.h>
#include <strings.h>

static const struct audit_check checks[] = {
	{ "A1", "rls-off", AUDIT_ERROR, "a table that client roles reach has no row-level security",
	  "whoever holds a grant reads and writes the rows of every tenant" },
	{ "A2", "policies-not-in-force", AUDIT_ERROR,
	  "a table has policies, and row-level security is switched off",
	  "policies do nothing until row-level security is enabled; everybody believes they do" },
	{ "A3", "no-policy", AUDIT_WARNING,
	  "row-level security is on, a client role has grants, and there is no policy",
	  "every statement succeeds and finds nothing: a delete that deletes nothing looks like "
	  "one "
	  "that worked" },
	{ "A4", "only-restrictive", AUDIT_WARNING, "all policies of a table are restrictive",
	  "restrictive policies only take away; without a permissive one nothing is ever let "
	  "through" },
	{ "A5", "owner-logs-in", AUDIT_ERROR,
	  "the owner of a table can log in, and is exempt from its policies",
	  "without FORCE the owner sees every row: an application that connects as the owner has "
	  "no "
	  "row-level security at all" },
	{ "A6", "truncate", AUDIT_ERROR, "a client role may TRUNCATE a table",
	  "TRUNCATE asks no policy: one statement removes the rows of every tenant" },
	{ "A7", "partition-open", AUDIT_ERROR,
	  "a partition or child of a protected table is reachable and not protected itself",
	  "policies of the parent hold for statements that name the parent, and for no others" },
	{ "A8", "tenant-nullable", AUDIT_WARNING, "the tenant column may be null",
	  "a row without a tenant is hidden from all or open to all, depending on how each policy "
	  "was "
	  "written" },
	{ "A9", "tenant-not-in-policy", AUDIT_ERROR,
	  "a policy judges rows without looking at the tenant column",
	  "permissive policies are OR-ed: one that forgets the tenant opens the table to all of "
	  "them" },
	{ "A10", "foreign-table", AUDIT_WARNING, "a client role may read a foreign table",
	  "row-level security does not exist for foreign tables; the remote side sees one user" },
	{ "A11", "owner-exempt", AUDIT_WARNING, "the owner of a table is exempt from its policies",
	  "whatever runs as the owner (a view, a SECURITY DEFINER function, a migration) passes "
	  "the "
	  "policies unless they are forced" },
	{ "A12", "references-trigger", AUDIT_WARNING,
	  "a client role holds REFERENCES or TRIGGER on a table",
	  "a foreign key of one's own tells which keys exist; a trigger of one's own runs in the "
	  "statements of others" },
	{ "A13", "secret-column", AUDIT_WARNING,
	  "a client role may read a column named like a secret",
	  "policies choose rows, not columns: whoever sees the row sees the key in it" },
	{ "A14", "write-without-read", AUDIT_WARNING,
	  "there are policies for UPDATE or DELETE and none for SELECT",
	  "a statement that names its rows reads them; it finds none and reports success" },
	{ "A15", "parent-not-in-policy", AUDIT_ERROR,
	  "a policy of a dependent table does not look at what it depends on",
	  "its rows belong to a tenant through a foreign key; a policy that ignores the key "
	  "ignores "
	  "the tenant" },
	{ "A16", "tenant-chosen", AUDIT_ERROR,
	  "a policy for writing looks at who writes and not at the tenant",
	  "the row is one's own, and it may be put into any tenant: a role or a profile there is a "
	  "key to it" },

	{ "B1", "always-true", AUDIT_ERROR, "a policy lets every row through",
	  "permissive policies are OR-ed: beside this one no other matters" },
	{ "B2", "or-true", AUDIT_ERROR, "a policy says OR true",
	  "what stands beside it no longer matters; often a leftover of an experiment" },
	{ "B3", "no-row-condition", AUDIT_ERROR,
	  "a policy asks who calls and nothing about the row",
	  "everybody who is logged in gets the rows of everybody else" },
	{ "B4", "check-loses-tenant", AUDIT_ERROR, "USING looks at the tenant, WITH CHECK does not",
	  "a user can move a row to another tenant; left out, WITH CHECK would have been USING" },
	{ "B5", "to-public", AUDIT_WARNING, "a permissive policy is for PUBLIC",
	  "it holds for anon and for every role to come; one stray grant opens the table" },
	{ "B6", "user-metadata", AUDIT_ERROR,
	  "a policy, or a function it calls, believes user_metadata",
	  "users write their own user_metadata, with one call of the auth API" },
	{ "B7", "inverted-null", AUDIT_ERROR, "a policy lets through whoever has no claims",
	  "anonymous callers have no claims: the test is the wrong way round" },
	{ "B8", "reads-itself", AUDIT_ERROR, "a policy reads its own table",
	  "PostgreSQL refuses the recursion: every statement on the table fails" },
	{ "B9", "mutual-recursion", AUDIT_ERROR, "two policies read each other's tables",
	  "PostgreSQL refuses the recursion: every statement on either table fails" },
	{ "B10", "call-per-row", AUDIT_NOTE, "a policy calls a function for each row",
	  "in a scalar sub-query it would run once for each statement; 10 to 100 times faster" },
	{ "B11", "several-permissive", AUDIT_NOTE, "several permissive policies for one command",
	  "they are OR-ed, USING and WITH CHECK each for itself: a row may get in by one and out "
	  "by "
	  "another" },
	{ "B12", "hard-coded-id", AUDIT_ERROR, "a policy, or a function it calls, names an id",
	  "a back door for one user or tenant; no test as another user will ever see it" },
	{ "B13", "database-role", AUDIT_WARNING, "a policy asks for current_user or session_user",
	  "behind an API or a pool every user has the same database role" },
	{ "B14", "setting-must-exist", AUDIT_WARNING,
	  "a policy reads a setting that fails when it is not set",
	  "without claims every statement is an error instead of finding nothing" },
	{ "B15", "restricts-nothing", AUDIT_WARNING, "a restrictive policy is always true",
	  "it looks like a guard in every listing, and is none" },
	{ "B16", "blind-write", AUDIT_ERROR, "a policy for writing is wider than what may be read",
	  "a statement that reads no column is not held by the SELECT policies: DELETE FROM t "
	  "reaches "
	  "every tenant" },
	{ "B17", "missing-claim-fits", AUDIT_ERROR,
	  "a missing claim is replaced by the row's own value",
	  "who has no claim gets every row: coalesce(claim, column) = column is always true" },
	{ "B18", "check-drops-condition", AUDIT_ERROR,
	  "WITH CHECK forgets a condition that USING has",
	  "USING and WITH CHECK are OR-ed independently: a row gets in by another policy's USING "
	  "and "
	  "out by this WITH CHECK" },
	{ "B19", "null-tenant-writable", AUDIT_ERROR,
	  "a policy for writing lets rows without a tenant through",
	  "shared rows become a notice board that every tenant writes on" },
	{ "B20", "rights-are-writable", AUDIT_ERROR,
	  "users may write what they like about themselves in a table that policies go by",
	  "whoever may insert or change the own row there decides about the own rights" },
	{ "B21", "trusts-email", AUDIT_WARNING, "a policy decides by an email address",
	  "addresses change, are reused, and need not be confirmed" },
	{ "B22", "auth-role", AUDIT_NOTE, "a policy asks auth.role()",
	  "TO says it, is checked first and cannot be forgotten; anonymous sign-ins are "
	  "authenticated "
	  "too" },
	{ "B23", "compares-itself", AUDIT_ERROR, "a condition compares a column with itself",
	  "an unqualified name in a sub-query belongs to the sub-query: the condition is always "
	  "true" },
	{ "B24", "like-claim", AUDIT_WARNING, "a policy uses a claim as a LIKE pattern",
	  "a claim of % fits everything, and _ any character" },
	{ "B25", "readable-by-all", AUDIT_NOTE, "a table without a tenant may be read whole",
	  "right for reference data; wrong for anything that belongs to somebody" },
	{ "B26", "helper-says-yes", AUDIT_ERROR,
	  "a function that policies ask says yes to everybody",
	  "a stand-in that was never replaced: every policy that asks it lets everybody through" },
	{ "B27", "or-past-tenant", AUDIT_ERROR, "one side of an OR in a policy looks at no tenant",
	  "whatever fulfils that side is shown, or written, in every tenant; no row in a test may "
	  "do so" },
	{ "B28", "never-true", AUDIT_WARNING, "a policy lets no row through",
	  "a stand-in that was never replaced: every statement succeeds and finds nothing; where "
	  "it "
	  "is meant, a grant that is not there says so aloud" },
	{ "B29", "duplicate", AUDIT_NOTE, "two policies of a table say the same",
	  "who changes or drops one of them changes nothing, and believes to have done so" },
	{ "B30", "check-loses-owner", AUDIT_WARNING,
	  "USING looks at whose row it is, WITH CHECK does not",
	  "one's own row can be put under somebody else's name" },
	{ "B31", "settable", AUDIT_WARNING,
	  "a policy, or a function it calls, goes by a setting that callers choose",
	  "claims are verified before they are set; headers and settings of one's own are not" },

	{ "C1", "view-as-owner", AUDIT_ERROR, "a view shows what its owner may see",
	  "without security_invoker the policies are applied for the owner, not for the caller; "
	  "tools that compare schemas drop the option" },
	{ "C2", "materialized-view", AUDIT_ERROR, "a client role may read a materialized view",
	  "it holds copies of rows, and has no policies" },
	{ "C3", "definer-callable", AUDIT_NOTE,
	  "a client role may call a SECURITY DEFINER function",
	  "inside it no policy holds for the caller: what it checks itself is all there is" },
	{ "C4", "definer-search-path", AUDIT_ERROR,
	  "a SECURITY DEFINER function does not fix its search_path",
	  "the caller chooses what a name in it means, and it runs with the owner's rights" },
	{ "C5", "leakproof", AUDIT_WARNING, "a function of one's own is LEAKPROOF",
	  "the planner may run it before the policies, on rows the caller must not see" },
	{ "C6", "not-executable", AUDIT_ERROR,
	  "a policy calls a function that its roles may not execute",
	  "every statement of theirs ends in 42501, which looks like a refusal by the policy" },
	{ "C7", "volatile-in-policy", AUDIT_WARNING, "a policy calls a VOLATILE function",
	  "it runs for each row and keeps every index from being used" },
	{ "C8", "definer-trigger", AUDIT_NOTE, "a trigger runs as its owner",
	  "what it writes is not held by the caller's policies; right for histories, a hole "
	  "elsewhere" },
	{ "C9", "definer-for-all", AUDIT_ERROR,
	  "a SECURITY DEFINER function works on protected tables and never asks who calls",
	  "everybody who may call it gets, or does, the same: the rows of every tenant" },
	{ "C10", "definer-believes", AUDIT_ERROR,
	  "a SECURITY DEFINER function works on protected tables for whoever its arguments say",
	  "the caller chooses the tenant; policies no longer do" },
	{ "C11", "helper-search-path", AUDIT_NOTE,
	  "a function that policies call does not fix its search_path",
	  "a caller who can create a table somewhere can answer for it" },
	{ "C12", "row-security-off", AUDIT_ERROR, "a function switches row security or the role",
	  "what it runs is judged for somebody else, or fails where it should be filtered" },
	{ "C13", "definer-dynamic", AUDIT_WARNING,
	  "a SECURITY DEFINER function executes text it puts together",
	  "a quote in an argument runs anything with the owner's rights" },
	{ "C14", "view-writable", AUDIT_ERROR, "a client role writes through a view as its owner",
	  "the policies are applied for the owner: the view is a way around them" },
	{ "C15", "rule", AUDIT_WARNING, "a rewrite rule acts as the owner of its table",
	  "policies on what it touches are applied for the owner, not for the caller" },
	{ "C16", "public-execute", AUDIT_NOTE, "everybody may call a function that can write",
	  "PostgreSQL grants EXECUTE to PUBLIC on every new function, anon included" },
	{ "C17", "trigger-disabled", AUDIT_WARNING, "a trigger of a protected table is disabled",
	  "rules about columns and states are triggers, for policies cannot say them; often left "
	  "behind by a migration" },
	{ "C18", "definer-temp", AUDIT_WARNING,
	  "a SECURITY DEFINER function looks for tables in pg_temp first",
	  "unless its search_path names pg_temp, at its end, a caller's temporary table stands in "
	  "for "
	  "any table that the function names without its schema" },
	{ "C19", "sets-identity", AUDIT_WARNING,
	  "a client role may call a function that sets what policies go by",
	  "behind a pool or an API this is how one user becomes another" },
	{ "C20", "immutable-asks", AUDIT_ERROR,
	  "a function that policies call depends on who calls, and is IMMUTABLE",
	  "PostgreSQL may compute it once, when it plans, and keep the answer for the next user" },

	{ "D1", "client-bypasses", AUDIT_ERROR, "a client role is exempt from row-level security",
	  "superuser and BYPASSRLS, own or one SET ROLE away, make every policy void" },
	{ "D2", "client-owns", AUDIT_ERROR, "a client role owns a table",
	  "an owner may drop the policies, and is exempt from them without FORCE" },
	{ "D3", "granted-to-public", AUDIT_WARNING, "PUBLIC holds privileges on a table",
	  "every role there is and will be has them, anon included" },
	{ "D4", "default-privileges", AUDIT_WARNING,
	  "default privileges hand new objects to client roles",
	  "the next table is open from the moment it is made until somebody writes its policies" },
	{ "D5", "create-in-schema", AUDIT_ERROR, "a client role may create objects in a schema",
	  "a table or function of theirs can be found before yours, by functions that run as you" },
	{ "D6", "unique-over-tenants", AUDIT_NOTE, "a unique index does not contain the tenant",
	  "an insert that fails with 23505 tells that another tenant has the value" },
	{ "D7", "foreign-key-crosses", AUDIT_WARNING,
	  "a foreign key does not carry the tenant, and clients write the row",
	  "foreign keys are checked past the policies: a row can point at another tenant's" },
	{ "D8", "cascade", AUDIT_NOTE, "a delete cascades into a protected table",
	  "cascades run as the table's owner: who may delete the parent deletes the children" },
	{ "D9", "sequence", AUDIT_NOTE, "a client role may read or set a sequence",
	  "its value tells how many rows there are in all; setting it stops all inserts" },
	{ "D10", "no-index", AUDIT_WARNING, "no index helps the policies of a table",
	  "each statement looks at the rows of all tenants to throw most of them away" },
	{ "D11", "published", AUDIT_WARNING,
	  "a table without row-level security is in a publication",
	  "subscribers get every change of every tenant" },
	{ "D12", "dangerous-membership", AUDIT_ERROR,
	  "a client role is a member of a powerful role",
	  "pg_read_all_data and its like reach past grants, or out of the database" },
	{ "D13", "anon-writes", AUDIT_WARNING, "anon holds a privilege to write",
	  "only policies stand between the whole internet and the table" },
	{ "D14", "grant-option", AUDIT_ERROR, "a client role may pass its privileges on",
	  "who holds what is then decided by users" },
	{ "D15", "role-attributes", AUDIT_ERROR,
	  "a client role may create roles or databases, or replicate",
	  "CREATEROLE can give itself other roles, REPLICATION reads everything" },
	{ "D16", "login-inherits", AUDIT_WARNING,
	  "the login behind the client roles inherits a role that is exempt",
	  "a request that forgets SET ROLE has the grants of the service role; NOINHERIT keeps "
	  "them "
	  "apart" },
	{ "D17", "reaches-out", AUDIT_WARNING,
	  "a client role may call functions that reach out of the database",
	  "dblink connects as whom it likes, http and untrusted languages go anywhere" },
	{ "D18", "auth-reachable", AUDIT_ERROR, "a client role reaches a table of schema auth",
	  "the accounts of everybody are there; nothing but the auth service should read it" },

	{ "D19", "extension-in-schema", AUDIT_NOTE,
	  "an extension lives in a schema that client roles use",
	  "what it brings, and what its next version brings, is theirs to call" },

	{ "E1", "known-flaw", AUDIT_WARNING, "the server has a known flaw in row-level security",
	  "policies can be passed, or what they hide be learned, by people who read release "
	  "notes" },
	{ "E2", "too-old", AUDIT_ERROR, "the server cannot run views as their caller",
	  "security_invoker came with PostgreSQL 15; before it every view over a protected table "
	  "is a "
	  "hole" },
	{ "E3", "role-setting", AUDIT_WARNING, "a role has a setting that changes what policies do",
	  "row_security off turns hidden rows into errors; replica mode switches triggers off" },
};

static const char *const severities[] = {
	[AUDIT_NOTE] = "note", [AUDIT_WARNING] = "warning", [AUDIT_ERROR] = "error"
};
_Static_assert(COUNTOF(severities) == AUDIT_SEVERITIES, "every severity needs a name");

const struct audit_check *
audit_checks(size_t *count)
{
	*count = COUNTOF(checks);
	return checks;
}

const struct audit_check *
audit_check_find(const char *code)
{
	for (size_t i = 0; i < COUNTOF(checks); i++) {
		if (strcasecmp(checks[i].code, code) == 0 || strcmp(checks[i].name, code) == 0)
			return &checks[i];
	}
	return NULL;
}

const char *
audit_severity_name(enum audit_severity severity)
{
	return severities[severity];
}

bool
audit_severity_parse(const char *name, enum audit_severity *severity)
{
	for (size_t i = 0; i < COUNTOF(severities); i++) {
		if (strcmp(severities[i], name) == 0) {
			*severity = (enum audit_severity)i;
			return true;
		}
	}
	return false;
}

void
audit_check_table(struct buf *out)
{
	for (size_t i = 0; i < COUNTOF(checks); i++)
		buf_printf(out, "%-4s %-8s %-22s %s\n%37s%s\n", checks[i].code,
			   severities[checks[i].severity], checks[i].name, checks[i].title, "",
			   checks[i].why);
}
