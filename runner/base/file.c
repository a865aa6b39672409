#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/must.h"

/* Read `file` to its end in growing steps: a pipe or /proc file has no size to ask for. */
static char *
read_all(FILE *file, size_t max, size_t *len)
{
	size_t room = (size_t)16 * 1024, got = 0, n;
	char *text = must(malloc(room + 1));

	while ((n = fread(text + got, 1, room - got, file)) > 0) {
		got += n;
		if (got > max)
			break;
		if (got == room) {
			room *= 2;
			text = must(realloc(text, room + 1));
		}
	}
	text[got] = '\0';
	*len = got;
	return text;
}

char *
file_read(const char *path, size_t max, size_t *len, struct error *err)
{
	char *text = NULL;
	struct stat info;
	FILE *file = fopen(path, "rbe");

	if (!file || fstat(fileno(file), &info) != 0) {
		error_set(err, ERROR_SUITE, "cannot open %s: %s", path, strerror(errno));
		goto out;
	}
	if (S_ISDIR(info.st_mode)) {
		error_set(err, ERROR_SUITE, "cannot read %s: it is a directory", path);
		goto out;
	}
	text = read_all(file, max, len);
	if (ferror(file) || *len > max) {
		if (ferror(file))
			error_set(err, ERROR_SUITE, "cannot read %s: %s", path, strerror(errno));
		else
			error_set(err, ERROR_SUITE, "%s is larger than %zu bytes", path, max);
		free(text);
		text = NULL;
	}
out:
	if (file)
		(void)fclose(file);
	return text;
}

/* Whether mkdir() failed only because it is there. Changes errno to what is wrong with it if not.
 */
static bool
is_directory(const char *path)
{
	struct stat info;

	if (errno != EEXIST || stat(path, &info) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(info.st_mode);
}

bool
file_make_dirs(const char *path, struct error *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return error_set(err, ERROR_ENVIRONMENT, "the path %s is too long", path);
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		char kept = part[i];
		part[i] = '\0';
		if (mkdir(part, 0777) != 0 && !is_directory(part))
			return error_set(err, ERROR_ENVIRONMENT, "cannot make the directory %s: %s",
					 part, strerror(errno));
		part[i] = kept;
	}
	return true;
}

bool
file_make_parent(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];

	if (!slash || slash == path)
		return true;
	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
	return file_make_dirs(parent, err);
}

bool
file_write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

bool
file_replace(const char *path, const void *bytes, size_t len, struct error *err)
{
	char temporary[PATH_MAX];

	if (!file_make_parent(path, err))
		return false;
	(void)snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", path, (long)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool ok = fd >= 0 && file_write_all(fd, bytes, len);
	/* A full disk may speak up only at close. */
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (ok && rename(temporary, path) == 0)
		return true;
	error_set(err, ERROR_ENVIRONMENT, "cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)unlink(temporary);
	return false;
}
