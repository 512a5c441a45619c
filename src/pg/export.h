/*
 * export.h
 *    What the libraries show to the server.
 *
 * Both libraries are compiled with hidden visibility, so a function can be
 * called from SQL only when it is declared with FAIRPG_FUNCTION; the lint on
 * exported symbols holds everybody to that.  PostgreSQL marks its own part of
 * the interface visible from version 16 on, hence the declarations here.
 */
#ifndef FAIRPG_PG_EXPORT_H
#define FAIRPG_PG_EXPORT_H

#include "fmgr.h"

#define FAIRPG_EXPORT __attribute__((visibility("default")))

/* Stands before the definition of a SQL-callable function. */
#define FAIRPG_FUNCTION(name)                                                  \
	extern FAIRPG_EXPORT Datum name(PG_FUNCTION_ARGS);                         \
	extern FAIRPG_EXPORT const Pg_finfo_record *CppConcat(pg_finfo_,           \
	                                                      name)(void);         \
	PG_FUNCTION_INFO_V1(name)

/* Stands once in each library. */
#define FAIRPG_MODULE_MAGIC                                                    \
	extern FAIRPG_EXPORT const Pg_magic_struct *PG_MAGIC_FUNCTION_NAME(void);  \
	extern FAIRPG_EXPORT void _PG_init(void);                                  \
	PG_MODULE_MAGIC

#endif
