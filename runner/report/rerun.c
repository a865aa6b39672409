#include "report/rerun.h"

#include <ctype.h>
#include <string.h>

/* Options that say where a run happens; each takes an argument. How and what it ran is another
 * matter: --last-failed decides that. */
static const char *const kept[] = { "--env", "-e", "--env-file", "--var",
				    "--out", "-o", "--fault",    "--seed" };

/* 0: not one of them; 1: its argument is the next word; 2: it has its argument in it. */
static int
is_kept(const char *word)
{
	for (size_t i = 0; i < COUNTOF(kept); i++) {
		size_t len = strlen(kept[i]);

		if (strcmp(word, kept[i]) == 0)
			return 1;
		if (strncmp(word, kept[i], len) == 0 && (word[len] == '=' || word[1] != '-'))
			return 2;
	}
	return 0;
}

static void
add_word(struct buf *out, const char *word)
{
	bool plain = *word != '\0';

	for (const char *at = word; *at; at++)
		plain &= isalnum((unsigned char)*at) || strchr("_-./=:,@%+", *at) != NULL;
	buf_printf(out, plain ? " " : " '");
	for (const char *at = word; *at; at++) {
		if (*at == '\'')
			buf_printf(out, "'\\''");
		else
			buf_add(out, at, 1);
	}
	buf_printf(out, plain ? "" : "'");
}

static void
add_place(const struct run *run, struct buf *out)
{
	const json_t *command = json_object_get(json_object_get(run->header, "run"), "command");
	bool due = false;

	for (size_t i = 0; i < json_array_size(command); i++) {
		const char *word = json_string_value(json_array_get(command, i));
		int known = word && !due ? is_kept(word) : 0;

		if (word && (known || due))
			add_word(out, word);
		due = known == 1;
	}
}

void
rerun_command(const struct run *run, struct buf *out)
{
	buf_printf(out, "lensgate run --last-failed");
	add_place(run, out);
}

void
rerun_case(const struct run *run, const struct planned_case *planned, struct buf *out)
{
	struct buf name;

	buf_init(&name, 1000);
	buf_printf(&name, "%s/%s", planned->suite, planned->id);
	buf_printf(out, "lensgate run");
	add_word(out, name.text);
	add_place(run, out);
	buf_release(&name);
}
