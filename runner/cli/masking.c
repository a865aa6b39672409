#include "cli/masking.h"

#include <stdio.h>

bool
masking_learn(struct mask *mask, const struct secrets *secrets, size_t *learned, struct error *err)
{
	while (secrets && *learned < secrets_used_count(secrets)) {
		const char *name, *value;
		char shown[160];

		secrets_used(secrets, (*learned)++, &name, &value);
		(void)snprintf(shown, sizeof(shown), "[secret %.120s]", name);
		if (!mask_add(mask, value, shown, err))
			return false;
	}
	return true;
}
