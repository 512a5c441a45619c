/*
 * args.h
 *    Reading what the user gave: settings, name lists and options.
 *
 * Everything here raises an error that names the argument, and leaves nothing
 * to check for the caller.
 */
#ifndef FAIRPG_PG_ARGS_H
#define FAIRPG_PG_ARGS_H

#include "fmgr.h"
#include "utils/array.h"
#include "utils/jsonb.h"

/* Values of the settings in module.c, in their base unit (kB for memory).
 * The library fairpg must be loaded, else the setting is not known.  The
 * string belongs to the settings: copy it before anything may change it. */
extern int setting_int(const char *name);
extern double setting_real(const char *name);
extern const char *setting_string(const char *name);

/* Memory that one training may use, in bytes: fairpg.train_mem, or
 * maintenance_work_mem where that is zero. */
extern size_t setting_train_mem_bytes(void);

/* fairpg.workers, or what it stands for. */
extern int setting_workers(void);

/* The elements of a text[] argument as terminated strings in
 * CurrentMemoryContext, and their number.  NULL elements and more than one
 * dimension are refused, naming 'argument'; NULL for 'array' gives none. */
extern char **
args_text_array(ArrayType *array, const char *argument, int *count);

/* A text argument as a terminated string in CurrentMemoryContext, or NULL
 * when it is NULL. */
extern char *args_text_or_null(FunctionCallInfo fcinfo, int number);

/* The same, where NULL and the empty string are refused. */
extern char *
args_text_required(FunctionCallInfo fcinfo, int number, const char *argument);

typedef enum ArgsKind
{
	ARGS_BOOLEAN, /* target bool *   */
	ARGS_INT,     /* target int *    */
	ARGS_BIGINT,  /* target int64 *  */
	ARGS_REAL,    /* target double * */
	ARGS_TEXT,    /* target char **, in CurrentMemoryContext */
	ARGS_OBJECT,  /* target Jsonb **, in CurrentMemoryContext */
	ARGS_ARRAY,   /* target JsonbContainer **, a part of the options */
	ARGS_VALUE    /* target JsonbValue **, in CurrentMemoryContext: any type */
} ArgsKind;

typedef struct ArgsOption
{
	const char *name;
	ArgsKind kind;
	void *target; /* keeps its value when the key is not given, or null */
	double min;   /* numbers: both ends are allowed */
	double max;
} ArgsOption;

/* Reads an options argument by a table that ends with a NULL name.  Unknown
 * keys, values of the wrong JSON type and numbers out of range are refused;
 * the hint lists the known keys.  NULL for 'options' changes nothing. */
extern void args_options(Jsonb *options, const ArgsOption *known);

/* The same of one JSON object within the options. */
extern void args_object(JsonbContainer *object, const ArgsOption *known);

/* The strings of a JSON array that option 'name' gave, in
 * CurrentMemoryContext; anything else in it is refused. */
extern char **args_strings(JsonbContainer *array, const char *name, int *count);

/* The numbers of such an array, each of which must be within the range. */
extern double *args_numbers(JsonbContainer *array, const char *name, double min,
                            double max, int *count);

#endif
