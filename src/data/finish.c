/*
 * finish.c
 *    From rows as they came to a finished dataset.
 *
 * In order: pivots of numbers; levels of categories with very many values;
 * copies of rows divided; base groups and
 * attributes; for every number mean, spread and range over the training rows and, where
 * those have NULLs, a null flag behind the column; for every category levels
 * sorted by bytes (NULL first, rare ones pooled last); columns that carry
 * nothing left out; parameters numbered; and then all blocks written anew.
 *
 * Everything but the order of the rows depends on the rows alone: counts are
 * whole numbers, and other sums are taken on a grid (num/grid.h).
 */
#include "data/builder_private.h"

#include <string.h>

#include "num/grid.h"

void
data_find(Finish *finish, DataFindingKind kind, uint32_t column, uint64_t count)
{
	DataFinding *finding = &finish->findings[finish->n_findings++];

	finding->kind = kind;
	finding->column = finish->builder->spec.columns[column].name;
	finding->count = count;
	finding->rows = 0;
}

static NumStatus
close_streams(DataBuilder *builder)
{
	NumStatus status = NUM_OK;

	for (int s = 0; s < DATA_STREAMS && status == NUM_OK; s++)
		status = raw_flush(&builder->shape, &builder->stream[s]);
	return status;
}

/* Counts rows, and finds the grid on which their weights are added up. */
static void
count_rows(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	double most = builder->spec.weighted ? 0 : 1;
	uint64_t n = 0;

	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawBlock *block = builder->stream[s].blocks[b];

			finish->n_rows[data_part_of(s)] += block->n_rows;
			n += block->n_rows;
			most = (double) block->heaviest > most ? (double) block->heaviest
			                                       : most;
		}
	finish->weight_magnet = grid_magnet((double) n * most);
}

/* The columns in the order they were given, each null flag behind its
 * number, and the places of their parameters. */
static NumStatus
finish_columns(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	size_t n = builder->spec.n_columns;
	uint32_t number = 0;
	uint32_t category = 0;
	NumStatus status = NUM_OK;

	data->columns = arena_alloc(builder->arena, 2 * n, sizeof(DataColumn));
	if (data->columns == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t c = 0; c < n && status == NUM_OK; c++)
		if (c == builder->shape.exact_column)
		{
			number++;
			status = data_finish_label(finish);
		}
		else if (builder->spec.label == DATA_LABEL_CLASS &&
		         c == builder->spec.label_column)
		{
			category++;
			status = data_finish_classes(finish);
		}
		else if (builder->spec.drawn && c == builder->spec.draw_column)
		{
			number++;
			finish->columns[c].dropped = true;
		}
		else
			status = builder->spec.columns[c].kind == DATA_NUMBER
			             ? data_finish_number(finish, number++)
			             : data_finish_category(finish, category++);
	data->n_params = 1;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		data->columns[c].first_param = data->n_params;
		data->n_params += data->columns[c].n_params;
	}
	return status;
}

NumStatus
data_builder_finish(DataBuilder *builder, Dataset **result,
                    DataFinding **findings, uint32_t *n_findings,
                    const char **culprit)
{
	Finish finish = { .builder = builder };
	NumStatus status = close_streams(builder);

	*culprit = NULL;
	if (status != NUM_OK)
		return status;
	finish.data = arena_alloc(builder->arena, 1, sizeof(Dataset));
	finish.findings =
		arena_alloc(builder->arena, 2 * (size_t) builder->spec.n_columns,
	                sizeof(DataFinding));
	finish.columns = arena_alloc(builder->arena, builder->spec.n_columns,
	                             sizeof(FinishColumn));
	if (finish.data == NULL || finish.findings == NULL ||
	    finish.columns == NULL)
		return NUM_NO_MEMORY;
	memset(finish.data, 0, sizeof(Dataset));
	finish.data->label = builder->spec.label;
	finish.data->drawn = builder->spec.drawn;
	memset(finish.columns, 0, builder->spec.n_columns * sizeof(FinishColumn));
	data_choose_pivots(&finish);
	status = data_settle_crowds(builder);
	if (status == NUM_OK)
		status = data_divide_copies(&finish);
	if (status != NUM_OK)
		return status;
	count_rows(&finish);
	status = data_make_groups(&finish, culprit);
	if (status == NUM_OK)
		status = data_count_together(&finish);
	if (status == NUM_OK)
		status = finish_columns(&finish);
	if (status == NUM_OK)
		status = data_finish_blocks(&finish);
	arena_release(builder->arena, finish.counted, finish.counted_bytes, 1);
	if (status != NUM_OK)
		return status;
	*result = finish.data;
	*findings = finish.findings;
	*n_findings = finish.n_findings;
	return NUM_OK;
}
