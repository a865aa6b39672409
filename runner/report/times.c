#include "report/times.h"

#include "report/cases.h"

static void
measure(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct times *times = arg;

	(void)planned;
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];

		if (exchange->kind == EXCHANGE_SQL)
			latency_add(&times->sql, exchange->sql.elapsed_us);
		else if (exchange->http.status && !exchange->http.problem)
			latency_add(&times->http, exchange->http.timing.total_us);
	}
}

bool
times_measure(struct times *times, const struct run *run, struct error *err)
{
	*times = (struct times){ 0 };
	return cases_each(run, NULL, measure, times, err);
}
