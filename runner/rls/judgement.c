#include "rls/judgement.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"

struct judging {
	struct judgements *out;
	const struct matrix *matrix;
	const char *const *public_tables;
	size_t public_count;
	size_t room;
};

static bool
is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

const char *
judgement_word(enum judgement_kind kind)
{
	static const char *const words[] = { [JUDGED_OPEN] = "OPEN",
					     [JUDGED_LOST] = "LOST",
					     [JUDGED_BROKEN] = "BROKEN",
					     [JUDGED_UNKNOWN] = "UNKNOWN" };
	_Static_assert(COUNTOF(words) == JUDGED_KINDS, "every kind needs a word");

	return words[kind];
}

/* ---- names ---- */

/* Whose row, as people say it; a MOVE says from whom to whom. */
static const struct {
	const char *class, *whose;
} classes[] = {
	{ "own", "own tenant's" },
	{ "mine", "own" },
	{ "colleague", "colleague's" },
	{ "other", "other tenant's" },
	{ "null", "no tenant's" },
	{ "any", "any" },
	{ "all", "all" },
};

static const char *
whose(const char *class, size_t len)
{
	for (size_t i = 0; i < COUNTOF(classes); i++)
		if (strlen(classes[i].class) == len && strncmp(classes[i].class, class, len) == 0)
			return classes[i].whose;
	return class;
}

const char *
judgement_cell_name(struct arena *arena, const struct matrix *matrix,
		    const struct matrix_cell *cell)
{
	const char *arrow = strchr(cell->class, '>');
	const char *from = whose(cell->class, strcspn(cell->class, ">"));
	const char *row = cell->label ? cell->label : "row";
	const char *actor = matrix->actors[cell->actor].name;

	if (arrow)
		return arena_printf(arena, "%s x %s %s x MOVE to %s", actor, from, row,
				    strcmp(arrow, ">null") == 0        ? "no tenant"
				    : strcmp(arrow, ">other") == 0     ? "another tenant"
				    : strcmp(arrow, ">colleague") == 0 ? "a colleague"
				    : strcmp(arrow, ">mine") == 0      ? "oneself"
								       : "the own tenant");
	return arena_printf(arena, "%s x %s %s x %s%s%s%s", actor, from,
			    is(cell->class, "all") ? "rows" : row, cell->command,
			    cell->group ? " " : "", cell->group ? cell->group : "",
			    cell->group ? " columns" : "");
}

static struct judgement *
add(struct judging *j, enum judgement_kind kind, const struct matrix_cell *cell)
{
	struct judgements *out = j->out;

	if (out->count == j->room) {
		j->room = j->room ? j->room * 2 : 64;
		out->items = must(realloc(out->items, j->room * sizeof(*out->items)));
	}
	out->counts[kind]++;
	out->items[out->count] = (struct judgement){
		.kind = kind,
		.cell = cell,
		.relation = &j->matrix->relations[cell->relation],
		.cell_name = judgement_cell_name(&out->arena, j->matrix, cell),
	};
	return &out->items[out->count++];
}

/* "allowed (blind...)": what was measured, before the reason it is wrong. */
static const char *
measured(struct judging *j, const struct matrix_cell *cell)
{
	struct arena *arena = &j->out->arena;
	const char *text = matrix_letter_meaning(cell->letter);

	/* None of the rows that were there, but one that was planted. */
	if (cell->letter == '~' && !cell->seen && cell->how)
		return arena_printf(arena, "allowed %s%s",
				    strncmp(cell->how, "on ", 3) == 0 ||
						    strncmp(cell->how, "with ", 5) == 0
					    ? ""
					    : "on ",
				    cell->how);
	if (cell->letter == '~' && cell->of_seen)
		text = arena_printf(arena, "allowed on %ld of %ld rows tried", cell->seen,
				    cell->of_seen);
	if (cell->how)
		text = arena_printf(arena, "%s (%s)", text, cell->how);
	if (cell->reason && !matrix_is_open(cell->letter))
		text = arena_printf(arena, "%s: %s", text, cell->reason);
	return text;
}

static void
judge(struct judging *j, enum judgement_kind kind, const struct matrix_cell *cell, const char *why)
{
	struct judgement *judgement = add(j, kind, cell);

	judgement->sentence = *why ? arena_printf(&j->out->arena, "%s; %s", measured(j, cell), why)
				   : measured(j, cell);
}

/* ---- without being told anything ---- */

static bool
is_public(const struct judging *j, const struct matrix_cell *cell)
{
	const char *name = j->matrix->relations[cell->relation].name;
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; is(cell->command, "SELECT") && i < j->public_count; i++)
		if (is(name, j->public_tables[i]) || (dot && is(dot + 1, j->public_tables[i])))
			return true;
	return false;
}

/* Why nobody like this may do that, whatever the feature; NULL: it may be right. */
static const char *
forbidden(const struct judging *j, const struct matrix_cell *cell)
{
	const struct actor *actor = &j->matrix->actors[cell->actor];
	bool reads = is(cell->command, "SELECT");

	if (is(cell->command, "REFERENCES") || is(cell->command, "TRIGGER"))
		return NULL;
	/* A column that is granted by name: which rows it is of, other cells say. */
	if (cell->group && is(cell->class, "all"))
		return NULL;
	if (is(cell->command, "TRUNCATE"))
		return "no policy holds a TRUNCATE: it empties the table for every tenant";
	if (is_public(j, cell))
		return NULL;
	if (actor->kind == ACTOR_NO_CLAIMS)
		return "a session without claims must reach nothing";
	if (actor->kind == ACTOR_ANONYMOUS)
		return "nobody may reach anything without logging in";
	if (strstr(cell->class, "other"))
		return "nothing of another tenant may be reached";
	if (strstr(cell->class, "null") && !reads)
		return "rows of no tenant are everybody's, and must not be written by anybody";
	return NULL;
}

/* What a twin with forged user_metadata reaches and its honest self does not. */
static const char *
gained(struct judging *j, const struct matrix_cell *cell)
{
	const struct matrix *matrix = j->matrix;
	const struct actor *actor = &matrix->actors[cell->actor];

	if (actor->kind != ACTOR_FORGED)
		return NULL;
	for (size_t i = 0; i < matrix->actor_count; i++) {
		const struct matrix_cell *honest;

		if (!is(matrix->actors[i].name, actor->twin_of))
			continue;
		honest = matrix_cell_of(matrix, cell, i);
		if (honest && honest->letter != cell->letter &&
		    (!matrix_is_open(honest->letter) ||
		     (honest->letter == '~' && cell->letter == 'A')))
			return arena_printf(&j->out->arena,
					    "user_metadata is what users write themselves, and %s "
					    "without it has %c",
					    actor->twin_of, honest->letter);
	}
	return NULL;
}

/* ---- against the lens ---- */

static const char *
in_words(struct arena *arena, const struct lens_rule *rule)
{
	struct buf text;

	if (!rule->role_count)
		return "nobody";
	buf_init(&text, 1024);
	for (size_t i = 0; i < rule->role_count; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", rule->roles[i]);
	const char *words = arena_text(arena, text.text, text.len);
	buf_release(&text);
	return words;
}

static const char *
lower(struct arena *arena, const char *command)
{
	char *text = arena_text(arena, command, strlen(command));

	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return text;
}

/* A row given away or taken over within the tenant is a changed owner: nobody's to do. */
static bool
is_handover(const struct matrix_cell *cell)
{
	return is(cell->class, "mine>colleague") || is(cell->class, "colleague>mine");
}

static void
compare_with_rule(struct judging *j, const struct matrix_cell *cell, const struct lens_rule *rule,
		  const char *command)
{
	const struct lens_table *table = j->matrix->relations[cell->relation].table;
	const struct actor *actor = &j->matrix->actors[cell->actor];
	struct arena *arena = &j->out->arena;
	bool own = is(cell->class, "own") || is(cell->class, "mine") ||
		   (is(cell->class, "colleague") && !table->owner);
	bool may = actor->role ? lens_rule_allows(rule, actor->role)
			       : own && !cell->group && lens_table_roleless(table, command);
	const char *where = cell->group    ? arena_printf(arena, "%s columns", cell->group)
			    : rule->others ? "rows of somebody else"
					   : "this table";

	if (matrix_is_open(cell->letter) && !may)
		judge(j, JUDGED_OPEN, cell,
		      arena_printf(arena, "the lens allows %s on %s to %s", command, where,
				   in_words(arena, rule)));
	else if (!matrix_is_open(cell->letter) && may && strchr(".DGTR", cell->letter))
		judge(j, JUDGED_LOST, cell,
		      arena_printf(arena, "the lens allows %s on %s to %s", command, where,
				   in_words(arena, rule)));
}

/* Personas and forged twins, on rows of their own tenant: what the lens says of them. */
static void
compare(struct judging *j, const struct matrix_cell *cell)
{
	const struct lens_table *table = j->matrix->relations[cell->relation].table;
	const struct actor *actor = &j->matrix->actors[cell->actor];
	bool others = is(cell->class, "colleague");

	if (!table || actor->kind == ACTOR_NO_CLAIMS || actor->kind == ACTOR_ANONYMOUS)
		return;
	if (table->allow && is_handover(cell) && matrix_is_open(cell->letter)) {
		judge(j, JUDGED_OPEN, cell, "whose a row is must not change hands");
		return;
	}
	if (!is(cell->class, "own") && !is(cell->class, "mine") && !others)
		return;
	const char *command = lower(&j->out->arena, cell->command);
	const struct lens_rule *rule = lens_table_rule(table, command, cell->group, others);
	if (rule)
		compare_with_rule(j, cell, rule, command);
}

static void
judge_cell(struct judging *j, const struct matrix_cell *cell)
{
	const struct actor *actor = &j->matrix->actors[cell->actor];
	bool open = matrix_is_open(cell->letter);
	const char *why = open ? forbidden(j, cell) : NULL;

	if (cell->letter == '?') {
		judge(j, JUDGED_UNKNOWN, cell, "");
	} else if (cell->letter == 'E') {
		/* Claims that are not there may well raise; a persona's must not. */
		if (actor->kind == ACTOR_PERSONA)
			judge(j, JUDGED_BROKEN, cell, "the policy cannot be used");
	} else if (why || (open && (why = gained(j, cell)) != NULL)) {
		judge(j, JUDGED_OPEN, cell, why);
	} else if (open && is(cell->class, "any") && !is_public(j, cell)) {
		judge(j, JUDGED_UNKNOWN, cell,
		      "nothing says whose these rows are: name the tenant, or say that it is "
		      "public");
	} else {
		compare(j, cell);
	}
}

static int
by_kind(const void *a, const void *b)
{
	const struct judgement *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

void
judgements_make(struct judgements *judgements, const struct matrix *matrix,
		const char *const *public_tables, size_t public_count)
{
	struct judging j = { judgements, matrix, public_tables, public_count, 0 };

	*judgements = (struct judgements){ 0 };
	for (size_t i = 0; i < matrix->cell_count; i++)
		judge_cell(&j, &matrix->cells[i]);
	if (judgements->count)
		qsort(judgements->items, judgements->count, sizeof(*judgements->items), by_kind);
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool
judgement_is_twin(const struct judgement *a, const struct judgement *b)
{
	return a->kind == b->kind && a->relation == b->relation &&
	       same(a->cell->command, b->cell->command) && same(a->cell->group, b->cell->group) &&
	       same(a->cell->class, b->cell->class);
}

bool
judgements_first(const struct judgements *judgements, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (judgement_is_twin(&judgements->items[i], &judgements->items[index]))
			return false;
	return true;
}

void
judgements_release(struct judgements *judgements)
{
	free(judgements->items);
	arena_release(&judgements->arena);
	*judgements = (struct judgements){ 0 };
}
