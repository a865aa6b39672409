#include "exec/http_problem.h"

#include <criterion/criterion.h>
#include <errno.h>

#include "base/base.h"
#include "base/rows.h"

/* What a scripted server cannot bring about; the rest is in http_test.c. */
static const struct {
	struct http_ending ending;
	enum http_problem problem;
	const char *sentence;
} rows[] = {
	{ { .code = CURLE_OK, .address = "", .detail = "" }, HTTP_OK, "" },
	{ { .code = CURLE_COULDNT_RESOLVE_HOST, .address = "", .detail = "Could not resolve" },
	  HTTP_UNREACHABLE,
	  "the host's name has no address" },
	{ { .code = CURLE_COULDNT_CONNECT,
	    .os_error = EHOSTUNREACH,
	    .address = "10.0.0.1:80",
	    .detail = "" },
	  HTTP_UNREACHABLE,
	  "no connection to 10.0.0.1:80: No route to host" },
	{ { .code = CURLE_COULDNT_CONNECT, .address = "10.0.0.1:80", .detail = "odd" },
	  HTTP_UNREACHABLE,
	  "no connection to 10.0.0.1:80: odd" },
	{ { .code = CURLE_OPERATION_TIMEDOUT,
	    .total_us = 501000,
	    .timeout_ms = 5000,
	    .connect_timeout_ms = 500,
	    .address = "10.0.0.1:80",
	    .detail = "" },
	  HTTP_UNREACHABLE,
	  "no connection to 10.0.0.1:80 within 500 ms" },
	{ { .code = CURLE_OPERATION_TIMEDOUT,
	    .total_us = 501000,
	    .timeout_ms = 5000,
	    .connect_timeout_ms = 500,
	    .address = "",
	    .detail = "" },
	  HTTP_UNREACHABLE,
	  "no connection to the host within 500 ms" },
	{ { .code = CURLE_OPERATION_TIMEDOUT,
	    .total_us = 300000,
	    .timeout_ms = 300,
	    .connect_timeout_ms = 500,
	    .address = "10.0.0.1:80",
	    .detail = "" },
	  HTTP_TIMEOUT,
	  "no connection within 300 ms" },
	{ { .code = CURLE_OPERATION_TIMEDOUT,
	    .connected = true,
	    .total_us = 300000,
	    .timeout_ms = 300,
	    .address = "10.0.0.1:80",
	    .detail = "" },
	  HTTP_TIMEOUT,
	  "no whole reply within 300 ms" },
	{ { .code = CURLE_SEND_ERROR, .address = "", .detail = "" },
	  HTTP_BROKEN,
	  "the connection was reset while the request was sent" },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION,
	    .address = "",
	    .detail = "certificate expired" },
	  HTTP_UNREACHABLE,
	  "no TLS connection: certificate expired" },
	{ { .code = CURLE_SSL_ENGINE_SETFAILED, .address = "", .detail = "no engine" },
	  HTTP_BROKEN,
	  "the transfer failed: no engine" },
	{ { .code = CURLE_RECV_ERROR,
	    .header_bytes = 10,
	    .body_expected = -1,
	    .address = "",
	    .detail = "" },
	  HTTP_BROKEN,
	  "the connection was reset before the body of the reply" },
	/* What libcurl says of a header line over its limit: before 8.6, and since. */
	{ { .code = CURLE_OUT_OF_MEMORY, .address = "", .detail = "Out of memory" },
	  HTTP_TOO_LARGE,
	  "a header line of the reply is longer than 100 KiB" },
	{ { .code = (CURLcode)100, .address = "", .detail = "" },
	  HTTP_TOO_LARGE,
	  "a header line of the reply is longer than 100 KiB" },
	/* Our own reason wins over the code that our stopping made libcurl give. */
	{ { .code = CURLE_WRITE_ERROR,
	    .stop = HTTP_STOP_BODY,
	    .max_body_bytes = 8388608,
	    .address = "",
	    .detail = "Failed writing body" },
	  HTTP_TOO_LARGE,
	  "the reply is larger than 8388608 bytes" },
};

ParameterizedTestParameters(http_problem, rows)
{
	return rows_of(COUNTOF(rows));
}

ParameterizedTest(size_t *row, http_problem, rows)
{
	char sentence[256];

	cr_expect_eq(http_problem_of(&rows[*row].ending, sentence, sizeof(sentence)),
		     rows[*row].problem, "row %zu", *row);
	cr_expect_str_eq(sentence, rows[*row].sentence, "row %zu", *row);
}
