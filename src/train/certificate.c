/*
 * certificate.c
 *    What a stored model does to the rows of one part, recomputed.
 *
 * One walk over the blocks with model_score_block().  The area under the ROC
 * curve is exact up to the rounding of raw scores to single precision: the
 * scores are sorted as order-preserving 32-bit images by a radix sort in three
 * passes, and runs of equal ones count one half.
 *
 * Memory: 16 bytes a row while it runs, given back at the end.
 */
#include "train/certificate.h"

#include <math.h>
#include <string.h>

#include "num/exact_sum.h"
#include "num/grid.h"
#include "num/special.h"

/* the widest vectors the machine has, with the same operations for all */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define WIDE
#endif

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

typedef struct Scored
{
	uint32_t key; /* order-preserving image of the score */
	float weight; /* negative for label 0 */
} Scored;

static uint32_t
order_image(double z)
{
	float f = (float) z;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Rows sorted between two looks at the monitor: less than a millisecond. */
#define WATCHED_ROWS 65536

/* Sorts by key, stable, through the second array; the result is in 'a'. */
static NumStatus
radix_sort(Scored *a, Scored *b, uint64_t n, NumMonitor *monitor)
{
	Scored *from = a;
	Scored *to = b;

	for (int pass = 0; pass < 3; pass++)
	{
		uint64_t start[DIGITS] = { 0 };
		int shift = pass * DIGIT_BITS;
		uint64_t sum = 0;
		Scored *swap;

		for (uint64_t i = 0; i < n; i++)
			start[(from[i].key >> shift) & (DIGITS - 1)]++;
		for (uint32_t d = 0; d < DIGITS; d++)
		{
			uint64_t count = start[d];

			start[d] = sum;
			sum += count;
		}
		for (uint64_t i = 0; i < n; i++)
		{
			if (i % WATCHED_ROWS == 0 && monitor_stop(monitor))
				return NUM_CANCELLED;
			to[start[(from[i].key >> shift) & (DIGITS - 1)]++] = from[i];
		}
		swap = from;
		from = to;
		to = swap;
	}
	/* three passes end in b */
	memcpy(a, b, n * sizeof(Scored));
	return NUM_OK;
}

/* Share of pairs of a positive and a negative row in the right order. */
static double
sorted_auc(const Scored *rows, uint64_t n, double magnet)
{
	double below = 0; /* weight of negatives with smaller scores */
	double positive = 0;
	double pairs = 0;

	for (uint64_t i = 0; i < n;)
	{
		double tie_positive = 0;
		double tie_negative = 0;
		uint32_t key = rows[i].key;

		for (; i < n && rows[i].key == key; i++)
		{
			double w = grid_round((double) rows[i].weight, magnet);

			if (rows[i].weight > 0)
				tie_positive += w;
			else
				tie_negative -= w;
		}
		pairs += tie_positive * (below + tie_negative / 2);
		positive += tie_positive;
		below += tie_negative;
	}
	if (!(positive > 0 && below > 0))
		return NAN;
	return pairs / (positive * below);
}

/* Sums of weights and their squares of one base group, where rows have any;
 * and of all losses.  Exact, so that the order of the rows is no matter. */
typedef struct Sums
{
	ExactSum loss;
	ExactSum (*weight)[2][2]; /* [base group][label][decision], or NULL */
	ExactSum (*squared)[2][2];
} Sums;

static NumStatus
sums_create(NumArena *arena, const Dataset *data, bool weighted, Sums *sums)
{
	size_t n = data->n_base_groups;

	memset(sums, 0, sizeof(*sums));
	exact_sum_clear(&sums->loss);
	if (!weighted)
		return NUM_OK;
	sums->weight = arena_alloc(arena, n, sizeof(*sums->weight));
	sums->squared = arena_alloc(arena, n, sizeof(*sums->squared));
	if (sums->weight == NULL || sums->squared == NULL)
		return NUM_NO_MEMORY;
	memset(sums->weight, 0, n * sizeof(*sums->weight));
	memset(sums->squared, 0, n * sizeof(*sums->squared));
	return NUM_OK;
}

/* Decisions and losses of a block's rows, which depend on the score and the
 * label alone. */
WIDE static void
decide_rows(const Model *model, const DataBlock *block, const double *z,
            double *restrict decision, double *restrict loss)
{
	double threshold = model->threshold;

	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double y = (double) (block->cell[i] & 1);

		decision[i] = num_sigmoid(z[i]) >= threshold ? 1 : 0;
		loss[i] = num_log1pexp(z[i]) - y * z[i];
	}
}

/* One block into the sums; false when a loss is too large to be one. */
static bool
certify_block(const Model *model, const DataBlock *block, const double *z,
              Certificate *certificate, Sums *sums, Scored *out)
{
	double decided[DATA_BLOCK_ROWS];
	double loss[DATA_BLOCK_ROWS];
	bool fits = true;

	decide_rows(model, block, z, decided, loss);
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double w = block->weight == NULL ? 1.0 : (double) block->weight[i];
		int label = block->cell[i] & 1;
		int decision = decided[i] > 0;
		uint32_t group = block->cell[i] >> 1;

		certificate->base[group].rows[label][decision]++;
		if (block->weight != NULL)
		{
			exact_sum_add(&sums->weight[group][label][decision], w);
			exact_sum_add(&sums->squared[group][label][decision], w * w);
		}
		fits &= exact_sum_add(&sums->loss, w * loss[i]);
		out[i].key = order_image(z[i]);
		out[i].weight = (float) (label ? w : -w);
	}
	certificate->rows += block->n_rows;
	return fits;
}

/* What follows from the sums. */
static void
read_sums(const Dataset *data, const Sums *sums, Certificate *certificate)
{
	double right = 0;
	double positive = 0;

	for (uint32_t b = 0; b < data->n_base_groups; b++)
		for (int y = 0; y < 2; y++)
			for (int d = 0; d < 2; d++)
			{
				FairCells *cells = &certificate->base[b];

				cells->weight[y][d] =
					sums->weight == NULL
						? (double) cells->rows[y][d]
						: exact_sum_value(&sums->weight[b][y][d]);
				cells->weight_squared[y][d] =
					sums->weight == NULL
						? (double) cells->rows[y][d]
						: exact_sum_value(&sums->squared[b][y][d]);
				certificate->weight += cells->weight[y][d];
				right += y == d ? cells->weight[y][d] : 0;
				positive += d == 1 ? cells->weight[y][d] : 0;
			}
	certificate->loss = exact_sum_value(&sums->loss) / certificate->weight;
	certificate->accuracy = right / certificate->weight;
	certificate->positive_share = positive / certificate->weight;
}

NumStatus
train_certify(NumArena *arena, const Dataset *data, const Model *model,
              DataPart part, NumMonitor *monitor, Certificate *certificate)
{
	const DataRows *rows = &data->part[part];
	Scored *scored = arena_alloc(arena, rows->n_rows, sizeof(Scored));
	Scored *spare = arena_alloc(arena, rows->n_rows, sizeof(Scored));
	double *z = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));
	bool weighted = rows->n_blocks > 0 && rows->blocks[0]->weight != NULL;
	Sums sums;

	memset(certificate, 0, sizeof(*certificate));
	certificate->part = part;
	certificate->base =
		arena_alloc(arena, data->n_base_groups, sizeof(FairCells));
	if (scored == NULL || spare == NULL || z == NULL ||
	    certificate->base == NULL ||
	    sums_create(arena, data, weighted, &sums) != NUM_OK)
		return NUM_NO_MEMORY;
	memset(certificate->base, 0, data->n_base_groups * sizeof(FairCells));

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		model_score_block(model, data, rows->blocks[b], z);
		if (!certify_block(model, rows->blocks[b], z, certificate, &sums,
		                   scored + certificate->rows))
			return NUM_NOT_FINITE;
	}
	read_sums(data, &sums, certificate);
	if (radix_sort(scored, spare, certificate->rows, monitor) != NUM_OK)
		return NUM_CANCELLED;
	certificate->auc =
		sorted_auc(scored, certificate->rows, data->weight_magnet);
	arena_release(arena, z, DATA_BLOCK_ROWS, sizeof(double));
	arena_release(arena, spare, rows->n_rows, sizeof(Scored));
	arena_release(arena, scored, rows->n_rows, sizeof(Scored));
	return NUM_OK;
}

void
certificate_groups(const Dataset *data, const DataAttribute *attribute,
                   const FairCells *base, FairCells *groups)
{
	memset(groups, 0, attribute->n_groups * sizeof(FairCells));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		FairCells *to = &groups[attribute->group_of_base[b]];

		for (int y = 0; y < 2; y++)
			for (int d = 0; d < 2; d++)
			{
				to->weight[y][d] += base[b].weight[y][d];
				to->weight_squared[y][d] += base[b].weight_squared[y][d];
				to->rows[y][d] += base[b].rows[y][d];
			}
	}
}
