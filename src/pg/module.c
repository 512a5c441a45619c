/*
 * module.c
 *    What happens when fairpg.so is loaded: the settings are defined.
 *
 * All settings of the extension stand in this file, also those that only
 * training reads; it asks for them by name (args.h), after having seen to it
 * that this library is loaded.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "pg/compat.h"
#include "pg/export.h"

FAIRPG_MODULE_MAGIC;

/* Storage for the settings; read through setting_int() and its like. */
static int train_mem_kb = 0;
static int max_groups = 1000;
static int min_group = 30;
static int model_cache_size_kb = 64 * 1024;
static int workers = -1;
static char *blas_library = NULL;
static char *gathering = NULL;
static char *actor = NULL;

static void
define_sizes(void)
{
	DefineCustomIntVariable(
		"fairpg.train_mem", "Sets the memory that one training may use.",
		"Zero stands for the value of maintenance_work_mem.", &train_mem_kb, 0,
		0, MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);

	DefineCustomIntVariable(
		"fairpg.model_cache_size",
		"Sets the memory in which a backend keeps the models it predicts with.",
		"The models that the current statement uses are kept in any case.",
		&model_cache_size_kb, 64 * 1024, 0, MAX_KILOBYTES, PGC_USERSET,
		GUC_UNIT_KB, NULL, NULL, NULL);
}

static void
define_rules(void)
{
	/* 32767 base groups with two labels each fill the 16 bits of a cell */
	DefineCustomIntVariable(
		"fairpg.max_groups",
		"Sets the largest number of groups that protected columns may form.",
		NULL, &max_groups, 1000, 2, 32767, PGC_USERSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable(
		"fairpg.min_group",
		"Sets the number of rows below which a group is flagged as small.",
		NULL, &min_group, 30, 1, INT_MAX, PGC_USERSET, 0, NULL, NULL, NULL);
}

static void
define_processes(void)
{
	DefineCustomIntVariable(
		"fairpg.workers",
		"Sets the number of processes that may help with a training.",
		"-1 stands for the value of max_parallel_maintenance_workers.",
		&workers, -1, -1, 1024, PGC_USERSET, 0, NULL, NULL, NULL);

	/* not to be set by whoever wants to: it says which shared memory is ours */
	DefineCustomStringVariable(
		"fairpg.gathering",
		"Shows the processes that help with a training where its rows are.",
		NULL, &gathering, "", PGC_SUSET,
		GUC_NO_SHOW_ALL | GUC_NO_RESET_ALL | GUC_NOT_IN_SAMPLE |
			GUC_DISALLOW_IN_FILE,
		NULL, NULL, NULL);
}

void
_PG_init(void)
{
	define_sizes();
	define_rules();
	define_processes();

	/* whoever sets it chooses code that the server runs */
	DefineCustomStringVariable(
		"fairpg.blas_library",
		"Sets the file of the serial OpenBLAS that training may load.",
		"An empty value stands for the place known when fairpg was built.",
		&blas_library, "", PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomStringVariable(
		"fairpg.actor",
		"Sets what an application says of who acts, which is recorded as its "
		"word.",
		NULL, &actor, "", PGC_USERSET, 0, NULL, NULL, NULL);

	MarkGUCPrefixReserved("fairpg");
}
