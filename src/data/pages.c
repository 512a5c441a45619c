/*
 * pages.c
 *    Blocks of a dataset that are not all in memory.
 *
 * A block is written once, when it is first to go, and only read afterwards.
 */
#include "data/pages.h"

#include "data/builder_private.h"

NumStatus
data_pages_create(NumArena *arena, Dataset *data, const DataPages *wanted)
{
	DataPages *pages = arena_alloc(arena, 1, sizeof(DataPages));

	if (pages == NULL)
		return NUM_NO_MEMORY;
	*pages = *wanted;
	pages->data = data;
	pages->buffer = arena_alloc(arena, pages->buffer_bytes, 1);
	if (pages->buffer == NULL)
		return NUM_NO_MEMORY;
	for (int p = 0; p < DATA_PARTS; p++)
		data->part[p].pages = pages;
	return NUM_OK;
}

void
data_pages_store(DataPages *pages, DataBlock *block)
{
	if (!block->stored)
	{
		block->place = store_place(pages->store, block->slab_bytes);
		pages->store->write(pages->store, block->place, block->slab,
		                    block->slab_bytes);
		block->stored = true;
	}
	block->slab = NULL;
}

void
data_page_in(DataPages *pages, DataBlock *block)
{
	pages->in_use = block;
	if (block->slab != NULL)
		return;
	if (pages->paged != NULL)
		pages->paged->slab = NULL;
	data_block_lay(pages->data, pages->weighted, block, pages->buffer);
	pages->store->read(pages->store, block->place, pages->buffer,
	                   block->slab_bytes);
	pages->paged = block;
}

bool
data_pages_reclaim(void *owner, size_t size_bytes)
{
	DataPages *pages = owner;
	size_t freed = 0;

	for (int p = DATA_PARTS - 1; p >= 0; p--)
	{
		const DataRows *rows = &pages->data->part[p];

		for (uint32_t b = rows->n_blocks; b > 0 && freed < size_bytes; b--)
		{
			DataBlock *block = rows->blocks[b - 1];
			void *slab = block->slab;

			if (slab == NULL || block == pages->paged || block == pages->in_use)
				continue;
			data_pages_store(pages, block);
			arena_release(pages->rows, slab, 1, block->slab_bytes);
			freed += block->slab_bytes;
		}
	}
	return freed > 0;
}
