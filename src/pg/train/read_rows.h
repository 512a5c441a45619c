/*
 * read_rows.h
 *    From rows of the source to rows of a dataset's builder.
 *
 * Several processes may read a part of the rows each; what one has read is
 * passed on as an image and added to what another has.
 *
 * Internal to extraction.
 */
#ifndef FAIRPG_PG_TRAIN_READ_ROWS_H
#define FAIRPG_PG_TRAIN_READ_ROWS_H

#include "lib/stringinfo.h"

#include "data/builder.h"
#include "data/exchange.h"
#include "pg/train/extract_plan.h"

/* distinct labels that are told apart: one too many */
#define COUNTED_CLASSES 3

typedef struct RowCounts
{
	uint64 rows_read;
	uint64 n_null_label;
	uint64 n_zero_weight;
	uint64 n_null_dropped;
	uint64 n_null_split; /* trained on, as not the value to hold out */
	uint64 by_label[2];
	uint64 digest[2]; /* of the rows in any order: sums of what each is hashed
	                   * to, and of its square */
	int n_classes;    /* distinct labels, at most COUNTED_CLASSES */
	uint64 classes[COUNTED_CLASSES]; /* number as bits, or hash of a text */
} RowCounts;

typedef struct RowReader
{
	const ReadPlan *plan;
	NumArena *arena;
	DataBuilder *builder;
	DataInput *input;
	MemoryContext row_context;
	bool is_part; /* others read rows as well, and one puts them together */
	bool drop_nulls;
	bool reject_nulls;
	RowCounts counts;
} RowReader;

/* A reader in CurrentMemoryContext, its builder in 'arena' and the rows in
 * 'rows' (NULL: there as well).  Of a reader of some of the rows 'part_store'
 * is where those go for which there is no memory; else NULL. */
extern RowReader *read_rows_begin(const ReadPlan *plan, NumArena *arena,
                                  NumArena *rows, DataStore *part_store);

/* Raises an error when the labels are more classes than a model may have. */
extern void read_rows_check_classes(const RowReader *reader);

/* One row, in the order of plan->columns.  Raises an error for a value that
 * cannot be used. */
extern void read_row(RowReader *reader, const NullableDatum *row);

/* Appends what a reader has read to 'image'; it must not read on. */
extern void read_rows_export(RowReader *reader, const DataExchange *exchange,
                             StringInfo image);

/* Adds that to what another reader has read. */
extern void read_rows_import(RowReader *reader, const DataExchange *exchange,
                             const char *image);

/* Raises an error for a status that is not NUM_OK. */
extern void read_rows_check(const RowReader *reader, NumStatus status);

/* Whether a column's values are compared as numbers. */
extern bool read_as_number(const ReadColumn *column);

#endif
