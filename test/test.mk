# test.mk - the targets that check, show and measure; the Makefile includes it.
#
# The work is in the scripts named here; each says at its head what it does.
# PG_CONFIG chooses the server, COPT adds compiler flags (COPT=-Werror).

export PG_CONFIG COPT

CHECK_SUITES = lint unit regress isolation tap docs real

# PGXS has a "check" of its own, which only says that there is none: it is
# left to a shell that does nothing.
check: private SHELL := /bin/true
check: check-all

check-all:
	@test/tools/packages.sh check
	@test/tools/check.sh

$(addprefix check-,$(CHECK_SUITES)): check-%:
	@test/tools/check.sh $*

demo:
	@test/tools/packages.sh build
	@test/tools/demo.sh start

demo-stop:
	@test/tools/demo.sh stop

bench:
	@test/tools/packages.sh build
	@test/bench/run.sh

bench-quality:
	@test/tools/packages.sh build
	@test/bench/quality.sh

bench-peers:
	@test/tools/packages.sh build
	@if command -v python3 >/dev/null; then test/bench/peers.py; \
	else echo 'skipped: there is no python3'; fi

format:
	@test/lint/format.sh --write

.PHONY: check check-all demo demo-stop bench bench-quality bench-peers format
.PHONY: $(addprefix check-,$(CHECK_SUITES))
