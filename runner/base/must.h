/* must.h - memory that has to be there. A runner that is out of memory stops at once: going on
 * with half of what it knows would be a verdict that nobody earned.
 */
#ifndef BASE_MUST_H
#define BASE_MUST_H

#include <stdlib.h>

/* `storage`, which is not NULL: as in must(malloc(n)). */
static inline void *
must(void *storage)
{
	if (!storage)
		abort();
	return storage;
}

#endif
