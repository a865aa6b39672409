#include "report/causes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report/cases.h"
#include "report/failure.h"
#include "report/prose.h"

/* Fewer failures than these are read one by one anyway. */
#define ENOUGH 4
/* More kinds of failure than these help nobody. */
#define KINDS 200

#define TEXT_BYTES ((size_t)400)

static bool
alike(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			a += strspn(a, "0123456789");
			b += strspn(b, "0123456789");
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return *a == *b;
}

static void
describe(const struct run_case *run_case, struct buf *out)
{
	const struct finding *finding = run_case->findings.items;

	if (run_case->findings.count == 0) {
		failure_line(run_case, out);
		return;
	}
	buf_printf(out, "%s%s%s: %s", finding_type_name(finding->type),
		   finding->pointer[0] ? " at " : "", finding->pointer, finding->message);
}

static void
count_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct causes *causes = arg;
	struct buf text;
	size_t i = 0;

	if (failure_is_consequence(run_case))
		return;
	causes->cases++;
	buf_init(&text, TEXT_BYTES);
	describe(run_case, &text);
	while (i < causes->count && !alike(causes->items[i].text, text.text))
		i++;
	if (i == causes->count && i < KINDS)
		causes->items[causes->count++] = (struct cause){
			arena_text(&causes->arena, text.text, text.len),
			arena_text(&causes->arena, planned->id, strlen(planned->id)),
			0,
		};
	if (i < causes->count)
		causes->items[i].count++;
	buf_release(&text);
}

static int
by_count(const void *a, const void *b)
{
	const struct cause *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->first, y->first);
}

bool
causes_find(struct causes *causes, const struct run *run, struct error *err)
{
	*causes = (struct causes){ 0 };
	causes->items = ARENA_ARRAY(&causes->arena, KINDS, struct cause);
	if (!cases_each(run, case_is_bad, count_case, causes, err))
		return false;
	if (causes->cases < ENOUGH || causes->count == causes->cases)
		causes->count = 0;
	qsort(causes->items, causes->count, sizeof(*causes->items), by_count);
	return true;
}

bool
causes_markdown(const struct run *run, struct buf *out, struct error *err)
{
	struct causes causes;
	bool ok = causes_find(&causes, run, err);

	if (ok && causes.count)
		buf_printf(out, "| cases | what was wrong | such as |\n|--:|---|---|\n");
	for (size_t i = 0; ok && i < causes.count && i < CAUSES_SHOWN; i++) {
		buf_printf(out, "| %zu | ", causes.items[i].count);
		prose_inline(out, causes.items[i].text);
		buf_printf(out, " | ");
		prose_inline(out, causes.items[i].first);
		buf_printf(out, " |\n");
	}
	if (ok && causes.count)
		buf_printf(out, "\n");
	causes_release(&causes);
	return ok;
}

void
causes_release(struct causes *causes)
{
	arena_release(&causes->arena);
	*causes = (struct causes){ 0 };
}
