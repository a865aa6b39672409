/* mutant_making.h - shared by those who make mutants: of policies, of tables, of functions. */
#ifndef RLS_MUTANT_MAKING_H
#define RLS_MUTANT_MAKING_H

#include "rls/mutant.h"

struct making {
	const json_t *catalog; /* see mutant_catalog.h */
	const struct mutant_scope *scope;
	struct mutants *out;
	struct arena *arena; /* of `out` */
};

/* Each adds its mutants in the catalog's order. */
bool mutants_of_policies(struct making *making, struct error *err) MUST_USE;
void mutants_of_tables(struct making *making);
void mutants_of_functions(struct making *making);

/* Those of grants on one table of the catalog, and on every sequence. */
void mutants_of_grants(struct making *making, const json_t *table);
void mutants_of_sequences(struct making *making);

/* A text or a truth of a catalog's row; "" and false when it has none. */
const char *catalog_text(const json_t *row, const char *key);
bool catalog_true(const json_t *row, const char *key);

/* The list of texts `key` of a catalog's row, NULL at its end. */
const char *const *mutant_names(struct making *making, const json_t *row, const char *key);

/* `sentence` with every {} replaced by `name`. */
const char *mutant_text(struct making *making, const char *sentence, const char *name);

/* `name` as SQL wants an identifier. */
const char *mutant_quoted(struct making *making, const char *name);

/* Say which table the mutant is about; `table` is its id. */
void mutant_table(struct making *making, struct mutant *mutant, const char *table);

/* Name the mutant `object_name/kind`; a name that is taken gets a number. */
void mutant_name(struct making *making, struct mutant *mutant, const char *object_name,
		 const char *kind);

#endif
