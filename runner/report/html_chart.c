/* Where the time went: when each case ran, and how long replies and statements took.
 *
 * Drawn in percentages of the width instead of a scaled picture: on a phone the words keep their
 * size. */
#include <stdlib.h>
#include <string.h>

#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/html_walls.h"
#include "report/summary.h"

/* More bars than this are a wall: then how many cases ran at once is drawn instead. */
#define BARS    1000
#define LANE_PX 11
#define COLUMNS 200
#define HIGH_PX 96

struct bar {
	const struct run_entry *entry;
	int64_t from_us, to_us;
	size_t lane;
};

static int
by_start(const void *a, const void *b)
{
	const struct bar *one = a;
	const struct bar *other = b;

	if (one->from_us != other->from_us)
		return one->from_us < other->from_us ? -1 : 1;
	return one->entry < other->entry ? -1 : 1;
}

static struct bar
bar_of(const struct run_entry *entry)
{
	int64_t from_us = entry->ended_us - entry->elapsed_us;

	return (struct bar){ .entry = entry,
			     .from_us = from_us > 0 ? from_us : 0,
			     .to_us = entry->ended_us };
}

/* The first lane that is free again when `bar` begins. */
static size_t
take_lane(int64_t *free_us, size_t *lanes, const struct bar *bar)
{
	size_t lane = 0;

	while (lane < *lanes && free_us[lane] > bar->from_us)
		lane++;
	*lanes += lane == *lanes;
	free_us[lane] = bar->to_us;
	return lane;
}

/* Put the bars into lanes; returns how many there are. */
static size_t
assign_lanes(struct arena *arena, struct bar *bars, size_t count)
{
	int64_t *free_us = ARENA_ARRAY(arena, count, int64_t);
	size_t lanes = 0;

	if (count)
		qsort(bars, count, sizeof(*bars), by_start);
	for (size_t i = 0; i < count; i++)
		bars[i].lane = take_lane(free_us, &lanes, &bars[i]);
	return lanes;
}

/* 1, 2 or 5 times a power of ten, so that there are at most six steps. */
static int64_t
step_of(int64_t all_us)
{
	static const int factors[] = { 2, 5, 10 };
	int64_t power = 1;

	if (all_us <= 6)
		return 1;
	for (;; power *= 10) {
		for (size_t i = 0; i < COUNTOF(factors); i++) {
			if (all_us / (power * factors[i]) <= 6)
				return power * factors[i];
		}
	}
}

static double
percent(int64_t us, int64_t all_us)
{
	return 100.0 * (double)us / (double)all_us;
}

/* A line and its time below it. Beyond 92 % a word would be cut off. */
static void
add_tick(struct page *page, double at, long height, int64_t us)
{
	buf_printf(&page->out,
		   "<line class=\"tick\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%ld\"/>"
		   "<text class=\"%s\" x=\"%.2f%%\" y=\"%ld\">",
		   at, at, height,
		   at < 4    ? "start"
		   : at > 92 ? "end"
			     : "middle",
		   at, height + 15);
	page_time(page, us);
	buf_printf(&page->out, "</text>\n");
}

static void
add_time_axis(struct page *page, int64_t all_us, long height)
{
	int64_t step_us = step_of(all_us);

	for (int64_t us = 0; us <= all_us; us += step_us)
		add_tick(page, percent(us, all_us), height, us);
}

static void
add_bars(struct page *page, const struct bar *bars, size_t count, int64_t all_us)
{
	struct buf *out = &page->out;

	for (size_t i = 0; i < count; i++) {
		const struct run_entry *entry = bars[i].entry;
		double wide = percent(bars[i].to_us - bars[i].from_us, all_us);

		buf_printf(out,
			   "<rect class=\"f-%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%zu\" "
			   "height=\"%d\" rx=\"2\"><title>",
			   verdict_name(entry->verdict), percent(bars[i].from_us, all_us),
			   wide < 0.2 ? 0.2 : wide, bars[i].lane * LANE_PX + 1, LANE_PX - 2);
		html_line(out, entry->planned.id);
		buf_printf(out, ": %s, ", verdict_name(entry->verdict));
		page_time(page, entry->elapsed_us);
		buf_printf(out, "</title></rect>\n");
	}
}

/* Cases at work in each of COLUMNS parts of the run; *most: the highest of them. */
static void
count_columns(const struct run *run, int64_t all_us, long columns[COLUMNS], long *most)
{
	for (size_t i = 0; i < run->entry_count; i++) {
		struct bar bar = bar_of(&run->entries[i]);

		if (run->entries[i].offset < 0 || bar.to_us > all_us)
			continue;
		for (int64_t c = bar.from_us * COLUMNS / all_us;
		     c < COLUMNS && c <= bar.to_us * COLUMNS / all_us; c++) {
			if (++columns[c] > *most)
				*most = columns[c];
		}
	}
}

static void
add_crowd(struct page *page, int64_t all_us)
{
	long columns[COLUMNS] = { 0 };
	long most = 1;

	count_columns(page->run, all_us, columns, &most);
	walls_chart(&page->out, HIGH_PX + 22, "Cases at work at the same time, over the run");
	for (int i = 0; i < COLUMNS; i++) {
		double high = HIGH_PX * (double)columns[i] / (double)most;

		if (columns[i])
			buf_printf(&page->out,
				   "<rect class=\"f-PASS\" x=\"%.2f%%\" width=\"%.2f%%\" "
				   "y=\"%.1f\" height=\"%.1f\"/>\n",
				   100.0 * i / COLUMNS, 100.0 / COLUMNS, HIGH_PX - high, high);
	}
	add_time_axis(page, all_us, HIGH_PX);
	buf_printf(&page->out,
		   "</svg>\n<p class=\"cap\">Cases settled in each part of the run, at most %ld "
		   "at once.</p>\n",
		   most);
}

static int64_t
last_us(const struct run *run)
{
	int64_t last = 1;

	for (size_t i = 0; i < run->entry_count; i++) {
		if (run->entries[i].ended_us > last)
			last = run->entries[i].ended_us;
	}
	return last;
}

/* The cases that were at work for any time at all; those that were only blocked have no bar. */
static size_t
collect_bars(const struct run *run, struct bar *bars)
{
	size_t count = 0;

	for (size_t i = 0; i < run->entry_count; i++) {
		if (run->entries[i].offset >= 0 && run->entries[i].elapsed_us > 0)
			bars[count++] = bar_of(&run->entries[i]);
	}
	return count;
}

static void
add_timeline(struct page *page)
{
	const struct run *run = page->run;
	int64_t all_us = last_us(run);
	struct arena arena = { 0 };

	buf_printf(&page->out, "<h3>When each case ran</h3>\n");
	if (run->entry_count > BARS) {
		add_crowd(page, all_us);
		return;
	}
	struct bar *bars = ARENA_ARRAY(&arena, run->entry_count + 1, struct bar);
	size_t count = collect_bars(run, bars);
	size_t lanes = assign_lanes(&arena, bars, count);
	long height = (long)(lanes ? lanes : 1) * LANE_PX + 4;
	walls_chart(&page->out, height + 22,
		    "When each case began and ended; the list of all cases "
		    "below has each with its time");
	add_time_axis(page, all_us, height);
	add_bars(page, bars, count, all_us);
	buf_printf(&page->out,
		   "</svg>\n<p class=\"cap\">%zu case%s on %zu line%s: what stands below each "
		   "other ran at the same time.",
		   count, count == 1 ? "" : "s", lanes, lanes == 1 ? "" : "s");
	if (count < run->entry_count)
		buf_printf(&page->out, " %zu never began.", run->entry_count - count);
	buf_printf(&page->out, "</p>\n");
	arena_release(&arena);
}

/* The place of a bucket between the powers of two around the least and the greatest. */
struct scale {
	int from, to; /* buckets, multiples of LATENCY_STEPS */
};

static struct scale
scale_of(const struct latency *latency)
{
	int from = latency_bucket(latency->least_us) / LATENCY_STEPS * LATENCY_STEPS;
	int to = (latency_bucket(latency->greatest_us) / LATENCY_STEPS + 1) * LATENCY_STEPS;

	return (struct scale){ from, to };
}

static double
place_on(const struct scale *scale, int64_t us)
{
	return 100.0 * (latency_bucket(us) - scale->from) / (scale->to - scale->from);
}

/* Four bars to each power of two. */
static void
add_columns(struct page *page, const struct latency *latency, const struct scale *scale)
{
	const int width = LATENCY_STEPS / 4;
	double share = 100.0 * width / (scale->to - scale->from);
	long most = 1;

	for (int pass = 0; pass < 2; pass++) {
		for (int at = scale->from; at < scale->to; at += width) {
			long count = 0;

			for (int i = at; i < at + width && i < LATENCY_BUCKETS; i++)
				count += latency->counts[i];
			if (count > most)
				most = count;
			double high = HIGH_PX * (double)count / (double)most;
			if (pass && count)
				buf_printf(&page->out,
					   "<rect class=\"lat\" x=\"%.2f%%\" width=\"%.2f%%\" "
					   "y=\"%.1f\" height=\"%.1f\"><title>%ld up to %lld us"
					   "</title></rect>\n",
					   share * (at - scale->from) / width, share * 0.92,
					   40 + HIGH_PX - high, high, count,
					   (long long)latency_bucket_us(at + width));
		}
	}
}

/* A line for a percentile; the words of three of them stand at three heights. */
static void
add_mark(struct page *page, const struct scale *scale, int rank, const char *name, int64_t us)
{
	double at = place_on(scale, us);

	buf_printf(&page->out,
		   "<line class=\"mark\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>"
		   "<text class=\"%s mark\" x=\"%.2f%%\" y=\"%d\">%s ",
		   at, at, 12 * rank + 4, 40 + HIGH_PX, at > 70 ? "end" : "start", at,
		   12 * rank + 10, name);
	page_time(page, us);
	buf_printf(&page->out, "</text>\n");
}

static void
add_histogram(struct page *page, const char *heading, const struct latency *latency)
{
	struct scale scale = scale_of(latency);

	buf_printf(&page->out, "<figure>\n<figcaption><b>%s</b>, %ld</figcaption>\n", heading,
		   latency->count);
	walls_chart(&page->out, 40 + HIGH_PX + 22,
		    "How many took how long, on a logarithmic scale; the table below has the "
		    "percentiles");
	for (int64_t us = 1; us < INT64_C(10000000000); us *= 10) {
		if (latency_bucket(us) >= scale.from && latency_bucket(us) < scale.to)
			add_tick(page, place_on(&scale, us), 40 + HIGH_PX, us);
	}
	add_columns(page, latency, &scale);
	add_mark(page, &scale, 0, "p50", latency_percentile(latency, 50));
	add_mark(page, &scale, 1, "p95", latency_percentile(latency, 95));
	add_mark(page, &scale, 2, "max", latency->greatest_us);
	buf_printf(&page->out, "</svg>\n</figure>\n");
}

static void
add_percentiles(struct page *page, const char *what, const struct latency *latency)
{
	static const int ranks[] = { 50, 90, 95, 99 };

	buf_printf(&page->out, "<tr><th scope=\"row\">%s</th><td>%ld</td><td>", what,
		   latency->count);
	page_time(page, latency->least_us);
	for (size_t i = 0; i < COUNTOF(ranks); i++) {
		buf_printf(&page->out, "</td><td>");
		page_time(page, latency_percentile(latency, ranks[i]));
	}
	buf_printf(&page->out, "</td><td>");
	page_time(page, latency->greatest_us);
	buf_printf(&page->out, "</td></tr>\n");
}

static void
add_latency(struct page *page, const struct times *times)
{
	if (times->http.count + times->sql.count == 0) {
		buf_printf(&page->out, "<p>Nothing was asked, so nothing was measured.</p>\n");
		return;
	}
	buf_printf(&page->out, "<h3>How long it took</h3>\n<div class=\"figures\">\n");
	if (times->http.count)
		add_histogram(page, "HTTP replies", &times->http);
	if (times->sql.count)
		add_histogram(page, "SQL statements", &times->sql);
	buf_printf(&page->out, "</div>\n");
	walls_table(&page->out, "Percentiles", "numbers");
	buf_printf(&page->out,
		   "<thead><tr>"
		   "<th scope=\"col\">what</th><th scope=\"col\">count</th>"
		   "<th scope=\"col\">least</th><th scope=\"col\">p50</th>"
		   "<th scope=\"col\">p90</th><th scope=\"col\">p95</th>"
		   "<th scope=\"col\">p99</th><th scope=\"col\">max</th></tr></thead>\n<tbody>\n");
	if (times->http.count)
		add_percentiles(page, "HTTP replies", &times->http);
	if (times->sql.count)
		add_percentiles(page, "SQL statements", &times->sql);
	buf_printf(&page->out, "</tbody></table></div>\n"
			       "<p class=\"cap\">Percentiles are exact to 3 %%. The time a request "
			       "waited for a slot of ours is not counted.</p>\n");
}

bool
page_charts(struct page *page)
{
	page_section(page, "times", "Times");
	add_timeline(page);
	add_latency(page, &page->run->times);
	page_section_end(page);
	return true;
}
