#include "report/workflow_command.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	struct workflow_command command;
	const char *line;
} commands[] = {
	{ { .name = "notice", .message = "all is well" }, "::notice::all is well\n" },
	{ { .name = "error", .file = "a/b.yaml", .line = 3, .title = "t", .message = "m" },
	  "::error file=a/b.yaml,line=3,title=t::m\n" },
	{ { .name = "error", .file = "a,b:c%.yaml", .title = "50%: a, b\r\n", .message = "m" },
	  "::error file=a%2Cb%3Ac%25.yaml,title=50%25%3A a%2C b%0D%0A::m\n" },
	/* in data a colon and a comma stand for themselves */
	{ { .name = "warning", .message = "a: b, 50%\r\nc" }, "::warning::a: b, 50%25%0D%0Ac\n" },
	{ { .name = "warning", .message = "x\n::error::not ours" },
	  "::warning::x%0A::error::not ours\n" },
	{ { .name = "error", .line = 3, .message = "a line of no file" },
	  "::error::a line of no file\n" },
	{ { .name = "error", .message = "\033[31m\xff\xf0\x9f\x9a\xa2" },
	  "::error::?[31m?\xf0\x9f\x9a\xa2\n" },
	{ { .name = "error" }, "::error::\n" },
};

Test(workflow_command, data_and_properties_are_escaped_each_in_its_way)
{
	for (size_t i = 0; i < COUNTOF(commands); i++) {
		struct buf out;

		buf_init(&out, 1000);
		workflow_command_add(&out, &commands[i].command);
		cr_expect_str_eq(out.text, commands[i].line, "row %zu: %s", i, out.text);
		buf_release(&out);
	}
}

Test(workflow_command, a_long_message_is_cut_between_characters)
{
	char message[9000];
	struct workflow_command command = { .name = "error", .title = message, .message = message };
	struct buf out;

	for (size_t i = 0; i + 2 < sizeof(message); i += 2)
		memcpy(message + i, "\xc3\xa9", 2);
	message[sizeof(message) - 2] = '\0';
	buf_init(&out, 20000);
	workflow_command_add(&out, &command);
	const char *title = strstr(out.text, "title=") + 6;
	const char *data = strstr(title, "::") + 2;
	cr_expect_eq(data - title - 2, 200 + 3);
	cr_expect_eq(strlen(data), 4000 + 3 + 1);
	buf_release(&out);
}
