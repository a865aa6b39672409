/* masking.h - what a command knows to be secret, told to the masker. */
#ifndef CLI_MASKING_H
#define CLI_MASKING_H

#include "run/mask.h"
#include "suite/secrets.h"

/* Tell `mask` of every secret handed out since *learned of them were told, and count them. */
bool masking_learn(struct mask *mask, const struct secrets *secrets, size_t *learned,
		   struct error *err) MUST_USE;

#endif
