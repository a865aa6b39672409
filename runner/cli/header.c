#include "cli/header.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"

static json_t *
texts(const char *const *items, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(items[i]));
	return array;
}

/* Which part of which plan this is: enough for `merge` to find out whether parts belong together,
 * and to put every case back in its place. */
static json_t *
shard_part(const struct header_facts *facts)
{
	const struct conduct_shard *shard = facts->shard;
	const struct shard_packing *packing = shard->packing;
	json_t *cases = json_array();

	for (size_t i = 0; i < packing->case_count; i++) {
		if (packing->of[i] == shard->number - 1)
			json_array_append_new(cases, json_integer((json_int_t)i));
	}
	return json_pack("{s:I, s:I, s:s, s:I, s:s, s:s, s:s*, s:o}", "number",
			 (json_int_t)shard->number, "count", (json_int_t)packing->count, "title",
			 facts->title, "planned", (json_int_t)packing->case_count, "plan",
			 packing->plan, "packing", packing->packing, "timings", shard->timings,
			 "cases", cases);
}

/* A shard pins its share; the gate's own number is for the merged run. */
static void
pin(json_t *part, const struct header_facts *facts, const struct gate *gate)
{
	const struct conduct_shard *shard = facts->shard;
	json_int_t expected = gate->planned;

	if (shard && (json_int_t)shard->packing->case_count == gate->planned)
		expected = (json_int_t)facts->plan->case_count;
	json_object_set_new(part, "gate", json_string(gate->name));
	json_object_set_new(part, "expected_count", json_integer(expected));
	json_object_set_new(part, "flaky_budget", json_integer(gate->flaky_budget));
}

static void
add_title(json_t *part, const struct header_facts *facts)
{
	const struct conduct_shard *shard = facts->shard;

	if (!shard)
		json_object_set_new(part, "title", json_string(facts->title));
	else
		json_object_set_new(part, "title",
				    json_sprintf("%s (shard %zu of %zu)", facts->title,
						 shard->number, shard->packing->count));
}

static json_t *
run_part(const struct header_facts *facts)
{
	const struct gate *gate = facts->workspace->gate;
	char started[CLOCK_TEXT_BYTES];
	size_t argc = 0;

	clock_text(facts->started_wall_us, started);
	while (facts->argv[argc])
		argc++;
	json_t *part = json_pack("{s:s, s:s, s:o}", "id", facts->identity->run_id, "started",
				 started, "command", texts(facts->argv, argc));
	json_object_set_new(part, "reports", json_deep_copy(facts->reports));
	if (facts->plan->seed)
		json_object_set_new(part, "seed", json_integer(facts->plan->seed));
	if (facts->title)
		add_title(part, facts);
	if (gate)
		pin(part, facts, gate);
	if (facts->shard) {
		json_object_set_new(part, "shard", shard_part(facts));
		if (gate)
			json_object_set_new(json_object_get(part, "shard"), "expected_count",
					    json_integer(gate->planned));
	}
	return part;
}

static json_t *
program_part(void)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	return json_pack("{s:s, s:{s:s, s:s}}", "version", LENSGATE_VERSION, "libraries", "libcurl",
			 curl->version, "jansson", jansson_version_str());
}

static json_t *
suites_part(const struct workspace *workspace)
{
	json_t *array = json_array();

	for (size_t i = 0; i < workspace->suite_count; i++) {
		const struct suite *suite = workspace->suites[i];
		json_t *one = json_pack("{s:s, s:s?, s:s, s:s}", "name", suite->name, "title",
					suite->title, "file", suite->documents[0]->path, "sha256",
					suite->documents[0]->sha256);
		if (suite->evidence)
			json_object_set_new(one, "evidence", json_string(suite->evidence));
		json_array_append_new(array, one);
	}
	return array;
}

static void
add_once(json_t *array, const char *text)
{
	for (size_t i = 0; text && i < json_array_size(array); i++) {
		if (strcmp(json_string_value(json_array_get(array, i)), text) == 0)
			return;
	}
	if (text)
		json_array_append_new(array, json_string(text));
}

/* What the lens promises, in the form reports compare with what was done. */
static json_t *
declared_part(const struct lens *lens)
{
	static const char *const variants[] = { "READ", "MUTATE", "SIGNED" };
	json_t *actions = json_object(), *roles = json_array(), *tables = json_array();
	json_t *errors = json_array();

	for (size_t i = 0; i < lens->action_count; i++) {
		const struct action *action = &lens->actions[i];
		json_object_set_new(actions, action->name,
				    json_pack("{s:s, s:o, s:b, s:s*}", "variant",
					      variants[action->variant], "allow",
					      texts(action->allow, action->allow_count), "sql",
					      action->sql != NULL, "statement", action->sql));
		add_once(errors, action->refusal_error);
	}
	for (size_t i = 0; i < lens->role_count; i++)
		json_array_append_new(roles, json_string(lens->roles[i].name));
	for (size_t i = 0; i < lens->table_count; i++)
		json_array_append_new(tables, json_string(lens->tables[i].name));
	json_t *part = json_pack("{s:o, s:o, s:o, s:o}", "actions", actions, "roles", roles,
				 "tables", tables, "errors", errors);
	if (lens->transitions)
		json_object_set_new(part, "transitions", json_deep_copy(lens->transitions));
	return part;
}

static json_t *
lenses_part(const struct workspace *workspace)
{
	json_t *array = json_array();

	for (size_t i = 0; i < workspace->suite_count; i++) {
		const struct lens *lens = workspace->suites[i]->lens;
		bool seen = !lens;
		for (size_t k = 0; k < i && !seen; k++)
			seen = workspace->suites[k]->lens == lens;
		if (!seen)
			json_array_append_new(array,
					      json_pack("{s:s, s:s, s:s, s:o}", "name", lens->name,
							"file", lens->document->path, "sha256",
							lens->document->sha256, "declared",
							declared_part(lens)));
	}
	return array;
}

static json_t *
environment_part(const struct environment *environment)
{
	const char *host = strstr(environment->base_url, "://");
	json_t *part = json_pack(
		"{s:s, s:s, s:s, s:s?, s:b, s:s, s:s}", "name", environment->name, "base_url",
		environment->base_url, "host", host ? host + 3 : environment->base_url, "yacht",
		environment->yacht, "embedded", environment->embedded, "file",
		environment->document->path, "sha256", environment->document->sha256);

	if (environment->expect_flags)
		json_object_set_new(part, "flags", json_deep_copy(environment->expect_flags));
	if (environment->expect_commit)
		json_object_set_new(part, "expected_commit",
				    json_string(environment->expect_commit));
	return part;
}

static json_t *
personas_part(const struct environment *environment)
{
	json_t *array = json_array();

	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];
		json_array_append_new(
			array, json_pack("{s:s, s:s?, s:s?, s:s, s:s*}", "name", persona->name,
					 "role", persona->role, "user", persona->user, "token",
					 token_kind_name(persona->token), "yacht", persona->yacht));
	}
	return array;
}

/* The CI that runs us, from the variables GitHub Actions sets; empty elsewhere. */
static json_t *
ci_part(void)
{
	static const char *const names[][2] = {
		{ "provider", "GITHUB_SERVER_URL" },
		{ "repository", "GITHUB_REPOSITORY" },
		{ "run_id", "GITHUB_RUN_ID" },
		{ "run_attempt", "GITHUB_RUN_ATTEMPT" },
		{ "job", "GITHUB_JOB" },
		{ "sha", "GITHUB_SHA" },
		{ "ref", "GITHUB_REF" },
	};
	json_t *part = json_object();

	for (size_t i = 0; i < COUNTOF(names); i++) {
		const char *value = getenv(names[i][1]);
		if (value && *value)
			json_object_set_new(part, names[i][0], json_string(value));
	}
	return part;
}

static json_t *
machine_part(void)
{
	struct utsname name;

	if (uname(&name) != 0)
		return json_object();
	return json_pack("{s:s, s:s, s:s, s:s, s:I}", "host", name.nodename, "system", name.sysname,
			 "release", name.release, "architecture", name.machine, "cores",
			 (json_int_t)sysconf(_SC_NPROCESSORS_ONLN));
}

json_t *
header_make(const struct header_facts *facts)
{
	const struct workspace *workspace = facts->workspace;
	json_t *header = json_object();

	json_object_set_new(header, "run", run_part(facts));
	json_object_set_new(header, "program", program_part());
	json_object_set_new(header, "suites", suites_part(workspace));
	json_object_set_new(header, "lenses", lenses_part(workspace));
	json_object_set_new(header, "environment", environment_part(workspace->environment));
	json_object_set_new(header, "target",
			    facts->target ? json_deep_copy(facts->target) : json_object());
	json_object_set_new(header, "database",
			    facts->database ? json_deep_copy(facts->database) : json_object());
	json_object_set_new(header, "personas", personas_part(workspace->environment));
	json_object_set_new(header, "suites_commit",
			    json_pack("{s:s, s:b}", "commit", facts->identity->commit, "dirty",
				      facts->identity->dirty));
	json_object_set_new(header, "ci", ci_part());
	json_object_set_new(header, "machine", machine_part());
	return header;
}
