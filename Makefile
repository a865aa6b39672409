# make            build/lensgate and build/lensgate-target, optimised
# make test       unit tests under the address and undefined-behaviour sanitizers, then the self suites
# make gate       the pre-deploy gate of the shopping-list lens against the embedded target
# make faults     every fault of the target, each of which must turn a gate red
# make lint       clang-format, clang-tidy, layers, shell scripts; changes nothing
# make bench      timings, as a table
# make install    into PREFIX (/usr/local), below DESTDIR
# make clean      remove build/ and .build/

CC      ?= cc
PREFIX  ?= /usr/local
DATADIR := $(PREFIX)/share/lensgate
VERSION := 0.1.0
RELEASE := .build/release
CHECKED := .build/checked
ASSETS  := .build/assets
PKGS    := libcurl libpq jansson yaml-0.1 libpcre2-8 libcrypto libmicrohttpd
CSTD    := -std=c17 -D_POSIX_C_SOURCE=200809L
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
           -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
           -Wcast-qual -Wpointer-arith -Wswitch-enum -Wundef -Wformat=2 \
           -Wnull-dereference -Wdouble-promotion
SAN     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FAST    := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CPPFLAGS += -Irunner -I$(ASSETS) -DLENSGATE_VERSION='"$(VERSION)"' -DLENSGATE_DATADIR='"$(DATADIR)"' \
            $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g')
LIBS    := $(shell pkg-config --libs libcurl libpq jansson yaml-0.1 libpcre2-8 libcrypto libmicrohttpd) -lm
TLIBS   := $(shell pkg-config --libs libmicrohttpd libpq jansson libcrypto)

RUNNER  := $(filter-out %_test.c,$(wildcard runner/*.c runner/*/*.c))
TESTS   := $(wildcard runner/*/*_test.c)
TARGET  := $(wildcard fixtures/target/*.c)
HOSTILE := $(wildcard fixtures/hostile/*.c)
RECEIVE := $(wildcard fixtures/receiver/*.c)
SPARED  := $(wildcard fixtures/criterion/*.c)
SOURCES := $(RUNNER) $(TARGET) $(HOSTILE) $(RECEIVE) $(SPARED) $(TESTS)
TEXTS   := $(patsubst runner/%,$(ASSETS)/%.inc,$(wildcard runner/*/*.css runner/*/*.js runner/*/*.sql runner/*/*.yaml runner/*/*.md))
HEADED  := $(wildcard runner/*.[ch] runner/*/*.[ch] fixtures/target/*.[ch] fixtures/hostile/*.[ch] fixtures/receiver/*.c) $(SPARED)

all: build/lensgate build/lensgate-target

build/lensgate: $(RUNNER:%.c=$(RELEASE)/%.o)
	@mkdir -p $(@D)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

build/lensgate-target: $(TARGET:%.c=$(RELEASE)/%.o)
	@mkdir -p $(@D)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(TLIBS)

# A service that does everything wrong, for the self suites.
.build/hostile: $(HOSTILE:%.c=$(RELEASE)/%.o)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -pthread -o $@ $^

# What webhooks are sent to, for the self suites.
.build/receiver: $(RECEIVE:%.c=$(RELEASE)/%.o)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(TLIBS)

# Unit tests link every object except main.o. Each test is a process of its own, and starting it is
# most of what it costs: without a fixed address, each would first relocate all that the sanitizers
# know of every variable.
$(CHECKED)/unit: $(filter-out $(CHECKED)/runner/main.o,$(RUNNER:%.c=$(CHECKED)/%.o)) \
		$(SPARED:%.c=$(CHECKED)/%.o) $(TESTS:%.c=$(CHECKED)/%.o)
	@echo "  LD  $@"
	@$(CC) $(SAN) -no-pie $(LDFLAGS) -o $@ $^ $(LIBS) -lcriterion

# Criterion reports a leaking test as passed: the leak is found after the verdict
# is sent. So the sanitizer writes to files, and any file fails the build. Some tests wait
# for a clock or for a server: two at a time for each core.
unit: $(CHECKED)/unit
	@$(RM) $(CHECKED)/asan.*
	ASAN_OPTIONS=log_path=$(abspath $(CHECKED))/asan UBSAN_OPTIONS=print_stacktrace=1 \
		$(CHECKED)/unit --jobs $$((2 * $$(nproc)))
	@! cat $(CHECKED)/asan.* 2>/dev/null

test: unit self

# The runner on itself: suites that must pass, and suites that must not, with what each has to end with.
self: all .build/hostile .build/receiver
	ci/self.sh

gate: all
	build/lensgate gate pre-deploy

faults: all
	ci/faults.sh

# The reference target against its contract, by other means than the runner's.
target-check: all
	fixtures/target/check.sh

bench: all
	ci/bench.sh

# A text that belongs into the program, as the elements of a char array, the last of them 0:
#     static const char style[] = {
#     #include "report/html_page.css.inc"
#     };
$(ASSETS)/%.inc: runner/% Makefile
	@mkdir -p $(@D)
	@{ od -An -v -tu1 $< | sed 's/[0-9][0-9]*/&,/g'; echo 0; } >$@.new && mv $@.new $@

# -MMD writes the headers each object needed; -MP keeps a deleted header from
# breaking the build. No dependency is ever written by hand.
$(RELEASE)/%.o: %.c Makefile | $(TEXTS)
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(CSTD) $(WARN) $(FAST) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(CHECKED)/%.o: %.c Makefile | $(TEXTS)
	@mkdir -p $(@D)
	@echo "  CC  $< (checked)"
	@$(CC) $(CSTD) $(WARN) -Werror -O1 -g $(SAN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(SOURCES:%.c=$(RELEASE)/%.d) $(SOURCES:%.c=$(CHECKED)/%.d)

# All that clang-tidy takes long for is the analyzer, which reaches all over its memory: huge pages
# spare a tenth of it.
lint: layers $(TEXTS)
	@ci/deploy/grafana/make.sh --check
	@echo "  FORMAT, SHELL"
	@clang-format --dry-run --Werror $(HEADED)
	@shellcheck -e SC1091 ci/*.sh ci/action/*.sh ci/deploy/*/*.sh ci/self/*.sh ci/up fixtures/target/*.sh fixtures/target/check/*.sh .ci/run
	@printf '%s\n' $(RUNNER) $(TARGET) $(HOSTILE) $(RECEIVE) $(SPARED) | \
		GLIBC_TUNABLES=glibc.malloc.hugetlb=1 xargs -P $$(nproc) -n 6 sh -c 'echo "  TIDY  $$*"; out=$$(clang-tidy --quiet "$$@" -- \
			$(shell pkg-config --cflags $(PKGS)) 2>&1) || { echo "$$out"; exit 1; }' tidy

layers:
	@echo "  LAYERS"
	@awk -f ci/layers.awk $(HEADED)

# Data lies below DATADIR as it does in the repository: the program looks for it there.
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(DATADIR)/ci
	install build/lensgate build/lensgate-target $(DESTDIR)$(PREFIX)/bin
	cp -R --no-preserve=ownership suites $(DESTDIR)$(DATADIR)
	mkdir -p $(DESTDIR)$(DATADIR)/fixtures
	cp -RL --no-preserve=ownership fixtures/db fixtures/environments $(DESTDIR)$(DATADIR)/fixtures
	cp -R --no-preserve=ownership ci/gates $(DESTDIR)$(DATADIR)/ci

clean:
	$(RM) -r build .build

.PHONY: all unit test self gate faults target-check bench lint layers install clean
