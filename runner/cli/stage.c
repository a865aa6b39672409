#include "cli/stage.h"

#include <stdio.h>

bool
stage_load(struct stage *stage, bool check_only)
{
	const struct settings *settings = stage->settings;
	struct workspace_request request = { .settings = settings,
					     .gate = stage->gate,
					     .embedded = stage->embed ? &stage->embedded : NULL,
					     .without_suites = stage->without_suites,
					     .check_only = check_only };

	workspace_release(&stage->workspace);
	if (!stage->secrets)
		stage->secrets = secrets_new();
	if (!workspace_load(&stage->workspace, &request, stage->secrets, &stage->errors))
		return false;
	if (settings->faults.count + settings->flags.count == 0 ||
	    stage->workspace.environment->embedded)
		return true;
	return error_set(errors_new(&stage->errors), ERROR_USAGE,
			 "--%s works on the embedded target only, and environment %s is not",
			 settings->faults.count ? "fault" : "flag",
			 stage->workspace.environment->name);
}

bool
stage_start(struct stage *stage)
{
	const struct settings *settings = stage->settings;
	struct embed_options options = { .faults = settings->faults.items,
					 .fault_count = settings->faults.count,
					 .flags = settings->flags.items,
					 .flag_count = settings->flags.count,
					 .log_fd = -1 };
	struct error err = { 0 };
	size_t count = 0;

	if (!stage->workspace.environment->embedded)
		return true;
	stage->embed = embed_start(&options, &err);
	if (!stage->embed) {
		*errors_new(&stage->errors) = err;
		return false;
	}
	stage->embedded = (struct embedded_values){ .base_url = embed_base_url(stage->embed),
						    .database = embed_database(stage->embed),
						    .commit = embed_commit(stage->embed) };
	const struct embed_secret *secrets = embed_secrets(stage->embed, &count);
	for (size_t i = 0; i < count; i++)
		secrets_set(stage->secrets, secrets[i].name, secrets[i].value);
	return stage_load(stage, false);
}

const char *
stage_database(struct stage *stage)
{
	const struct environment *environment = stage->workspace.environment;

	if (!environment->database)
		error_set(errors_new(&stage->errors), ERROR_USAGE,
			  "environment %s names no database", environment->name);
	return environment->database;
}

const struct lens *
stage_lens(struct stage *stage, const char *name)
{
	return workspace_lens(&stage->workspace, name, &stage->errors);
}

void
stage_release(struct stage *stage)
{
	workspace_release(&stage->workspace);
	embed_stop(stage->embed);
	secrets_free(stage->secrets);
	errors_release(&stage->errors);
	*stage = (struct stage){ .settings = stage->settings };
}
