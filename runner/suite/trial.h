/* trial.h - a few lines of YAML as a document, for tests of what reads them. */
#ifndef SUITE_TRIAL_H
#define SUITE_TRIAL_H

#include "base/scratch.h"
#include "document/node.h"

#define TRIAL_BYTES 4096

struct trial {
	char path[SCRATCH_BYTES];
	struct document *document;
	struct errors errors;
	struct arena arena;
	struct node root;
	char said[TRIAL_BYTES]; /* by trial_said() */
};

/* Read `text`, which must be YAML. End it with trial_end(). */
static inline void
trial_begin(struct trial *trial, const char *text)
{
	*trial = (struct trial){ .said = "" };
	scratch_make(trial->path, "trial.yaml", text, strlen(text));
	trial->document = document_load(trial->path, &trial->errors);
	cr_assert_not_null(trial->document, "%s: %s", text,
			   trial->errors.count ? trial->errors.items[0].message : "");
	trial->root = node_root(trial->document, &trial->errors);
}

/* The member `key` of the document, which must be there. */
static inline struct node
trial_node(struct trial *trial, const char *key)
{
	struct node node = trial->root;

	cr_assert(node_member(&trial->root, key, &node), "no %s", key);
	return node;
}

/* What has been reported so far: "line:column: message", one per line. */
static inline const char *
trial_said(struct trial *trial)
{
	size_t len = 0;

	for (size_t i = 0; i < trial->errors.count && len < sizeof(trial->said); i++) {
		const struct error *err = &trial->errors.items[i];
		len += (size_t)snprintf(trial->said + len, sizeof(trial->said) - len, "%s%d:%d: %s",
					i > 0 ? "\n" : "", err->line, err->column, err->message);
	}
	return trial->said;
}

static inline void
trial_end(struct trial *trial)
{
	document_free(trial->document);
	arena_release(&trial->arena);
	errors_release(&trial->errors);
	scratch_remove(trial->path);
}

#endif
