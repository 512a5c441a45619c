/*
 * extract_plan.h
 *    Which columns are read, and what each of them is for.
 *
 * Internal to extraction.
 */
#ifndef FAIRPG_PG_TRAIN_EXTRACT_PLAN_H
#define FAIRPG_PG_TRAIN_EXTRACT_PLAN_H

#include "lib/stringinfo.h"
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

/* What is done with a NULL number. */
typedef enum NullKind
{
	NULLS_FLAG, /* the mean, and a flag */
	NULLS_FILL, /* the mean */
	NULLS_DROP, /* without the row */
	NULLS_REJECT
} NullKind;

/* A column of the statement; one source column may play several parts. */
typedef struct ReadColumn
{
	const char *name;
	Oid type;
	Encoder encoder;
	bool is_feature;
	int first;        /* builder column of the feature */
	int n_elements;   /* 1, or the length of an array feature */
	int protected_at; /* place among protected columns, or -1 */
} ReadColumn;

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

	NullKind nulls;
	SplitKind split_kind;
	double split_share;     /* SPLIT_HASH: held-out share */
	const char *split_name; /* SPLIT_COLUMN */
	const char *split_value;

	/* the value that a label or split column is compared with, encoded */
	bool label_by_value;
	double label_number;
	const char *label_text;
	uint32 label_length;
	double split_number;
	const char *split_text;
	uint32 split_length;

	DataBuilderSpec spec;
	int n_features; /* of the builder's columns */
	char *statement;
	List *warnings;
} ReadPlan;

/* Resolves a request against its source; everything that can be refused
 * without reading a row is. */
extern void extract_plan(const ExtractRequest *request, ReadPlan *plan);

/* plan_image.c: what reading rows takes of a plan, as bytes and back (in
 * CurrentMemoryContext). */
extern void read_plan_write(const ReadPlan *plan, StringInfo image);
extern ReadPlan *read_plan_read(const char *image);

#endif
