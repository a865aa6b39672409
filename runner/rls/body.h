/* body.h - the terms of the conditions in a function's body, as people write them.
 *
 *   return (select r.role from roles r join people p on p.id = r.person and p.tenant = r.tenant
 *           where p.id = auth.uid() and r.active);
 *
 * has four. Found are the terms of WHERE and ON; what AND joins are terms each, anything else is
 * one as a whole. condition.h is for expressions that PostgreSQL printed; here nothing is normal.
 */
#ifndef RLS_BODY_H
#define RLS_BODY_H

#include "rls/condition.h"

/* Find every term of `text`, from left to right, those of a sub-query after what holds it, to be
 * dropped with condition_without(). A text that does not close its quotes or parentheses has none.
 * Everything lives in `arena`. */
void body_parse(const char *text, struct arena *arena, struct condition *terms);

#endif
