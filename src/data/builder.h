/*
 * builder.h
 *    Filling a dataset row by row.
 *
 * The caller turns a row into a DataInput: numbers as double with NaN for
 * NULL, categories as codes from data_builder_code(), and hands it over.
 * data_builder_finish() makes the dataset from all of them: levels in byte
 * order whatever came first, NULLs filled, means taken.  The dataset, but for
 * the order of its rows, is the same in every bit for the same rows in
 * whatever order.  (Of equal rows without a key, with different weights, the
 * order decides which are held out.)
 */
#ifndef FAIRPG_DATA_BUILDER_H
#define FAIRPG_DATA_BUILDER_H

#include "data/dataset.h"
#include "data/store.h"
#include "num/monitor.h"

/* Code of NULL in every category. */
#define DATA_NULL_CODE 0
/* No code: memory is out. */
#define DATA_NO_CODE UINT32_MAX

/* Values that are told apart in a category without regard to how many rows
 * have them; with more, see data_crowd_share(). */
#define DATA_MANY_LEVELS 65535

typedef struct DataColumnSpec
{
	const char *name;
	const char *source;
	uint32_t element;
	uint8_t input;
	DataKind kind;
} DataColumnSpec;

typedef struct DataAttributeSpec
{
	const char *name; /* "sex*race" */
	uint32_t n_columns;
	uint32_t columns[8]; /* places among the protected columns */
} DataAttributeSpec;

#define DATA_MAX_CROSSED 8

#define DATA_MOST_FOLDS 20

typedef struct DataBuilderSpec
{
	uint32_t n_columns;
	const DataColumnSpec *columns;
	uint32_t n_protected; /* distinct protected columns */
	uint32_t n_attributes;
	const DataAttributeSpec *attributes;
	DataLabel label;
	uint32_t label_column; /* DATA_LABEL_NUMBER and DATA_LABEL_CLASS: the one
	                        * of the columns, a number or a category without
	                        * NULLs, that is the label and not a column of the
	                        * dataset */
	bool drawn; /* where keyed: one of the columns, a number in [0, 1) */
	uint32_t draw_column; /* of single precision, is no column of the dataset
	                       * but DataBlock.draw */
	bool weighted;
	bool null_flags;     /* a null flag for numbers with NULLs */
	uint32_t max_levels; /* of a category, at least 2 */
	uint32_t max_groups; /* of an attribute */

	double held_out_share; /* by the hash of a row; 0: the caller says */
	bool keyed;            /* the caller hashes a key, else it is the content */
	uint64_t seed;         /* of hashes of contents */
	uint32_t n_folds; /* 2 to DATA_MOST_FOLDS, by the hash of a row; 0: none */
	NumMonitor *monitor; /* asked while finishing; may be NULL */
	NumArena *row_arena; /* for the rows alone; NULL: that of the rest */
	/* where rows go for which there is no memory, while they are gathered and
	 * for as long as the dataset lives; NULL: nowhere */
	DataStore *raw_store;
	DataStore *block_store;
} DataBuilderSpec;

/* One row; the arrays are the builder's (data_builder_input()). */
typedef struct DataInput
{
	double *number;           /* [n_columns], NaN: NULL; categories unused */
	uint32_t *code;           /* [n_columns]; numbers unused */
	uint32_t *protected_code; /* [n_protected] from data_builder_group() */
	double weight;
	int label;             /* 0 or 1; 0 where the label is one of the columns */
	uint64_t key_hash;     /* where keyed */
	uint64_t content_hash; /* out: of the row that was appended last, by
	                        * data_builder_hash() */
} DataInput;

typedef enum DataFindingKind
{
	DATA_CONSTANT,   /* one value in all training rows: left out */
	DATA_IDENTIFIER, /* nearly as many values as rows: left out */
	DATA_POOLED,     /* rare levels were pooled */
	DATA_CROWDED,    /* so were those of too many values to tell apart */
	DATA_SCATTERED,  /* likewise, and no others: left out */
	DATA_DISGUISE    /* nearly determines the label */
} DataFindingKind;

typedef struct DataFinding
{
	DataFindingKind kind;
	const char *column;
	uint64_t count; /* levels, where it says something */
	uint64_t rows;  /* training rows that share one, where crowded */
} DataFinding;

typedef struct DataBuilder DataBuilder;

struct FinishTeam;

extern NumStatus
data_builder_create(NumArena *arena, const DataBuilderSpec *spec,
                    DataBuilder **builder);

extern DataInput *data_builder_input(DataBuilder *builder);

/* Code of a category's value (never DATA_NULL_CODE), or DATA_NO_CODE. */
extern uint32_t data_builder_code(DataBuilder *builder, uint32_t column,
                                  const char *bytes, uint32_t length);

/* The same for protected columns, where NULL is the group "(unknown)", and
 * that text the same as NULL: a value that reads so needs another name first
 * (pg/encode.h). */
extern uint32_t data_builder_group(DataBuilder *builder, uint32_t column,
                                   const char *bytes, uint32_t length);

/*
 * A category with more than DATA_MANY_LEVELS values keeps levels of those
 * alone that more than one in so many of the rows with a value have.  (Rows
 * that were coded and never appended count as well.)
 */
extern uint32_t data_crowd_share(const DataBuilder *builder);

/* Distinct values that a category has had so far, NULL not counted; beyond
 * DATA_MANY_LEVELS that number. */
extern uint32_t
data_builder_values(const DataBuilder *builder, uint32_t column);

/* Distinct values that a protected column has had so far, NULL not counted. */
extern uint32_t
data_builder_group_values(const DataBuilder *builder, uint32_t column);

/* A hash of everything in the input but the weight: the same for equal rows,
 * whatever came before them, on every machine. */
extern uint64_t data_builder_hash(const DataBuilder *builder);

/*
 * Appends the input to a part; where a share is held out by the hash, the hash
 * chooses the part and 'part' is not looked at.  NUM_TOO_LARGE when the
 * protected columns have more combinations of values than a cell can tell
 * apart, 32768.
 */
extern NumStatus data_builder_append(DataBuilder *builder, DataPart part);

/* Rows that were appended to a part; copies may still move to the other one. */
extern uint64_t data_builder_rows(const DataBuilder *builder, DataPart part);

/* Lets other processes take part in making the dataset (finish_team.h); NULL:
 * none do.  They must see the rows. */
extern void data_builder_team(DataBuilder *builder, struct FinishTeam *team);

/*
 * Makes the dataset.  '*findings' is an array of '*n_findings' entries.
 * NUM_TOO_LARGE when labels have more than DATA_MOST_CLASSES classes, or when
 * an attribute has more than max_groups groups: '*culprit'
 * then is the attribute's name, and data_builder_culprit_groups() how many.
 */
extern NumStatus
data_builder_finish(DataBuilder *builder, Dataset **data,
                    DataFinding **findings, uint32_t *n_findings,
                    const char **culprit);

extern uint64_t data_builder_culprit_groups(const DataBuilder *builder);

#endif
