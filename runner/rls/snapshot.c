#include "rls/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

static const struct {
	const char *word, *meaning;
} kinds[] = {
	[CHANGE_OPENED] = { "opened", "gets through and did not" },
	[CHANGE_LOST] = { "lost", "no longer gets through" },
	[CHANGE_UNKNOWN] = { "became unknown", "was known, and is unknown or raises" },
	[CHANGE_NEW] = { "new", "was not measured before" },
	[CHANGE_GONE] = { "gone", "is no longer measured" },
	[CHANGE_OTHER] = { "otherwise refused", "does not get through, in another way" },
};
_Static_assert(COUNTOF(kinds) == CHANGE_KINDS, "every kind of change needs a word");

const char *
change_word(enum change_kind kind)
{
	return kinds[kind].word;
}

const char *
change_meaning(enum change_kind kind)
{
	return kinds[kind].meaning;
}

/* ---- the text ---- */

static const char *const command_order[] = { "SELECT", "INSERT",   "UPDATE",     "MOVE",
					     "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER" };
static const char *const class_order[] = {
	"own", "mine", "colleague", "any", "other", "null", "all"
};

static size_t
place_in(const char *const *order, size_t count, const char *word, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(order[i]) == len && strncmp(order[i], word, len) == 0)
			return i;
	return count;
}

static size_t
class_place(const char *class)
{
	size_t from = strcspn(class, ">");
	const char *to = class[from] ? class + from + 1 : "";

	return place_in(class_order, COUNTOF(class_order), class, from) * 16 +
	       place_in(class_order, COUNTOF(class_order), to, strlen(to));
}

/* Cells of one relation and actor: by command, then the unguarded columns, groups by name, classes.
 */
static int
by_place(const void *a, const void *b)
{
	const struct matrix_cell *x = *(const struct matrix_cell *const *)a;
	const struct matrix_cell *y = *(const struct matrix_cell *const *)b;
	size_t n = COUNTOF(command_order);
	size_t p = place_in(command_order, n, x->command, strlen(x->command));
	size_t q = place_in(command_order, n, y->command, strlen(y->command));

	if (p != q)
		return p < q ? -1 : 1;
	int groups = strcmp(x->group ? x->group : "", y->group ? y->group : "");
	if (groups)
		return groups;
	p = class_place(x->class);
	q = class_place(y->class);
	return p < q ? -1 : p > q;
}

/* Privileges on the table as a whole, which no policy holds, share a line. */
static bool
is_privilege(const struct matrix_cell *cell)
{
	return strcmp(cell->class, "all") == 0;
}

static bool
same_command(const struct matrix_cell *a, const struct matrix_cell *b)
{
	return strcmp(a->command, b->command) == 0 &&
	       strcmp(a->group ? a->group : "", b->group ? b->group : "") == 0;
}

static void
write_cells(const struct matrix_cell **cells, size_t count, const char *subject, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct matrix_cell *cell = cells[i], *last = i ? cells[i - 1] : NULL;

		if (!last || !same_command(last, cell)) {
			if (last && is_privilege(last) && is_privilege(cell))
				buf_printf(out, " | ");
			else
				buf_printf(out, "%s%s  ", last ? "\n" : "", subject);
			buf_printf(out, "%s%s%s", cell->command, cell->group ? "+" : "",
				   cell->group ? cell->group : "");
		}
		buf_printf(out, " %s=%c", cell->class, cell->letter);
	}
	buf_printf(out, "\n");
}

static void
write_actor(const struct matrix *matrix, const struct matrix_relation *relation, size_t actor,
	    struct buf *out)
{
	struct arena arena = { 0 };
	const struct matrix_cell **cells =
		ARENA_ARRAY(&arena, relation->count + 1, const struct matrix_cell *);
	size_t count = 0;

	for (size_t i = relation->first; i < relation->first + relation->count; i++)
		if (matrix->cells[i].actor == actor)
			cells[count++] = &matrix->cells[i];
	if (count) {
		qsort(cells, count, sizeof(const struct matrix_cell *), by_place);
		write_cells(
			cells, count,
			arena_printf(&arena, "%s  %s", relation->name, matrix->actors[actor].name),
			out);
	}
	arena_release(&arena);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Indices of the actors, sorted by name. */
static size_t *
sorted_actors(const struct matrix *matrix)
{
	const char **names = calloc(matrix->actor_count + 1, sizeof(*names));
	size_t *order = calloc(matrix->actor_count + 1, sizeof(*order));

	if (!names || !order)
		abort();
	for (size_t i = 0; i < matrix->actor_count; i++)
		names[i] = matrix->actors[i].name;
	qsort(names, matrix->actor_count, sizeof(*names), by_name);
	for (size_t i = 0; i < matrix->actor_count; i++)
		for (size_t k = 0; k < matrix->actor_count; k++)
			if (matrix->actors[k].name == names[i])
				order[i] = k;
	free(names);
	return order;
}

void
snapshot_text(const struct matrix *matrix, struct buf *out)
{
	size_t *order = sorted_actors(matrix);

	buf_printf(out, "# Who can do what to whose rows, as `lensgate matrix` measured it.\n#");
	for (const char *letter = matrix_letters; *letter; letter++)
		buf_printf(out, "%s %c %s", letter == matrix_letters ? "" : ";", *letter,
			   matrix_letter_meaning(*letter));
	buf_printf(out, "\n");
	for (size_t i = 0; i < matrix->relation_count; i++) {
		buf_printf(out, "\n");
		for (size_t k = 0; k < matrix->actor_count; k++)
			write_actor(matrix, &matrix->relations[i], order[k], out);
	}
	free(order);
}

/* ---- the difference ---- */

struct entry {
	const char *relation, *actor, *cell;
	char letter;
	bool met; /* in the other text */
};

struct entries {
	struct arena *arena;
	struct entry *items;
	size_t count, room;
};

static void
add_entry(struct entries *entries, const struct entry *entry)
{
	if (entries->count == entries->room) {
		entries->room = entries->room ? entries->room * 2 : 1024;
		entries->items =
			must(realloc(entries->items, entries->room * sizeof(*entries->items)));
	}
	entries->items[entries->count++] = *entry;
}

/* "UPDATE+approval mine=T colleague=." */
static bool
read_command(struct entries *entries, struct entry *entry, const char *text, size_t len)
{
	const char *end = text + len;
	size_t head = strcspn(text, " ");
	const char *command = text;

	for (text += head; text < end;) {
		size_t skip = strspn(text, " ");
		size_t word = strcspn(text + skip, " |\n");

		if (text + skip >= end || !word)
			break;
		if (text + skip + word > end) /* a line end of another kind is no part of it */
			word = (size_t)(end - text) - skip;
		text += skip;
		if (word < 3 || text[word - 2] != '=' || !strchr(matrix_letters, text[word - 1]))
			return false;
		entry->cell = arena_printf(entries->arena, "%.*s %.*s", (int)head, command,
					   (int)(word - 2), text);
		entry->letter = text[word - 1];
		add_entry(entries, entry);
		text += word;
	}
	return true;
}

/* Where a run of two blanks begins: names are quoted and hold at most one. */
static const char *
gap(const char *text, const char *end)
{
	for (; text + 1 < end; text++)
		if (text[0] == ' ' && text[1] == ' ')
			return text;
	return NULL;
}

static bool
read_line(struct entries *entries, const char *line, size_t len)
{
	const char *end = line + len;
	const char *first = gap(line, end);
	const char *second = first ? gap(first + 2, end) : NULL;

	if (!second)
		return false;
	struct entry entry = {
		.relation = arena_text(entries->arena, line, (size_t)(first - line)),
		.actor = arena_text(entries->arena, first + 2, (size_t)(second - first - 2)),
	};
	for (const char *part = second + 2; part < end;) {
		const char *bar = strstr(part, " | ");
		const char *stop = bar && bar < end ? bar : end;

		if (!read_command(entries, &entry, part, (size_t)(stop - part)))
			return false;
		part = stop + 3;
	}
	return true;
}

static bool
read_text(struct entries *entries, const char *path, const char *text, struct error *err)
{
	int number = 0;

	while (*text) {
		size_t whole = strcspn(text, "\n");
		size_t len = whole && text[whole - 1] == '\r' ? whole - 1 : whole;

		number++;
		if (len && *text != '#' && !read_line(entries, text, len)) {
			error_set(err, ERROR_SUITE, "this is no line of a matrix's snapshot");
			(void)snprintf(err->file, sizeof(err->file), "%.127s", path);
			err->line = number;
			return false;
		}
		text += whole + (text[whole] == '\n');
	}
	return true;
}

static bool
is_known(char letter)
{
	return letter != '?' && letter != 'E';
}

static enum change_kind
kind_of(char before, char after)
{
	if (is_known(before) && !is_known(after))
		return CHANGE_UNKNOWN;
	if (matrix_is_open(after) && (!matrix_is_open(before) || before == '~'))
		return CHANGE_OPENED;
	if (matrix_is_open(before) && (!matrix_is_open(after) || after == '~'))
		return CHANGE_LOST;
	return CHANGE_OTHER;
}

static void
add_change(struct changes *changes, size_t *room, enum change_kind kind, const struct entry *entry,
	   char before, char after)
{
	if (changes->count == *room) {
		*room = *room ? *room * 2 : 64;
		changes->items = must(realloc(changes->items, *room * sizeof(*changes->items)));
	}
	changes->counts[kind]++;
	changes->items[changes->count++] =
		(struct change){ kind, entry->relation, entry->actor, entry->cell, before, after };
}

/* By what they are about, however they were sorted: a text may have been merged by hand. */
static int
by_subject(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->relation, y->relation);

	if (!order)
		order = strcmp(x->actor, y->actor);
	return order ? order : strcmp(x->cell, y->cell);
}

static int
by_kind(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int order = (x->kind > y->kind) - (x->kind < y->kind);

	if (!order)
		order = strcmp(x->relation, y->relation);
	if (!order)
		order = strcmp(x->actor, y->actor);
	return order ? order : strcmp(x->cell, y->cell);
}

static void
sort_entries(struct entries *entries)
{
	if (entries->count)
		qsort(entries->items, entries->count, sizeof(*entries->items), by_subject);
}

static struct entry *
find_entry(const struct entries *entries, const struct entry *key)
{
	return entries->count ? bsearch(key, entries->items, entries->count,
					sizeof(*entries->items), by_subject)
			      : NULL;
}

static void
compare(struct changes *changes, struct entries *before, const struct entries *after)
{
	size_t room = 0;

	for (size_t i = 0; i < after->count; i++) {
		const struct entry *now = &after->items[i];
		struct entry *then = find_entry(before, now);

		if (!then) {
			add_change(changes, &room, CHANGE_NEW, now, ' ', now->letter);
			continue;
		}
		then->met = true;
		if (then->letter != now->letter)
			add_change(changes, &room, kind_of(then->letter, now->letter), now,
				   then->letter, now->letter);
	}
	for (size_t i = 0; i < before->count; i++)
		if (!before->items[i].met)
			add_change(changes, &room, CHANGE_GONE, &before->items[i],
				   before->items[i].letter, ' ');
	if (changes->count)
		qsort(changes->items, changes->count, sizeof(*changes->items), by_kind);
}

bool
snapshot_compare(const char *path, const char *before, const char *after, struct changes *changes,
		 struct error *err)
{
	*changes = (struct changes){ 0 };

	struct entries old = { .arena = &changes->arena }, new = { .arena = &changes->arena };
	bool ok = read_text(&old, path, before, err) && read_text(&new, path, after, err);

	if (ok) {
		sort_entries(&old);
		sort_entries(&new);
		compare(changes, &old, &new);
	}
	free(old.items);
	free(new.items);
	return ok;
}

void
changes_release(struct changes *changes)
{
	free(changes->items);
	arena_release(&changes->arena);
	*changes = (struct changes){ 0 };
}
