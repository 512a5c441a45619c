/*
 * test_data_share.c
 *    Datasets that several processes finish: they are those that one makes.
 *
 * The other process is played by a second builder of this one, which does as
 * many pieces as it is told to when it is called, before the leader does the
 * rest.
 */
#include "data/builder.h"
#include "data/finish_team.h"

#include <stdint.h>

#include "making.h"
#include "unit.h"

#define N_ROWS 60000

static const DataColumnSpec columns[] = {
	{ "x", "x", 0, 1, DATA_NUMBER },
	{ "when", "when", 0, 1, DATA_NUMBER },
	{ "full", "full", 0, 1, DATA_NUMBER },
	{ "t", "t", 0, 3, DATA_CATEGORY },
	{ "many", "many", 0, 3, DATA_CATEGORY },
	{ "one", "one", 0, 3, DATA_CATEGORY },
};

static const DataAttributeSpec by_sex[] = { { "sex", 1, { 0 } } };

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

static const DataExchange exchange = { .name = name_of, .piece = piece_of };

/* The other process. */
typedef struct Other
{
	FinishTeam team;
	NumArena *arena;
	uint32_t most;   /* pieces that it does of those of a call */
	bool no_room;    /* there is no memory to call it */
	uint32_t next;   /* piece */
	uint32_t n_done; /* pieces of all calls */
	int n_calls;
	int n_open;
} Other;

static uint32_t
take(FinishTeam *team)
{
	Other *other = team->host;

	return other->next++;
}

static uint32_t
take_some(FinishTeam *team)
{
	Other *other = team->host;

	if (other->next >= other->most)
		return UINT32_MAX;
	other->n_done++;
	return other->next++;
}

static void *
begin(FinishTeam *team, const unsigned char *image, size_t bytes,
      size_t room_bytes)
{
	Other *other = team->host;
	FinishTeam helping = { .exchange = &exchange,
		                   .take = take_some,
		                   .host = other };
	char *room;
	unsigned char *copy;

	if (other->no_room)
		return NULL;
	room = arena_alloc(other->arena, room_bytes, 1);
	copy = arena_alloc(other->arena, bytes + 1, 1);
	memset(room, 0, room_bytes);
	/* an image may stand anywhere */
	memcpy(copy + 1, image, bytes);
	other->next = 0;
	other->n_calls++;
	other->n_open++;
	CHECK_INT(data_finish_help(other->arena, other->arena, &helping, copy + 1,
	                           room, NULL),
	          NUM_OK);
	return room;
}

static NumStatus
end(FinishTeam *team)
{
	Other *other = team->host;

	other->n_open--;
	return NUM_OK;
}

static void
append(DataBuilder *builder, uint32_t i)
{
	DataInput *input = data_builder_input(builder);
	/* copies of rows, which move from one part to another */
	uint32_t k = i % 20011;
	char text[32];

	input->number[0] = k % 19 == 0 ? NAN : k % 101 / 8.0;
	input->number[1] = 1.7e9 + k * 77 % 1009 / 4.0;
	input->number[2] = k * 7919 % 10007 / 3.0;
	snprintf(text, sizeof(text), "level %u", k % 40);
	input->code[3] = k % 31 == 0 ? DATA_NULL_CODE
	                             : data_builder_code(builder, 3, text,
	                                                 (uint32_t) strlen(text));
	/* bytes in some blocks, more in others */
	snprintf(text, sizeof(text), "number %u", k % 700);
	input->code[4] =
		data_builder_code(builder, 4, text, (uint32_t) strlen(text));
	input->code[5] = data_builder_code(builder, 5, "same", 4);
	input->protected_code[0] =
		data_builder_group(builder, 0, k % 3 == 0 ? "f" : "m", 1);
	input->label = k % 7 < 3;
	input->weight = 1 + k % 3;
	CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
}

/* Half of the rows come from another builder. */
static void
make(Making *making, bool weighted, Other *other)
{
	DataBuilderSpec spec = spec_of(columns, 6);
	DataBuilder *part;
	unsigned char *image;
	size_t bytes;

	spec.n_protected = 1;
	spec.n_attributes = 1;
	spec.attributes = by_sex;
	spec.weighted = weighted;
	spec.held_out_share = 0.2;
	making_begin(making, &spec);
	CHECK_INT(data_builder_create(&making->arena, &spec, &part), NUM_OK);
	for (uint32_t i = 0; i < N_ROWS; i++)
		append(i % 2 == 0 ? making->builder : part, N_ROWS - i);
	CHECK_INT(data_builder_export(part, &exchange, &image, &bytes), NUM_OK);
	CHECK_INT(data_builder_import(making->builder, &exchange, image), NUM_OK);
	if (other != NULL)
	{
		other->arena = &making->arena;
		other->team = (FinishTeam){ .exchange = &exchange,
			                        .begin = begin,
			                        .take = take,
			                        .end = end,
			                        .host = other };
		data_builder_team(making->builder, &other->team);
	}
	CHECK_INT(making_finish(making), NUM_OK);
}

static void
check_same_column(const DataColumn *a, const DataColumn *b)
{
	CHECK(strcmp(a->name, b->name) == 0 && a->kind == b->kind);
	CHECK_INT(a->n_levels, b->n_levels);
	CHECK_INT(a->first_param, b->first_param);
	CHECK(a->pivot == b->pivot && a->mean == b->mean && a->sd == b->sd);
	CHECK(a->min == b->min && a->max == b->max && a->fill == b->fill);
	CHECK_INT((intmax_t) a->n_out_of_range, (intmax_t) b->n_out_of_range);
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
check_same_rows(const Dataset *data, const DataRows *a, const DataRows *b)
{
	size_t n_cells = 2 * (size_t) data->n_base_groups;

	CHECK_INT((intmax_t) a->n_rows, (intmax_t) b->n_rows);
	CHECK_INT(a->n_blocks, b->n_blocks);
	CHECK(a->weight == b->weight);
	CHECK(memcmp(a->cell_weight, b->cell_weight, n_cells * sizeof(double)) ==
	      0);
	CHECK(memcmp(a->cell_rows, b->cell_rows, n_cells * sizeof(uint64_t)) == 0);
	CHECK(memcmp(a->sample_blocks, b->sample_blocks,
	             sizeof(a->sample_blocks)) == 0);
	for (uint32_t k = 0; k < a->n_blocks && k < b->n_blocks; k++)
	{
		const DataBlock *one = data_block(a, k);
		const DataBlock *two = data_block(b, k);
		size_t n = one->n_rows;

		CHECK_INT(one->n_rows, two->n_rows);
		CHECK(memcmp(one->cell, two->cell, n * sizeof(uint16_t)) == 0);
		CHECK((one->weight == NULL) == (two->weight == NULL));
		if (one->weight != NULL)
			CHECK(memcmp(one->weight, two->weight, n * sizeof(float)) == 0);
		for (uint32_t c = 0; c < data->n_columns; c++)
		{
			CHECK_INT(one->code_bytes[c], two->code_bytes[c]);
			CHECK(memcmp(one->values[c], two->values[c],
			             n * one->code_bytes[c]) == 0);
		}
	}
}

static void
check_same(const Making *a, const Making *b)
{
	CHECK_INT(a->data->n_columns, b->data->n_columns);
	CHECK_INT(a->data->n_params, b->data->n_params);
	CHECK_INT(a->n_findings, b->n_findings);
	CHECK_INT((intmax_t) a->data->block_bytes, (intmax_t) b->data->block_bytes);
	CHECK(a->data->weight_magnet == b->data->weight_magnet);
	for (uint32_t c = 0; c < a->data->n_columns && c < b->data->n_columns; c++)
		check_same_column(&a->data->columns[c], &b->data->columns[c]);
	for (int p = 0; p < DATA_PARTS; p++)
		check_same_rows(a->data, &a->data->part[p], &b->data->part[p]);
}

/* With whatever share of the pieces. */
static void
a_dataset_is_the_same_whoever_does_which_piece(void)
{
	static const uint32_t most[] = { 0, 1, 3, 7, 1000 };

	for (int weighted = 0; weighted < 2; weighted++)
	{
		Making alone;

		make(&alone, weighted == 1, NULL);
		CHECK_INT(alone.data->n_columns, 6); /* a null flag, and not "one" */
		for (size_t k = 0; k < sizeof(most) / sizeof(most[0]); k++)
		{
			Other other = { .most = most[k] };
			Making together;

			make(&together, weighted == 1, &other);
			CHECK_INT(other.n_calls, 2);
			CHECK_INT(other.n_open, 0);
			CHECK(other.n_done >= 2 * (most[k] < 7 ? most[k] : 7));
			check_same(&alone, &together);
			scratch_end(&together.arena);
		}
		scratch_end(&alone.arena);
	}
}

static void
a_dataset_is_the_same_when_nobody_can_be_called(void)
{
	Other other = { .most = 7, .no_room = true };
	Making alone;
	Making together;

	make(&alone, false, NULL);
	make(&together, false, &other);
	CHECK_INT(other.n_done, 0);
	check_same(&alone, &together);
	scratch_end(&together.arena);
	scratch_end(&alone.arena);
}

int
main(void)
{
	RUN(a_dataset_is_the_same_whoever_does_which_piece);
	RUN(a_dataset_is_the_same_when_nobody_can_be_called);
	return unit_end();
}
