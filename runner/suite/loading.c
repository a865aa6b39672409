#include "suite/loading.h"

const json_t *
loading_keep(struct loading *loading, json_t *value)
{
	json_array_append_new(loading->suite->expanded, value);
	return value;
}
