/*
 * train_module.c
 *    Entry point of the library fairpg_train.
 *
 * All settings belong to the library fairpg, which is loaded first so that
 * they exist.  Nothing here loads BLAS.
 */
#include "postgres.h"

#include "fmgr.h"

#include "pg/export.h"

FAIRPG_MODULE_MAGIC;

void
_PG_init(void)
{
	load_file("$libdir/fairpg", false);
}
