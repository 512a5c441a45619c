/*
 * exchange.h
 *    Rows that one process filled into a builder, taken over by another one;
 *    and a finished dataset, seen by others.
 *
 * The rows lie in memory that all see, each at an address of its own;
 * everything else goes as an image: values of categories and groups in the
 * order of their codes, and what describes the blocks.  The image is for
 * processes of one program on one machine, and is not checked.
 */
#ifndef FAIRPG_DATA_EXCHANGE_H
#define FAIRPG_DATA_EXCHANGE_H

#include "data/builder.h"

/* Names for pieces of the memory that is shared, the same to all. */
typedef struct DataExchange
{
	uint64_t (*name)(NumArena *rows, void *piece);
	void *(*piece)(NumArena *rows, uint64_t name);
	/* likewise of stores that rows wait in, which the other one can only read;
	 * NULL: all rows are in memory */
	uint64_t (*store_name)(DataStore *store);
	DataStore *(*store)(uint64_t name);
} DataExchange;

/* Everything that a builder was given.  '*image' is its arena's.  The builder
 * must not be used any more. */
extern NumStatus
data_builder_export(DataBuilder *builder, const DataExchange *exchange,
                    unsigned char **image, size_t *bytes);

/* Adds that to what 'builder', of the same specification, has.  NUM_TOO_LARGE
 * as data_builder_append(). */
extern NumStatus
data_builder_import(DataBuilder *builder, const DataExchange *exchange,
                    const unsigned char *image);

/*
 * The training rows of a finished dataset whose rows lie in shared memory, for
 * processes that make passes over them.  The image has no names: neither of
 * columns and levels nor of groups.
 */
extern NumStatus
data_export(NumArena *arena, NumArena *rows, const Dataset *data,
            const DataExchange *exchange, unsigned char **image, size_t *bytes);

extern NumStatus
data_import(NumArena *arena, NumArena *rows, const DataExchange *exchange,
            const unsigned char *image, Dataset **data);

#endif
