/* capture.h - reads `capture`: what a step keeps of its reply or rows. */
#ifndef SUITE_CAPTURE_H
#define SUITE_CAPTURE_H

#include "suite/suite.h"

/* Read the mapping {name: place} at `node` into `step`, whose kind is known. */
bool capture_read_all(const struct node *node, struct arena *arena, struct step *step);

#endif
