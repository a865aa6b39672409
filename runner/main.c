#include <curl/curl.h>
#include <locale.h>
#include <signal.h>

#include "cli/command.h"

int
main(int argc, char **argv)
{
	(void)argc;
	/* A reader that goes away must not end the run before its clean-up. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setlocale(LC_CTYPE, "");
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	int status = command_main((const char *const *)argv);
	curl_global_cleanup();
	return status;
}
