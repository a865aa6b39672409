#include "run/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/must.h"

#define SINK_MAX ((size_t)1024 * 1024 * 1024)

struct sink {
	char *path;      /* NULL: into memory */
	struct buf *out; /* of a sink in memory */
	const struct mask *mask;
	struct buf text; /* not masked yet */
};

static struct sink *
begin(const struct mask *mask)
{
	struct sink *sink = must(calloc(1, sizeof(*sink)));

	sink->mask = mask;
	buf_init(&sink->text, SINK_MAX);
	return sink;
}

struct sink *
sink_open(const char *path, const struct mask *mask, struct error *err)
{
	struct stat info;

	if (!file_make_parent(path, err))
		return NULL;
	bool exists = stat(path, &info) == 0;
	if ((exists && S_ISDIR(info.st_mode)) || (!exists && errno != ENOENT)) {
		error_set(err, ERROR_ENVIRONMENT, "cannot write %s: %s", path,
			  strerror(exists ? EISDIR : errno));
		return NULL;
	}

	struct sink *sink = begin(mask);
	sink->path = must(strdup(path));
	return sink;
}

struct sink *
sink_memory(const struct mask *mask, struct buf *out)
{
	struct sink *sink = begin(mask);

	sink->out = out;
	return sink;
}

void
sink_drop(struct sink *sink)
{
	if (!sink)
		return;
	buf_release(&sink->text);
	free(sink->path);
	free(sink);
}

void
sink_add(struct sink *sink, const void *bytes, size_t len)
{
	buf_add(&sink->text, bytes, len);
}

void
sink_printf(struct sink *sink, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&sink->text, fmt, args);
	va_end(args);
}

/* A device or a pipe has no older state to keep, and must not be replaced by a file. */
static bool
write_special(const char *path, const struct buf *masked, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set(err, ERROR_ENVIRONMENT, "cannot write %s: %s", path,
				 strerror(errno));
	bool ok = file_write_all(fd, masked->text, masked->len);
	int problem = errno;
	if (close(fd) != 0 && ok) {
		problem = errno;
		ok = false;
	}
	return ok ||
	       error_set(err, ERROR_ENVIRONMENT, "cannot write %s: %s", path, strerror(problem));
}

static bool
is_special(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static bool
deliver(const struct sink *sink, const struct buf *masked, struct error *err)
{
	if (!sink->path) {
		buf_add(sink->out, masked->text, masked->len);
		return true;
	}
	if (strcmp(sink->path, "-") == 0)
		return file_write_all(STDOUT_FILENO, masked->text, masked->len) ||
		       error_set(err, ERROR_ENVIRONMENT, "cannot write standard output: %s",
				 strerror(errno));
	if (is_special(sink->path))
		return write_special(sink->path, masked, err);
	return file_replace(sink->path, masked->text, masked->len, err);
}

static bool
refuse(const struct sink *sink, const char *shown, struct error *err)
{
	const char *path = sink->path ? sink->path : "a text in memory";

	if (sink->path && strcmp(path, "-") != 0 && !is_special(path))
		(void)unlink(path);
	return error_set(err, ERROR_ENVIRONMENT, "%s: a secret would have been written (%s)", path,
			 shown);
}

static bool
too_large(const struct sink *sink, struct error *err)
{
	return error_set(err, ERROR_ENVIRONMENT, "%s would be larger than %zu bytes",
			 sink->path ? sink->path : "a text in memory", SINK_MAX);
}

/* Mask what was found somewhere in the text, and search what came of it once more. */
static bool
deliver_masked(const struct sink *sink, struct error *err)
{
	struct buf masked;
	const char *shown = NULL;
	bool ok;

	/* What replaces a secret may be longer than the secret. */
	buf_init(&masked, 2 * SINK_MAX);
	(void)mask_text(sink->mask, sink->text.text, sink->text.len, &masked);
	if (masked.truncated)
		ok = too_large(sink, err);
	else if (mask_finds(sink->mask, masked.text, masked.len, &shown))
		ok = refuse(sink, shown, err);
	else
		ok = deliver(sink, &masked, err);
	buf_release(&masked);
	return ok;
}

bool
sink_close(struct sink *sink, struct error *err)
{
	const char *shown = NULL;
	bool ok;

	/* Most of what is written was masked when it was recorded: it is searched once, and not
	 * copied. */
	if (sink->text.truncated)
		ok = too_large(sink, err);
	else if (mask_finds(sink->mask, sink->text.text, sink->text.len, &shown))
		ok = deliver_masked(sink, err);
	else
		ok = deliver(sink, &sink->text, err);
	sink_drop(sink);
	return ok;
}
