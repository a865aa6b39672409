/* webhook.h - one message to one address, at most once.
 *
 * It is sent again, later each time, only when it is certain that it was not taken: nobody
 * listened, or the answer was 429 or a 5xx. A time-out or a broken connection leaves that open, and
 * a message that may have arrived is not sent again.
 */
#ifndef EXEC_WEBHOOK_H
#define EXEC_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "exec/loop.h"

/* Everything is borrowed. */
struct webhook {
	const char *url;  /* a secret: it is in no sentence. Its host is the only one contacted */
	const char *body; /* JSON */
	const char *ca_file; /* see http.h; NULL */
	int tries;           /* at most; 1 or more */
	int64_t timeout_ms;  /* of each try */
	int64_t backoff_ms; /* before the second try, doubled for each further one; what Retry-After
			       says instead, up to WEBHOOK_LONGEST_MS */
};

#define WEBHOOK_LONGEST_MS 30000

enum webhook_end {
	WEBHOOK_DELIVERED, /* 2xx */
	WEBHOOK_REFUSED,   /* it has not arrived */
	WEBHOOK_UNKNOWN    /* it may have */
};

/* Deliver it; the loop turns meanwhile. Not from inside a callback of the loop. `problem` gets a
 * sentence unless it was delivered. */
enum webhook_end webhook_post(struct loop *loop, const struct webhook *webhook, char *problem,
			      size_t size);

#endif
