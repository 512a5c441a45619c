/*
 * extract_plan.h
 *    Which columns are read, and what each of them is for.
 *
 * Internal to extraction.
 */
#ifndef FAIRPG_PG_TRAIN_EXTRACT_PLAN_H
#define FAIRPG_PG_TRAIN_EXTRACT_PLAN_H

#include "fmgr.h"
#include "nodes/pg_list.h"

#include "data/builder.h"
#include "pg/encode.h"
#include "pg/source.h"
#include "pg/train/extract.h"

typedef enum SplitKind
{
	SPLIT_NONE,
	SPLIT_HASH,
	SPLIT_COLUMN
} SplitKind;

/* A column of the statement; one source column may play several parts. */
typedef struct ReadColumn
{
	const char *name;
	Oid type;
	Encoder encoder;
	bool is_feature;
	bool is_listed;    /* the user named it as a feature */
	uint32 first;      /* builder column of the feature */
	int n_elements;    /* 1, or the length of an array; 0: not known yet */
	int protected_at;  /* place among protected columns, or -1 */
	FmgrInfo output;   /* for values without encoding; fn_oid 0: not set */

	/* groups of the values seen, + 1, by the code or the small integer that
	 * the value has; 0: not looked up yet */
	uint32 *group_of;
	uint32 n_group_of;
} ReadColumn;

/* A value given as text, in the form that a column's values are compared in:
 * a number for classes that are numbers, else bytes. */
typedef struct ReadConstant
{
	double number;
	const char *text;
	uint32 length;
} ReadConstant;

typedef struct ReadPlan
{
	Source source;
	const ExtractRequest *request;
	ReadColumn *columns;
	int n_columns;
	int label; /* places in columns; -1: none */
	int weight;
	int key;
	int split;

	SplitKind split_kind;
	double split_share; /* SPLIT_HASH: held-out share */
	ReadConstant split_value;
	ReadConstant positive; /* when the request has one */

	DataBuilderSpec spec;
	char *statement;
	List *warnings;
	MemoryContext context; /* of all this */
} ReadPlan;

/* Resolves a request against its source; everything that can be refused
 * without reading a row is. */
extern void extract_plan(const ExtractRequest *request, ReadPlan *plan);

/* Describes the features to the builder; the lengths of arrays must be known,
 * and a feature of length -1 is left out. */
extern void extract_describe(ReadPlan *plan);

/* Bytes of a value of a column that is not a number class: its level, or
 * what its type's output function says. */
extern const char *extract_text(ReadColumn *column, Datum value,
								uint32 *length);

#endif
