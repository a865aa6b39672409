#include "watch/dashboard.h"

#include <string.h>

#include "base/base.h"
#include "report/html_text.h"
#include "report/html_walls.h"
#include "watch/dashboard_parts.h"
#include "watch/moment.h"
#include "watch/standing.h"

#define LEAST 99.5 /* percent of uptime that a stage of a roll-out asks for */

static const char style[] = {
#include "watch/dashboard.css.inc"
};

/* ---- cells ---- */

void
dashboard_ms(struct buf *out, double ms)
{
	if (ms < 0)
		buf_printf(out, "<td>&ndash;</td>");
	else
		buf_printf(out, "<td>%.0f&nbsp;ms</td>", ms);
}

void
dashboard_percent(struct buf *out, double percent)
{
	if (percent < 0)
		buf_printf(out, "<td>&ndash;</td>");
	else
		buf_printf(out, "<td>%.2f&nbsp;%%</td>", percent);
}

void
dashboard_moment(struct buf *out, int64_t us)
{
	char text[MOMENT_BYTES];

	moment_text(us, text);
	buf_printf(out, "<td class=\"when\">%s</td>", text);
}

/* A sentence, which may be long. */
static void
add_sentence(struct buf *out, const char *text)
{
	buf_printf(out, "<td class=\"long\">");
	html_line(out, text);
	buf_printf(out, "</td>");
}

static void
add_text(struct buf *out, const char *text)
{
	buf_printf(out, "<td>");
	html_line(out, text);
	buf_printf(out, "</td>");
}

static void
add_heads(struct buf *out, const char *const *heads, size_t count)
{
	buf_printf(out, "<thead><tr>");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "<th scope=\"col\">%s</th>", heads[i]);
	buf_printf(out, "</tr></thead>\n<tbody>\n");
}

static void
end_table(struct buf *out)
{
	buf_printf(out, "</tbody></table></div>\n");
}

/* ---- head ---- */

static const struct look {
	const char *tone, *mark, *word;
} looks[] = {
	[STANDING_GOOD] = { "good", "\xe2\x9c\x93", "GOOD" },
	[STANDING_BAD] = { "bad", "\xe2\x9c\x97", "BAD" },
	[STANDING_UNKNOWN] = { "unknown", "!", "UNKNOWN" },
};

static void
add_totals(const struct chronicle *c, struct buf *out)
{
	const struct chronicle_stretch *month = &c->windows[WINDOW_MONTH];
	const struct chronicle_stretch *day = &c->windows[WINDOW_DAY];
	size_t firing = 0;

	for (size_t i = 0; i < c->alert_count; i++)
		firing += c->alerts[i].firing;
	buf_printf(out, "<ul class=\"totals\">\n<li class=\"%s\"><b>%zu</b> alert%s firing</li>\n",
		   firing ? "bad" : "none", firing, firing == 1 ? "" : "s");
	if (month->due)
		buf_printf(out, "<li class=\"%s\"><b>%.2f&nbsp;%%</b> uptime, 30 days</li>\n",
			   month->uptime_percent < LEAST ? "bad" : "good", month->uptime_percent);
	if (day->due && day->times.p95_ms >= 0)
		buf_printf(out, "<li><b>%.0f&nbsp;ms</b> P95, 24 hours</li>\n", day->times.p95_ms);
	if (day->due)
		buf_printf(out,
			   "<li class=\"%s\"><b>%ld</b> of %ld rounds missing, 24 hours</li>\n",
			   day->missing ? "unknown" : "none", day->missing, day->due);
	buf_printf(out, "</ul>\n");
}

static void
add_facts(const struct chronicle *c, struct buf *out)
{
	char text[MOMENT_BYTES];

	buf_printf(out, "<dl class=\"facts\">\n");
	moment_text(c->now_us, text);
	walls_fact(out, "made (UTC)", text);
	walls_fact(out, "environment", c->environment);
	walls_fact(out, "yacht", c->yacht);
	walls_fact(out, "worker", worker_state_name(chronicle_worker(c)));
	if (c->latest.at_us) {
		moment_text(c->latest.at_us, text);
		walls_fact(out, "last round", text);
		walls_fact(out, "found it", c->latest.status);
		walls_fact(out, "flag", c->latest.flag);
		walls_fact(out, "version", c->latest.version);
		walls_fact(out, "commit", c->latest.commit);
		moment_text(c->latest.first_us, text);
		walls_fact(out, "watched since", text);
	}
	moment_length(c->every_us, text);
	walls_fact(out, "a round every", text);
	buf_printf(out, "</dl>\n");
}

static void
add_head(const struct standing *standing, const struct walls *walls, struct buf *out)
{
	const struct look *look = &looks[standing->verdict];

	walls_begin(out, walls);
	buf_printf(out,
		   "<header>\n<p class=\"verdict\"><span aria-hidden=\"true\">%s</span>%s</p>\n"
		   "<h1>",
		   look->mark, look->word);
	html_line(out, standing->chronicle->lens);
	buf_printf(out, " on ");
	html_line(out, standing->chronicle->environment);
	buf_printf(out, "</h1>\n<p class=\"reason\">");
	html_line(out, standing->headline);
	buf_printf(out, ".</p>\n");
	add_totals(standing->chronicle, out);
	add_facts(standing->chronicle, out);
	buf_printf(out, "</header>\n<nav aria-label=\"Contents\"><ul>\n"
			"<li><a href=\"#alerts\">Open alerts</a></li>\n"
			"<li><a href=\"#trend\">7 days by hour</a></li>\n"
			"<li><a href=\"#uptime\">30 days of uptime</a></li>\n"
			"<li><a href=\"#latency\">Latency</a></li>\n"
			"<li><a href=\"#errors\">Latest errors</a></li>\n"
			"<li><a href=\"#changes\">Deploys and flag</a></li>\n"
			"</ul></nav>\n<main id=\"main\">\n");
}

/* ---- sections of words ---- */

static void
add_alerts(const struct chronicle *c, struct buf *out)
{
	static const char *const heads[] = { "alert", "state", "since (UTC)",
					     "level", "why",   "runbook" };

	walls_section(out, "alerts", "Open alerts");
	if (c->alert_count == 0) {
		buf_printf(out, "<p>None.</p>\n");
		walls_section_end(out);
		return;
	}
	walls_table(out, "Alerts and their runbooks", "list");
	add_heads(out, heads, COUNTOF(heads));
	for (size_t i = 0; i < c->alert_count; i++) {
		const struct chronicle_alert *alert = &c->alerts[i];

		buf_printf(out, "<tr><th scope=\"row\">");
		html_line(out, alert->rule->title);
		buf_printf(out, "</th><td class=\"state\">%s%s</td>",
			   alert->firing ? "&#9650; fires" : "&#9651; pending",
			   alert->untold ? ", told nobody" : "");
		dashboard_moment(out, alert->since_us);
		add_text(out, alert->rule->level);
		add_sentence(out, alert->why);
		add_text(out, alert->rule->runbook);
		buf_printf(out, "</tr>\n");
	}
	end_table(out);
	walls_section_end(out);
}

static void
add_times(struct buf *out, const char *name, long asked, long wrong,
	  const struct chronicle_times *times)
{
	buf_printf(out, "<tr><th scope=\"row\">");
	html_line(out, name);
	buf_printf(out, "</th><td>%ld</td><td>%ld</td>", asked, wrong);
	dashboard_ms(out, times->p50_ms);
	dashboard_ms(out, times->p90_ms);
	dashboard_ms(out, times->p95_ms);
	dashboard_ms(out, times->p99_ms);
	dashboard_ms(out, times->max_ms);
	buf_printf(out, "</tr>\n");
}

static void
add_latency(const struct chronicle *c, struct buf *out)
{
	static const char *const heads[] = { "check", "asked", "wrong", "P50",
					     "P90",   "P95",   "P99",   "max" };

	walls_section(out, "latency", "Latency of 7 days, by check");
	if (c->check_count == 0)
		buf_printf(out, "<p>Nothing was asked, so nothing was measured.</p>\n");
	else {
		walls_table(out, "Latency by check", "numbers");
		add_heads(out, heads, COUNTOF(heads));
		for (size_t i = 0; i < c->check_count; i++)
			add_times(out, c->checks[i].name, c->checks[i].asked, c->checks[i].wrong,
				  &c->checks[i].times);
		end_table(out);
		buf_printf(out, "<p class=\"cap\">Percentiles of every reply, none estimated. What "
				"never answered has no latency, and is wrong.</p>\n");
	}
	walls_section_end(out);
}

static void
add_errors(const struct chronicle *c, struct buf *out)
{
	static const char *const heads[] = { "when (UTC)", "level", "check", "what" };

	walls_section(out, "errors", "Latest errors");
	if (c->event_count == 0)
		buf_printf(out, "<p>None in 7 days.</p>\n");
	else {
		walls_table(out, "Errors and warnings", "list");
		add_heads(out, heads, COUNTOF(heads));
		for (size_t i = 0; i < c->event_count; i++) {
			buf_printf(out, "<tr>");
			dashboard_moment(out, c->events[i].at_us);
			add_text(out, c->events[i].level);
			add_text(out, c->events[i].check);
			add_sentence(out, c->events[i].message);
			buf_printf(out, "</tr>\n");
		}
		end_table(out);
	}
	walls_section_end(out);
}

static void
add_changes(const struct chronicle_change *changes, size_t count, const char *heading,
	    const char *none, struct buf *out)
{
	static const char *const heads[] = { "seen (UTC)", "was", "is now" };

	buf_printf(out, "<h3>%s</h3>\n", heading);
	if (count == 0) {
		buf_printf(out, "<p>%s</p>\n", none);
		return;
	}
	walls_table(out, heading, "list");
	add_heads(out, heads, COUNTOF(heads));
	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "<tr>");
		dashboard_moment(out, changes[i].at_us);
		add_text(out, changes[i].was);
		add_text(out, changes[i].now);
		buf_printf(out, "</tr>\n");
	}
	end_table(out);
}

/* ---- the page ---- */

static void
add_foot(struct buf *out)
{
	buf_printf(out,
		   "</main>\n<footer>\n<p>Made by lensgate %s of pms_health_checks and "
		   "pms_health_events. All times are UTC. A round that is half an interval late is "
		   "missing, and what is missing was down; before the first round there ever was "
		   "nothing is counted. Of two rounds in one interval the worse counts.</p>\n"
		   "<p>The same queries as SQL, and as a dashboard for Grafana: "
		   "ci/deploy/grafana.</p>\n</footer>\n",
		   LENSGATE_VERSION);
}

void
dashboard_html(const struct chronicle *chronicle, struct buf *out)
{
	struct standing standing;
	struct buf title;

	standing_make(&standing, chronicle);
	buf_init(&title, 1000);
	buf_printf(&title, "%s: %s on %s", looks[standing.verdict].word, chronicle->lens,
		   chronicle->environment);
	struct walls walls = { .title = title.text,
			       .tone = looks[standing.verdict].tone,
			       .style = style };
	add_head(&standing, &walls, out);
	add_alerts(chronicle, out);
	dashboard_trend(chronicle, out);
	dashboard_uptime(chronicle, out);
	add_latency(chronicle, out);
	add_errors(chronicle, out);
	walls_section(out, "changes", "Deploys and flag of 30 days");
	add_changes(chronicle->deploys, chronicle->deploy_count, "Deploys",
		    "No other version answered than before.", out);
	add_changes(chronicle->flags, chronicle->flag_count, "Flag", "It was not switched.", out);
	walls_section_end(out);
	add_foot(out);
	walls_end(out, &walls);
	buf_release(&title);
	standing_release(&standing);
}
