/*
 * finish_number.c
 *    Finishing a number column: pivot, statistics, the null flag.
 *
 * The pivot comes from the range of all rows; mean and spread, in the form
 * that is stored, from one walk over the training rows: from the sums of the
 * deviations from the middle of the range, and of their squares.  These sums
 * are all but exact, and no column lies further from that middle than the root
 * of its rows times its spread, so that what cancels leaves eight digits in
 * the worst case.
 */
#include "data/builder_private.h"

#include <math.h>
#include <string.h>

#include "num/grid.h"
#include "num/wide.h"

/* rows at a time, for the compiler to take together */
#define LANES 8
/* rows whose working arrays stay in the first-level cache */
#define CHUNK_ROWS 256

/* A column on its way through the statistics. */
typedef struct Number
{
	Finish *finish;
	uint32_t c; /* the column */
	double pivot;
	double low; /* of all rows */
	double high;

	double middle; /* of the range, in the stored form */

	/* over the training rows that are not NULL, of the deviation d of the
	 * stored form from the middle, and the label y */
	GridSum w;
	GridSum wd;
	GridSum wdd;
	GridSum wy;
	GridSum wdy;
	GridSum null_weight;
	uint64_t n_rows;
	uint64_t n_known;
	uint64_t n_positive; /* of them, with label 1 */
	uint64_t n_null;
	uint64_t n_held_out_null; /* of the held-out rows */
	uint64_t n_out_of_range;
	float min;
	float max;
} Number;

static inline double
stored(const RawBlock *block, uint32_t c, uint32_t i, double pivot)
{
	return (double) (float) (raw_number(block, c, i) - pivot);
}

/*
 * A value amid the range, or 0 when single precision does without.  It is a
 * multiple of a power of two not far below the spread, so that subtracting it
 * leaves integers integers and costs other numbers no digits.
 */
static double
choose_pivot(double low, double high)
{
	double unit;

	if (!(high > low) || !raw_large(low, high, RAW_PIVOT_FROM))
		return 0;
	unit = ldexp(1.0, ilogb(high - low));
	return rint((low / 2 + high / 2) / unit) * unit;
}

void
data_choose_pivots(Finish *finish)
{
	const DataBuilder *builder = finish->builder;

	for (uint32_t k = 0; k < builder->shape.n_numbers; k++)
	{
		FinishColumn *column = &finish->columns[builder->shape.numbers[k]];

		column->low = INFINITY;
		column->high = -INFINITY;
		for (int s = 0; s < DATA_STREAMS; s++)
			for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
			{
				const RawBlock *block = builder->stream[s].blocks[b];

				column->low = fmin(column->low, block->low[k]);
				column->high = fmax(column->high, block->high[k]);
			}
		column->pivot = choose_pivot(column->low, column->high);
	}
}

static void
begin_sums(Number *number)
{
	double weight = number->finish->weight_magnet; /* more than all weights */
	double n = (double) number->finish->n_rows[DATA_TRAIN];
	double reach = (number->high - number->low) / 2;

	number->middle = number->low / 2 + number->high / 2 - number->pivot;
	/* rounding may have moved the stored form a little */
	reach = 1.001 * reach + 0x1p-20 * fabs(number->middle);
	if (!isfinite(reach))
		reach = number->middle = 0;
	grid_sum_init(&number->w, weight, n);
	grid_sum_init(&number->wd, weight * reach, n);
	grid_sum_init(&number->wdd, weight * reach * reach, n);
	grid_sum_init(&number->wy, weight, n);
	grid_sum_init(&number->wdy, weight * reach, n);
	grid_sum_init(&number->null_weight, weight, n);
	number->min = INFINITY;
	number->max = -INFINITY;
}

/* Sums of weights, where rows have any. */
static void
add_weights(Number *number, const RawBlock *block)
{
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double weight = (double) block->weight[i];

		if (isnan(raw_number(block, number->c, i)))
		{
			grid_sum_add(&number->null_weight, weight);
			continue;
		}
		grid_sum_add(&number->w, weight);
		if (block->cell[i] & 1u)
			grid_sum_add(&number->wy, weight);
	}
}

/* Some rows: x and its weight, both 0 for NULL, and the label. */
typedef struct Chunk
{
	double x[CHUNK_ROWS];
	double w[CHUNK_ROWS];
	double y[CHUNK_ROWS];
} Chunk;

/* How the values of a block are stored, known where the compiler looks. */
typedef struct Form
{
	bool single; /* floats */
	bool weighted;
} Form;

/* Rows 'first' to 'first' + n - 1; as if NULL followed up to a whole number of
 * lanes. */
static ALWAYS_INLINE void
take_chunk(const Number *number, const RawBlock *block, uint32_t first,
           uint32_t n, Form form, Chunk *restrict chunk)
{
	const float *single = (const float *) block->values[number->c] + first;
	const double *twice = (const double *) block->values[number->c] + first;
	const float *weight = form.weighted ? block->weight + first : NULL;
	const uint16_t *cell = block->cell + first;
	double pivot = number->pivot;

	for (uint32_t i = 0; i < n; i++)
	{
		double raw = form.single ? (double) single[i] : twice[i];
		double v = (double) (float) (raw - pivot);
		double w = form.weighted ? (double) weight[i] : 1.0;

		chunk->x[i] = v != v ? 0.0 : v;
		chunk->w[i] = v != v ? 0.0 : w;
		chunk->y[i] = (double) (cell[i] & 1);
	}
	for (uint32_t i = n; i % LANES != 0; i++)
		chunk->x[i] = chunk->w[i] = chunk->y[i] = 0;
}

/* A GridSum for each lane; one array a part, as vectors want it. */
typedef struct LaneSums
{
	double sum[LANES];
	double rest[LANES];
} LaneSums;

static ALWAYS_INLINE void
lane_add(LaneSums *sums, int l, double x, double magnet, double rest_magnet)
{
	double rounded = grid_round(x, magnet);

	sums->sum[l] += rounded;
	sums->rest[l] += grid_round(x - rounded, rest_magnet);
}

static void
lanes_merge(GridSum *sum, const LaneSums *lanes)
{
	for (int l = 0; l < LANES; l++)
	{
		sum->sum += lanes->sum[l];
		sum->rest += lanes->rest[l];
	}
}

static ALWAYS_INLINE void
add_rows(Number *number, const RawBlock *block, Form form)
{
	double least[LANES];
	double greatest[LANES];
	double known[LANES] = { 0 };
	double positive[LANES] = { 0 };
	LaneSums wd = { 0 };
	LaneSums wdd = { 0 };
	LaneSums wdy = { 0 };
	double middle = number->middle;
	Chunk chunk;

	for (int l = 0; l < LANES; l++)
	{
		least[l] = INFINITY;
		greatest[l] = -INFINITY;
	}
	for (uint32_t first = 0; first < block->n_rows; first += CHUNK_ROWS)
	{
		uint32_t left = block->n_rows - first;
		uint32_t n = left < CHUNK_ROWS ? left : CHUNK_ROWS;

		take_chunk(number, block, first, n, form, &chunk);
		for (uint32_t i = 0; i < n; i += LANES)
			for (int l = 0; l < LANES; l++)
			{
				double x = chunk.x[i + (uint32_t) l];
				double w = chunk.w[i + (uint32_t) l];
				double y = chunk.y[i + (uint32_t) l];
				double some = w > 0 ? 1 : 0;
				double d = x - middle;
				double low = w > 0 ? x : INFINITY;
				double high = w > 0 ? x : -INFINITY;

				known[l] += some;
				positive[l] += some * y;
				least[l] = low < least[l] ? low : least[l];
				greatest[l] = high > greatest[l] ? high : greatest[l];
				lane_add(&wd, l, w * d, number->wd.magnet,
				         number->wd.rest_magnet);
				lane_add(&wdd, l, w * d * d, number->wdd.magnet,
				         number->wdd.rest_magnet);
				lane_add(&wdy, l, w * d * y, number->wdy.magnet,
				         number->wdy.rest_magnet);
			}
	}
	lanes_merge(&number->wd, &wd);
	lanes_merge(&number->wdd, &wdd);
	lanes_merge(&number->wdy, &wdy);
	for (int l = 0; l < LANES; l++)
	{
		number->n_known += (uint64_t) known[l];
		number->n_positive += (uint64_t) positive[l];
		if (least[l] < (double) number->min)
			number->min = (float) least[l];
		if (greatest[l] > (double) number->max)
			number->max = (float) greatest[l];
	}
}

WIDE static void
add_floats(Number *number, const RawBlock *block)
{
	if (block->weight == NULL)
		add_rows(number, block, (Form){ .single = true });
	else
		add_rows(number, block, (Form){ .single = true, .weighted = true });
}

WIDE static void
add_doubles(Number *number, const RawBlock *block)
{
	if (block->weight == NULL)
		add_rows(number, block, (Form){ .single = false });
	else
		add_rows(number, block, (Form){ .single = false, .weighted = true });
}

static void
add_block(Number *number, const RawBlock *block)
{
	if (block->width[number->c] == sizeof(float))
		add_floats(number, block);
	else
		add_doubles(number, block);
	number->n_rows += block->n_rows;
	if (block->weight != NULL)
		add_weights(number, block);
}

static NumStatus
add_training_blocks(Number *number)
{
	const DataBuilder *builder = number->finish->builder;

	for (int s = 0; s < DATA_STRATA; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			add_block(number, data_raw(builder, s, b, number->c));
		}
	number->n_null = number->n_rows - number->n_known;
	if (builder->spec.weighted)
		return NUM_OK;
	number->w.sum = (double) number->n_known;
	number->wy.sum = (double) number->n_positive;
	number->null_weight.sum = (double) number->n_null;
	return NUM_OK;
}

/* Counts what the held-out rows have that needs a remark: NULLs, and numbers
 * beyond the range of the training rows, in the precision of storage. */
static NumStatus
count_held_out(Number *number)
{
	const DataBuilder *builder = number->finish->builder;
	const RawStream *stream = &builder->stream[DATA_HELD_OUT_STREAM];

	for (uint32_t b = 0; b < stream->n_blocks; b++)
	{
		const RawBlock *block =
			data_raw(builder, DATA_HELD_OUT_STREAM, b, number->c);

		if (monitor_stop(builder->spec.monitor))
			return NUM_CANCELLED;
		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			double x = stored(block, number->c, i, number->pivot);

			number->n_held_out_null += isnan(x) ? 1 : 0;
			number->n_out_of_range +=
				x < (double) number->min || x > (double) number->max ? 1 : 0;
		}
	}
	return NUM_OK;
}

size_t
data_number_bytes(void)
{
	return sizeof(Number);
}

NumStatus
data_count_number(Finish *finish, uint32_t c, void *sums)
{
	const FinishColumn *column = &finish->columns[c];
	Number *number = sums;
	NumStatus status;

	*number = (Number){ .finish = finish,
		                .c = c,
		                .pivot = column->pivot,
		                .low = column->low,
		                .high = column->high };
	begin_sums(number);
	status = add_training_blocks(number);
	return status == NUM_OK ? count_held_out(number) : status;
}

/* Whether the correlation with the label is nearly one. */
static bool
number_is_label(const Number *number, double offset, double sd)
{
	double w = grid_sum_value(&number->w);
	double y = grid_sum_value(&number->wy) / w;
	double covariance = grid_sum_value(&number->wdy) / w - offset * y;
	double spread = sd * sqrt(y * (1 - y));

	return spread > 0 && fabs(covariance) > DATA_DISGUISE_SHARE * spread;
}

static NumStatus
describe_flag(const Number *number, DataColumn *flag)
{
	NumArena *arena = number->finish->builder->arena;

	*flag = flag[-1];
	flag->kind = DATA_CATEGORY;
	flag->is_null_flag = true;
	memset(flag->n_null, 0, sizeof(flag->n_null));
	flag->n_out_of_range = 0;
	flag->n_levels = 2;
	flag->levels = arena_alloc(arena, 2, sizeof(DataLevel));
	if (flag->levels == NULL)
		return NUM_NO_MEMORY;
	flag->levels[0] = (DataLevel){ .kind = DATA_LEVEL_VALUE,
		                           .name = "",
		                           .weight = grid_sum_value(&number->w) };
	flag->levels[1] =
		(DataLevel){ .kind = DATA_LEVEL_NULL,
		             .name = "",
		             .weight = grid_sum_value(&number->null_weight) };
	flag->n_params = 1;
	return NUM_OK;
}

/* Mean, spread and range; the spread is 0 exactly when all values are one. */
static void
describe_number(Number *number, DataColumn *column)
{
	Finish *finish = number->finish;
	const DataColumnSpec *spec = &finish->builder->spec.columns[number->c];
	double w = grid_sum_value(&number->w);
	double offset;

	memset(column, 0, sizeof(*column));
	column->name = spec->name;
	column->source = spec->source;
	column->element = spec->element;
	column->input = spec->input;
	column->kind = DATA_NUMBER;
	column->pivot = number->pivot;
	column->min = number->pivot + (double) number->min;
	column->max = number->pivot + (double) number->max;
	column->n_null[DATA_TRAIN] = number->n_null;
	column->n_null[DATA_HELD_OUT] = number->n_held_out_null;
	column->n_out_of_range = number->n_out_of_range;
	if (!(w > 0))
		return;
	offset = grid_sum_value(&number->wd) / w;
	column->mean = number->middle + offset;
	column->fill = (float) column->mean;
	if (number->max > number->min)
	{
		double square = grid_sum_value(&number->wdd) / w - offset * offset;
		/* two values in one row each of very many */
		double least = 0x1p-52 * (double) (number->max - number->min);
		double sd = sqrt(fmax(square, least * least));

		if (number_is_label(number, offset, sd))
			data_find(finish, DATA_DISGUISE, number->c, 0);
		/* NULLs filled in leave the mean and shrink the spread */
		column->sd = sd * sqrt(w / (w + grid_sum_value(&number->null_weight)));
	}
}

NumStatus
data_finish_number(Finish *finish, uint32_t k)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	DataColumn *column = &data->columns[data->n_columns];
	uint32_t c = builder->shape.numbers[k];
	FinishColumn *plan = &finish->columns[c];
	const Number *counted = data_counted(finish, DATA_COUNT_COLUMNS + c);
	Number number;
	bool wants_flag = builder->spec.null_flags;
	NumStatus status = NUM_OK;

	if (counted != NULL)
		number = *counted;
	else
		status = data_count_number(finish, c, &number);
	if (status != NUM_OK)
		return status;
	/* who has counted may have been another process */
	number.finish = finish;
	describe_number(&number, column);
	if (column->sd > 0)
		column->n_params = 1;
	else if (number.n_null == 0 || !(grid_sum_value(&number.w) > 0) ||
	         !builder->spec.null_flags)
	{
		data_find(finish, DATA_CONSTANT, number.c, 0);
		/* an element stays, so that its array keeps its length */
		if (column->element == 0)
		{
			plan->dropped = true;
			return NUM_OK;
		}
		wants_flag = false;
	}
	/* else one value or NULL: only the flag tells anything */

	plan->column = data->n_columns++;
	plan->flagged = number.n_null > 0 && wants_flag;
	if (!plan->flagged)
		return NUM_OK;
	return describe_flag(&number, &data->columns[data->n_columns++]);
}
