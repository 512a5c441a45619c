/*
 * builder_private.h
 *    What the files of the builder share.
 */
#ifndef FAIRPG_DATA_BUILDER_PRIVATE_H
#define FAIRPG_DATA_BUILDER_PRIVATE_H

#include "data/builder.h"
#include "data/copies.h"
#include "data/crowd.h"
#include "data/dictionary.h"
#include "data/finish_team.h"
#include "data/pages.h"
#include "data/raw_block.h"

/* Streams of rows: the strata of the training rows, from the common to the
 * rare one, and the held-out rows. */
#define DATA_HELD_OUT_STREAM DATA_STRATA
#define DATA_STREAMS (DATA_STRATA + 1)

/* What makes the terms of a row's hash differ by column (split.c). */
typedef struct HashPlace
{
	uint64_t offset;
	uint64_t factor;
} HashPlace;

struct DataBuilder
{
	NumArena *arena;
	DataBuilderSpec spec;
	DataInput input;
	RawShape shape;

	Dictionary *levels;           /* [n_columns]; entry e has code e + 1 */
	Dictionary *protected_values; /* [n_protected]; likewise */
	Dictionary base_groups;       /* of tuples of protected codes */
	uint16_t *known_groups;       /* base groups + 1 by small codes */
	Crowd **crowd;     /* [n_columns] of categories with many values: their
	                   * entries in levels are the settled codes, if any */
	uint64_t *n_coded; /* [n_columns] rows with a value so far */
	HashPlace *column_place;    /* [n_columns] */
	HashPlace *protected_place; /* [n_protected] */

	RawStream stream[DATA_STREAMS];
	Copies looked;    /* at some contents, whether there are copies */
	DataPages *pages; /* of the blocks that are finished; NULL: none */
	FinishTeam *team; /* that takes part in finishing; NULL: none does */
	uint64_t culprit_groups;
};

/* How a column of the builder becomes one or two of the dataset. */
typedef struct FinishColumn
{
	bool dropped;
	uint32_t column; /* of the dataset; its null flag is the next one */
	bool flagged;
	double low; /* range of a number, over all rows */
	double high;
	double pivot;
	uint8_t width;   /* of a category's codes */
	uint32_t *level; /* [codes] of a category */
} FinishColumn;

/* What finishing carries along. */
typedef struct Finish
{
	DataBuilder *builder;
	Dataset *data;
	FinishColumn *columns; /* [builder columns] */
	uint32_t *base_group;  /* [base groups] by the builder's number */
	uint64_t n_rows[DATA_PARTS];
	double weight_magnet; /* for sums of weights of all rows */
	DataFinding *findings;
	uint32_t n_findings;
	char *counted; /* what a team has counted; NULL: nothing */
	size_t counted_bytes;
	size_t *counted_at; /* [pieces] where in it */
} Finish;

/* Pieces of counting: the cells of each part, and each column. */
#define DATA_COUNT_COLUMNS DATA_PARTS

/* What was counted of such a piece, NULL when nothing was. */
static inline void *
data_counted(const Finish *finish, uint32_t piece)
{
	return finish->counted == NULL
	           ? NULL
	           : finish->counted + finish->counted_at[piece];
}

/* Block 'b' of a stream, of which one column is in memory, its cells and
 * weights, or all (RAW_ALL); until the next call. */
static inline RawBlock *
data_raw(const DataBuilder *builder, int s, uint32_t b, uint32_t column)
{
	RawBlock *block = builder->stream[s].blocks[b];

	raw_open(&builder->shape, block, column);
	return block;
}

static inline DataPart
data_part_of(int stream)
{
	return stream == DATA_HELD_OUT_STREAM ? DATA_HELD_OUT : DATA_TRAIN;
}

/* The code of a category, which has a level when all rows are there, for one
 * that is stored in a block; and that of a row. */
static inline uint32_t
data_code_of(const DataBuilder *builder, const RawBlock *block, uint32_t column,
             uint32_t stored)
{
	const Crowd *crowd = builder->crowd[column];
	uint32_t code = raw_own_code(block, column, stored);

	return crowd == NULL ? code : crowd_settled(crowd, code);
}

static inline uint32_t
data_code(const DataBuilder *builder, const RawBlock *block, uint32_t column,
          uint32_t at)
{
	return data_code_of(builder, block, column,
	                    raw_stored_code(block, column, at));
}

/* How many codes a category has, with that of NULL. */
static inline uint32_t
data_n_codes(const DataBuilder *builder, uint32_t column)
{
	return builder->levels[column].n + (builder->crowd[column] == NULL ? 1 : 2);
}

/* builder.c: who gives back memory when that is short. */
extern void
data_reclaim_by(DataBuilder *builder,
                bool (*reclaim)(void *owner, size_t size_bytes), void *owner);

/* builder.c: the builder does, where it has a store. */
extern void data_reclaim_own(DataBuilder *builder);

/* builder.c: as data_builder_code(), of a value that stands for no row. */
extern uint32_t data_value_code(DataBuilder *builder, uint32_t column,
                                const char *bytes, uint32_t length);

/* builder_crowd.c: makes a crowd of a category whose dictionary is full. */
extern NumStatus data_make_crowd(DataBuilder *builder, uint32_t column);

/* builder_crowd.c: settles the levels of all crowds. */
extern NumStatus data_settle_crowds(DataBuilder *builder);

/* Codes that make a base group: those of the protected values and, where there
 * are folds, that of the fold, counted from 0. */
static inline uint32_t
data_group_codes(const DataBuilder *builder)
{
	return builder->spec.n_protected + (builder->spec.n_folds > 0 ? 1 : 0);
}

/* split.c: makes column_place and protected_place. */
extern NumStatus data_hash_places(DataBuilder *builder);

/* split.c: the fold of a row by its hash, 0 without folds. */
extern uint32_t data_fold(const DataBuilder *builder, uint64_t hash);

/* builder.c: number of the combination of protected values in the input.
 * NUM_TOO_LARGE as data_builder_append(). */
extern NumStatus data_base_group(DataBuilder *builder, uint32_t *group);

/* split.c: the stream of a row by its hash; 'part' where no share is held out
 * by the hash. */
extern int data_place(const DataBuilder *builder, uint64_t hash, DataPart part);

/* split.c: remembers the hash of a content, if it is one that is looked at. */
extern NumStatus data_look_at(DataBuilder *builder, uint64_t hash);

/* split.c: gives copies of a row hashes of their own and moves them to where
 * these belong.  Needs the pivots. */
extern NumStatus data_divide_copies(Finish *finish);

/* finish_number.c: the pivots of all numbers, from the range of all rows. */
extern void data_choose_pivots(Finish *finish);

/* groups.c: the dataset's attributes and base groups, and finish->base_group.
 * NUM_TOO_LARGE with '*culprit' when an attribute has more than max_groups
 * groups. */
extern NumStatus data_make_groups(Finish *finish, const char **culprit);

/* finish.c: one more finding about builder column 'column'. */
extern void data_find(Finish *finish, DataFindingKind kind, uint32_t column,
                      uint64_t count);

/* finish_number.c: number 'k' of the builder and its null flag, appended to
 * the dataset's columns; nothing when it is constant. */
extern NumStatus data_finish_number(Finish *finish, uint32_t k);

/* finish_number.c: the sums over all rows that describe number column 'c', and
 * the bytes that these take; no order of the rows changes them. */
extern size_t data_number_bytes(void);
extern NumStatus data_count_number(Finish *finish, uint32_t c, void *sums);

/* finish_category.c: likewise the rows of each code of category column 'c'. */
extern size_t data_levels_bytes(const DataBuilder *builder, uint32_t c);
extern NumStatus
data_count_levels(const Finish *finish, uint32_t c, void *counts);

/* finish_block.c: likewise the rows of each cell of a part. */
extern size_t data_cells_bytes(const Dataset *data);
extern NumStatus
data_count_cells(const Finish *finish, DataPart part, void *cells);

/* finish_label.c: mean, spread and range of labels that are numbers. */
extern NumStatus data_finish_label(Finish *finish);

/* finish_label.c: classes in order, where labels are those; NUM_TOO_LARGE when
 * there are too many. */
extern NumStatus data_finish_classes(Finish *finish);

/* finish_category.c: category 'k' likewise. */
extern NumStatus data_finish_category(Finish *finish, uint32_t k);

/* finish_block.c: the blocks of the dataset from those of the streams, which
 * are given back. */
extern NumStatus data_finish_blocks(Finish *finish);

/* finish_block.c: writes a block into memory of its own and gives back that of
 * the rows that it is made of; '*to' is NULL when there is no memory. */
extern NumStatus data_write_block(const Finish *finish, uint8_t *widths,
                                  RawBlock *from, DataBlock **to);

/* finish_block.c: a block of so many rows without memory for them; NULL when
 * not even that is to be had. */
extern DataBlock *
data_create_block(const Finish *finish, uint8_t *widths, uint32_t n_rows);

/* The stream whose blocks come in place 'k' of the dataset: the rarest stratum
 * first, so that samples are beginnings, and the held-out rows last. */
static inline int
data_stream_at(int k)
{
	return k < DATA_STRATA ? DATA_STRATA - 1 - k : DATA_HELD_OUT_STREAM;
}

/* finish_share.c: counts together with a team, if there is one and all rows
 * are in memory. */
extern NumStatus data_count_together(Finish *finish);

/* finish_share.c: likewise writes blocks, as many as there is memory for.
 * '*written' [blocks of all streams, in the order of the dataset] has NULL for
 * those that are left to be written; it is NULL when all are. */
extern NumStatus
data_write_together(Finish *finish, uint8_t *widths, DataBlock ***written);

/* finish_block.c: lays the arrays of a block, of which rows and widths are
 * known, into a piece of memory; counts its bytes when that is NULL. */
extern size_t data_block_lay(const Dataset *data, bool weighted,
                             DataBlock *block, void *slab);

/* Share of the training weight above which a column that settles the label
 * of so much is called the label in disguise. */
#define DATA_DISGUISE_SHARE 0.999

#endif
