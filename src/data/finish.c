/*
 * finish.c
 *    From filled blocks to a finished dataset.
 *
 * In order: base groups and attributes; for every number mean, spread and
 * range over the training rows, NULLs filled with the mean and, where training
 * rows had any, a null flag behind the column; for every category levels
 * sorted by bytes (NULL first, rare ones pooled last) and codes renumbered;
 * columns that carry nothing left out; parameters numbered.
 *
 * So the result depends on the rows and not on which value came first.  Each
 * step is one walk over a column of all blocks.
 */
#include "data/builder_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/groups.h"

/* a category with more levels than this and more than half as many as rows
 * is taken for an identifier */
#define IDENTIFIER_LEVELS 1000

/* a column that settles the label of so many rows is the label in disguise */
#define DISGUISE 0.999

typedef struct Finish
{
	DataBuilder *builder;
	Dataset *data;
	DataFinding *findings;
	uint32_t n_findings;
} Finish;

static void
find(Finish *finish, DataFindingKind kind, uint32_t column, uint64_t count)
{
	DataFinding *finding = &finish->findings[finish->n_findings++];

	finding->kind = kind;
	finding->column = finish->builder->spec.columns[column].name;
	finding->count = count;
}

static double
row_weight(const DataBlock *block, uint32_t i)
{
	return block->weight == NULL ? 1.0 : (double) block->weight[i];
}

/* Correlation with the label of a column with the given weighted sums. */
static bool
number_is_label(double w, double wy, double sd, double mean, double wxy)
{
	double y = wy / w;
	double covariance = wxy / w - mean * y;
	double spread = sd * sqrt(y * (1 - y));

	return spread > 0 && fabs(covariance) > DISGUISE * spread;
}

typedef struct NumberSums
{
	double w;
	double wx;
	double wy;
	double wxy;
	double min;
	double max;
	uint64_t n_null; /* training rows */
} NumberSums;

static void
number_sums(const DataRows *rows, uint32_t c, NumberSums *sums)
{
	memset(sums, 0, sizeof(*sums));
	sums->min = INFINITY;
	sums->max = -INFINITY;
	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = rows->blocks[b];
		const float *x = block->values[c];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			double v = (double) x[i];
			double w = row_weight(block, i);
			double y = (double) (block->cell[i] & 1u);

			if (isnan(v))
			{
				sums->n_null++;
				continue;
			}
			sums->w += w;
			sums->wx += w * v;
			sums->wy += w * y;
			sums->wxy += w * v * y;
			sums->min = v < sums->min ? v : sums->min;
			sums->max = v > sums->max ? v : sums->max;
		}
	}
}

static double
number_sd(const DataRows *rows, uint32_t c, double mean, double weight)
{
	double squares = 0;

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = rows->blocks[b];
		const float *x = block->values[c];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			double d = (double) x[i] - mean;

			if (!isnan(d))
				squares += row_weight(block, i) * d * d;
		}
	}
	return sqrt(squares / weight);
}

/* Fills NULLs; writes the flags of one block when 'flags' is given.  The
 * number of NULLs is the answer. */
static uint64_t
fill_nulls(DataBlock *block, uint32_t c, float fill, uint8_t *flags)
{
	float *x = block->values[c];
	uint64_t n_null = 0;

	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		bool null = isnan(x[i]);

		if (flags != NULL)
			flags[i] = null;
		if (null)
		{
			x[i] = fill;
			n_null++;
		}
	}
	return n_null;
}

/* Finishes number column 'c' of the builder into 'column'; a constant one has
 * no spread afterwards. */
static void
finish_number(Finish *finish, uint32_t c, DataColumn *column,
			  uint64_t *n_null_train)
{
	DataBuilder *builder = finish->builder;
	const DataRows *train = &builder->part[DATA_TRAIN];
	NumberSums sums;

	number_sums(train, c, &sums);
	*n_null_train = sums.n_null;
	column->pivot = builder->pivot[c];
	if (!(sums.w > 0))
		return;
	column->mean = sums.wx / sums.w;
	column->fill = (float) column->mean;
	column->min = sums.min + column->pivot;
	column->max = sums.max + column->pivot;
	if (sums.max > sums.min)
		column->sd = number_sd(train, c, column->mean, sums.w);
	/* with NULLs filled in, the mean stays and the spread shrinks */
	column->sd *= sqrt(sums.w / train->weight);
	if (number_is_label(sums.w, sums.wy, column->sd, column->mean, sums.wxy))
		find(finish, DATA_DISGUISE, c, 0);
}

typedef struct LevelCount
{
	uint32_t code; /* by first appearance; 0 is NULL */
	double weight; /* training rows */
	double positive;
	uint64_t rows;
} LevelCount;

typedef struct SortedLevel
{
	const Dictionary *dictionary;
	uint32_t code;
	double weight;
} SortedLevel;

static int
compare_by_name(const void *a, const void *b)
{
	const SortedLevel *x = a;
	const SortedLevel *y = b;
	const DictionaryEntry *p = &x->dictionary->entries[x->code - 1];
	const DictionaryEntry *q = &y->dictionary->entries[y->code - 1];

	return dictionary_compare(p->name, p->length, q->name, q->length);
}

/* Heaviest first, ties by name. */
static int
compare_by_weight(const void *a, const void *b)
{
	const SortedLevel *x = a;
	const SortedLevel *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return compare_by_name(a, b);
}

static LevelCount *
count_levels(const DataBuilder *builder, uint32_t c)
{
	const DataRows *rows = &builder->part[DATA_TRAIN];
	uint32_t n = builder->levels[c].n + 1;
	LevelCount *counts = arena_alloc(builder->arena, n, sizeof(LevelCount));

	if (counts == NULL)
		return NULL;
	memset(counts, 0, n * sizeof(LevelCount));
	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = rows->blocks[b];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			LevelCount *count =
				&counts[data_get_code(block->values[c],
									  block->code_bytes[c], i)];
			double w = row_weight(block, i);

			count->weight += w;
			count->rows++;
			if (block->cell[i] & 1u)
				count->positive += w;
		}
	}
	return counts;
}

/* Share of the training weight that the better guess per level gets right. */
static bool
category_is_label(const LevelCount *counts, uint32_t n)
{
	double right = 0;
	double total = 0;
	double positive = 0;
	uint32_t used = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		double other = counts[i].weight - counts[i].positive;

		right += counts[i].positive > other ? counts[i].positive : other;
		total += counts[i].weight;
		positive += counts[i].positive;
		used += counts[i].rows > 0;
	}
	return right > DISGUISE * total && used * 20.0 < total &&
		   fmax(positive, total - positive) < DISGUISE * total;
}

/* Renumbers the codes of a column in all blocks. */
static NumStatus
recode(DataBuilder *builder, uint32_t c, const uint32_t *map, uint8_t width,
	   uint64_t *n_null)
{
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];
			uint8_t old_width = block->code_bytes[c];
			void *old = block->values[c];
			void *new = old;

			if (width != old_width)
			{
				new = arena_alloc(builder->arena, DATA_BLOCK_ROWS, width);
				if (new == NULL)
					return NUM_NO_MEMORY;
			}
			for (uint32_t i = 0; i < block->n_rows; i++)
			{
				uint32_t code = data_get_code(old, old_width, i);

				*n_null += code == DATA_NULL_CODE;
				data_put_code(new, width, i, map[code]);
			}
			if (new != old)
			{
				arena_release(builder->arena, old, DATA_BLOCK_ROWS,
							  old_width);
				block->values[c] = new;
				block->code_bytes[c] = width;
			}
		}
	return NUM_OK;
}

static void
set_level(DataColumn *column, uint32_t at, DataLevelKind kind,
		  const DictionaryEntry *entry, double weight)
{
	DataLevel *level = &column->levels[at];

	level->kind = kind;
	level->name = entry == NULL ? "" : entry->name;
	level->length = entry == NULL ? 0 : entry->length;
	level->weight = weight;
}

/*
 * Places of the codes among the final levels.  Values that training rows have
 * become levels, the heaviest ones when there are too many; the rest of them
 * shares OTHER.  A value (or NULL) that only held-out rows have goes to OTHER
 * where that exists, and else to a level of its own without training weight,
 * which the model treats like a value it has never seen.
 */
static NumStatus
place_levels(Finish *finish, uint32_t c, const LevelCount *counts,
			 DataColumn *column, uint32_t *map)
{
	DataBuilder *builder = finish->builder;
	const Dictionary *dictionary = &builder->levels[c];
	uint32_t n = dictionary->n;
	uint32_t kept = n;
	uint32_t at = 0;
	double pooled = 0;
	SortedLevel *sorted =
		arena_alloc(builder->arena, n, sizeof(SortedLevel));

	if (sorted == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t e = 0; e < n; e++)
	{
		sorted[e].dictionary = dictionary;
		sorted[e].code = e + 1;
		sorted[e].weight = counts[e + 1].weight;
	}
	if (n > builder->spec.max_levels)
	{
		qsort(sorted, n, sizeof(SortedLevel), compare_by_weight);
		kept = builder->spec.max_levels - 1;
		while (kept > 0 && !(sorted[kept - 1].weight > 0))
			kept--;
		for (uint32_t e = kept; e < n; e++)
			pooled += sorted[e].weight;
		find(finish, DATA_POOLED, c, n - kept);
	}
	if (kept > 1)
		qsort(sorted, kept, sizeof(SortedLevel), compare_by_name);

	column->levels =
		arena_alloc(builder->arena, (size_t) kept + 2, sizeof(DataLevel));
	if (column->levels == NULL)
		return NUM_NO_MEMORY;
	map[DATA_NULL_CODE] = 0;
	if (builder->seen_null[c])
		set_level(column, at++, DATA_LEVEL_NULL, NULL, counts[0].weight);
	for (uint32_t e = 0; e < kept; e++)
	{
		map[sorted[e].code] = at;
		set_level(column, at++, DATA_LEVEL_VALUE,
				  &dictionary->entries[sorted[e].code - 1], sorted[e].weight);
	}
	for (uint32_t e = kept; e < n; e++)
		map[sorted[e].code] = at;
	if (kept < n)
		set_level(column, at++, DATA_LEVEL_OTHER, NULL, pooled);
	column->n_levels = at;
	return NUM_OK;
}

/* Finishes category column 'c'; false in '*keep' when it is left out. */
static NumStatus
finish_category(Finish *finish, uint32_t c, DataColumn *column, bool *keep)
{
	DataBuilder *builder = finish->builder;
	uint32_t n = builder->levels[c].n;
	uint64_t rows = builder->part[DATA_TRAIN].n_rows;
	LevelCount *counts = count_levels(builder, c);
	uint32_t *map;
	uint32_t used = 0;
	NumStatus status;

	if (counts == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i <= n; i++)
		used += counts[i].rows > 0;
	*keep = used > 1 && !(n > IDENTIFIER_LEVELS && (uint64_t) n * 2 > rows);
	if (!*keep)
	{
		find(finish, used > 1 ? DATA_IDENTIFIER : DATA_CONSTANT, c, n);
		return NUM_OK;
	}
	if (category_is_label(counts, n + 1))
		find(finish, DATA_DISGUISE, c, 0);
	map = arena_alloc(builder->arena, (size_t) n + 1, sizeof(uint32_t));
	if (map == NULL)
		return NUM_NO_MEMORY;
	status = place_levels(finish, c, counts, column, map);
	if (status != NUM_OK)
		return status;
	return recode(builder, c, map,
				  data_code_width(column->n_levels),
				  &column->n_null);
}

/* The null flag of number column 'c', as a new last column of every block's
 * arrays; 'at' is its place there. */
static NumStatus
make_flags(DataBuilder *builder, uint32_t c, float fill, uint32_t at)
{
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];
			uint8_t *flags = arena_alloc(builder->arena, DATA_BLOCK_ROWS, 1);

			if (flags == NULL)
				return NUM_NO_MEMORY;
			fill_nulls(block, c, fill, flags);
			block->values[at] = flags;
			block->code_bytes[at] = 1;
		}
	return NUM_OK;
}

static NumStatus
describe_flag(NumArena *arena, const DataColumn *number, double weight,
			  double null_weight, DataColumn *flag)
{
	memset(flag, 0, sizeof(*flag));
	flag->name = number->name;
	flag->source = number->source;
	flag->element = number->element;
	flag->input = number->input;
	flag->kind = DATA_CATEGORY;
	flag->is_null_flag = true;
	flag->n_levels = 2;
	flag->levels = arena_alloc(arena, 2, sizeof(DataLevel));
	if (flag->levels == NULL)
		return NUM_NO_MEMORY;
	set_level(flag, 0, DATA_LEVEL_VALUE, NULL, weight - null_weight);
	set_level(flag, 1, DATA_LEVEL_NULL, NULL, null_weight);
	flag->n_params = 1;
	return NUM_OK;
}

/* Room for a null flag behind every number in the blocks' arrays. */
static NumStatus
widen_blocks(DataBuilder *builder, uint32_t n_places)
{
	uint32_t n = builder->spec.n_columns;

	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];
			void **values =
				arena_alloc(builder->arena, n_places, sizeof(void *));
			uint8_t *bytes = arena_alloc(builder->arena, n_places, 1);

			if (values == NULL || bytes == NULL)
				return NUM_NO_MEMORY;
			memset(values, 0, n_places * sizeof(void *));
			memset(bytes, 0, n_places);
			memcpy(values, block->values, n * sizeof(void *));
			memcpy(bytes, block->code_bytes, n);
			block->values = values;
			block->code_bytes = bytes;
		}
	return NUM_OK;
}

/* Puts the blocks' arrays into the order of the final columns. */
static NumStatus
arrange_blocks(DataBuilder *builder, const uint32_t *place, uint32_t n)
{
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];
			void **values = arena_alloc(builder->arena, n, sizeof(void *));
			uint8_t *bytes = arena_alloc(builder->arena, n, 1);

			if (values == NULL || bytes == NULL)
				return NUM_NO_MEMORY;
			for (uint32_t i = 0; i < n; i++)
			{
				values[i] = block->values[place[i]];
				bytes[i] = block->code_bytes[place[i]];
			}
			block->values = values;
			block->code_bytes = bytes;
		}
	return NUM_OK;
}

static void
copy_spec(const DataColumnSpec *spec, DataColumn *column)
{
	memset(column, 0, sizeof(*column));
	column->name = spec->name;
	column->source = spec->source;
	column->element = spec->element;
	column->input = spec->input;
	column->kind = spec->kind;
}

/* One number column and, where it has NULLs, its flag; both appended to the
 * dataset's columns, their places in the blocks to 'place'. */
static NumStatus
add_number(Finish *finish, uint32_t c, uint32_t flag_place, uint32_t *place)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	DataColumn *column = &data->columns[data->n_columns];
	uint64_t n_null_train;
	double null_weight = 0;

	finish_number(finish, c, column, &n_null_train);
	if (column->sd > 0)
	{
		column->n_params = 1;
		place[data->n_columns++] = c;
	}
	else if (n_null_train == 0)
	{
		find(finish, DATA_CONSTANT, c, 0);
		return NUM_OK;
	}
	else
	{
		/* one value or NULL: only the flag tells anything */
		place[data->n_columns++] = c;
	}
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			const DataBlock *block = builder->part[p].blocks[b];
			const float *x = block->values[c];

			for (uint32_t i = 0; i < block->n_rows; i++)
				if (isnan(x[i]))
				{
					column->n_null++;
					if (p == DATA_TRAIN)
						null_weight += row_weight(block, i);
				}
		}
	if (n_null_train > 0 && builder->spec.null_flags)
	{
		NumStatus status = make_flags(builder, c, column->fill, flag_place);

		if (status == NUM_OK)
			status = describe_flag(builder->arena, column,
								   builder->part[DATA_TRAIN].weight,
								   null_weight,
								   &data->columns[data->n_columns]);
		if (status != NUM_OK)
			return status;
		place[data->n_columns++] = flag_place;
		return NUM_OK;
	}
	for (int p = 0; p < DATA_PARTS && column->n_null > 0; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
			fill_nulls(builder->part[p].blocks[b], c, column->fill, NULL);
	return NUM_OK;
}

static NumStatus
finish_columns(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	uint32_t n = builder->spec.n_columns;
	uint32_t *place =
		arena_alloc(builder->arena, 2 * (size_t) n, sizeof(uint32_t));
	NumStatus status = widen_blocks(builder, 2 * n);

	data->columns =
		arena_alloc(builder->arena, 2 * (size_t) n, sizeof(DataColumn));
	if (place == NULL || data->columns == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t c = 0; c < n && status == NUM_OK; c++)
	{
		DataColumn *column = &data->columns[data->n_columns];

		copy_spec(&builder->spec.columns[c], column);
		if (column->kind == DATA_NUMBER)
			status = add_number(finish, c, n + c, place);
		else
		{
			bool keep;

			status = finish_category(finish, c, column, &keep);
			if (status == NUM_OK && keep)
			{
				column->n_params = column->n_levels;
				place[data->n_columns++] = c;
			}
		}
	}
	if (status == NUM_OK)
		status = arrange_blocks(builder, place, data->n_columns);
	data->n_params = 1;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		data->columns[c].first_param = data->n_params;
		data->n_params += data->columns[c].n_params;
	}
	return status;
}

static size_t
count_block_bytes(const Dataset *data)
{
	size_t bytes = 0;

	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < data->part[p].n_blocks; b++)
		{
			const DataBlock *block = data->part[p].blocks[b];

			bytes += DATA_BLOCK_ROWS * sizeof(uint16_t);
			if (block->weight != NULL)
				bytes += DATA_BLOCK_ROWS * sizeof(float);
			for (uint32_t c = 0; c < data->n_columns; c++)
				bytes += (size_t) DATA_BLOCK_ROWS * block->code_bytes[c];
		}
	return bytes;
}

NumStatus
data_builder_finish(DataBuilder *builder, Dataset **result,
					DataFinding **findings, uint32_t *n_findings,
					const char **culprit)
{
	Finish finish = { .builder = builder };
	NumStatus status = data_builder_flush(builder);

	*culprit = NULL;
	finish.data = arena_alloc(builder->arena, 1, sizeof(Dataset));
	finish.findings =
		arena_alloc(builder->arena, 2 * (size_t) builder->spec.n_columns,
					sizeof(DataFinding));
	if (finish.data == NULL || finish.findings == NULL)
		return NUM_NO_MEMORY;
	memset(finish.data, 0, sizeof(Dataset));
	if (status == NUM_OK)
		status = data_make_groups(builder, finish.data, culprit);
	if (status == NUM_OK)
		status = finish_columns(&finish);
	if (status != NUM_OK)
		return status;
	for (int p = 0; p < DATA_PARTS; p++)
		finish.data->part[p] = builder->part[p];
	finish.data->block_bytes = count_block_bytes(finish.data);
	*result = finish.data;
	*findings = finish.findings;
	*n_findings = finish.n_findings;
	return NUM_OK;
}

void
data_cell_totals(const Dataset *data, DataPart part, double *weight,
				 uint64_t *rows)
{
	size_t n_cells = 2 * (size_t) data->n_base_groups;

	memset(weight, 0, n_cells * sizeof(double));
	memset(rows, 0, n_cells * sizeof(uint64_t));
	for (uint32_t b = 0; b < data->part[part].n_blocks; b++)
	{
		const DataBlock *block = data->part[part].blocks[b];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			weight[block->cell[i]] += row_weight(block, i);
			rows[block->cell[i]]++;
		}
	}
}
