/*
 * builder_private.h
 *    What the files of the builder share.
 */
#ifndef FAIRPG_DATA_BUILDER_PRIVATE_H
#define FAIRPG_DATA_BUILDER_PRIVATE_H

#include "data/builder.h"
#include "data/copies.h"
#include "data/dictionary.h"

/* A row that waits for the pivots. */
typedef struct StagedRow
{
	DataPart part;
	uint16_t cell;
	double weight;
} StagedRow;

/* The block of a part that is being filled.  Its codes wait in four bytes
 * each until the block is full and it is known how wide they must be. */
typedef struct OpenBlock
{
	DataBlock *block; /* NULL: none */
	uint32_t n_rows;
	float **number;  /* [n_numbers] into the block's arrays */
	uint32_t **code; /* [n_categories] into 'codes' */
	uint32_t *codes;
	uint32_t block_room; /* of the part's list */
} OpenBlock;

struct DataBuilder
{
	NumArena *arena;
	DataBuilderSpec spec;
	DataInput input;

	uint32_t n_numbers; /* columns by kind */
	uint32_t n_categories;
	uint32_t *numbers;
	uint32_t *categories;

	Dictionary *levels;           /* [n_columns]; entry e has code e + 1 */
	Dictionary *protected_values; /* [n_protected]; likewise */
	Dictionary base_groups;       /* of tuples of protected codes */
	uint16_t *known_groups;       /* base groups + 1 by small codes */
	bool *retired;                /* [n_columns] taken for identifiers */
	uint64_t *retired_count;      /* [n_columns] values when retired */
	uint64_t *retired_hash;       /* [n_columns] of the last value */

	bool counts_copies; /* split.c: 'copies' is there */
	uint64_t n_hashed;  /* rows that asked for a hash */
	Copies copies;

	double *pivot; /* [n_numbers] */
	bool *waits;   /* [n_numbers] NULL so far, so without a pivot */
	uint32_t n_waiting;
	double *min; /* [n_numbers] of the training rows' x */
	double *max;

	DataRows part[DATA_PARTS];
	OpenBlock open[DATA_PARTS];
	void *free_piece; /* arrays of DATA_BLOCK_ROWS bytes to be used again */
	uint64_t culprit_groups;

	bool flushed;
	uint32_t n_staged;
	uint32_t staged_room;
	double *staged_number;
	uint32_t *staged_code;
	StagedRow *staged;
};

/* What finishing carries along. */
typedef struct Finish
{
	DataBuilder *builder;
	Dataset *data;
	uint32_t *place; /* of each final column in the blocks' arrays */
	DataFinding *findings;
	uint32_t n_findings;
} Finish;

/* Stands for any value of a retired category until the row is stored. */
#define DATA_RETIRED_CODE 1

/* Chooses the pivots, stores the staged rows and closes the open blocks. */
extern NumStatus data_builder_flush(DataBuilder *builder);

/* finish.c: one more finding about builder column 'column'. */
extern void data_find(Finish *finish, DataFindingKind kind, uint32_t column,
                      uint64_t count);

/* finish_number.c: number 'k' of the builder and its null flag, appended to
 * the dataset's columns; nothing when it is constant. */
extern NumStatus data_finish_number(Finish *finish, uint32_t k);

/* finish_category.c: category 'k' likewise. */
extern NumStatus data_finish_category(Finish *finish, uint32_t k);

/* An array of codes for a block, and the way back. */
extern void *data_take_codes(DataBuilder *builder, uint8_t width);
extern void data_give_codes(DataBuilder *builder, void *codes, uint8_t width);

/* A column that carries nothing: gives back its memory in all blocks. */
extern void data_drop_column(DataBuilder *builder, uint32_t column);

/* Share of the training weight above which a column that settles the label
 * of so much is called the label in disguise. */
#define DATA_DISGUISE_SHARE 0.999

static inline double
data_row_weight(const DataBlock *block, uint32_t i)
{
	return block->weight == NULL ? 1.0 : (double) block->weight[i];
}

/* Bytes that hold codes 0 to 'code'. */
static inline uint8_t
data_code_width(uint32_t code)
{
	return code <= UINT8_MAX ? 1 : code <= UINT16_MAX ? 2 : 4;
}

static inline uint32_t
data_get_code(const void *codes, uint8_t width, uint32_t at)
{
	if (width == 1)
		return ((const uint8_t *) codes)[at];
	if (width == 2)
		return ((const uint16_t *) codes)[at];
	return ((const uint32_t *) codes)[at];
}

#endif
