/*
 * exchange.c
 *    Rows that one process filled into a builder, taken over by another one;
 *    and a finished dataset, seen by others.
 *
 * The image of a builder: for every category how many rows had a value, and whether
 * it has a crowd; if not, the number of its values, and for each length and
 * bytes; if so, the codes of the early ones, and the values that are remembered
 * with their counts; for every protected column its values;
 * the combinations of protected codes that base groups are; the contents that
 * are looked at; for every stream
 * the number of blocks, and for each the store and the name or place of its
 * rows, their number, the largest weight, the widths of the columns and the ranges of the numbers.
 */
#include "data/exchange.h"

#include <string.h>

#include "data/builder_private.h"
#include "data/image.h"
#include "num/random.h"

/* instead of the name of a store */
#define IN_MEMORY UINT64_MAX

static void
put_dictionary(ImageWriter *writer, const Dictionary *dictionary)
{
	image_put_number(writer, dictionary->n);
	for (uint32_t e = 0; e < dictionary->n; e++)
	{
		image_put_number(writer, dictionary->entries[e].length);
		image_put(writer, dictionary->entries[e].name,
		          dictionary->entries[e].length);
	}
}

static void
put_crowd(ImageWriter *writer, const Crowd *crowd)
{
	const Frequent *frequent = &crowd->frequent;

	image_put_number(writer, crowd->n_early);
	image_put(writer, crowd->early, crowd->n_early * sizeof(uint32_t));
	image_put_number(writer, frequent->n);
	for (uint32_t v = 0; v < frequent->n; v++)
	{
		const FrequentValue *value = &frequent->values[v];

		image_put_number(writer, value->count);
		image_put_number(writer, value->length);
		image_put(writer, frequent_name(frequent, value), value->length);
	}
}

/* Hands over the blocks of a stream. */
static void
put_stream(ImageWriter *writer, const DataBuilder *builder,
           const DataExchange *exchange, RawStream *stream)
{
	const RawShape *shape = &builder->shape;

	image_put_number(writer, stream->n_blocks);
	for (uint32_t b = 0; b < stream->n_blocks; b++)
	{
		const RawBlock *block = stream->blocks[b];

		if (block->store == NULL)
		{
			image_put_number(writer, IN_MEMORY);
			image_put_number(writer, exchange->name(shape->rows, block->slab));
			/* it counts where it is taken over */
			shape->rows->used_bytes -= block->slab_bytes;
		}
		else
		{
			image_put_number(writer, exchange->store_name(block->store));
			image_put_number(writer, block->place);
		}
		image_put_number(writer, block->n_rows);
		image_put(writer, &block->heaviest, sizeof(float));
		image_put(writer, block->width, shape->n_columns);
		image_put(writer, block->low, shape->n_numbers * sizeof(double));
		image_put(writer, block->high, shape->n_numbers * sizeof(double));
	}
	stream->n_blocks = 0;
}

NumStatus
data_builder_export(DataBuilder *builder, const DataExchange *exchange,
                    unsigned char **image, size_t *bytes)
{
	ImageWriter writer = { .arena = builder->arena };

	for (int s = 0; s < DATA_STREAMS; s++)
	{
		NumStatus status = raw_flush(&builder->shape, &builder->stream[s]);

		if (status != NUM_OK)
			return status;
	}
	for (uint32_t k = 0; k < builder->shape.n_categories; k++)
	{
		uint32_t c = builder->shape.categories[k];

		image_put_number(&writer, builder->n_coded[c]);
		image_put_number(&writer, builder->crowd[c] != NULL);
		if (builder->crowd[c] != NULL)
			put_crowd(&writer, builder->crowd[c]);
		else
			put_dictionary(&writer, &builder->levels[c]);
	}
	for (uint32_t p = 0; p < builder->spec.n_protected; p++)
		put_dictionary(&writer, &builder->protected_values[p]);
	put_dictionary(&writer, &builder->base_groups);
	image_put_number(&writer, builder->looked.n);
	for (uint64_t s = 0; s < copies_slots(&builder->looked); s++)
		if (builder->looked.slots[s] != 0)
			image_put_number(&writer, builder->looked.slots[s]);
	for (int s = 0; s < DATA_STREAMS; s++)
		put_stream(&writer, builder, exchange, &builder->stream[s]);
	*image = writer.bytes;
	*bytes = writer.n;
	return writer.status;
}

/* Codes in 'builder' of the values of a dictionary, by their code in the
 * image. */
static NumStatus
import_values(DataBuilder *builder, ImageReader *reader, uint32_t c,
              uint32_t **map)
{
	uint32_t n = (uint32_t) image_get_number(reader);

	*map = arena_alloc(builder->arena, (size_t) n + 1, sizeof(uint32_t));
	if (*map == NULL)
		return NUM_NO_MEMORY;
	(*map)[DATA_NULL_CODE] = DATA_NULL_CODE;
	for (uint32_t e = 0; e < n; e++)
	{
		uint32_t length = (uint32_t) image_get_number(reader);

		(*map)[e + 1] =
			data_value_code(builder, c, image_get(reader, length), length);
		if ((*map)[e + 1] == DATA_NO_CODE)
			return NUM_NO_MEMORY;
	}
	return NUM_OK;
}

/* The same for a crowd, which makes one of the category. */
static NumStatus
import_crowd(DataBuilder *builder, ImageReader *reader, uint32_t c,
             uint32_t **map)
{
	uint32_t n_early = (uint32_t) image_get_number(reader);
	uint64_t n;
	NumStatus status = NUM_OK;

	if (builder->crowd[c] == NULL)
		status = data_make_crowd(builder, c);
	*map = arena_alloc(builder->arena, (size_t) n_early + 1, sizeof(uint32_t));
	if (status != NUM_OK || *map == NULL)
		return NUM_NO_MEMORY;
	(*map)[DATA_NULL_CODE] = DATA_NULL_CODE;
	memcpy(*map + 1, image_get(reader, n_early * sizeof(uint32_t)),
	       n_early * sizeof(uint32_t));
	n = image_get_number(reader);
	for (uint64_t v = 0; v < n && status == NUM_OK; v++)
	{
		uint64_t count = image_get_number(reader);
		uint32_t length = (uint32_t) image_get_number(reader);
		const char *bytes = image_get(reader, length);

		status =
			frequent_add(&builder->crowd[c]->frequent,
		                 num_hash64(bytes, length, 0), bytes, length, count);
	}
	return status;
}

/* The next number, which stays. */
static uint32_t
number_at(const ImageReader *reader)
{
	ImageReader copy = *reader;

	return (uint32_t) image_get_number(&copy);
}

/* A category; '*values' is where the image has its dictionary, NULL for a
 * crowd. */
static NumStatus
import_levels(DataBuilder *builder, ImageReader *reader, uint32_t c,
              RawOrigin *origin, const unsigned char **values)
{
	builder->n_coded[c] += image_get_number(reader);
	if (image_get_number(reader) != 0)
	{
		*values = NULL;
		origin->n_codes[c] = 1 + number_at(reader);
		return import_crowd(builder, reader, c, &origin->code[c]);
	}
	*values = reader->at;
	origin->n_codes[c] = 1 + number_at(reader);
	return import_values(builder, reader, c, &origin->code[c]);
}

/* Adds the rows of the blocks that came from 'origin' to a crowd of this
 * builder, where the other one had a dictionary. */
static NumStatus
count_into_crowd(DataBuilder *builder, const RawOrigin *origin, uint32_t c,
                 const unsigned char *values)
{
	ImageReader reader = { values };
	uint32_t n = (uint32_t) image_get_number(&reader);
	size_t n_codes = (size_t) n + 1;
	uint64_t *counts = arena_alloc(builder->arena, n_codes, sizeof(uint64_t));
	NumStatus status = NUM_OK;

	if (counts == NULL)
		return NUM_NO_MEMORY;
	memset(counts, 0, n_codes * sizeof(uint64_t));
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawBlock *block = builder->stream[s].blocks[b];

			if (block->origin != origin)
				continue;
			block = data_raw(builder, s, b, c);
			for (uint32_t i = 0; i < block->n_rows; i++)
				counts[raw_stored_code(block, c, i)]++;
		}
	for (uint32_t e = 0; e < n && status == NUM_OK; e++)
	{
		uint32_t length = (uint32_t) image_get_number(&reader);
		const char *bytes = image_get(&reader, length);

		if (counts[e + 1] > 0)
			status = frequent_add(&builder->crowd[c]->frequent,
			                      num_hash64(bytes, length, 0), bytes, length,
			                      counts[e + 1]);
	}
	arena_release(builder->arena, counts, n_codes, sizeof(uint64_t));
	return status;
}

static NumStatus
import_protected(DataBuilder *builder, ImageReader *reader, uint32_t p,
                 uint32_t **map)
{
	uint32_t n = (uint32_t) image_get_number(reader);

	*map = arena_alloc(builder->arena, (size_t) n + 1, sizeof(uint32_t));
	if (*map == NULL)
		return NUM_NO_MEMORY;
	(*map)[DATA_NULL_CODE] = DATA_NULL_CODE;
	for (uint32_t e = 0; e < n; e++)
	{
		uint32_t length = (uint32_t) image_get_number(reader);

		(*map)[e + 1] =
			data_builder_group(builder, p, image_get(reader, length), length);
		if ((*map)[e + 1] == DATA_NO_CODE)
			return NUM_NO_MEMORY;
	}
	return NUM_OK;
}

static NumStatus
import_groups(DataBuilder *builder, ImageReader *reader, uint32_t *const *map,
              RawOrigin *origin)
{
	uint32_t n = (uint32_t) image_get_number(reader);
	uint32_t *codes = builder->input.protected_code;

	origin->n_groups = n;
	origin->group = arena_alloc(builder->arena, n, sizeof(uint32_t));
	if (origin->group == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t b = 0; b < n; b++)
	{
		uint32_t length = (uint32_t) image_get_number(reader);
		NumStatus status;

		memcpy(codes, image_get(reader, length), length);
		for (uint32_t p = 0; p < builder->spec.n_protected; p++)
			codes[p] = map[p][codes[p]];
		status = data_base_group(builder, &origin->group[b]);
		if (status != NUM_OK)
			return status;
	}
	return NUM_OK;
}

static NumStatus
import_looked(DataBuilder *builder, ImageReader *reader)
{
	uint64_t n = image_get_number(reader);
	NumStatus status = NUM_OK;

	for (uint64_t i = 0; i < n && status == NUM_OK; i++)
	{
		uint64_t slot = image_get_number(reader);

		status = copies_add(&builder->looked, slot & ~COPIES_COUNT,
		                    slot & COPIES_COUNT);
	}
	return status;
}

/* Where the rows of a block are that comes to 'builder'. */
static void
import_place(DataBuilder *builder, const DataExchange *exchange, uint64_t store,
             uint64_t name, RawBlock *block)
{
	const RawShape *shape = &builder->shape;

	if (store == IN_MEMORY)
	{
		raw_lay(shape, block, exchange->piece(shape->rows, name));
		arena_adopt(shape->rows, block->slab_bytes);
		return;
	}
	raw_lay(shape, block, NULL);
	block->store = exchange->store(store);
	block->place = name;
	if (block->store->n_bytes < name + block->slab_bytes)
		block->store->n_bytes = name + block->slab_bytes;
}

static NumStatus
import_stream(DataBuilder *builder, const DataExchange *exchange,
              ImageReader *reader, const RawOrigin *origin, RawStream *stream)
{
	const RawShape *shape = &builder->shape;
	size_t range = shape->n_numbers * sizeof(double);
	uint64_t n = image_get_number(reader);

	for (uint64_t b = 0; b < n; b++)
	{
		RawBlock *block = raw_create(shape);
		uint64_t store = image_get_number(reader);
		uint64_t name = image_get_number(reader);
		NumStatus status;

		if (block == NULL)
			return NUM_NO_MEMORY;
		block->origin = origin;
		block->n_rows = block->laid_rows = (uint32_t) image_get_number(reader);
		memcpy(&block->heaviest, image_get(reader, sizeof(float)),
		       sizeof(float));
		memcpy(block->width, image_get(reader, shape->n_columns),
		       shape->n_columns);
		if (range > 0)
		{
			memcpy(block->low, image_get(reader, range), range);
			memcpy(block->high, image_get(reader, range), range);
		}
		import_place(builder, exchange, store, name, block);
		status = raw_add(shape, stream, block);
		if (status != NUM_OK)
			return status;
	}
	return NUM_OK;
}

/* What the codes and groups of an image are in 'builder'; '*values' [columns] as
 * import_levels(). */
static NumStatus
import_codes(DataBuilder *builder, ImageReader *reader, RawOrigin *origin,
             const unsigned char **values)
{
	NumArena *arena = builder->arena;
	uint32_t **protected_map =
		arena_alloc(arena, builder->spec.n_protected, sizeof(uint32_t *));
	NumStatus status = NUM_OK;

	origin->code =
		arena_alloc(arena, builder->shape.n_columns, sizeof(uint32_t *));
	origin->n_codes =
		arena_alloc(arena, builder->shape.n_columns, sizeof(uint32_t));
	if (protected_map == NULL || origin->code == NULL ||
	    origin->n_codes == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t k = 0; k < builder->shape.n_categories && status == NUM_OK;
	     k++)
	{
		uint32_t c = builder->shape.categories[k];

		status = import_levels(builder, reader, c, origin, &values[c]);
	}
	for (uint32_t p = 0; p < builder->spec.n_protected && status == NUM_OK; p++)
		status = import_protected(builder, reader, p, &protected_map[p]);
	if (status == NUM_OK)
		status = import_groups(builder, reader, protected_map, origin);
	return status;
}

NumStatus
data_builder_import(DataBuilder *builder, const DataExchange *exchange,
                    const unsigned char *image)
{
	NumArena *arena = builder->arena;
	RawOrigin *origin = arena_alloc(arena, 1, sizeof(RawOrigin));
	const unsigned char **values = arena_alloc(arena, builder->shape.n_columns,
	                                           sizeof(const unsigned char *));
	ImageReader reader = { image };
	NumStatus status;

	if (origin == NULL || values == NULL)
		return NUM_NO_MEMORY;
	/* another builder of this process may have taken that over */
	data_reclaim_own(builder);
	status = import_codes(builder, &reader, origin, values);
	if (status == NUM_OK)
		status = import_looked(builder, &reader);
	for (int s = 0; s < DATA_STREAMS && status == NUM_OK; s++)
		status = import_stream(builder, exchange, &reader, origin,
		                       &builder->stream[s]);
	for (uint32_t k = 0; k < builder->shape.n_categories && status == NUM_OK;
	     k++)
	{
		uint32_t c = builder->shape.categories[k];

		if (builder->crowd[c] != NULL && values[c] != NULL)
			status = count_into_crowd(builder, origin, c, values[c]);
	}
	return status;
}

/* Everything of a dataset but its blocks and names. */
typedef struct DatasetImage
{
	uint32_t n_columns;
	uint32_t n_params;
	uint32_t n_base_groups;
	uint32_t n_blocks;
	uint64_t n_rows;
	double weight;
	double weight_magnet;
	uint32_t sample_blocks[DATA_STRATA];
	bool weighted;
	DataLabel label;
	double label_mean;
	double label_sd;
	uint32_t n_classes;
} DatasetImage;

NumStatus
data_export(NumArena *arena, NumArena *rows, const Dataset *data,
            const DataExchange *exchange, unsigned char **image, size_t *bytes)
{
	const DataRows *train = &data->part[DATA_TRAIN];
	size_t n_cells = 2 * (size_t) data->n_base_groups;
	ImageWriter writer = { .arena = arena };
	DatasetImage head;

	memset(&head, 0, sizeof(head));
	head.n_columns = data->n_columns;
	head.n_params = data->n_params;
	head.n_base_groups = data->n_base_groups;
	head.n_blocks = train->n_blocks;
	head.n_rows = train->n_rows;
	head.weight = train->weight;
	head.weight_magnet = data->weight_magnet;
	memcpy(head.sample_blocks, train->sample_blocks,
	       sizeof(head.sample_blocks));
	head.weighted = train->n_blocks > 0 && train->blocks[0]->weight != NULL;
	head.label = data->label;
	head.label_mean = data->label_mean;
	head.label_sd = data->label_sd;
	head.n_classes = data->n_classes;
	image_put(&writer, &head, sizeof(head));
	image_put(&writer, data->columns, data->n_columns * sizeof(DataColumn));
	image_put(&writer, train->cell_weight, n_cells * sizeof(double));
	image_put(&writer, train->cell_rows, n_cells * sizeof(uint64_t));
	if (train->n_blocks > 0)
		image_put(&writer, train->blocks[0]->code_bytes, data->n_columns);
	for (uint32_t b = 0; b < train->n_blocks; b++)
	{
		image_put_number(&writer, exchange->name(rows, train->blocks[b]->slab));
		image_put_number(&writer, train->blocks[b]->n_rows);
	}
	*image = writer.bytes;
	*bytes = writer.n;
	return writer.status;
}

/* The columns, without what points into another process. */
static NumStatus
import_columns(NumArena *arena, ImageReader *reader, Dataset *data)
{
	size_t bytes = data->n_columns * sizeof(DataColumn);

	data->columns = arena_alloc(arena, data->n_columns, sizeof(DataColumn));
	if (data->columns == NULL)
		return NUM_NO_MEMORY;
	memcpy(data->columns, image_get(reader, bytes), bytes);
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		data->columns[c].name = "";
		data->columns[c].source = "";
		data->columns[c].levels = NULL;
	}
	return NUM_OK;
}

/* What the cells weigh, and their rows. */
static NumStatus
import_cells(NumArena *arena, ImageReader *reader, size_t n_cells,
             DataRows *rows)
{
	rows->cell_weight = arena_alloc(arena, n_cells, sizeof(double));
	rows->cell_rows = arena_alloc(arena, n_cells, sizeof(uint64_t));
	if (rows->cell_weight == NULL || rows->cell_rows == NULL)
		return NUM_NO_MEMORY;
	memcpy(rows->cell_weight, image_get(reader, n_cells * sizeof(double)),
	       n_cells * sizeof(double));
	memcpy(rows->cell_rows, image_get(reader, n_cells * sizeof(uint64_t)),
	       n_cells * sizeof(uint64_t));
	return NUM_OK;
}

NumStatus
data_import(NumArena *arena, NumArena *rows, const DataExchange *exchange,
            const unsigned char *image, Dataset **result)
{
	Dataset *data = arena_alloc(arena, 1, sizeof(Dataset));
	ImageReader reader = { image };
	DatasetImage head;
	DataRows *train;
	uint8_t *code_bytes;

	if (data == NULL)
		return NUM_NO_MEMORY;
	memset(data, 0, sizeof(*data));
	memcpy(&head, image_get(&reader, sizeof(head)), sizeof(head));
	data->n_columns = head.n_columns;
	data->n_params = head.n_params;
	data->n_base_groups = head.n_base_groups;
	data->weight_magnet = head.weight_magnet;
	data->label = head.label;
	data->label_mean = head.label_mean;
	data->label_sd = head.label_sd;
	data->n_classes = head.n_classes;
	train = &data->part[DATA_TRAIN];
	train->n_rows = head.n_rows;
	train->weight = head.weight;
	memcpy(train->sample_blocks, head.sample_blocks,
	       sizeof(head.sample_blocks));
	train->blocks = arena_alloc(arena, head.n_blocks, sizeof(DataBlock *));
	code_bytes = arena_alloc(arena, data->n_columns, 1);
	if (train->blocks == NULL || code_bytes == NULL ||
	    import_columns(arena, &reader, data) != NUM_OK ||
	    import_cells(arena, &reader, 2 * (size_t) data->n_base_groups, train) !=
	        NUM_OK)
		return NUM_NO_MEMORY;
	if (head.n_blocks > 0)
		memcpy(code_bytes, image_get(&reader, data->n_columns),
		       data->n_columns);
	for (uint32_t b = 0; b < head.n_blocks; b++)
	{
		DataBlock *block = arena_alloc(arena, 1, sizeof(DataBlock));
		void *slab = exchange->piece(rows, image_get_number(&reader));

		if (block == NULL)
			return NUM_NO_MEMORY;
		block->n_rows = (uint32_t) image_get_number(&reader);
		block->code_bytes = code_bytes;
		block->values = arena_alloc(arena, data->n_columns, sizeof(void *));
		if (block->values == NULL)
			return NUM_NO_MEMORY;
		data_block_lay(data, head.weighted, block, slab);
		train->blocks[train->n_blocks++] = block;
	}
	*result = data;
	return NUM_OK;
}
