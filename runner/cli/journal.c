#include "cli/journal.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"

void
journal_say(const char *fmt, ...)
{
	char moment[CLOCK_TEXT_BYTES], text[1000];
	va_list args;

	clock_text(clock_wall_us(), moment);
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)printf("%s  %s\n", moment, text);
	(void)fflush(stdout);
}
