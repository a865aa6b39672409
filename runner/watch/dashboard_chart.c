/* The pictures of the dashboard. Percentages of the width, pixels of the height: see walls_chart.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "base/base.h"
#include "report/html_walls.h"
#include "watch/dashboard_parts.h"
#include "watch/moment.h"

#define HOUR_US  INT64_C(3600000000)
#define DAY_US   (24 * HOUR_US)
#define HOURS    168
#define DAYS     30
#define MARKS_PX 16  /* above a chart, for what changed */
#define UP_PX    60  /* rounds above the line */
#define DOWN_PX  44  /* and below */
#define TIMES_PX 130 /* latencies */
#define DAY_PX   48
#define WORDS_PX 18 /* below a chart */
#define LEAST    99.5

/* A stretch of time, drawn as `count` columns of `step_us` from `from_us` on. */
struct scale {
	int64_t from_us, step_us;
	int count;
};

static double
place(const struct scale *scale, int64_t us)
{
	return 100.0 * (double)(us - scale->from_us) / (double)(scale->step_us * scale->count);
}

static double
width(const struct scale *scale)
{
	return 100.0 / scale->count;
}

/* The columns end with the one that goes on now. */
static struct scale
scale_of(const struct chronicle *c, int64_t step_us, int count)
{
	return (struct scale){ (c->now_us / step_us - count + 1) * step_us, step_us, count };
}

/* "11-23", below a line at each `every`-th midnight. What would not fit beside the edge is left
 * out. */
static void
add_days(struct buf *out, const struct scale *scale, long top, long bottom, int every)
{
	int64_t end_us = scale->from_us + scale->step_us * scale->count;
	int64_t day_us = (scale->from_us + DAY_US - 1) / DAY_US * DAY_US;

	for (int i = 0; day_us < end_us; day_us += DAY_US, i++) {
		double at = place(scale, day_us);
		char text[MOMENT_BYTES];

		if (i % every)
			continue;
		moment_text(day_us, text);
		buf_printf(out,
			   "<line class=\"tick\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%ld\" "
			   "y2=\"%ld\"/>",
			   at, at, top, bottom);
		if (at < 88)
			buf_printf(out, "<text class=\"start\" x=\"%.2f%%\" y=\"%ld\">%.5s</text>",
				   at, bottom + 14, text + 5);
		buf_printf(out, "\n");
	}
}

/* ---- rounds ---- */

/* What one kind of round looks like, and where it stands: up from the line, or down. */
static const struct kind {
	const char *name, *classes;
	size_t offset;
	bool down;
} kinds[] = {
	{ "healthy", "up", offsetof(struct chronicle_stretch, healthy), false },
	{ "degraded", "hatched", offsetof(struct chronicle_stretch, degraded), false },
	{ "unhealthy", "down", offsetof(struct chronicle_stretch, unhealthy), true },
	{ "missing", "gone", offsetof(struct chronicle_stretch, missing), true },
};

static long
count_of(const struct chronicle_stretch *stretch, const struct kind *kind)
{
	return *(const long *)(const void *)((const char *)stretch + kind->offset);
}

static void
add_hour(struct buf *out, const struct scale *scale, const struct chronicle_stretch *hour)
{
	double up = MARKS_PX + UP_PX, down = up;
	char text[MOMENT_BYTES];

	moment_text(hour->at_us, text);
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		long count = count_of(hour, &kinds[i]);
		double high = (double)(kinds[i].down ? DOWN_PX : UP_PX) * (double)count /
			      (double)hour->due;

		if (count == 0)
			continue;
		up -= kinds[i].down ? 0 : high;
		buf_printf(out,
			   "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\" "
			   "height=\"%.1f\"><title>%s: %ld of %ld %s</title></rect>\n",
			   kinds[i].classes, place(scale, hour->at_us), width(scale) * 0.85,
			   kinds[i].down ? down : up, high, text, count, hour->due, kinds[i].name);
		down += kinds[i].down ? high : 0;
	}
}

/* A letter above the hour in which something changed. */
static void
add_marks(struct buf *out, const struct scale *scale, const struct chronicle_change *changes,
	  size_t count, char letter, const char *what)
{
	for (size_t i = 0; i < count; i++) {
		double at = place(scale, changes[i].at_us);
		char text[MOMENT_BYTES];

		if (at < 0 || at > 100)
			continue;
		moment_text(changes[i].at_us, text);
		buf_printf(out,
			   "<line class=\"mark\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>"
			   "<text class=\"mark\" x=\"%.2f%%\" y=\"10\">%c<title>%s: %s</title>"
			   "</text>\n",
			   at, at, MARKS_PX - 3, MARKS_PX + UP_PX + DOWN_PX, at, letter, text,
			   what);
	}
}

static void
add_legend(struct buf *out)
{
	buf_printf(out, "<ul class=\"legend\">\n");
	for (size_t i = 0; i < COUNTOF(kinds); i++)
		buf_printf(out,
			   "<li><svg aria-hidden=\"true\"><rect class=\"%s\" x=\"1\" y=\"1\" "
			   "width=\"12\" height=\"12\"/></svg>%s, %s the line</li>\n",
			   kinds[i].classes, kinds[i].name, kinds[i].down ? "below" : "above");
	buf_printf(out, "<li><b>D</b> deploy</li>\n<li><b>F</b> flag switched</li>\n</ul>\n");
}

static void
add_rounds(const struct chronicle *c, const struct scale *scale, struct buf *out)
{
	const long bottom = MARKS_PX + UP_PX + DOWN_PX;

	buf_printf(out, "<figure>\n<figcaption><b>Rounds</b>: what each found</figcaption>\n");
	walls_chart(out, bottom + WORDS_PX,
		    "Rounds of each hour by what they found; the table below has the numbers");
	buf_printf(out, "<defs><pattern id=\"hatch\" width=\"4\" height=\"4\" "
			"patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
			"<line class=\"hatch\" y2=\"4\"/></pattern></defs>\n");
	add_days(out, scale, MARKS_PX, bottom, 1);
	for (size_t i = 0; i < c->hour_count; i++)
		add_hour(out, scale, &c->hours[i]);
	buf_printf(out, "<line class=\"axis\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n",
		   MARKS_PX + UP_PX, MARKS_PX + UP_PX);
	add_marks(out, scale, c->deploys, c->deploy_count, 'D', "another version answered");
	add_marks(out, scale, c->flags, c->flag_count, 'F', "the flag was switched");
	buf_printf(out, "</svg>\n");
	add_legend(out);
	buf_printf(out, "</figure>\n");
}

/* ---- latencies ---- */

/* Powers of ten around everything that is drawn. */
struct decades {
	int from, to;
};

static struct decades
decades_of(const struct chronicle *c)
{
	double least = INFINITY, most = 1;

	for (size_t i = 0; i < c->hour_count; i++) {
		const struct chronicle_times *times = &c->hours[i].times;

		if (times->p50_ms < 0)
			continue;
		least = fmin(least, fmax(times->p50_ms, 1));
		most = fmax(most, times->p99_ms);
	}
	int from = isinf(least) ? 0 : (int)floor(log10(least));
	int to = (int)ceil(log10(most));
	return (struct decades){ from, to > from ? to : from + 1 };
}

static double
height_of(const struct decades *decades, double ms)
{
	double share = (log10(fmax(ms, 1)) - decades->from) / (decades->to - decades->from);

	return TIMES_PX - TIMES_PX * fmin(fmax(share, 0), 1);
}

static void
add_lines(struct buf *out, const struct decades *decades)
{
	for (int power = decades->from; power <= decades->to; power++) {
		double ms = pow(10, power), y = height_of(decades, ms) + MARKS_PX;

		buf_printf(out,
			   "<line class=\"tick\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
			   "<text class=\"start over\" x=\"0\" y=\"%.1f\">%.0f %s</text>\n",
			   y, y, y - 3, ms < 1000 ? ms : ms / 1000, ms < 1000 ? "ms" : "s");
	}
}

static void
add_column(struct buf *out, const struct scale *scale, const struct decades *decades,
	   const struct chronicle_stretch *hour)
{
	const struct chronicle_times *times = &hour->times;
	double x = place(scale, hour->at_us), middle = x + width(scale) / 2;
	double top = height_of(decades, times->p95_ms) + MARKS_PX;
	double high = height_of(decades, times->p50_ms) + MARKS_PX - top;
	char text[MOMENT_BYTES];

	moment_text(hour->at_us, text);
	buf_printf(out,
		   "<line class=\"whisker\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
		   "<rect class=\"lat\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\" height=\"%.1f\">"
		   "<title>%s: P50 %.0f ms, P95 %.0f ms, P99 %.0f ms of %ld replies</title>"
		   "</rect>\n",
		   middle, middle, height_of(decades, times->p99_ms) + MARKS_PX, top, x,
		   width(scale) * 0.85, top, fmax(high, 1.5), text, times->p50_ms, times->p95_ms,
		   times->p99_ms, hour->replies);
}

static void
add_latencies(const struct chronicle *c, const struct scale *scale, struct buf *out)
{
	struct decades decades = decades_of(c);
	const long bottom = MARKS_PX + TIMES_PX;

	buf_printf(out, "<figure>\n<figcaption><b>Latency</b>: a bar from P50 to P95, a line on it "
			"to P99</figcaption>\n");
	walls_chart(out, bottom + WORDS_PX,
		    "Latency of each hour on a logarithmic scale; the table below has the numbers");
	add_days(out, scale, MARKS_PX, bottom, 1);
	for (size_t i = 0; i < c->hour_count; i++) {
		if (c->hours[i].times.p50_ms >= 0)
			add_column(out, scale, &decades, &c->hours[i]);
	}
	add_lines(out, &decades);
	buf_printf(out, "</svg>\n</figure>\n");
}

/* ---- the same in numbers ---- */

static void
add_table(struct buf *out, const char *label, const struct chronicle_stretch *stretches,
	  size_t count)
{
	buf_printf(out, "<details><summary>The same in numbers, newest first</summary>\n");
	walls_table(out, label, "numbers");
	buf_printf(out, "<thead><tr><th scope=\"col\">from (UTC)</th><th scope=\"col\">due</th>");
	for (size_t i = 0; i < COUNTOF(kinds); i++)
		buf_printf(out, "<th scope=\"col\">%s</th>", kinds[i].name);
	buf_printf(out, "<th scope=\"col\">uptime</th><th scope=\"col\">wrong checks</th>"
			"<th scope=\"col\">P50</th><th scope=\"col\">P95</th>"
			"<th scope=\"col\">P99</th></tr></thead>\n<tbody>\n");
	for (size_t i = count; i > 0; i--) {
		const struct chronicle_stretch *stretch = &stretches[i - 1];

		buf_printf(out, "<tr>");
		dashboard_moment(out, stretch->at_us);
		buf_printf(out, "<td>%ld</td>", stretch->due);
		for (size_t k = 0; k < COUNTOF(kinds); k++)
			buf_printf(out, "<td>%ld</td>", count_of(stretch, &kinds[k]));
		dashboard_percent(out, stretch->uptime_percent);
		dashboard_percent(out, stretch->wrong_percent);
		dashboard_ms(out, stretch->times.p50_ms);
		dashboard_ms(out, stretch->times.p95_ms);
		dashboard_ms(out, stretch->times.p99_ms);
		buf_printf(out, "</tr>\n");
	}
	buf_printf(out, "</tbody></table></div></details>\n");
}

void
dashboard_trend(const struct chronicle *c, struct buf *out)
{
	struct scale scale = scale_of(c, HOUR_US, HOURS);

	walls_section(out, "trend", "The last 7 days, by hour");
	if (c->hour_count == 0)
		buf_printf(out, "<p>No round was due.</p>\n");
	else {
		add_rounds(c, &scale, out);
		add_latencies(c, &scale, out);
		add_table(out, "Rounds and latency by hour", c->hours, c->hour_count);
	}
	walls_section_end(out);
}

/* ---- uptime ---- */

static void
add_day(struct buf *out, const struct scale *scale, int64_t at_us,
	const struct chronicle_stretch *day)
{
	double x = place(scale, at_us), wide = width(scale) * 0.8;
	double high = day ? DAY_PX * day->uptime_percent / 100 : 0;
	char text[MOMENT_BYTES];

	moment_text(at_us, text);
	buf_printf(out,
		   "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" height=\"%d\">"
		   "<title>%.10s: %s</title></rect>\n",
		   day ? "track" : "gone", x, wide, MARKS_PX, DAY_PX, text,
		   day ? "the whole day" : "not watched");
	if (!day)
		return;
	buf_printf(out,
		   "<rect class=\"up\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\" height=\"%.1f\">"
		   "<title>%.10s: up %.2f %% of %ld rounds</title></rect>\n",
		   x, wide, MARKS_PX + DAY_PX - high, high, text, day->uptime_percent, day->due);
	if (day->uptime_percent < LEAST)
		buf_printf(out, "<text class=\"mark\" x=\"%.2f%%\" y=\"11\">!</text>\n",
			   x + wide / 2);
}

void
dashboard_uptime(const struct chronicle *c, struct buf *out)
{
	struct scale scale = scale_of(c, DAY_US, DAYS);

	walls_section(out, "uptime", "30 days of uptime");
	if (c->day_count == 0) {
		buf_printf(out, "<p>No round was due.</p>\n");
		walls_section_end(out);
		return;
	}
	buf_printf(out,
		   "<figure>\n<figcaption><b>Up</b>: rounds that came and were not unhealthy; "
		   "<b>!</b> below %.1f %%</figcaption>\n",
		   LEAST);
	walls_chart(out, MARKS_PX + DAY_PX + WORDS_PX,
		    "Uptime of each day; the table below has the numbers");
	add_days(out, &scale, MARKS_PX, MARKS_PX + DAY_PX, 7);
	for (int i = 0; i < DAYS; i++) {
		int64_t at_us = scale.from_us + i * DAY_US;

		add_day(out, &scale, at_us, chronicle_find(c->days, c->day_count, at_us));
	}
	buf_printf(out, "</svg>\n<p class=\"cap\">A dashed frame is a day on which nobody watched "
			"yet; it is not counted.</p>\n</figure>\n");
	add_table(out, "Uptime by day", c->days, c->day_count);
	walls_section_end(out);
}
