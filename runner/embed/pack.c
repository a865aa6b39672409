#include "embed/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/must.h"

#define CHUNK_BYTES ((size_t)256 * 1024)

/* Before each entry. The last one has no name: a file without it was cut off. */
struct entry {
	uint32_t mode;     /* st_mode: kind and permissions */
	uint32_t name_len; /* of the path below the folder; 0: the end */
	uint64_t size;     /* of a file; 0 for a directory */
};

/* One packing or unpacking under way. */
struct pack {
	FILE *file;
	char *chunk;
	struct arena arena;
	uid_t owner;
	gid_t group;
};

static bool write_folder(struct pack *pack, const char *folder, const char *below);

static bool
write_entry(struct pack *pack, const struct stat *info, const char *name)
{
	struct entry entry = { .mode = info->st_mode,
			       .name_len = (uint32_t)strlen(name),
			       .size = S_ISREG(info->st_mode) ? (uint64_t)info->st_size : 0 };

	return fwrite(&entry, sizeof(entry), 1, pack->file) == 1 &&
	       fwrite(name, 1, entry.name_len, pack->file) == entry.name_len;
}

static bool
write_bytes(struct pack *pack, int from, uint64_t size)
{
	while (size > 0) {
		ssize_t n = read(from, pack->chunk, CHUNK_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		/* One that changes while it is read makes a pack nobody could read. */
		if (n <= 0 || (uint64_t)n > size)
			return false;
		if (fwrite(pack->chunk, 1, (size_t)n, pack->file) != (size_t)n)
			return false;
		size -= (uint64_t)n;
	}
	return true;
}

static bool
write_one(struct pack *pack, const char *folder, const char *name)
{
	const char *path = arena_printf(&pack->arena, "%s/%s", folder, name);
	int from = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	bool ok = from >= 0 && fstat(from, &info) == 0;

	if (ok && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
		errno = ENOTSUP;
		ok = false;
	}
	ok = ok && write_entry(pack, &info, name) &&
	     (S_ISDIR(info.st_mode) ? write_folder(pack, folder, name)
				    : write_bytes(pack, from, (uint64_t)info.st_size));
	int why = errno;
	if (from >= 0)
		(void)close(from);
	errno = why;
	return ok;
}

/* `below` is "" or the name of a folder in the folder that is packed. */
static bool
write_folder(struct pack *pack, const char *folder, const char *below)
{
	const char *slash = below[0] ? "/" : "";
	DIR *listing = opendir(arena_printf(&pack->arena, "%s%s%s", folder, slash, below));
	bool ok = listing != NULL;
	const struct dirent *entry;

	/* Only a clean errno tells the end of the folder from a failure to read it. */
	while (ok && (errno = 0, entry = readdir(listing)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		ok = write_one(pack, folder,
			       arena_printf(&pack->arena, "%s%s%s", below, slash, entry->d_name));
	}
	ok = ok && errno == 0;
	int why = errno;
	if (listing)
		(void)closedir(listing);
	errno = why;
	return ok;
}

static void
pack_open(struct pack *pack, int fd, const char *mode)
{
	pack->file = fd >= 0 ? fdopen(fd, mode) : NULL;
	pack->chunk = must(malloc(CHUNK_BYTES));
	if (pack->file)
		(void)setvbuf(pack->file, NULL, _IOFBF, CHUNK_BYTES);
}

static bool
pack_close(struct pack *pack)
{
	/* A full disk may speak up only here. */
	bool ok = pack->file && fclose(pack->file) == 0;

	free(pack->chunk);
	arena_release(&pack->arena);
	return ok;
}

bool
pack_write(const char *folder, const char *path, struct error *err)
{
	static const struct stat end = { 0 };
	struct pack pack = { 0 };

	pack_open(&pack, open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "wb");
	bool ok = pack.file && write_folder(&pack, folder, "") && write_entry(&pack, &end, "");
	int why = errno;
	if (!pack_close(&pack) && ok) {
		why = errno;
		ok = false;
	}
	return ok || error_set(err, ERROR_ENVIRONMENT, "cannot pack %s into %s: %s", folder, path,
			       strerror(why));
}

/* ---- and back ---- */

static bool
adopt(const struct pack *pack, const char *path, uint32_t mode)
{
	bool chosen = pack->owner != (uid_t)-1 || pack->group != (gid_t)-1;

	return (!chosen || chown(path, pack->owner, pack->group) == 0) &&
	       chmod(path, (mode_t)mode & 07777) == 0;
}

static bool
read_bytes(struct pack *pack, int to, uint64_t size)
{
	while (size > 0) {
		size_t want = size < CHUNK_BYTES ? (size_t)size : CHUNK_BYTES;
		if (fread(pack->chunk, 1, want, pack->file) != want)
			return false;
		for (size_t done = 0; done < want;) {
			ssize_t n = write(to, pack->chunk + done, want - done);
			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				return false;
			done += (size_t)n;
		}
		size -= want;
	}
	return true;
}

static bool
read_file(struct pack *pack, const struct entry *entry, const char *path)
{
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = to >= 0 && read_bytes(pack, to, entry->size);

	if (to >= 0 && close(to) != 0)
		ok = false;
	return ok;
}

/* True for one more entry; *more tells whether there are any after it. */
static bool
read_one(struct pack *pack, const char *folder, bool *more)
{
	struct entry entry;
	char name[PATH_MAX];

	if (fread(&entry, sizeof(entry), 1, pack->file) != 1 || entry.name_len >= sizeof(name))
		return false;
	*more = entry.name_len > 0;
	if (!*more)
		return true;
	if (fread(name, 1, entry.name_len, pack->file) != entry.name_len)
		return false;
	name[entry.name_len] = '\0';
	const char *path = arena_printf(&pack->arena, "%s/%s", folder, name);
	bool made = S_ISDIR(entry.mode) ? mkdir(path, 0700) == 0 : read_file(pack, &entry, path);
	return made && adopt(pack, path, entry.mode);
}

bool
pack_read(const char *path, const char *folder, uid_t owner, gid_t group, struct error *err)
{
	struct pack pack = { .owner = owner, .group = group };
	bool more = true;

	errno = 0;
	pack_open(&pack, open(path, O_RDONLY | O_CLOEXEC), "rb");
	bool ok = pack.file && mkdir(folder, 0700) == 0;
	while (ok && more)
		ok = read_one(&pack, folder, &more);
	ok = ok && adopt(&pack, folder, 0700);
	int why = errno;
	(void)pack_close(&pack);
	return ok || error_set(err, ERROR_ENVIRONMENT, "cannot unpack %s: %s", path,
			       why ? strerror(why) : "it is not whole");
}
