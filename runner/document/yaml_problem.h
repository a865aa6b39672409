/* yaml_problem.h - libyaml's words about a syntax error, turned into one sentence and a place. */
#ifndef DOCUMENT_YAML_PROBLEM_H
#define DOCUMENT_YAML_PROBLEM_H

#include <yaml.h>

#include "document/source.h"

/* Note the error that stopped `parser` as a mistake of `source`. */
void yaml_problem_note(const yaml_parser_t *parser, struct source *source);

#endif
