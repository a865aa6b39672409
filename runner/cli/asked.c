#include "cli/asked.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/delivery.h"

static bool
refuse(const char *asked, const char *of, const struct report_kind *kinds, size_t count,
       struct error *err)
{
	struct buf names;

	buf_init(&names, 400);
	for (size_t i = 0; i < count; i++)
		buf_printf(&names, "%s%s=",
			   i == 0           ? ""
			   : i == count - 1 ? " or "
					    : ", ",
			   kinds[i].name);
	error_set(err, ERROR_USAGE, "--report of %s wants %sPATH, not \"%s\"", of, names.text,
		  asked);
	buf_release(&names);
	return false;
}

bool
asked_check(const struct option_list *asked, const char *of, const struct report_kind *kinds,
	    size_t count, struct error *err)
{
	for (size_t i = 0; i < asked->count; i++) {
		const char *one = asked->items[i];
		size_t len = strcspn(one, "="), at;

		if (!report_kind_find(kinds, count, one, len, &at) || !one[len] || !one[len + 1])
			return refuse(one, of, kinds, count, err);
	}
	return true;
}

static bool
write_one(asked_write_fn *write, void *arg, const char *kind, const char *path, bool color)
{
	struct error err = { 0 };

	if (write(arg, kind, path, color, &err))
		return true;
	(void)fprintf(stderr, "lensgate: the report was not written: %s\n", err.message);
	return false;
}

bool
asked_write(const struct settings *settings, asked_write_fn *write, void *arg)
{
	bool ok = true, spoken = false;

	for (size_t i = 0; i < settings->reports.count; i++) {
		const char *asked = settings->reports.items[i];
		size_t len = strcspn(asked, "=");
		char kind[32];

		(void)snprintf(kind, sizeof(kind), "%.*s", (int)len, asked);
		spoken = spoken || strcmp(asked + len, "=-") == 0;
		ok = write_one(write, arg, kind, asked + len + 1, false) && ok;
	}
	return (spoken || write_one(write, arg, "terminal", "-", delivery_color(settings))) && ok;
}
