/*
 * test_data_pages.c
 *    Rows for which there is no memory: the dataset is the one that there would
 *    be with more, and the limit is kept.
 */
#include "data/builder.h"
#include "data/exchange.h"

#include <stdlib.h>

#include "making.h"
#include "unit.h"

#define N_ROWS 260000

/* ---- a store in memory that the arena does not count ---- */

typedef struct Shelf
{
	DataStore store;
	char *bytes;
	size_t room;
	size_t written;
	size_t read;
} Shelf;

static void
shelf_write(DataStore *store, uint64_t place, const void *bytes, size_t n)
{
	Shelf *shelf = store->host;

	CHECK(place + n <= store->n_bytes);
	if (place + n > shelf->room)
	{
		shelf->room = 2 * (size_t) (place + n);
		shelf->bytes = realloc(shelf->bytes, shelf->room);
	}
	memcpy(shelf->bytes + place, bytes, n);
	shelf->written += n;
}

static void
shelf_read(DataStore *store, uint64_t place, void *bytes, size_t n)
{
	Shelf *shelf = store->host;

	CHECK(place + n <= store->n_bytes);
	memcpy(bytes, shelf->bytes + place, n);
	shelf->read += n;
}

static DataStore *
shelf_begin(Shelf *shelf)
{
	memset(shelf, 0, sizeof(*shelf));
	shelf->store.write = shelf_write;
	shelf->store.read = shelf_read;
	shelf->store.host = shelf;
	return &shelf->store;
}

/* ---- the rows ---- */

static const DataColumnSpec columns[] = {
	{ "x", "x", 0, 1, DATA_NUMBER },
	{ "when", "when", 0, 1, DATA_NUMBER },
	{ "t", "t", 0, 3, DATA_CATEGORY },
	{ "id", "id", 0, 3, DATA_CATEGORY },
	{ "one", "one", 0, 3, DATA_CATEGORY },
};

static const DataAttributeSpec by_sex[] = { { "sex", 1, { 0 } } };

/* Every row but for the crowd's rare values has many copies. */
static void
append(DataBuilder *builder, uint32_t i)
{
	DataInput *input = data_builder_input(builder);
	uint32_t k = i % 4001;
	char text[32];

	input->number[0] = k % 19 == 0 ? NAN : k % 101 / 8.0;
	input->number[1] = 1.7e9 + k * 77 % 1009 / 4.0;
	snprintf(text, sizeof(text), "level %u", k % 400);
	input->code[2] = k % 31 == 0 ? DATA_NULL_CODE
	                             : data_builder_code(builder, 2, text,
	                                                 (uint32_t) strlen(text));
	snprintf(text, sizeof(text), "number %u", i % 2 == 0 ? i : k % 50);
	input->code[3] =
		data_builder_code(builder, 3, text, (uint32_t) strlen(text));
	input->code[4] =
		data_builder_code(builder, 4, "same", (uint32_t) strlen("same"));
	input->protected_code[0] =
		data_builder_group(builder, 0, k % 3 == 0 ? "f" : "m", 1);
	input->label = k % 7 < 3;
	input->weight = 1 + k % 3;
	CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
}

static DataBuilderSpec
spec_with(Shelf *raw, Shelf *blocks)
{
	DataBuilderSpec spec = spec_of(columns, 5);

	spec.n_protected = 1;
	spec.n_attributes = 1;
	spec.attributes = by_sex;
	spec.weighted = true;
	spec.held_out_share = 0.2;
	spec.raw_store = shelf_begin(raw);
	spec.block_store = shelf_begin(blocks);
	return spec;
}

static void
make(Making *making, size_t limit_bytes, Shelf *raw, Shelf *blocks)
{
	DataBuilderSpec spec = spec_with(raw, blocks);

	memset(making, 0, sizeof(*making));
	scratch_begin(&making->arena, limit_bytes);
	CHECK_INT(data_builder_create(&making->arena, &spec, &making->builder),
	          NUM_OK);
	for (uint32_t i = 0; i < N_ROWS; i++)
		append(making->builder, i);
	CHECK_INT(making_finish(making), NUM_OK);
}

static void
drop(Making *making, Shelf *raw, Shelf *blocks)
{
	scratch_end(&making->arena);
	free(raw->bytes);
	free(blocks->bytes);
}

/* A sum over rows of a hash of all that a row has. */
static uint64_t
sum_of_rows(const Dataset *data, DataPart part, uint32_t n_blocks)
{
	uint64_t sum = 0;

	for (uint32_t b = 0; b < n_blocks; b++)
	{
		const DataBlock *block = data_block(&data->part[part], b);

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			uint64_t hash = block->cell[i];
			uint32_t weight;

			memcpy(&weight, &block->weight[i], sizeof(weight));
			hash = hash * UINT64_C(0x9e3779b97f4a7c15) + weight;
			for (uint32_t c = 0; c < data->n_columns; c++)
			{
				uint32_t value = 0;

				memcpy(&value,
				       (const char *) block->values[c] +
				           (size_t) i * block->code_bytes[c],
				       block->code_bytes[c]);
				hash =
					(hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9) + value;
			}
			sum += hash ^ hash >> 31;
		}
	}
	return sum;
}

static void
check_same_column(const DataColumn *a, const DataColumn *b)
{
	CHECK_INT(a->n_levels, b->n_levels);
	CHECK(a->pivot == b->pivot && a->mean == b->mean && a->sd == b->sd);
	CHECK(a->min == b->min && a->max == b->max && a->fill == b->fill);
	for (int p = 0; p < DATA_PARTS; p++)
	{
		CHECK_INT((intmax_t) a->n_null[p], (intmax_t) b->n_null[p]);
		CHECK_INT((intmax_t) a->n_unseen[p], (intmax_t) b->n_unseen[p]);
	}
	for (uint32_t l = 0; l < a->n_levels && l < b->n_levels; l++)
		CHECK(a->levels[l].weight == b->levels[l].weight &&
		      a->levels[l].length == b->levels[l].length &&
		      memcmp(a->levels[l].name, b->levels[l].name,
		             a->levels[l].length) == 0);
}

static void
check_same(const Dataset *a, const Dataset *b)
{
	CHECK_INT(a->n_columns, b->n_columns);
	CHECK_INT(a->n_params, b->n_params);
	for (uint32_t c = 0; c < a->n_columns && c < b->n_columns; c++)
		check_same_column(&a->columns[c], &b->columns[c]);
	for (int p = 0; p < DATA_PARTS; p++)
	{
		CHECK_INT((intmax_t) a->part[p].n_rows, (intmax_t) b->part[p].n_rows);
		CHECK(a->part[p].weight == b->part[p].weight);
		CHECK(sum_of_rows(a, (DataPart) p, a->part[p].n_blocks) ==
		      sum_of_rows(b, (DataPart) p, b->part[p].n_blocks));
		CHECK(memcmp(a->part[p].cell_weight, b->part[p].cell_weight,
		             4 * sizeof(double)) == 0);
		CHECK(memcmp(a->part[p].cell_rows, b->part[p].cell_rows,
		             4 * sizeof(uint64_t)) == 0);
	}
	for (int s = 0; s < DATA_STRATA; s++)
		CHECK(sum_of_rows(a, DATA_TRAIN, a->part[0].sample_blocks[s]) ==
		      sum_of_rows(b, DATA_TRAIN, b->part[0].sample_blocks[s]));
}

static void
a_dataset_is_the_same_with_less_memory(void)
{
	/* less than it takes otherwise; the last is what most of the rows wait for
	 * elsewhere with */
	static const size_t less[] = { 1u << 19, 4u << 19, 6u << 19 };
	Shelf raw[2];
	Shelf blocks[2];
	Making whole;

	make(&whole, 0, &raw[0], &blocks[0]);
	CHECK_INT((intmax_t) raw[0].written, 0);
	CHECK_INT((intmax_t) blocks[0].written, 0);
	CHECK(whole.data->part[DATA_HELD_OUT].n_rows > N_ROWS / 6);
	for (size_t k = 0; k < sizeof(less) / sizeof(less[0]); k++)
	{
		size_t limit = whole.arena.peak_bytes - less[k];
		Making tight;

		make(&tight, limit, &raw[1], &blocks[1]);
		CHECK(tight.arena.peak_bytes <= limit);
		CHECK(raw[1].written > 0);
		check_same(whole.data, tight.data);
		drop(&tight, &raw[1], &blocks[1]);
	}
	drop(&whole, &raw[0], &blocks[0]);
}

/* ---- several builders ---- */

#define N_PARTS 3

static Shelf part_shelves[N_PARTS];

static uint64_t
name_of(NumArena *arena, void *piece)
{
	(void) arena;
	return (uint64_t) (uintptr_t) piece;
}

static void *
piece_of(NumArena *arena, uint64_t name)
{
	(void) arena;
	return (void *) (uintptr_t) name;
}

static uint64_t
shelf_name(DataStore *store)
{
	return (uint64_t) ((Shelf *) store->host - part_shelves);
}

static DataStore *
shelf_named(uint64_t name)
{
	return &part_shelves[name].store;
}

static void
rows_that_wait_for_several_builders_come_together(void)
{
	static const DataExchange exchange = { name_of, piece_of, shelf_name,
		                                   shelf_named };
	Shelf raw[2];
	Shelf blocks[2];
	Making whole;
	Making parts;
	DataBuilderSpec spec;
	size_t limit;

	make(&whole, 0, &raw[0], &blocks[0]);
	spec = spec_with(&raw[1], &blocks[1]);
	memset(&parts, 0, sizeof(parts));
	limit = whole.arena.peak_bytes;
	scratch_begin(&parts.arena, limit);
	spec.row_arena = &parts.arena;
	CHECK_INT(data_builder_create(&parts.arena, &spec, &parts.builder), NUM_OK);
	for (uint32_t k = 0; k < N_PARTS; k++)
	{
		DataBuilderSpec part_spec = spec;
		DataBuilder *part;
		unsigned char *image;
		size_t bytes;

		part_spec.raw_store = shelf_begin(&part_shelves[k]);
		CHECK_INT(data_builder_create(&parts.arena, &part_spec, &part), NUM_OK);
		/* it has room for some of its rows */
		parts.arena.limit_bytes = parts.arena.used_bytes + (10u << 20);
		for (uint32_t i = k; i < N_ROWS; i += N_PARTS)
			append(part, i);
		parts.arena.limit_bytes = 0;
		CHECK_INT(data_builder_export(part, &exchange, &image, &bytes), NUM_OK);
		CHECK(part_shelves[k].written > 0);
		CHECK_INT(data_builder_import(parts.builder, &exchange, image), NUM_OK);
	}
	CHECK_INT(making_finish(&parts), NUM_OK);
	check_same(whole.data, parts.data);
	for (uint32_t k = 0; k < N_PARTS; k++)
	{
		CHECK(part_shelves[k].read > 0);
		free(part_shelves[k].bytes);
	}
	drop(&parts, &raw[1], &blocks[1]);
	drop(&whole, &raw[0], &blocks[0]);
}

/* What is needed later than the rows pushes them out of memory, but for the one
 * that is being looked at. */
static void
rows_make_room_for_what_comes_later(void)
{
	Shelf raw;
	Shelf blocks;
	Making making;
	uint64_t sum;
	size_t limit;
	const DataBlock *looked_at;
	uint16_t cell;
	void *memory;

	make(&making, 0, &raw, &blocks);
	sum = sum_of_rows(making.data, DATA_TRAIN,
	                  making.data->part[DATA_TRAIN].n_blocks);
	looked_at = data_block(&making.data->part[DATA_TRAIN], 2);
	cell = looked_at->cell[0];
	limit = making.arena.used_bytes;
	making.arena.limit_bytes = limit;
	memory = arena_alloc(&making.arena, making.data->block_bytes / 2, 1);
	CHECK(memory != NULL);
	if (memory != NULL)
		memset(memory, 0xff, making.data->block_bytes / 2);
	CHECK(blocks.written > 0);
	CHECK_INT(looked_at->cell[0], cell);
	CHECK(making.arena.used_bytes <= limit);
	/* not for what would not fit in any case */
	CHECK(arena_alloc(&making.arena, limit, 1) == NULL);
	CHECK_INT((intmax_t) making.arena.refused_bytes, (intmax_t) limit);
	CHECK(sum_of_rows(making.data, DATA_TRAIN,
	                  making.data->part[DATA_TRAIN].n_blocks) == sum);
	drop(&making, &raw, &blocks);
}

int
main(void)
{
	RUN(a_dataset_is_the_same_with_less_memory);
	RUN(rows_that_wait_for_several_builders_come_together);
	RUN(rows_make_room_for_what_comes_later);
	return unit_end();
}
