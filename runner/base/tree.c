#define _GNU_SOURCE /* copy_file_range */
#include "base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_AT_ONCE 16
#define CHUNK_BYTES  ((size_t)64 * 1024)

/* One copy under way. Paths are relative to two open directories, so that a
 * deep tree costs no path handling. */
struct copy {
	uid_t owner;
	gid_t group;
};

static bool copy_folder(const struct copy *copy, int from, int to);

static bool
write_all(int fd, const char *bytes, size_t len)
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

static bool
copy_by_hand(int from, int to)
{
	char *chunk = malloc(CHUNK_BYTES);
	bool ok = true;
	ssize_t n;

	if (!chunk)
		abort();
	while (ok && (n = read(from, chunk, CHUNK_BYTES)) != 0)
		ok = n > 0 ? write_all(to, chunk, (size_t)n) : errno == EINTR;
	free(chunk);
	return ok;
}

/* In the kernel as far as it goes: it shares blocks where it can, and refuses
 * across some file systems; both descriptors then stand where it stopped. */
static bool
copy_bytes(int from, int to, off_t size)
{
	while (size > 0) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, (size_t)size, 0);
		if (n <= 0)
			return copy_by_hand(from, to);
		size -= n;
	}
	return true;
}

static bool
adopt(const struct copy *copy, int fd, const struct stat *info)
{
	bool chosen = copy->owner != (uid_t)-1 || copy->group != (gid_t)-1;

	return (!chosen || fchown(fd, copy->owner, copy->group) == 0) &&
	       fchmod(fd, info->st_mode & 07777) == 0;
}

static bool
copy_file(const struct copy *copy, int from, int folder, const char *name, const struct stat *info)
{
	int to = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = to >= 0 && copy_bytes(from, to, info->st_size) && adopt(copy, to, info);

	if (to >= 0 && close(to) != 0)
		ok = false;
	return ok;
}

static bool
copy_subfolder(const struct copy *copy, int from, int folder, const char *name,
	       const struct stat *info)
{
	if (mkdirat(folder, name, 0700) != 0)
		return false;
	int to = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool ok = to >= 0 && copy_folder(copy, from, to) && adopt(copy, to, info);

	if (to >= 0)
		(void)close(to);
	return ok;
}

static bool
copy_entry(const struct copy *copy, int folder, const char *name, int to)
{
	struct stat info;
	int from = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	bool ok = from >= 0 && fstat(from, &info) == 0;

	if (ok && S_ISDIR(info.st_mode)) {
		ok = copy_subfolder(copy, from, to, name, &info);
	} else if (ok && S_ISREG(info.st_mode)) {
		ok = copy_file(copy, from, to, name, &info);
	} else if (ok) {
		errno = ENOTSUP;
		ok = false;
	}
	int why = errno;
	if (from >= 0)
		(void)close(from);
	errno = why;
	return ok;
}

static bool
copy_folder(const struct copy *copy, int from, int to)
{
	int own = dup(from);
	DIR *folder = own >= 0 ? fdopendir(own) : NULL;
	bool ok = folder != NULL;
	struct dirent *entry;

	/* Only a clean errno tells the end of the folder from a failure to read it. */
	while (ok && (errno = 0, entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		ok = copy_entry(copy, from, entry->d_name, to);
	}
	if (ok && errno != 0)
		ok = false;
	int why = errno;
	if (folder)
		(void)closedir(folder);
	else if (own >= 0)
		(void)close(own);
	errno = why;
	return ok;
}

bool
tree_copy(const char *from, const char *to, uid_t owner, gid_t group, struct error *err)
{
	struct copy copy = { .owner = owner, .group = group };
	int source = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int target = -1;
	struct stat info;
	bool ok = source >= 0 && fstat(source, &info) == 0 && mkdir(to, 0700) == 0;

	if (ok) {
		target = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ok = target >= 0 && copy_folder(&copy, source, target) &&
		     adopt(&copy, target, &info);
	}
	if (!ok)
		error_set(err, ERROR_ENVIRONMENT, "cannot copy %s to %s: %s", from, to,
			  strerror(errno));
	if (source >= 0)
		(void)close(source);
	if (target >= 0)
		(void)close(target);
	return ok;
}

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	/* One that cannot go must not keep the others. */
	(void)remove(path);
	return 0;
}

bool
tree_remove(const char *path)
{
	struct stat info;

	(void)nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return lstat(path, &info) != 0 && errno == ENOENT;
}
