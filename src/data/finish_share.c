/*
 * finish_share.c
 *    Finishing a dataset together with other processes.
 *
 * Two things are shared that walk over all rows: counting, where a piece is a
 * column or the cells of a part, and writing, where it is a block.  Everybody
 * takes pieces until there are none.  Counts are whole numbers and other sums
 * on a grid, and one process makes those of a piece, so nobody can tell who did.
 *
 * What the others need is an image of the rows and of what is known of the
 * columns, of which they make a builder and a Finish of their own: so the same
 * functions do the work everywhere.
 *
 * All rows must be in memory, and stay there meanwhile: nobody gives back any.
 * Where memory runs short the rest is left to one process.  Categories with
 * very many values are no matter of an image; with one of them a process
 * finishes alone.
 */
#include "data/builder_private.h"

#include <string.h>

#include "data/finish_team.h"
#include "data/image.h"
#include "data/slab.h"

typedef enum ShareKind
{
	SHARE_COUNTS,
	SHARE_BLOCKS
} ShareKind;

/* What an image begins with. */
typedef struct ShareHead
{
	ShareKind kind;
	DataBuilderSpec spec; /* without its pointers */
	uint32_t n_raw_groups;
	uint32_t n_base_groups;
	uint32_t n_columns; /* of the dataset */
	uint32_t n_origins;
	double weight_magnet;
	uint64_t n_rows[DATA_PARTS];
} ShareHead;

/* A column of the builder. */
typedef struct ShareColumn
{
	DataKind kind;
	uint32_t n_values;
	FinishColumn plan; /* likewise */
} ShareColumn;

/* Where blocks are from. */
typedef struct Origins
{
	const RawOrigin **list; /* NULL is this builder, and not among them */
	uint32_t n;
} Origins;

/* Takes care that rows stay where they are. */
typedef struct Hold
{
	bool (*builder)(void *owner, size_t size_bytes);
	bool (*rows)(void *owner, size_t size_bytes);
} Hold;

static Hold
hold_rows(DataBuilder *builder)
{
	Hold hold = { builder->arena->reclaim, builder->shape.rows->reclaim };

	builder->arena->reclaim = NULL;
	builder->shape.rows->reclaim = NULL;
	return hold;
}

static void
let_go(DataBuilder *builder, Hold hold)
{
	builder->arena->reclaim = hold.builder;
	builder->shape.rows->reclaim = hold.rows;
}

static bool
may_share(const DataBuilder *builder)
{
	if (builder->team == NULL)
		return false;
	for (uint32_t c = 0; c < builder->spec.n_columns; c++)
		if (builder->crowd[c] != NULL)
			return false;
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
			if (builder->stream[s].blocks[b]->store != NULL)
				return false;
	return true;
}

/* Different origins are few: one for each process that has read. */
static uint32_t
place_of_origin(Origins *origins, const RawOrigin *origin)
{
	uint32_t o = 0;

	while (o < origins->n && origins->list[o] != origin)
		o++;
	return o;
}

static NumStatus
list_origins(const DataBuilder *builder, Origins *origins)
{
	size_t n_blocks = 0;

	for (int s = 0; s < DATA_STREAMS; s++)
		n_blocks += builder->stream[s].n_blocks;
	origins->n = 0;
	origins->list =
		arena_alloc(builder->arena, n_blocks, sizeof(const RawOrigin *));
	if (origins->list == NULL)
		return NUM_NO_MEMORY;
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawOrigin *origin = builder->stream[s].blocks[b]->origin;

			if (origin != NULL &&
			    place_of_origin(origins, origin) == origins->n)
				origins->list[origins->n++] = origin;
		}
	return NUM_OK;
}

static void
put_columns(ImageWriter *writer, const DataBuilder *builder,
            const Finish *finish)
{
	for (uint32_t c = 0; c < builder->spec.n_columns; c++)
	{
		ShareColumn column = { .kind = builder->spec.columns[c].kind,
			                   .n_values = builder->levels[c].n,
			                   .plan = finish->columns[c] };

		image_put(writer, &column, sizeof(column));
	}
}

static void
put_origin(ImageWriter *writer, const DataBuilder *builder,
           const RawOrigin *origin)
{
	for (uint32_t k = 0; k < builder->shape.n_categories; k++)
	{
		uint32_t c = builder->shape.categories[k];

		image_put_number(writer, origin->n_codes[c]);
		image_put(writer, origin->code[c],
		          origin->n_codes[c] * sizeof(uint32_t));
	}
	image_put_number(writer, origin->n_groups);
	image_put(writer, origin->group, origin->n_groups * sizeof(uint32_t));
}

static void
put_stream(ImageWriter *writer, const DataBuilder *builder, int s,
           Origins *origins)
{
	const RawStream *stream = &builder->stream[s];
	const RawShape *shape = &builder->shape;

	image_put_number(writer, stream->n_blocks);
	for (uint32_t b = 0; b < stream->n_blocks; b++)
	{
		const RawBlock *block = stream->blocks[b];

		image_put_number(
			writer, builder->team->exchange->name(shape->rows, block->slab));
		image_put_number(writer, block->origin == NULL
		                             ? origins->n
		                             : place_of_origin(origins, block->origin));
		image_put_number(writer, block->n_rows);
		image_put_number(writer, block->laid_rows);
		image_put(writer, block->width, shape->n_columns);
	}
}

/* What blocks are written by. */
static void
put_plan(ImageWriter *writer, const Finish *finish, const uint8_t *widths)
{
	const DataBuilder *builder = finish->builder;
	const Dataset *data = finish->data;

	image_put(writer, widths, data->n_columns);
	image_put(writer, data->columns, data->n_columns * sizeof(DataColumn));
	for (uint32_t c = 0; c < builder->spec.n_columns; c++)
		if (finish->columns[c].level != NULL)
			image_put(writer, finish->columns[c].level,
			          data_n_codes(builder, c) * sizeof(uint32_t));
}

/* 'widths' of the columns of the dataset, for SHARE_BLOCKS. */
static void
write_image(const Finish *finish, ShareKind kind, const uint8_t *widths,
            ImageWriter *writer)
{
	const DataBuilder *builder = finish->builder;
	ShareHead head = { .kind = kind,
		               .spec = builder->spec,
		               .n_raw_groups = builder->base_groups.n,
		               .n_base_groups = finish->data->n_base_groups,
		               .n_columns = finish->data->n_columns,
		               .weight_magnet = finish->weight_magnet };
	Origins origins;

	*writer = (ImageWriter){ .arena = builder->arena };
	writer->status = list_origins(builder, &origins);
	if (writer->status != NUM_OK)
		return;
	memcpy(head.n_rows, finish->n_rows, sizeof(head.n_rows));
	head.n_origins = origins.n;
	image_put(writer, &head, sizeof(head));
	put_columns(writer, builder, finish);
	image_put(writer, finish->base_group,
	          builder->base_groups.n * sizeof(uint32_t));
	for (uint32_t o = 0; o < origins.n; o++)
		put_origin(writer, builder, origins.list[o]);
	for (int s = 0; s < DATA_STREAMS; s++)
		put_stream(writer, builder, s, &origins);
	if (kind == SHARE_BLOCKS)
		put_plan(writer, finish, widths);
}

/* Where the pieces of counting put what they find. */
static NumStatus
lay_counts(Finish *finish)
{
	const DataBuilder *builder = finish->builder;
	uint32_t n = DATA_COUNT_COLUMNS + builder->spec.n_columns;
	size_t used = 0;

	finish->counted_at = arena_alloc(builder->arena, n, sizeof(size_t));
	if (finish->counted_at == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t c = i - DATA_COUNT_COLUMNS;

		finish->counted_at[i] = used;
		slab_cut(NULL, &used,
		         i < DATA_COUNT_COLUMNS ? data_cells_bytes(finish->data)
		         : builder->spec.columns[c].kind == DATA_NUMBER
		             ? data_number_bytes()
		             : data_levels_bytes(builder, c));
	}
	finish->counted_bytes = used;
	return NUM_OK;
}

static NumStatus
count_pieces(Finish *finish, FinishTeam *team, char *room)
{
	const DataBuilderSpec *spec = &finish->builder->spec;
	NumStatus status = NUM_OK;

	while (status == NUM_OK)
	{
		uint32_t i = team->take(team);
		uint32_t c = i - DATA_COUNT_COLUMNS;

		if (i >= DATA_COUNT_COLUMNS + spec->n_columns)
			break;
		if (i < DATA_COUNT_COLUMNS)
			status = data_count_cells(finish, (DataPart) i,
			                          room + finish->counted_at[i]);
		else if (spec->columns[c].kind == DATA_NUMBER)
			status = data_count_number(finish, c, room + finish->counted_at[i]);
		else
			status = data_count_levels(finish, c, room + finish->counted_at[i]);
	}
	return status;
}

/* Calls the others; NULL when there is no memory for that. */
static void *
begin(FinishTeam *team, ImageWriter *writer, size_t room_bytes)
{
	void *room = NULL;

	if (writer->status == NUM_OK)
		room = team->begin(team, writer->bytes, writer->n, room_bytes);
	arena_release(writer->arena, writer->bytes, writer->room, 1);
	return room;
}

/* Counts together if there is memory for that; else nothing is counted. */
static NumStatus
count_held(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	FinishTeam *team = builder->team;
	ImageWriter writer;
	char *counted;
	char *room;
	NumStatus status;
	NumStatus ended;

	if (lay_counts(finish) != NUM_OK)
		return NUM_OK;
	counted = arena_alloc(builder->arena, finish->counted_bytes, 1);
	if (counted == NULL)
		return NUM_OK;
	write_image(finish, SHARE_COUNTS, NULL, &writer);
	room = begin(team, &writer, finish->counted_bytes);
	if (room == NULL)
	{
		arena_release(builder->arena, counted, finish->counted_bytes, 1);
		return NUM_OK;
	}
	status = count_pieces(finish, team, room);
	ended = team->end(team);
	memcpy(counted, room, finish->counted_bytes);
	finish->counted = counted;
	return status == NUM_OK ? ended : status;
}

NumStatus
data_count_together(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	NumStatus status;
	Hold hold;

	if (!may_share(builder))
		return NUM_OK;
	hold = hold_rows(builder);
	status = count_held(finish);
	let_go(builder, hold);
	return status;
}

/* All blocks of the builder in the order of the dataset; their number. */
static uint32_t
list_blocks(const DataBuilder *builder, RawBlock **blocks)
{
	uint32_t n = 0;

	for (int k = 0; k < DATA_STREAMS; k++)
	{
		const RawStream *stream = &builder->stream[data_stream_at(k)];

		for (uint32_t b = 0; b < stream->n_blocks; b++, n++)
			if (blocks != NULL)
				blocks[n] = stream->blocks[b];
	}
	return n;
}

/* Finds the rows of a block of another process, where they still are: a block that
 * has been written has none. */
static void
open_block(const DataBuilder *builder, RawBlock *block)
{
	const RawShape *shape = &builder->shape;

	raw_lay(shape, block,
	        builder->team->exchange->piece(shape->rows, block->place));
	arena_adopt(shape->rows, block->slab_bytes);
}

/* Writes blocks; 'names' gets what the team calls them, and 'written' the blocks
 * themselves, where these are not NULL.  Ends early when there is no memory. */
static NumStatus
write_pieces(const Finish *finish, FinishTeam *team, uint8_t *widths,
             uint64_t *names, DataBlock **written)
{
	const DataBuilder *builder = finish->builder;
	uint32_t n = list_blocks(builder, NULL);
	RawBlock **blocks = arena_alloc(builder->arena, n, sizeof(RawBlock *));
	NumStatus status = blocks == NULL ? NUM_NO_MEMORY : NUM_OK;

	if (blocks != NULL)
		(void) list_blocks(builder, blocks);
	while (status == NUM_OK)
	{
		uint32_t i = team->take(team);
		DataBlock *to;

		if (i >= n)
			break;
		if (blocks[i]->n_rows == 0)
			continue;
		if (monitor_stop(builder->spec.monitor))
			return NUM_CANCELLED;
		if (blocks[i]->slab == NULL)
			open_block(builder, blocks[i]);
		status = data_write_block(finish, widths, blocks[i], &to);
		if (status != NUM_OK || to == NULL)
			break;
		names[i] = team->exchange->name(builder->shape.rows, to->slab);
		if (written != NULL)
			written[i] = to;
	}
	arena_release(builder->arena, blocks, n, sizeof(RawBlock *));
	return status;
}

/* Takes over a block that another process has written, which has given back
 * the rows that it is made of. */
static NumStatus
adopt_block(const Finish *finish, uint8_t *widths, RawBlock *from,
            uint64_t name, DataBlock **to)
{
	const DataBuilder *builder = finish->builder;
	NumArena *rows = builder->shape.rows;

	*to = data_create_block(finish, widths, from->n_rows);
	if (*to == NULL)
		return NUM_NO_MEMORY;
	data_block_lay(finish->data, builder->spec.weighted, *to,
	               builder->team->exchange->piece(rows, name));
	rows->used_bytes -= from->slab_bytes;
	from->slab = NULL;
	arena_adopt(rows, (*to)->slab_bytes);
	return NUM_OK;
}

/* Writes together what there is memory for. */
static NumStatus
write_held(Finish *finish, uint8_t *widths, RawBlock **blocks, uint32_t n,
           DataBlock **written)
{
	FinishTeam *team = finish->builder->team;
	ImageWriter writer;
	uint64_t *names;
	NumStatus status;
	NumStatus ended;

	write_image(finish, SHARE_BLOCKS, widths, &writer);
	names = begin(team, &writer, n * sizeof(uint64_t));
	if (names == NULL)
		return NUM_OK;
	status = write_pieces(finish, team, widths, names, written);
	ended = team->end(team);
	for (uint32_t i = 0; i < n && status == NUM_OK; i++)
		if (written[i] == NULL && names[i] != 0)
			status =
				adopt_block(finish, widths, blocks[i], names[i], &written[i]);
	return status == NUM_OK ? ended : status;
}

NumStatus
data_write_together(Finish *finish, uint8_t *widths, DataBlock ***result)
{
	DataBuilder *builder = finish->builder;
	uint32_t n = list_blocks(builder, NULL);
	RawBlock **blocks;
	DataBlock **written;
	NumStatus status = NUM_OK;
	Hold hold;

	*result = NULL;
	if (!may_share(builder))
		return NUM_OK;
	hold = hold_rows(builder);
	blocks = arena_alloc(builder->arena, n, sizeof(RawBlock *));
	written = arena_alloc(builder->arena, n, sizeof(DataBlock *));
	if (blocks != NULL && written != NULL)
	{
		(void) list_blocks(builder, blocks);
		memset(written, 0, n * sizeof(DataBlock *));
		status = write_held(finish, widths, blocks, n, written);
		*result = written;
	}
	arena_release(builder->arena, blocks, n, sizeof(RawBlock *));
	let_go(builder, hold);
	return status;
}

static NumStatus
get_columns(ImageReader *reader, NumArena *arena, ShareHead *head,
            ShareColumn **result)
{
	uint32_t n = head->spec.n_columns;
	ShareColumn *columns = arena_alloc(arena, n, sizeof(ShareColumn));
	DataColumnSpec *specs = arena_alloc(arena, n, sizeof(DataColumnSpec));

	if (columns == NULL || specs == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t c = 0; c < n; c++)
	{
		memcpy(&columns[c], image_get(reader, sizeof(ShareColumn)),
		       sizeof(ShareColumn));
		specs[c] = (DataColumnSpec){ .name = "",
			                         .source = "",
			                         .kind = columns[c].kind };
	}
	head->spec.columns = specs;
	*result = columns;
	return NUM_OK;
}

/* Some numbers, where a pointer may stand. */
static uint32_t *
get_map(ImageReader *reader, NumArena *arena, size_t n)
{
	uint32_t *map = arena_alloc(arena, n, sizeof(uint32_t));

	if (map != NULL)
		memcpy(map, image_get(reader, n * sizeof(uint32_t)),
		       n * sizeof(uint32_t));
	return map;
}

static NumStatus
get_origin(ImageReader *reader, const DataBuilder *builder, RawOrigin *origin)
{
	NumArena *arena = builder->arena;

	memset(origin, 0, sizeof(*origin));
	origin->code =
		arena_alloc(arena, builder->spec.n_columns, sizeof(uint32_t *));
	if (origin->code == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t k = 0; k < builder->shape.n_categories; k++)
	{
		uint32_t c = builder->shape.categories[k];

		origin->code[c] = get_map(reader, arena, image_get_number(reader));
		if (origin->code[c] == NULL)
			return NUM_NO_MEMORY;
	}
	origin->group = get_map(reader, arena, image_get_number(reader));
	return origin->group == NULL ? NUM_NO_MEMORY : NUM_OK;
}

static NumStatus
get_stream(ImageReader *reader, DataBuilder *builder, const ShareHead *head,
           const RawOrigin *origins, RawStream *stream)
{
	const RawShape *shape = &builder->shape;
	uint64_t n = image_get_number(reader);

	for (uint64_t b = 0; b < n; b++)
	{
		RawBlock *block = raw_create(shape);
		uint64_t name = image_get_number(reader);
		uint64_t origin = image_get_number(reader);
		NumStatus status;

		if (block == NULL)
			return NUM_NO_MEMORY;
		block->origin = origin == head->n_origins ? NULL : &origins[origin];
		block->n_rows = (uint32_t) image_get_number(reader);
		block->laid_rows = (uint32_t) image_get_number(reader);
		memcpy(block->width, image_get(reader, shape->n_columns),
		       shape->n_columns);
		block->place = name;
		if (head->kind == SHARE_COUNTS)
			open_block(builder, block);
		status = raw_add(shape, stream, block);
		if (status != NUM_OK)
			return status;
	}
	return NUM_OK;
}

static NumStatus
get_rows(ImageReader *reader, const ShareHead *head, Finish *finish)
{
	DataBuilder *builder = finish->builder;
	RawOrigin *origins =
		arena_alloc(builder->arena, head->n_origins, sizeof(RawOrigin));
	NumStatus status = origins == NULL ? NUM_NO_MEMORY : NUM_OK;

	for (uint32_t o = 0; o < head->n_origins && status == NUM_OK; o++)
		status = get_origin(reader, builder, &origins[o]);
	for (int s = 0; s < DATA_STREAMS && status == NUM_OK; s++)
		status =
			get_stream(reader, builder, head, origins, &builder->stream[s]);
	return status;
}

static NumStatus
get_plan(ImageReader *reader, Finish *finish, uint8_t **widths)
{
	DataBuilder *builder = finish->builder;
	NumArena *arena = builder->arena;
	uint32_t n = finish->data->n_columns;

	*widths = arena_alloc(arena, n, 1);
	finish->data->columns = arena_alloc(arena, n, sizeof(DataColumn));
	if (*widths == NULL || finish->data->columns == NULL)
		return NUM_NO_MEMORY;
	memcpy(*widths, image_get(reader, n), n);
	memcpy(finish->data->columns, image_get(reader, n * sizeof(DataColumn)),
	       n * sizeof(DataColumn));
	for (uint32_t c = 0; c < builder->spec.n_columns; c++)
	{
		FinishColumn *plan = &finish->columns[c];

		if (plan->level == NULL)
			continue;
		plan->level = get_map(reader, arena, data_n_codes(builder, c));
		if (plan->level == NULL)
			return NUM_NO_MEMORY;
	}
	return NUM_OK;
}

/* What the image says of builder and dataset, without rows. */
static NumStatus
get_finish(ImageReader *reader, NumArena *arena, const ShareHead *head,
           const ShareColumn *columns, Finish *finish)
{
	uint32_t n = head->spec.n_columns;
	NumStatus status =
		data_builder_create(arena, &head->spec, &finish->builder);

	if (status != NUM_OK)
		return status;
	finish->data = arena_alloc(arena, 1, sizeof(Dataset));
	finish->columns = arena_alloc(arena, n, sizeof(FinishColumn));
	finish->base_group = get_map(reader, arena, head->n_raw_groups);
	if (finish->data == NULL || finish->columns == NULL ||
	    finish->base_group == NULL)
		return NUM_NO_MEMORY;
	memset(finish->data, 0, sizeof(Dataset));
	finish->data->label = head->spec.label;
	finish->data->drawn = head->spec.drawn;
	finish->data->n_columns = head->n_columns;
	finish->data->n_base_groups = head->n_base_groups;
	finish->weight_magnet = head->weight_magnet;
	memcpy(finish->n_rows, head->n_rows, sizeof(head->n_rows));
	for (uint32_t c = 0; c < n; c++)
	{
		finish->columns[c] = columns[c].plan;
		/* nobody asks for the values themselves */
		finish->builder->levels[c].n = columns[c].n_values;
	}
	return NUM_OK;
}

NumStatus
data_finish_help(NumArena *arena, NumArena *rows, FinishTeam *team,
                 const unsigned char *image, void *room, NumMonitor *monitor)
{
	ImageReader reader = { image };
	Finish finish = { .builder = NULL };
	ShareHead head;
	ShareColumn *columns;
	uint8_t *widths = NULL;
	NumStatus status;

	memcpy(&head, image_get(&reader, sizeof(head)), sizeof(head));
	head.spec.attributes = NULL;
	head.spec.n_attributes = 0;
	head.spec.raw_store = NULL;
	head.spec.block_store = NULL;
	head.spec.row_arena = rows;
	head.spec.monitor = monitor;
	status = get_columns(&reader, arena, &head, &columns);
	if (status == NUM_OK)
		status = get_finish(&reader, arena, &head, columns, &finish);
	if (status != NUM_OK)
		return status;
	finish.builder->team = team;
	status = get_rows(&reader, &head, &finish);
	if (status == NUM_OK)
		status = head.kind == SHARE_COUNTS
		             ? lay_counts(&finish)
		             : get_plan(&reader, &finish, &widths);
	if (status != NUM_OK)
		return status;
	return head.kind == SHARE_COUNTS
	           ? count_pieces(&finish, team, room)
	           : write_pieces(&finish, team, widths, room, NULL);
}
