/*
 * pages.h
 *    Blocks of a dataset that are not all in memory.
 *
 * Blocks are looked at through data_block(), which brings one back from the
 * store into the one buffer that there is for it; it stays until the next
 * call.  When memory is short, blocks go to the store from the end of a part,
 * the held-out rows first: those at the beginning are the samples that
 * searches read most.
 */
#ifndef FAIRPG_DATA_PAGES_H
#define FAIRPG_DATA_PAGES_H

#include "data/dataset.h"
#include "data/store.h"

typedef struct DataPages
{
	const Dataset *data;
	NumArena *rows; /* gave the memory of the blocks */
	DataStore *store;
	bool weighted;
	size_t buffer_bytes; /* of the largest block */
	void *buffer;        /* for the block that is looked at */
	DataBlock *paged;    /* which is in the buffer; NULL: none */
	DataBlock *in_use;   /* looked at last, which must stay */
} DataPages;

/* For both parts of a dataset; 'wanted' says what for. */
extern NumStatus
data_pages_create(NumArena *arena, Dataset *data, const DataPages *wanted);

/* Stores a block and forgets where it is in memory. */
extern void data_pages_store(DataPages *pages, DataBlock *block);

/* Stores blocks until 'size_bytes' are given back; false when none was. */
extern bool data_pages_reclaim(void *pages, size_t size_bytes);

#endif
