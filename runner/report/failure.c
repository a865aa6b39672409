#include "report/failure.h"

#include <string.h>
#include <strings.h>

#include "report/difference.h"
#include "report/refusal.h"
#include "report/repeat.h"
#include "report/summary.h"

/* Where two texts begin to differ is worth a mark when both fit a line. */
#define MARK_BYTES ((size_t)160)

const char *
failure_type(const struct run_case *run_case)
{
	if (run_case->verdict == VERDICT_FAIL && run_case->findings.count)
		return finding_type_name(run_case->findings.items[0].type);
	if (run_case->verdict == VERDICT_FAIL)
		return finding_type_name(FINDING_STATUS);
	return trouble_name(run_case->trouble);
}

/* Make one line of what was appended since `from`. */
static void
flatten(struct buf *out, size_t from)
{
	for (size_t i = from; i < out->len; i++) {
		if ((unsigned char)out->text[i] < 0x20)
			out->text[i] = ' ';
	}
}

void
failure_line(const struct run_case *run_case, struct buf *out)
{
	const struct findings *findings = &run_case->findings;
	const char *reason = run_case->reason ? run_case->reason : "";
	size_t from = out->len;

	if (run_case->verdict != VERDICT_FAIL && *reason)
		buf_printf(out, "%s", reason);
	else if (run_case->expected && run_case->actual &&
		 strcmp(run_case->expected, run_case->actual) != 0)
		buf_printf(out, "expected %s, actual %s", run_case->expected, run_case->actual);
	else if (findings->count)
		buf_printf(out, "%s: %s", finding_type_name(findings->items[0].type),
			   findings->items[0].message);
	else
		buf_printf(out, "%s", *reason ? reason : "no reason is on record");
	if (findings->count > 1)
		buf_printf(out, " (%zu mismatches)", findings->count);
	flatten(out, from);
}

/* The second line: the first mismatch, or what kind of trouble it was. */
static void
add_second_line(const struct run_case *run_case, struct buf *out)
{
	static const char *const sentences[] = {
		[TROUBLE_NONE] = "could not be judged",
		[TROUBLE_BLOCKED] = "could not be judged: what it needs did not pass",
		[TROUBLE_TRANSPORT] = "could not be judged: no whole reply came",
		[TROUBLE_MALFORMED] = "could not be judged: the reply cannot be read",
		[TROUBLE_LOGIN] = "could not be judged: the persona has no token",
		[TROUBLE_SETUP] = "could not be judged: its setup failed",
		[TROUBLE_PREFLIGHT] = "did not run: the preflight failed",
		[TROUBLE_DATABASE] = "could not be judged: the database is missing",
		[TROUBLE_UNKNOWN] = "proves nothing: no witness row",
		[TROUBLE_SCENARIO] = "did not run: the environment does not offer this state",
		[TROUBLE_VARIABLE] = "did not run: a variable has no value",
		[TROUBLE_INTERRUPTED] = "did not run, or did not finish",
	};
	_Static_assert(COUNTOF(sentences) == TROUBLE_KINDS, "every trouble needs a sentence");
	const struct findings *findings = &run_case->findings;
	size_t from = out->len;

	if (findings->count)
		buf_printf(out, "%s: %s", finding_type_name(findings->items[0].type),
			   findings->items[0].message);
	else
		buf_printf(out, "%s", sentences[run_case->trouble]);
	flatten(out, from);
	buf_printf(out, "\n");
}

/* How many bytes two texts share at their beginning, whole characters only. */
static size_t
shared(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	while (n && ((unsigned char)a[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* Columns that the first `len` bytes take: continuation bytes have none. */
static int
columns(const char *text, size_t len)
{
	int count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* The two texts as they are, with a mark where they part. */
static void
add_sides(const struct finding *finding, struct buf *out)
{
	buf_printf(out, "   expected: %s\n   actual:   %s\n", finding->expected, finding->actual);

	size_t same = shared(finding->expected, finding->actual);
	if (same && finding->actual[same] && same < MARK_BYTES)
		buf_printf(out, "             %*s^ differs from here on\n",
			   columns(finding->actual, same), "");
}

static void
add_finding(const struct finding *finding, size_t number, struct buf *out)
{
	const char *where = finding->pointer[0] ? " at " : "";
	struct differences members;

	buf_printf(out, "%zu. %s%s%s: %s\n", number, finding_type_name(finding->type), where,
		   finding->pointer, finding->message);
	if (!finding->expected[0] && !finding->actual[0])
		return;
	differences_init(&members, finding);
	if (members.count)
		differences_text(&members, out);
	else
		add_sides(finding, out);
	differences_release(&members);
}

static bool
has_finding(const struct run_case *run_case, enum finding_type type)
{
	for (size_t i = 0; i < run_case->findings.count; i++) {
		if (run_case->findings.items[i].type == type)
			return true;
	}
	return false;
}

/* "time: connect 1 ms, first byte 3.00 s, rest 40 us": where it went. */
static void
add_timing(const struct timing *timing, struct buf *out)
{
	const struct {
		const char *name;
		int64_t us;
	} parts[] = {
		{ "waited for a slot", timing->queue_us }, { "name", timing->dns_us },
		{ "connect", timing->connect_us },         { "TLS", timing->tls_us },
		{ "first byte", timing->first_byte_us },   { "in all", timing->total_us },
	};
	const char *between = "time: ";

	for (size_t i = 0; i < COUNTOF(parts); i++) {
		if (parts[i].us <= 0)
			continue;
		buf_printf(out, "%s%s ", between, parts[i].name);
		summary_time(parts[i].us, out);
		between = ", ";
	}
	if (timing->total_us > 0)
		buf_printf(out, "\n");
}

static void
add_problem(const struct run_case *run_case, struct buf *out)
{
	const struct exchange *http = failure_exchange(run_case, EXCHANGE_HTTP);
	const struct exchange *sql = failure_exchange(run_case, EXCHANGE_SQL);

	if (http && http->http.problem)
		buf_printf(out, "transport: %s\n", http->http.problem);
	if (http && (http->http.problem || has_finding(run_case, FINDING_LATENCY)))
		add_timing(&http->http.timing, out);
	if (sql && sql->sql.message)
		buf_printf(out, "database: %s%s%s\n", sql->sql.sqlstate ? sql->sql.sqlstate : "",
			   sql->sql.sqlstate ? " " : "", sql->sql.message);
	if (sql)
		refusal_line(&sql->sql, out);
}

/* The step as its suite writes it, with line numbers. */
static void
add_source(const struct run_case *run_case, struct buf *out)
{
	int number = run_case->line;

	if (!run_case->file)
		return;
	buf_printf(out, "the step, in %s:%d:\n", run_case->file, run_case->line);
	for (const char *line = run_case->source; line && *line; number++) {
		size_t len = strcspn(line, "\n");

		buf_printf(out, "%6d | %.*s\n", number, (int)len, line);
		line += len + (line[len] == '\n');
	}
}

void
failure_details(const struct run_case *run_case, struct buf *out)
{
	for (size_t i = 0; i < run_case->findings.count; i++)
		add_finding(&run_case->findings.items[i], i + 1, out);
	add_problem(run_case, out);
	if (run_case->proof)
		buf_printf(out, "proof: %s\n", run_case->proof);
	if (run_case->note)
		buf_printf(out, "note: %s\n", run_case->note);
	for (size_t i = 0; i < run_case->leftover_count; i++)
		buf_printf(out, "left behind: %s\n", run_case->leftovers[i]);
	add_source(run_case, out);
}

void
failure_text(const struct planned_case *planned, const struct run_case *run_case, struct buf *out)
{
	buf_printf(out, "%s %s: ", verdict_name(run_case->verdict), planned->id);
	failure_line(run_case, out);
	buf_printf(out, "\n");
	add_second_line(run_case, out);
	if (run_case->findings.count)
		buf_printf(out, "\n");
	failure_details(run_case, out);
}

bool
failure_is_consequence(const struct run_case *run_case)
{
	return run_case->verdict == VERDICT_ERROR &&
	       (run_case->trouble == TROUBLE_BLOCKED || run_case->trouble == TROUBLE_PREFLIGHT ||
		run_case->trouble == TROUBLE_INTERRUPTED);
}

/* The step a case ended with: what breaks one begins no other. 0: it asked nothing. */
static int
last_step(const struct run_case *run_case)
{
	int step = 0;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		if (run_case->exchanges[i].purpose != PURPOSE_CLEANUP)
			step = run_case->exchanges[i].step;
	}
	return step;
}

/* The last exchange of that step for which `purpose` holds. */
static const struct exchange *
find_exchange(const struct run_case *run_case, int kind, bool looking)
{
	const struct exchange *found = NULL;
	int step = last_step(run_case);

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];
		bool looks =
			exchange->purpose == PURPOSE_AFTER || exchange->purpose == PURPOSE_WRITTEN;

		if ((int)exchange->kind == kind && exchange->step == step &&
		    (looking ? looks : exchange->purpose == PURPOSE_STEP))
			found = exchange;
	}
	return found;
}

const struct exchange *
failure_exchange(const struct run_case *run_case, int kind)
{
	return find_exchange(run_case, kind, false);
}

/* What the witness asked last, when it is its answer that was not as expected. */
static const struct exchange *
witness_exchange(const struct run_case *run_case)
{
	if (!has_finding(run_case, FINDING_UNCHANGED) && !has_finding(run_case, FINDING_WRITTEN))
		return NULL;
	return find_exchange(run_case, EXCHANGE_SQL, true);
}

/* The value of header `name` in header lines, up to its end of line; NULL when absent. */
static const char *
find_header(const char *lines, const char *name, size_t *len)
{
	size_t name_len = strlen(name);

	while (lines && *lines) {
		size_t line = strcspn(lines, "\r\n");

		if (line > name_len && lines[name_len] == ':' &&
		    strncasecmp(lines, name, name_len) == 0) {
			const char *value = lines + name_len + 1;
			value += strspn(value, " \t");
			*len = strcspn(value, "\r\n");
			return value;
		}
		lines += line + strspn(lines + line, "\r\n");
	}
	return NULL;
}

static void
add_psql(const struct exchange *exchange, struct buf *out)
{
	repeat_psql(&exchange->sql, out);
	buf_printf(out, "\n");
}

void
failure_repeat(const struct run_case *run_case, struct buf *out)
{
	const struct exchange *http = failure_exchange(run_case, EXCHANGE_HTTP);
	const struct exchange *sql = failure_exchange(run_case, EXCHANGE_SQL);
	const struct exchange *witness = witness_exchange(run_case);
	const char *id;
	size_t len = 0;

	if (http) {
		repeat_curl(&http->http, out);
		buf_printf(out, "\n");
	}
	if (sql)
		add_psql(sql, out);
	if (witness) {
		buf_printf(out, "# what the witness looked at afterwards\n");
		add_psql(witness, out);
	}
	if (sql && run_case->verdict == VERDICT_FAIL) {
		size_t before = out->len;

		buf_printf(out, "# the policies and grants of the table\n");
		size_t heading = out->len;
		refusal_query(&sql->sql, out);
		if (out->len > heading)
			buf_printf(out, "\n");
		else
			out->text[out->len = before] = '\0';
	}
	if (http && (id = find_header(http->http.response_headers, "x-request-id", &len)))
		buf_printf(out, "# request id: %.*s\n", (int)len, id);
}
