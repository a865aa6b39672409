#include "embed/embed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/home.h"
#include "base/must.h"
#include "embed/cluster.h"
#include "embed/target.h"

#define PROGRAM       "lensgate-target"
#define PROGRAM_MAX   ((size_t)256 * 1024 * 1024)
#define SECRET_MAX    64
#define COMMIT_DIGITS 40
#define HEX           "0123456789abcdef"

static const char *const default_flags[] = {
	"SHOPPING_LIST_LENS_V1_ENABLED=true",
	"RECEIVING_LENS_V1_ENABLED=true",
	"PARTS_LENS_V1_ENABLED=true",
};

enum secret { SECRET_JWT, SECRET_PASSWORD, SECRET_APIKEY, SECRET_PIN, SECRET_TOTP, SECRETS };

/* The name files know it by, the target's own, and what it is made of. Base 32 is what an
 * authenticator is given: RFC 4648, section 6. */
static const struct {
	const char *name, *variable, *alphabet;
	size_t length;
} secret_forms[] = {
	[SECRET_JWT] = { "LENSGATE_TARGET_JWT_SECRET", "LENSGATE_JWT_SECRET", HEX, 64 },
	[SECRET_PASSWORD] = { "LENSGATE_TARGET_PASSWORD", "LENSGATE_PERSONA_PASSWORD", HEX, 64 },
	[SECRET_APIKEY] = { "LENSGATE_TARGET_APIKEY", "LENSGATE_APIKEY", HEX, 64 },
	[SECRET_PIN] = { "LENSGATE_TARGET_PIN", "LENSGATE_PERSONA_PIN", "0123456789", 8 },
	[SECRET_TOTP] = { "LENSGATE_TARGET_TOTP", "LENSGATE_PERSONA_TOTP",
			  "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32 },
};
_Static_assert(COUNTOF(secret_forms) == SECRETS, "every secret needs its form");

/* A target beside the first. */
struct scenario {
	struct scenario *next;
	const char *key;
	struct target target;
};

struct embed {
	struct site site;
	struct cluster cluster;
	struct target target;
	struct scenario *scenarios;
	struct words faults;
	struct words env; /* of the first target */
	struct embed_secret secrets[SECRETS];
	const char *program, *commit, *database;
	int64_t deadline_ms;
};

/* ---- what goes in ---- */

/* The name becomes a file's, so it must not lead elsewhere. */
static bool
check_fault(const char *name, struct error *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	if (name[0] && name[0] != '-' && name[strspn(name, plain)] == '\0')
		return true;
	return error_set(err, ERROR_USAGE, "'%s' cannot be a fault; see --list-faults", name);
}

static bool
check_flag(const char *flag, struct error *err)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = strspn(flag, plain);

	if (len > 0 && (flag[len] == '=' || flag[len] == '\0'))
		return true;
	return error_set(err, ERROR_USAGE,
			 "'%s' is no flag: NAME=VALUE is, or NAME to leave it unset", flag);
}

static bool
set_flags(struct words *env, struct arena *arena, const char *const *flags, size_t count,
	  struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!check_flag(flags[i], err))
			return false;
		words_set(env, arena, flags[i]);
	}
	return true;
}

static bool
copy_faults(struct embed *embed, const struct embed_options *options, struct error *err)
{
	for (size_t i = 0; i < options->fault_count; i++) {
		if (!check_fault(options->faults[i], err))
			return false;
		words_add(&embed->faults, &embed->site.arena, "%s", options->faults[i]);
	}
	return true;
}

/* ---- the parts ---- */

static bool
make_secrets(struct embed *embed, struct error *err)
{
	unsigned char bytes[SECRET_MAX];

	for (size_t i = 0; i < SECRETS; i++) {
		const char *alphabet = secret_forms[i].alphabet;
		size_t letters = strlen(alphabet), length = secret_forms[i].length;

		if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
			return error_set(err, ERROR_ENVIRONMENT,
					 "the kernel gives no random bytes: %s", strerror(errno));
		char *text = arena_array(&embed->site.arena, length + 1, 1);
		for (size_t k = 0; k < length; k++)
			text[k] = alphabet[bytes[k] % letters];
		embed->secrets[i] = (struct embed_secret){ secret_forms[i].name, text };
	}
	return true;
}

/* The target has no commit of its own: what it is, is its program. */
static bool
name_commit(struct embed *embed, struct error *err)
{
	char hex[DIGEST_HEX_BYTES];
	size_t len = 0;
	char *program = file_read(embed->program, PROGRAM_MAX, &len, err);

	if (!program)
		return false;
	digest_hex(program, len, hex);
	free(program);
	embed->commit = arena_text(&embed->site.arena, hex, COMMIT_DIGITS);
	return true;
}

static bool
apply_faults(struct embed *embed, const char *home, struct error *err)
{
	for (size_t i = 0; i < embed->faults.count; i++) {
		const char *path = arena_printf(&embed->site.arena, "%s/fixtures/db/faults/%s.sql",
						home, embed->faults.items[i]);
		if (access(path, F_OK) == 0 &&
		    !cluster_load(&embed->cluster, &embed->site, path, err))
			return false;
	}
	return true;
}

static void
set_variable(struct embed *embed, const char *name, const char *value)
{
	struct arena *arena = &embed->site.arena;

	words_set(&embed->env, arena, arena_printf(arena, "%s=%s", name, value));
}

static bool
make_environment(struct embed *embed, const struct embed_options *options, struct error *err)
{
	struct arena *arena = &embed->site.arena;

	embed->env = site_environment(&embed->site);
	set_variable(embed, "LENSGATE_DATABASE",
		     cluster_conninfo(&embed->cluster, &embed->site, "authenticator"));
	for (size_t i = 0; i < SECRETS; i++)
		set_variable(embed, secret_forms[i].variable, embed->secrets[i].value);
	set_variable(embed, "GIT_COMMIT", embed->commit);
	set_variable(embed, "ENVIRONMENT", "embedded");
	return set_flags(&embed->env, arena, default_flags, COUNTOF(default_flags), err) &&
	       set_flags(&embed->env, arena, options->flags, options->flag_count, err);
}

static bool
begin_target(struct embed *embed, struct target *target, const struct words *env, int port,
	     struct error *err)
{
	struct target_spec spec = {
		.program = embed->program,
		.port = port,
		.faults = (const char *const *)embed->faults.items,
		.fault_count = embed->faults.count,
		.env = env,
	};

	return target_begin(target, &embed->site, &spec, err);
}

static int64_t
deadline(const struct embed *embed)
{
	return clock_now_us() + embed->deadline_ms * 1000;
}

static bool
start(struct embed *embed, const struct embed_options *options, struct error *err)
{
	struct arena *arena = &embed->site.arena;
	struct home_places places = home_places(arena);
	const char *home = home_search(&places, arena, err);

	embed->program = home ? home_program(&places, PROGRAM, arena, err) : NULL;
	cluster_place(&embed->cluster, &embed->site);
	/* The target connects when it is asked something: it becomes ready while the database
	 * does. */
	return embed->program && copy_faults(embed, options, err) && make_secrets(embed, err) &&
	       name_commit(embed, err) && make_environment(embed, options, err) &&
	       begin_target(embed, &embed->target, &embed->env, options->port, err) &&
	       cluster_start(&embed->cluster, &embed->site, home, err) &&
	       apply_faults(embed, home, err) && target_await(&embed->target, &embed->site, err);
}

struct embed *
embed_start(const struct embed_options *options, struct error *err)
{
	struct embed *embed = must(calloc(1, sizeof(*embed)));

	embed->deadline_ms = options->deadline_ms > 0 ? options->deadline_ms : EMBED_DEADLINE_MS;
	if (site_open(&embed->site, options->log_fd, deadline(embed), err) &&
	    start(embed, options, err)) {
		embed->database = cluster_conninfo(&embed->cluster, &embed->site, "postgres");
		return embed;
	}
	embed_stop(embed);
	return NULL;
}

void
embed_dismiss(struct embed *embed)
{
	if (!embed)
		return;
	for (const struct scenario *one = embed->scenarios; one; one = one->next)
		target_dismiss(&one->target);
	target_dismiss(&embed->target);
	cluster_dismiss(&embed->cluster);
	site_leave(&embed->site);
}

void
embed_stop(struct embed *embed)
{
	if (!embed)
		return;
	for (struct scenario *one = embed->scenarios; one; one = one->next)
		target_stop(&one->target);
	target_stop(&embed->target);
	cluster_stop(&embed->cluster);
	site_close(&embed->site);
	free(embed);
}

void
embed_stop_database(struct embed *embed)
{
	cluster_stop(&embed->cluster);
}

static bool
still_runs(struct embed *embed, pid_t *pid, enum site_log log, struct error *err)
{
	int status;

	if (*pid == 0 || !child_wait(*pid, 0, &status))
		return true;
	*pid = 0;
	return error_set(err, ERROR_ENVIRONMENT, "the %s ended: %s",
			 log == LOG_TARGET ? "target" : "database",
			 site_last_words(&embed->site, log));
}

bool
embed_running(struct embed *embed, struct error *err)
{
	return still_runs(embed, &embed->target.pid, LOG_TARGET, err) &&
	       still_runs(embed, &embed->cluster.server, LOG_DATABASE, err);
}

/* ---- scenarios ---- */

static const char *
scenario_key(struct arena *arena, const char *const *flags, size_t count, bool database_down)
{
	const char *key = database_down ? "down" : "up";

	for (size_t i = 0; i < count; i++)
		key = arena_printf(arena, "%s\n%s", key, flags[i]);
	return key;
}

static bool
start_scenario(struct embed *embed, struct scenario *scenario, const char *const *flags,
	       size_t flag_count, struct error *err)
{
	struct arena *arena = &embed->site.arena;
	struct words env = words_copy(&embed->env, arena);

	if (strncmp(scenario->key, "down", 4) == 0)
		words_set(&env, arena,
			  arena_printf(arena,
				       "LENSGATE_DATABASE=host=%s dbname=lens user=authenticator",
				       site_path(&embed->site, "nobody-listens-here")));
	embed->site.deadline_us = deadline(embed);
	return set_flags(&env, arena, flags, flag_count, err) &&
	       begin_target(embed, &scenario->target, &env, 0, err) &&
	       target_await(&scenario->target, &embed->site, err);
}

bool
embed_scenario(struct embed *embed, const char *const *flags, size_t flag_count, bool database_down,
	       const char **base_url, struct error *err)
{
	struct arena *arena = &embed->site.arena;
	const char *key = scenario_key(arena, flags, flag_count, database_down);
	struct scenario *one = embed->scenarios;

	while (one && strcmp(one->key, key) != 0)
		one = one->next;
	if (!one) {
		one = ARENA_NEW(arena, struct scenario);
		one->key = key;
		if (!start_scenario(embed, one, flags, flag_count, err))
			return false;
		one->next = embed->scenarios;
		embed->scenarios = one;
	}
	*base_url = one->target.base_url;
	return true;
}

/* ---- what there is to know ---- */

const char *
embed_base_url(const struct embed *embed)
{
	return embed->target.base_url;
}

const char *
embed_database(const struct embed *embed)
{
	return embed->database;
}

const char *
embed_commit(const struct embed *embed)
{
	return embed->commit;
}

const char *
embed_directory(const struct embed *embed)
{
	return embed->site.directory;
}

const char *
embed_jwt_secret(const struct embed *embed)
{
	return embed->secrets[SECRET_JWT].value;
}

const char *
embed_password(const struct embed *embed)
{
	return embed->secrets[SECRET_PASSWORD].value;
}

const char *
embed_apikey(const struct embed *embed)
{
	return embed->secrets[SECRET_APIKEY].value;
}

const struct embed_secret *
embed_secrets(const struct embed *embed, size_t *count)
{
	*count = SECRETS;
	return embed->secrets;
}

bool
embed_list_faults(FILE *out, struct error *err)
{
	struct arena arena = { 0 };
	struct home_places places = home_places(&arena);
	const char *program = home_program(&places, PROGRAM, &arena, err);
	const char *list = NULL;

	if (program) {
		struct words argv = { 0 }, env = { 0 };
		struct child_user as_we_are = { 0 };

		words_add(&argv, &arena, "%s", program);
		words_add(&argv, &arena, "--list-faults");
		words_add(&env, &arena, "LC_ALL=C");
		struct child_spec spec = { .argv = &argv,
					   .env = &env,
					   .directory = "/",
					   .user = &as_we_are,
					   .errors = STDERR_FILENO,
					   .life = -1,
					   .death_signal = 9 };
		list = child_output(&spec, clock_now_us() + (int64_t)EMBED_DEADLINE_MS * 1000,
				    &arena, err);
	}
	if (list)
		(void)fprintf(out, "%s\n", list);
	arena_release(&arena);
	return list != NULL;
}
