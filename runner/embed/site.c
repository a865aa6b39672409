#define _GNU_SOURCE /* pipe2, close_range */
#include "embed/site.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tree.h"

/* A socket's path has 107 bytes, and more than this is put behind the directory's. */
#define TMPDIR_MAX 60

/* Many times what a database and its log take; a container's default is far below. */
#define MEMORY_BYTES ((unsigned long)512 * 1024 * 1024)

/* How long the keeper waits for children that got their death signal. PostgreSQL
 * kills its own after five seconds. */
#define MOURNING_MS 10000

#define LAST_WORDS_MAX 300

/* Ends the keeper holds, and no others. */
struct leads {
	int leash, life, report;
};

/* ---- the keeper: runs in a forked child ---- */

static void
close_all_but(const struct leads *leads)
{
	int null = open("/dev/null", O_RDWR);

	/* Whoever reads our output must see its end when we end, not the keeper. */
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd);
	long max = sysconf(_SC_OPEN_MAX);
	if (max < 0 || max > 4096)
		max = 4096;
	for (int fd = 3; fd < max; fd++)
		if (fd != leads->leash && fd != leads->life)
			(void)close(fd);
}

static void
ignore_signals(void)
{
	static const int ending[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE,
				      SIGTERM, SIGALRM, SIGUSR1, SIGUSR2 };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < COUNTOF(ending); i++)
		(void)sigaction(ending[i], &ignore, NULL);
}

/* Until every write end of the pipe is closed, or the time is over. */
static void
await_end(int fd, int timeout_ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char byte;

	for (;;) {
		int ready = poll(&wait, 1, timeout_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0 || read(fd, &byte, 1) <= 0)
			return;
	}
}

static NORETURN void
keep(char *path, const struct leads *leads)
{
	(void)setsid();
	ignore_signals();
	(void)prctl(PR_SET_NAME, "lensgate-keeper");
	if (chdir("/") != 0 || !mkdtemp(path))
		_exit(1);
	/* The database's user must pass through to its own folders; nobody may look around. */
	if (geteuid() == 0)
		(void)chmod(path, 0711);
	ssize_t told = write(leads->report, path, strlen(path));
	(void)close(leads->report);
	close_all_but(leads);
	if (told > 0) {
		await_end(leads->leash, -1);
		await_end(leads->life, MOURNING_MS);
	}
	_exit(tree_remove(path) ? 0 : 1);
}

/* ---- our side ---- */

/* In memory where there is plenty: nothing here is worth a disk, and on some disks the
 * hundreds of files of a database take four times as long. */
static bool
has_room(const char *place)
{
	struct statvfs info;

	return access(place, W_OK | X_OK) == 0 && statvfs(place, &info) == 0 &&
	       info.f_bavail * info.f_frsize >= MEMORY_BYTES;
}

/* The path ends up in a socket address, in server settings and in connection
 * strings: one that needs quoting there is not used. */
static const char *
temporary_place(void)
{
	const char *place = getenv("TMPDIR");
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-";

	if (place && place[0] == '/' && strlen(place) <= TMPDIR_MAX &&
	    place[strspn(place, plain)] == '\0' && access(place, W_OK | X_OK) == 0)
		return place;
	return has_room("/dev/shm") ? "/dev/shm" : "/tmp";
}

static bool
choose_user(struct child_user *user, struct error *err)
{
	*user = (struct child_user){ 0 };
	if (geteuid() != 0)
		return true;
	const struct passwd *entry = getpwnam("postgres");
	if (!entry || entry->pw_uid == 0)
		entry = getpwnam("nobody");
	if (!entry || entry->pw_uid == 0)
		return error_set(err, ERROR_ENVIRONMENT,
				 "PostgreSQL cannot run as root, and there is neither a user "
				 "postgres nor a user nobody to run it as");
	*user = (struct child_user){ true, entry->pw_uid, entry->pw_gid };
	return true;
}

/* Start the keeper and hear from it where the directory is. */
static bool
employ_keeper(struct site *site, const int leash[2], const int life[2], struct error *err)
{
	char *path = arena_printf(&site->arena, "%s/lensgate-XXXXXX", temporary_place());
	size_t len = strlen(path);
	ssize_t told = -1;
	int report[2];

	if (pipe2(report, O_CLOEXEC) != 0)
		return error_set(err, ERROR_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
	site->keeper = fork();
	if (site->keeper == 0)
		keep(path, &(struct leads){ leash[0], life[0], report[1] });
	(void)close(report[1]);
	while (site->keeper > 0 && (told = read(report[0], path, len)) < 0 && errno == EINTR)
		;
	(void)close(report[0]);
	site->directory = path;
	if (site->keeper > 0 && told == (ssize_t)len)
		return true;
	if (site->keeper < 0)
		site->keeper = 0;
	return error_set(err, ERROR_ENVIRONMENT, "cannot make a directory in %s",
			 temporary_place());
}

static bool
open_logs(struct site *site, int log_fd, struct error *err)
{
	static const char *const names[] = {
		[LOG_DATABASE] = "database.log", [LOG_TARGET] = "target.log"
	};
	_Static_assert(COUNTOF(names) == SITE_LOGS, "every log needs a name");

	site->own_logs = log_fd < 0;
	for (size_t i = 0; i < SITE_LOGS; i++) {
		site->logs[i] = log_fd;
		if (!site->own_logs)
			continue;
		const char *path = site_path(site, names[i]);
		site->logs[i] = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (site->logs[i] < 0)
			return error_set(err, ERROR_ENVIRONMENT, "cannot write %s: %s", path,
					 strerror(errno));
	}
	return true;
}

bool
site_open(struct site *site, int log_fd, int64_t deadline_us, struct error *err)
{
	int leash[2] = { -1, -1 }, life[2] = { -1, -1 };

	*site = (struct site){ .deadline_us = deadline_us, .life = -1, .leash = -1 };
	bool ok = choose_user(&site->user, err);
	if (ok && (pipe2(leash, O_CLOEXEC) != 0 || pipe2(life, O_CLOEXEC) != 0))
		ok = error_set(err, ERROR_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
	site->leash = leash[1];
	site->life = life[1];
	ok = ok && employ_keeper(site, leash, life, err) && open_logs(site, log_fd, err);
	if (leash[0] >= 0)
		(void)close(leash[0]);
	if (life[0] >= 0)
		(void)close(life[0]);
	if (!ok)
		site_close(site);
	return ok;
}

void
site_leave(struct site *site)
{
	if (site->leash > 0)
		(void)close(site->leash);
	if (site->life > 0)
		(void)close(site->life);
	site->leash = site->life = -1;
}

void
site_close(struct site *site)
{
	int status;

	for (size_t i = 0; site->own_logs && i < SITE_LOGS; i++)
		if (site->logs[i] > 0)
			(void)close(site->logs[i]);
	site_leave(site);
	if (site->keeper &&
	    !child_wait(site->keeper, clock_now_us() + (int64_t)MOURNING_MS * 1500, &status))
		child_stop(&site->keeper, SIGKILL, 0);
	arena_release(&site->arena);
	*site = (struct site){ 0 };
}

const char *
site_path(struct site *site, const char *name)
{
	return arena_printf(&site->arena, "%s/%s", site->directory, name);
}

const char *
site_last_words(struct site *site, enum site_log log)
{
	char *words = arena_array(&site->arena, LAST_WORDS_MAX + 1, 1);
	struct stat info;

	if (!site->own_logs || fstat(site->logs[log], &info) != 0)
		return "";
	off_t from = info.st_size > LAST_WORDS_MAX ? info.st_size - LAST_WORDS_MAX : 0;
	ssize_t got = pread(site->logs[log], words, LAST_WORDS_MAX, from);
	size_t len = got > 0 ? (size_t)got : 0;

	while (len > 0 && words[len - 1] == '\n')
		len--;
	words[len] = '\0';
	/* A line cut in two says less than none. */
	char *first = from > 0 ? strchr(words, '\n') : NULL;
	if (first)
		words = first + 1;
	for (char *at = words; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = *at == '\n' ? ';' : ' ';
	return words;
}

struct child_spec
site_child(const struct site *site, const struct words *argv, const struct words *env)
{
	static const struct child_user as_we_are = { 0 };

	return (struct child_spec){ .argv = argv,
				    .env = env,
				    .directory = site->directory,
				    .user = &as_we_are,
				    .out = site->logs[LOG_DATABASE],
				    .errors = site->logs[LOG_DATABASE],
				    .life = site->life,
				    .death_signal = SIGKILL };
}

struct words
site_environment(struct site *site)
{
	static const char *const kept[] = { "PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS",
					    "UBSAN_OPTIONS", "LSAN_OPTIONS" };
	struct words env = { 0 };

	words_add(&env, &site->arena, "LC_ALL=C");
	words_add(&env, &site->arena, "TZ=UTC");
	for (size_t i = 0; i < COUNTOF(kept); i++) {
		const char *value = getenv(kept[i]);
		if (value)
			words_add(&env, &site->arena, "%s=%s", kept[i], value);
	}
	return env;
}
