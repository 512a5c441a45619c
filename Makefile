# fairpg - build, install and check.
#
#   make && make install          into the server that pg_config names
#   make demo                     a private server, a data set, two models
#   make check                    every check there is, in a private server
#   make installcheck             pg_regress against a running server
#
# The version stands in fairpg.control and nowhere else.

EXTENSION  = fairpg
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" fairpg.control)

# Two libraries: fairpg.so never loads BLAS; fairpg_train.so may, lazily.
MODULE_big = fairpg
SHARED_OBJS = \
	$(patsubst %.c,%.o,$(sort $(wildcard src/num/*.c src/fair/*.c src/model/*.c)))
CORE_PG_OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/report/*.c src/pg/*.c src/pg/govern/*.c)))
# what both libraries need of the server side
COMMON_PG_OBJS = $(addprefix src/pg/,args.o constraints.o encode.o evaluation.o figures.o four_fifths.o \
	figures_number.o figures_score.o host.o \
	judge.o report.o rows.o source.o statement.o store.o \
	store_access.o store_evaluation.o store_frontier.o store_names.o store_read.o store_run.o store_scan.o store_write.o)
TRAIN_OBJS = \
	$(SHARED_OBJS) $(COMMON_PG_OBJS) \
	$(patsubst %.c,%.o,$(sort $(wildcard src/data/*.c src/train/*.c src/pg/train/*.c \
	src/pg/check/*.c)))
OBJS = $(filter-out src/num/blas.o src/num/lbfgs.o src/model/gram.o src/model/linear.o src/model/linear_many.o src/model/linear_plan.o src/model/softmax.o,$(SHARED_OBJS)) \
	$(CORE_PG_OBJS)
TRAIN_LIB = fairpg_train.so
# A program that needs neither the server nor its headers.
VERIFY = fairpg-verify

# The install script is joined from topic files, in this order.
SQL_PARTS = $(addprefix src/sql/, \
	header.sql types.sql metrics.sql scores.sql errors.sql statistics.sql \
	audit.sql ranking.sql conditional.sql counterfactual.sql consistency.sql calibration.sql \
	bias_audit.sql compare.sql subgroups.sql \
	governance_store.sql people_store.sql governance_rows.sql documents_store.sql reports_governance.sql \
	record_store.sql serving_store.sql reports_serving.sql \
	store.sql store_evaluation.sql reports.sql reports_evaluation.sql \
	offers.sql check_data.sql train.sql frontier.sql predict.sql evaluate.sql stress.sql sensitivity.sql \
	analyses.sql audit_report.sql \
	record.sql record_verify.sql record_export.sql governance.sql governance_policy.sql \
	governance_gate.sql governance_life.sql documents.sql lineage.sql people.sql incidents.sql \
	roles.sql serving.sql)
INSTALL_SQL = src/sql/fairpg--$(EXTVERSION).sql
DATA_built = $(INSTALL_SQL)

PG_CPPFLAGS = -I$(srcdir)/src -DFAIRPG_VERSION='"$(EXTVERSION)"'
PG_CFLAGS = -std=gnu99 -fvisibility=hidden -ffp-contract=off -Wextra \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
SHLIB_LINK = -lm

REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --inputdir=$(srcdir) --load-extension=fairpg
EXTRA_CLEAN = $(TRAIN_LIB) $(TRAIN_OBJS) $(VERIFY) build

PG_CONFIG ?= pg_config
# Empty where the server's build files are not installed: "make demo" and
# "make check" install them and start over.
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
# bitcode would only serve to inline our functions into JIT code
override with_llvm = no
ifneq ($(PGXS),)
include $(PGXS)
else ifneq ($(filter-out check% demo% bench%,$(or $(MAKECMDGOALS),all)),)
$(error PostgreSQL build files are missing, run: test/tools/packages.sh build)
endif

# Kernels are vectorised by the compiler; nothing here may reassociate sums.
# Exception flags and errno are not read by anybody, and keeping them would
# forbid vectorising selections; neither changes a result.
src/num/%.o src/data/%.o src/model/%.o src/train/%.o src/fair/%.o: \
	CFLAGS += -O3 -fno-trapping-math -fno-math-errno

# PGXS follows no headers unless PostgreSQL itself was built that way.
$(OBJS) $(TRAIN_OBJS): $(wildcard src/*/*.h src/pg/*/*.h)

all: $(TRAIN_LIB) $(VERIFY)

$(TRAIN_LIB): $(TRAIN_OBJS)
	$(CC) $(CFLAGS) $(TRAIN_OBJS) $(LDFLAGS) $(LDFLAGS_SL) -shared -lm -ldl -o $@

$(VERIFY): src/verify/fairpg_verify.c $(wildcard src/verify/*.h)
	$(CC) -std=c99 -pedantic -O2 -Wall -Wextra $(COPT) $(LDFLAGS_EX) $< -o $@

$(INSTALL_SQL): $(SQL_PARTS) fairpg.control
	cat $(SQL_PARTS) > $@

install: install-train install-verify
install-train: $(TRAIN_LIB) installdirs
	$(INSTALL_SHLIB) $(TRAIN_LIB) '$(DESTDIR)$(pkglibdir)/$(TRAIN_LIB)'
install-verify: $(VERIFY)
	$(MKDIR_P) '$(DESTDIR)$(bindir)'
	$(INSTALL_PROGRAM) $(VERIFY) '$(DESTDIR)$(bindir)/$(VERIFY)'
uninstall: uninstall-train
uninstall-train:
	rm -f '$(DESTDIR)$(pkglibdir)/$(TRAIN_LIB)' '$(DESTDIR)$(bindir)/$(VERIFY)'

include test/test.mk
.PHONY: install-train install-verify uninstall-train
