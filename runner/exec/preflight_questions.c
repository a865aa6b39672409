#include <string.h>

#include "exec/preflight_state.h"
#include "exec/token.h"

static bool
has_probe(const struct preflight *preflight, enum probe_kind kind, const struct persona *persona)
{
	for (size_t i = 0; i < preflight->count; i++) {
		if (preflight->probes[i].kind == kind && preflight->probes[i].persona == persona)
			return true;
	}
	return false;
}

/* A row the service puts there is a preparation and proves nothing of policies: it may bypass them.
 * A check of the same persona is asked about, and refused. */
static bool
prepares(const struct step *step)
{
	return step->commit && strcmp(token_database_role(step->persona), "service_role") == 0;
}

static void
add_step(struct preflight *preflight, const struct step *step, bool logins)
{
	const struct persona *persona = step->persona;

	if (!persona || persona->token != TOKEN_VALID || !persona->user)
		return;
	if (logins) {
		if (credentials_by_password(preflight->session->environment, persona) &&
		    !has_probe(preflight, PROBE_LOGIN, persona))
			preflight_add(preflight, PROBE_LOGIN, persona, "login of");
		return;
	}
	/* What a token with claims of its own may do is not our identity: it is what suites test.
	 */
	if (preflight->lens && !persona->claims && !has_probe(preflight, PROBE_PERSONA, persona))
		preflight_add(preflight, PROBE_PERSONA, persona, "role of");
	if (step->kind != STEP_SQL || !preflight->session->sql || prepares(step))
		return;
	if (!has_probe(preflight, PROBE_SQL, persona))
		preflight_add(preflight, PROBE_SQL, persona, "SQL identity of");
	if (step->blind && !preflight->blind) {
		preflight->blind = true;
		preflight_add(preflight, PROBE_BLIND, persona, "blind writes, tried as");
	}
}

static void
add_personas(struct preflight *preflight, bool logins)
{
	for (size_t i = 0; i < preflight->plan->node_count; i++) {
		const struct plan_node *node = &preflight->plan->nodes[i];
		const struct step_list *steps =
			node->test ? &node->test->steps : &node->fixture->steps;
		for (size_t k = 0; k < steps->count; k++)
			add_step(preflight, &steps->items[k], logins);
	}
}

static void
add_target(struct preflight *preflight)
{
	if (!preflight->lens) {
		preflight_add(preflight, PROBE_ANSWERS, NULL, "target answers");
	} else {
		preflight_add(preflight, PROBE_HEALTH, NULL, "target is healthy");
		preflight_add(preflight, PROBE_VERSION, NULL, "target is the one meant");
	}
}

void
preflight_add_logins(struct preflight *preflight)
{
	add_target(preflight);
	add_personas(preflight, true);
}

void
preflight_add_questions(struct preflight *preflight)
{
	const struct environment *environment = preflight->session->environment;

	add_personas(preflight, false);
	if (preflight->lens && environment->expect_flags) {
		for (size_t i = 0; i < preflight->count; i++) {
			const struct persona *persona = preflight->probes[i].persona;
			if (preflight->probes[i].kind == PROBE_PERSONA && persona->role) {
				preflight_add(preflight, PROBE_FLAGS, persona,
					      "flags stand as stated, seen by");
				break;
			}
		}
	}
	if (preflight->session->sql && preflight->plan->needs_database)
		preflight_add(preflight, PROBE_SERVER, NULL, "database answers");
}
