/*
 * dataset.h
 *    The rows of one training or evaluation, read once and kept in blocks.
 *
 * A dataset has two parts, the training rows and the held-out rows, each a
 * list of blocks of at most DATA_BLOCK_ROWS rows, in no order.  In a block
 * every column is an array of its own: numbers as float, categories as
 * dictionary codes of 1, 2 or 4 bytes, never one-hot.  A row's cell says which
 * base group and label it has.
 *
 * Memory is the arena's.  After data_builder_finish() a dataset is immutable.
 */
#ifndef FAIRPG_DATA_DATASET_H
#define FAIRPG_DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/status.h"

#define DATA_BLOCK_ROWS 4096

/* The training rows lie in this many strata, by a hash of the row: a quarter
 * of them is not in the first one, a sixteenth not in the first two ... */
#define DATA_STRATA 5

typedef enum DataPart
{
	DATA_TRAIN = 0,
	DATA_HELD_OUT = 1,
	DATA_PARTS = 2
} DataPart;

/* What the label of a row is. */
typedef enum DataLabel
{
	DATA_LABEL_BINARY, /* true or false, kept in the row's cell */
	DATA_LABEL_NUMBER, /* a number of its own; the label of its cell is 0 */
	DATA_LABEL_CLASS   /* one of some classes, likewise */
} DataLabel;

/* Labels of more values than this are no classes. */
#define DATA_MOST_CLASSES 50

typedef enum DataKind
{
	DATA_NUMBER,
	DATA_CATEGORY
} DataKind;

typedef enum DataLevelKind
{
	DATA_LEVEL_VALUE, /* an observed value */
	DATA_LEVEL_NULL,  /* SQL NULL; at most one, always the first level */
	DATA_LEVEL_OTHER  /* rare and unseen values; at most one, always the last */
} DataLevelKind;

typedef struct DataLevel
{
	DataLevelKind kind;
	const char *name; /* bytes of the value, not terminated; "" unless VALUE */
	uint32_t length;  /* bytes */
	double weight;    /* total weight of the training rows that have it */
} DataLevel;

/*
 * A column as the models see it.  A number is stored as (float) (x - pivot);
 * the pivot is 0 unless the values are large against their spread (dates).  A
 * NULL number is stored as 'fill', and when the training rows have any, the
 * next column is a null flag: a category with two levels (0 present, 1 NULL)
 * of which only the second has a coefficient.
 */
typedef struct DataColumn
{
	const char *name;   /* source column, or "column[7]" for an array element */
	const char *source; /* source column */
	uint32_t element;   /* 0, or the 1-based element of an array column */
	uint8_t input;      /* EncodeClass of the source type (pg/encode.h) */
	DataKind kind;

	/* DATA_NUMBER; mean and sd are of the stored form, weighted, over the
	 * training rows with NULLs filled in; sd is 0 for a constant column */
	double pivot;
	float fill;
	double mean;
	double sd;
	double min; /* of x itself, training rows */
	double max;

	/* DATA_CATEGORY; NULL first, then values in byte order, then OTHER */
	bool is_null_flag;
	uint32_t n_levels;
	DataLevel *levels;

	/* rows whose value is NULL, has no level of its own, or is held out and
	 * beyond the numbers of the training rows */
	uint64_t n_null[DATA_PARTS];
	uint64_t n_unseen[DATA_PARTS];
	uint64_t n_out_of_range;

	uint32_t first_param; /* place in the coefficient vector */
	uint32_t n_params;    /* 1; n_levels; 1 for a null flag; 0 for a constant
	                       * element of an array */
} DataColumn;

typedef struct DataBlock
{
	uint32_t n_rows;
	void **values;        /* [n_columns] float *, or codes of code_bytes each */
	uint8_t *code_bytes;  /* [n_columns] 1, 2 or 4; 4 for numbers; the same
	                      * in all blocks */
	uint16_t *cell;       /* [n_rows] 2 * base group + label */
	float *weight;        /* [n_rows], or NULL: all one */
	double *number;       /* [n_rows] the label, where it is one; else NULL */
	uint8_t *label_class; /* [n_rows] place among the dataset's classes, or
	                       * n_classes; NULL where labels are none */
	float *draw;          /* [n_rows] in [0, 1), where the dataset is drawn */
	void *slab; /* holds the arrays of rows; NULL: they are not in memory */
	size_t slab_bytes;
	bool stored;    /* the store has them */
	uint64_t place; /* there */
} DataBlock;

typedef struct DataRows
{
	uint64_t n_rows;
	double weight; /* sum of weights */
	uint32_t n_blocks;
	DataBlock **blocks;      /* see data_block() */
	struct DataPages *pages; /* NULL: all blocks are in memory */

	/* training rows: so many blocks at the beginning hold a random sample of
	 * one in 4^s rows; [0] is n_blocks */
	uint32_t sample_blocks[DATA_STRATA];

	/* of each cell, [2 * n_base_groups]; weights rounded to a grid, so that
	 * they are the same in any order of rows */
	double *cell_weight;
	uint64_t *cell_rows;
} DataRows;

/* One protected attribute: a column or an intersection of columns.  Its
 * groups are unions of base groups, which are the combinations of values of
 * all protected columns that occur. */
typedef struct DataAttribute
{
	const char *name; /* as the user wrote it, "sex*race" */
	uint32_t n_groups;
	const char **group_names; /* [n_groups] unique, "Female, Black" */
	uint32_t *group_of_base;  /* [dataset.n_base_groups] */
} DataAttribute;

typedef struct Dataset
{
	uint32_t n_columns;
	DataColumn *columns;
	uint32_t n_params; /* coefficients with the intercept, which is number 0 */

	DataRows part[DATA_PARTS];

	uint32_t n_base_groups; /* at least 1; 1 when nothing is protected */
	uint32_t n_folds;       /* into which all rows fall by their hash; a base
	                         * group lies in one of them; 0: none */
	uint8_t *fold_of_base;  /* [n_base_groups] from 0; NULL without folds */
	uint32_t n_attributes;
	DataAttribute *attributes;

	DataLabel label;
	/* DATA_LABEL_NUMBER, over the training rows, weighted; sd is 0 exactly when
	 * all labels are one */
	double label_mean;
	double label_sd;
	double label_min;
	double label_max;

	/* DATA_LABEL_CLASS: the values that training rows have, in the order of
	 * their bytes, with the weight of these and their number; and how many
	 * values only held-out rows have, which are no classes to a model */
	uint32_t n_classes;
	DataLevel *classes;
	uint64_t *class_rows;
	uint32_t n_untrained_classes;

	const char *label_name;
	const char *label_positive; /* printable positive value; NULL: a number or
	                             * a class */

	uint64_t n_null_label;       /* rows left out because the label is NULL */
	uint64_t n_null_weight_zero; /* rows left out because the weight is 0 */
	size_t block_bytes;          /* memory of all blocks */

	bool drawn; /* rows have a number of their own each (DataBlock.draw) */

	/* for sums of weights of rows on a grid (num/grid.h) */
	double weight_magnet;
} Dataset;

/* pages.c: brings a block into memory. */
extern void data_page_in(struct DataPages *pages, DataBlock *block);

/* Block 'b' of a part; what it points to stays until the next call for either
 * part of the dataset. */
static inline const DataBlock *
data_block(const DataRows *rows, uint32_t b)
{
	DataBlock *block = rows->blocks[b];

	if (rows->pages != NULL)
		data_page_in(rows->pages, block);
	return block;
}

#endif
