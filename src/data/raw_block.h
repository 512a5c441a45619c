/*
 * raw_block.h
 *    Rows as they came, in blocks: what a builder fills and finishing reads.
 *
 * A stream is a list of blocks of one kind of rows.  Its last block is open:
 * numbers are doubles and codes four bytes there.  When it is full it is
 * packed into one piece of memory, each column as narrow as its values allow:
 * codes in 1, 2 or 4 bytes; numbers as floats, unless they are so large
 * against their spread that a pivot may be wanted, which only all rows
 * together can tell: then as doubles.
 *
 * Internal to src/data.
 */
#ifndef FAIRPG_DATA_RAW_BLOCK_H
#define FAIRPG_DATA_RAW_BLOCK_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "data/store.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* A number above this many times the spread of its block waits for a pivot;
 * one above RAW_PIVOT_FROM times the spread of all rows gets one.  As all rows
 * spread at least as far as those of a block, the second is never true where
 * the first was not. */
#define RAW_WIDE_FROM 14.0
#define RAW_PIVOT_FROM 16.0

#define RAW_NO_COLUMN UINT32_MAX

/* Marks a code that is a hash of its value (crowd.h), the same in all
 * builders. */
#define RAW_HASHED UINT32_C(0x80000000)

struct RawBlock;

/* stands for all columns */
#define RAW_ALL UINT32_MAX

/* Blocks that are not in memory. */
typedef struct RawPages
{
	DataStore *store;        /* where they go */
	size_t buffer_bytes;     /* of a block, at most */
	void *buffer;            /* for the one that is looked at */
	void *packed;            /* for one on its way to the store */
	struct RawBlock *paged;  /* which is in the buffer; NULL: none */
	uint32_t column;         /* of which this column alone, or RAW_ALL */
	struct RawBlock *in_use; /* looked at last, which must stay */
} RawPages;

/* What a row is made of, the same for all blocks of a builder. */
typedef struct RawShape
{
	uint32_t n_columns;
	uint32_t n_numbers;
	uint32_t n_categories;
	uint32_t *numbers;     /* [n_numbers] their columns */
	uint32_t *categories;  /* [n_categories] */
	uint32_t exact_column; /* a number whose digits are all kept;
	                        * RAW_NO_COLUMN: none */
	bool weighted;
	uint32_t block_rows; /* of a full block */
	NumArena *arena;     /* for everything but ... */
	NumArena *rows;      /* packed rows; may be the same */
	RawPages *pages;     /* NULL: all blocks stay in memory */
	NumMonitor *monitor; /* asked within wide rows; may be NULL */
} RawShape;

/* What the codes and groups of blocks that another builder filled are in this
 * one. */
typedef struct RawOrigin
{
	uint32_t **code;   /* [n_columns] by their code; NULL for numbers */
	uint32_t *n_codes; /* [n_columns] of them */
	uint32_t *group;   /* by their base group */
	uint32_t n_groups;
} RawOrigin;

typedef struct RawBlock
{
	const RawOrigin *origin; /* NULL: this builder */
	uint32_t n_rows;
	uint32_t laid_rows; /* as many as there is room for */
	uint8_t *width; /* [n_columns] 1, 2 or 4 for codes; 4 or 8 for numbers */
	void **values;  /* [n_columns] codes, or numbers with NaN for NULL */
	uint16_t *cell; /* [n_rows] */
	float *weight;  /* [n_rows], or NULL: all one */
	double *low;    /* [n_numbers] least value, INFINITY without any */
	double *high;   /* [n_numbers] greatest */
	float heaviest; /* weight; 1 without any */
	void *slab;     /* holds the arrays of rows; NULL: they are not in memory */
	bool is_laid;   /* in the buffer of the pages, whatever that holds now */
	size_t slab_bytes;
	DataStore *store; /* has them too; NULL: none has */
	uint64_t place;   /* there */
} RawBlock;

/* One row on its way into a block, by column. */
typedef struct RawRow
{
	const double *number;
	const uint32_t *code;
	uint16_t cell;
	float weight;
} RawRow;

typedef struct RawStream
{
	RawBlock **blocks;
	uint32_t n_blocks;
	uint32_t block_room;

	uint32_t n_open; /* rows in the open block */
	double **number; /* [n_numbers] of them; NULL: never opened */
	uint32_t **code; /* [n_categories] */
	uint16_t *cell;
	float *weight;
	void *open; /* holds all of these */
	size_t open_bytes;
} RawStream;

/* Sets block_rows from the rest. */
extern void raw_shape_size(RawShape *shape);

/* Appends a row. */
extern NumStatus
raw_append(const RawShape *shape, RawStream *stream, const RawRow *row);

/* Packs the open block and gives its memory back. */
extern NumStatus raw_flush(const RawShape *shape, RawStream *stream);

/* Makes blocks go to a store when there is no memory for them. */
extern NumStatus raw_pages_create(RawShape *shape, DataStore *store);

/* Brings one column of a block into memory with its cells and weights, or all
 * of it (RAW_ALL); it stays until the next call. */
extern void raw_open(const RawShape *shape, RawBlock *block, uint32_t column);

/* Stores a block that was changed and is not in memory otherwise. */
extern void raw_write_back(const RawShape *shape, RawBlock *block);

/* Stores a block that is in memory and gives that back; the bytes, 0 for one
 * that must stay. */
extern size_t raw_evict(const RawShape *shape, RawBlock *block);

/* A block without rows; NULL when memory is out. */
extern RawBlock *raw_create(const RawShape *shape);

/* Lays the arrays of a packed block, of which laid_rows and widths are known,
 * into its piece of memory; counts its bytes when that is NULL. */
extern size_t raw_lay(const RawShape *shape, RawBlock *block, void *slab);

/* Adds a block to a stream. */
extern NumStatus
raw_add(const RawShape *shape, RawStream *stream, RawBlock *block);

extern void raw_release(const RawShape *shape, RawBlock *block);

/* Moves the last row of a block to the place of row 'at'. */
extern void raw_forget_row(const RawShape *shape, RawBlock *block, uint32_t at);

/* Bytes that hold codes 0 to 'code'. */
static inline uint8_t
raw_code_width(uint32_t code)
{
	return code <= UINT8_MAX ? 1 : code <= UINT16_MAX ? 2 : 4;
}

/* As it is stored, which another builder may have done. */
static inline uint32_t
raw_stored_code(const RawBlock *block, uint32_t column, uint32_t at)
{
	const void *codes = block->values[column];

	if (block->width[column] == 1)
		return ((const uint8_t *) codes)[at];
	if (block->width[column] == 2)
		return ((const uint16_t *) codes)[at];
	return ((const uint32_t *) codes)[at];
}

/* What a stored code is in the builder that has the block now. */
static inline uint32_t
raw_own_code(const RawBlock *block, uint32_t column, uint32_t code)
{
	return block->origin == NULL || (code & RAW_HASHED) != 0
	           ? code
	           : block->origin->code[column][code];
}

static inline uint32_t
raw_code(const RawBlock *block, uint32_t column, uint32_t at)
{
	return raw_own_code(block, column, raw_stored_code(block, column, at));
}

/* 2 * base group + label */
static inline uint32_t
raw_cell(const RawBlock *block, uint32_t at)
{
	uint32_t cell = block->cell[at];

	return block->origin == NULL
	           ? cell
	           : 2 * block->origin->group[cell >> 1] + (cell & 1);
}

static inline double
raw_number(const RawBlock *block, uint32_t column, uint32_t at)
{
	const void *numbers = block->values[column];

	return block->width[column] == sizeof(float)
	           ? (double) ((const float *) numbers)[at]
	           : ((const double *) numbers)[at];
}

static inline double
raw_weight(const RawBlock *block, uint32_t at)
{
	return block->weight == NULL ? 1.0 : (double) block->weight[at];
}

/* Whether single precision would want a pivot for numbers from low to high. */
static inline bool
raw_large(double low, double high, double ratio)
{
	double most = fabs(low) > fabs(high) ? fabs(low) : fabs(high);

	return most > ratio * (high - low);
}

#endif
