/* html.h - one page for a run, in one file that asks for nothing else.
 *
 * It reads without its script, on a phone, printed, in the dark and without colour. The filters
 * by verdict, persona and tag are style alone; the script adds a search, and a button to copy
 * a command. A content security policy in the page lets in the style and the script by their
 * SHA-256 and nothing else. Beyond 16 MiB of transcripts, those of cases that passed are left in
 * the record, and the page says so.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/report.h"
#include "run/sink.h"

bool html_write(const struct run *run, const struct report_options *options, struct sink *sink,
		struct error *err) MUST_USE;

#endif
