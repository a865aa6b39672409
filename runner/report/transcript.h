/* transcript.h - what was asked and answered, as text. */
#ifndef REPORT_TRANSCRIPT_H
#define REPORT_TRANSCRIPT_H

#include "base/buf.h"
#include "run/run.h"

/* The request as HTTP/1.1 would show it: request line, headers, blank line, body. */
void transcript_request(const struct http_exchange *http, struct buf *out);

/* The reply: status line, headers, blank line, body; or the sentence why there is none. */
void transcript_reply(const struct http_exchange *http, struct buf *out);

/* The statement with identity, parameters, outcome and rows, as SQL with comments. */
void transcript_sql(const struct sql_exchange *sql, struct buf *out);

/* What this exchange was, in one line: "step 2, attempt 1, as crew: POST http://... -> 403 in 12
 * ms". */
void transcript_line(const struct exchange *exchange, struct buf *out);

/* Every exchange of a case, one after the other. */
void transcript_case(const struct run_case *run_case, struct buf *out);

#endif
