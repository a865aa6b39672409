#include "embed/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/home.h"

#define FILE_MAX ((size_t)1024 * 1024)

/* What ${embedded.NAME} stands for in an environment file. */
struct filling {
	const char *name, *value;
};

/* ---- the two files ---- */

/* The longest prefix of `text` that holds no place-holder is copied; what follows it is
 * filled in. Returns where to go on. */
static const char *
fill_next(struct buf *out, const char *text, const struct filling *fillings, size_t count)
{
	const char *at = strstr(text, "${embedded.");

	if (!at) {
		buf_add(out, text, strlen(text));
		return text + strlen(text);
	}
	buf_add(out, text, (size_t)(at - text));
	const char *name = at + strlen("${embedded.");
	size_t len = strcspn(name, "}");
	for (size_t i = 0; i < count; i++) {
		if (strlen(fillings[i].name) == len && strncmp(fillings[i].name, name, len) == 0) {
			buf_printf(out, "%s", fillings[i].value);
			return name + len + (name[len] == '}');
		}
	}
	/* A name we do not know is for the loader to complain about. */
	buf_add(out, at, (size_t)(name - at));
	return name;
}

static bool
write_environment(const struct embed *embed, const char *path, struct arena *arena,
		  struct error *err)
{
	const struct filling fillings[] = {
		{ "base_url", embed_base_url(embed) },
		{ "database", embed_database(embed) },
		{ "commit", embed_commit(embed) },
	};
	const char *home = home_find(arena, err);
	size_t len = 0;
	char *text = home ? file_read(arena_printf(arena, "%s/fixtures/environments/embedded.yaml",
						   home),
				      FILE_MAX, &len, err)
			  : NULL;
	struct buf filled;

	if (!text)
		return false;
	buf_init(&filled, 2 * FILE_MAX);
	for (const char *at = text; *at;)
		at = fill_next(&filled, at, fillings, COUNTOF(fillings));
	bool ok = file_replace(path, filled.text, filled.len, err);
	buf_release(&filled);
	free(text);
	return ok;
}

static bool
write_secrets(const struct embed *embed, const char *path, struct error *err)
{
	size_t count = 0;
	const struct embed_secret *secrets = embed_secrets(embed, &count);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = file != NULL;

	for (size_t i = 0; ok && i < count; i++)
		ok = fprintf(file, "%s=%s\n", secrets[i].name, secrets[i].value) > 0;
	if (file && fclose(file) != 0)
		ok = false;
	return ok ||
	       error_set(err, ERROR_ENVIRONMENT, "cannot write %s: %s", path, strerror(errno));
}

/* ---- what the user sees ---- */

static void
tell(const struct embed *embed, const char *environment, const char *secrets_file,
     const struct foreground_options *options, FILE *out)
{
	size_t count = 0;
	const struct embed_secret *secrets = embed_secrets(embed, &count);

	(void)fprintf(out,
		      "base URL     %s\n"
		      "database     %s\n"
		      "environment  %s\n"
		      "secrets      %s\n",
		      embed_base_url(embed), embed_database(embed), environment, secrets_file);
	for (size_t i = 0; options->show_secrets && i < count; i++)
		(void)fprintf(out, "export %s=%s\n", secrets[i].name, secrets[i].value);
	(void)fprintf(out,
		      "\n"
		      "lensgate gate pre-deploy --env %s --env-file %s\n"
		      "\n"
		      "Ctrl-C ends it and removes all of this.\n",
		      environment, secrets_file);
	(void)fflush(out);
}

static bool
publish(const struct embed *embed, const struct foreground_options *options, FILE *out,
	struct error *err)
{
	struct arena arena = { 0 };
	const char *directory = embed_directory(embed);
	const char *secrets_file = arena_printf(&arena, "%s/secrets.env", directory);
	const char *environment = options->write_env
					  ? options->write_env
					  : arena_printf(&arena, "%s/target.yaml", directory);
	bool ok = write_environment(embed, environment, &arena, err) &&
		  write_secrets(embed, secrets_file, err);

	if (ok)
		tell(embed, environment, secrets_file, options, out);
	arena_release(&arena);
	return ok;
}

/* Until somebody asks for the end, or a part of it ends by itself. */
static bool
wait_for_end(struct embed *embed, const sigset_t *signals, struct error *err)
{
	int signal = SIGCHLD;

	while (signal == SIGCHLD) {
		if (!embed_running(embed, err))
			return false;
		if (sigwait(signals, &signal) != 0)
			return error_set(err, ERROR_ENVIRONMENT, "cannot wait for a signal");
	}
	return true;
}

bool
foreground_run(const struct foreground_options *options, FILE *out, struct error *err)
{
	sigset_t signals, before;

	/* Blocked from the start: one that comes early is met at the first wait. */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigaddset(&signals, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	struct embed *embed = embed_start(&options->embed, err);
	bool ok = embed && publish(embed, options, out, err) && wait_for_end(embed, &signals, err);
	embed_stop(embed);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return ok;
}
