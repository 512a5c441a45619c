/*
 * certificate.c
 *    What a stored model does to the rows of one part, recomputed.
 *
 * One walk over the blocks with model_score_block().  The area under the ROC
 * curve is exact up to the rounding of raw scores to 23 bits: the scores are
 * sorted as order-preserving images by a radix sort in three passes, and runs
 * of equal ones count one half.
 *
 * Where rows are judged by models that have not seen them, the rows of a block
 * are sorted by fold first.
 *
 * A model with thresholds by group decides a row by the one that the name of
 * its group finds in the model, as decide() does.
 *
 * A mixture decides each row by the member that the row draws, likewise,
 * and the expectation over all draws is counted beside it.
 *
 * Memory: 8 bytes a row while it runs, 16 with weights, given back at the end.
 */
#include "train/certificate.h"

#include <math.h>
#include <string.h>

#include "num/exact_sum.h"
#include "num/grid.h"
#include "num/special.h"
#include "num/wide.h"
#include "train/fold_rows.h"

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

/* A row with a weight; without one it is the key alone. */
typedef struct Scored
{
	uint32_t key; /* order-preserving image of the score, its last bit the
	               * label */
	float weight;
} Scored;

static uint32_t
score_key(double z, int label)
{
	float f = (float) z;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	bits = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
	return (bits & ~1u) | (uint32_t) label;
}

/* Rows sorted between two looks at the monitor: less than a millisecond. */
#define WATCHED_ROWS 65536

static inline uint32_t
key_at(const char *rows, uint64_t i, size_t size)
{
	uint32_t key;

	memcpy(&key, rows + i * size, sizeof(key));
	return key;
}

/* How many rows have each value of each of the three digits of their keys. */
static ALWAYS_INLINE NumStatus
count_digits(const char *rows, uint64_t n, size_t size, NumMonitor *monitor,
             uint64_t (*count)[DIGITS])
{
	memset(count, 0, 3 * sizeof(*count));
	for (uint64_t i = 0; i < n; i++)
	{
		uint32_t key = key_at(rows, i, size);

		if (i % WATCHED_ROWS == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		count[0][key & (DIGITS - 1)]++;
		count[1][key >> DIGIT_BITS & (DIGITS - 1)]++;
		count[2][key >> 2 * DIGIT_BITS]++;
	}
	return NUM_OK;
}

/* Sorts rows of 'size' bytes, whose first four are the key; the result is in
 * 'b', and 'a' is overwritten. */
static ALWAYS_INLINE NumStatus
radix_sort(char *a, char *b, uint64_t n, size_t size, NumMonitor *monitor)
{
	uint64_t start[3][DIGITS];
	NumStatus status = count_digits(a, n, size, monitor, start);

	for (int pass = 0; pass < 3 && status == NUM_OK; pass++)
	{
		const char *from = pass == 1 ? b : a;
		char *to = pass == 1 ? a : b;
		int shift = pass * DIGIT_BITS;
		uint64_t sum = 0;

		for (uint32_t d = 0; d < DIGITS; d++)
		{
			uint64_t count = start[pass][d];

			start[pass][d] = sum;
			sum += count;
		}
		for (uint64_t i = 0; i < n; i++)
		{
			uint32_t digit = (key_at(from, i, size) >> shift) & (DIGITS - 1);

			if (i % WATCHED_ROWS == 0 && monitor_stop(monitor))
				return NUM_CANCELLED;
			memcpy(to + start[pass][digit]++ * size, from + i * size, size);
		}
	}
	return status;
}

static NumStatus
sort_scores(char *a, char *b, uint64_t n, bool weighted, NumMonitor *monitor)
{
	return weighted ? radix_sort(a, b, n, sizeof(Scored), monitor)
	                : radix_sort(a, b, n, sizeof(uint32_t), monitor);
}

/* Share of pairs of a positive and a negative row in the right order. */
static double
sorted_auc(const char *rows, uint64_t n, bool weighted, double magnet)
{
	size_t size = weighted ? sizeof(Scored) : sizeof(uint32_t);
	double below = 0; /* weight of negatives with smaller scores */
	double positive = 0;
	double pairs = 0;

	for (uint64_t i = 0; i < n;)
	{
		double tie_positive = 0;
		double tie_negative = 0;
		uint32_t key = key_at(rows, i, size) | 1u;

		for (; i < n && (key_at(rows, i, size) | 1u) == key; i++)
		{
			double w = 1;

			if (weighted)
				w = grid_round((double) ((const Scored *) rows)[i].weight,
				               magnet);
			if (key_at(rows, i, size) & 1u)
				tie_positive += w;
			else
				tie_negative += w;
		}
		pairs += tie_positive * (below + tie_negative / 2);
		positive += tie_positive;
		below += tie_negative;
	}
	if (!(positive > 0 && below > 0))
		return NAN;
	return pairs / (positive * below);
}

/* The threshold that the rows of each base group are decided by. */
static NumStatus
find_thresholds(const Dataset *data, const Model *model, double *threshold)
{
	const DataAttribute *attribute = NULL;

	for (uint32_t b = 0; b < data->n_base_groups; b++)
		threshold[b] = model->threshold;
	if (model->groups == NULL)
		return NUM_OK;
	for (uint32_t a = 0; a < data->n_attributes; a++)
		if (strcmp(data->attributes[a].name, model->groups->attribute) == 0)
			attribute = &data->attributes[a];
	if (attribute == NULL)
		return NUM_BAD_ARGUMENT;
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		const ModelGroup *group = model_find_group(
			model->groups, attribute->group_names[attribute->group_of_base[b]]);

		if (group == NULL)
			return NUM_BAD_ARGUMENT;
		threshold[b] = group->threshold;
	}
	return NUM_OK;
}

typedef struct LossSums
{
	ExactSum sum; /* of weight * loss */
	ExactSum squared;
} LossSums;

/* Losses of each base group; sums of weights and their squares, where rows have
 * any.  Exact, so that the order of the rows is no matter. */
typedef struct Sums
{
	LossSums *loss;           /* [base group] */
	ExactSum (*weight)[2][2]; /* [base group][label][decision], or NULL */
	ExactSum (*squared)[2][2];
	ExactSum (*expected)[2]; /* [base group][label] expected decisions; NULL:
	                          * no mixture */
} Sums;

/* What the model makes of the rows of a block. */
typedef struct RowScores
{
	double z[DATA_BLOCK_ROWS];
	double decision[DATA_BLOCK_ROWS]; /* 0 or 1 */
	double loss[DATA_BLOCK_ROWS];
	double expected[DATA_BLOCK_ROWS]; /* of mixtures */
	double *members;                  /* [n_members][DATA_BLOCK_ROWS] */
	double *row;                      /* [n_members] */
} RowScores;

static NumStatus
sums_create(NumArena *arena, const Dataset *data, bool weighted, bool mixed,
            Sums *sums)
{
	size_t n = data->n_base_groups;

	memset(sums, 0, sizeof(*sums));
	sums->loss = arena_alloc(arena, n, sizeof(LossSums));
	if (sums->loss == NULL)
		return NUM_NO_MEMORY;
	memset(sums->loss, 0, n * sizeof(LossSums));
	if (mixed)
	{
		sums->expected = arena_alloc(arena, n, sizeof(*sums->expected));
		if (sums->expected == NULL)
			return NUM_NO_MEMORY;
		memset(sums->expected, 0, n * sizeof(*sums->expected));
	}
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
decide_rows(const double *threshold, const DataBlock *block, const double *z,
            double *restrict decision, double *restrict loss)
{
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double y = (double) (block->cell[i] & 1);

		decision[i] =
			num_sigmoid(z[i]) >= threshold[block->cell[i] >> 1] ? 1 : 0;
		loss[i] = num_log1pexp(z[i]) - y * z[i];
	}
}

static NumStatus
scores_create(NumArena *arena, const Model *model, RowScores **scores)
{
	size_t n = model->n_members;

	*scores = arena_alloc(arena, 1, sizeof(RowScores));
	if (*scores == NULL)
		return NUM_NO_MEMORY;
	(*scores)->members =
		arena_alloc(arena, n * DATA_BLOCK_ROWS, sizeof(double));
	(*scores)->row = arena_alloc(arena, n, sizeof(double));
	if ((*scores)->members == NULL || (*scores)->row == NULL)
		return NUM_NO_MEMORY;
	return NUM_OK;
}

static void
scores_release(NumArena *arena, const Model *model, RowScores *scores)
{
	size_t n = model->n_members;

	arena_release(arena, scores->row, n, sizeof(double));
	arena_release(arena, scores->members, n * DATA_BLOCK_ROWS, sizeof(double));
	arena_release(arena, scores, 1, sizeof(RowScores));
}

/* Scores and decisions of a block's rows. */
static void
score_rows(const Model *model, const Dataset *data, const double *threshold,
           const DataBlock *block, RowScores *scores)
{
	if (model->n_members == 0)
	{
		model_score_block(model, data, block, scores->z);
		decide_rows(threshold, block, scores->z, scores->decision,
		            scores->loss);
		return;
	}
	for (uint32_t m = 0; m < model->n_members; m++)
		model_score_member(model, m, data, block,
		                   scores->members + (size_t) m * DATA_BLOCK_ROWS);
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double draw;

		for (uint32_t m = 0; m < model->n_members; m++)
			scores->row[m] = scores->members[m * DATA_BLOCK_ROWS + i];
		scores->z[i] = mixture_logit(model, scores->row);
		scores->expected[i] = mixture_expectation(model, scores->row);
		draw = model->draw_column != NULL
		           ? (double) block->draw[i]
		           : mixture_draw(scores->row, model->n_members);
		scores->decision[i] =
			mixture_decision(model, scores->row, draw) ? 1 : 0;
		scores->loss[i] = num_log1pexp(scores->z[i]) -
		                  (block->cell[i] & 1 ? scores->z[i] : 0);
	}
}

/* One block into the sums; false when a loss is too large to be one. */
static bool
certify_block(const DataBlock *block, const RowScores *scores,
              Certificate *certificate, Sums *sums, char *scored)
{
	uint32_t *keys = (uint32_t *) (void *) scored + certificate->rows;
	Scored *out = (Scored *) (void *) scored + certificate->rows;
	const double *z = scores->z;
	const double *loss = scores->loss;
	bool fits = true;

	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double w = block->weight == NULL ? 1.0 : (double) block->weight[i];
		int label = block->cell[i] & 1;
		int decision = scores->decision[i] > 0;
		uint32_t group = block->cell[i] >> 1;

		certificate->base[group].rows[label][decision]++;
		if (block->weight != NULL)
		{
			exact_sum_add(&sums->weight[group][label][decision], w);
			exact_sum_add(&sums->squared[group][label][decision], w * w);
		}
		if (sums->expected != NULL)
			exact_sum_add(&sums->expected[group][label],
			              w * scores->expected[i]);
		fits &= exact_sum_add(&sums->loss[group].sum, w * loss[i]);
		fits &=
			exact_sum_add(&sums->loss[group].squared, w * loss[i] * loss[i]);
		if (block->weight != NULL)
			out[i] = (Scored){ score_key(z[i], label), block->weight[i] };
		else
			keys[i] = score_key(z[i], label);
	}
	certificate->rows += block->n_rows;
	return fits;
}

/* What follows from the sums. */
static void
read_sums(const Dataset *data, const Sums *sums, Certificate *certificate)
{
	ExactSum loss;
	double right = 0;
	double positive = 0;

	exact_sum_clear(&loss);
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		FairLoss *group = &certificate->base_loss[b];

		exact_sum_merge(&loss, &sums->loss[b].sum);
		group->sum = exact_sum_value(&sums->loss[b].sum);
		group->squared = exact_sum_value(&sums->loss[b].squared);
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
				group->rows += cells->rows[y][d];
				group->weight += cells->weight[y][d];
				group->weight_squared += cells->weight_squared[y][d];
			}
	}
	certificate->loss = exact_sum_value(&loss) / certificate->weight;
	certificate->accuracy = right / certificate->weight;
	certificate->positive_share = positive / certificate->weight;
}

/* The tables of expected decisions, which need those of the others. */
static NumStatus
read_expected(NumArena *arena, const Dataset *data, const Sums *sums,
              Certificate *certificate)
{
	if (sums->expected == NULL)
		return NUM_OK;
	certificate->base_expected =
		arena_alloc(arena, data->n_base_groups, sizeof(FairCells));
	if (certificate->base_expected == NULL)
		return NUM_NO_MEMORY;
	memcpy(certificate->base_expected, certificate->base,
	       data->n_base_groups * sizeof(FairCells));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		for (int y = 0; y < 2; y++)
		{
			const double *all = certificate->base[b].weight[y];
			double *to = certificate->base_expected[b].weight[y];

			to[1] = exact_sum_value(&sums->expected[b][y]);
			to[0] = fmax(all[0] + all[1] - to[1], 0);
		}
	return NUM_OK;
}

/* A certificate in the making. */
typedef struct Making
{
	NumArena *arena;
	const Dataset *data;
	const DataRows *rows;
	NumMonitor *monitor;
	Certificate *certificate;
	bool weighted;
	size_t size; /* bytes of a scored row */
	char *scored;
	char *spare;
	RowScores *scores;
	double *threshold; /* [n_base_groups] */
	Sums sums;
} Making;

/* For 'model', or any that has as many members. */
static NumStatus
making_begin(Making *making, const Model *model)
{
	NumArena *arena = making->arena;
	const DataRows *rows = &making->data->part[making->certificate->part];

	making->rows = rows;
	making->weighted =
		rows->n_blocks > 0 && data_block(rows, 0)->weight != NULL;
	making->size = making->weighted ? sizeof(Scored) : sizeof(uint32_t);
	making->scored = arena_alloc(arena, rows->n_rows, making->size);
	making->spare = arena_alloc(arena, rows->n_rows, making->size);
	making->threshold =
		arena_alloc(arena, making->data->n_base_groups, sizeof(double));
	if (making->scored == NULL || making->spare == NULL ||
	    making->threshold == NULL ||
	    sums_create(arena, making->data, making->weighted, model->n_members > 0,
	                &making->sums) != NUM_OK)
		return NUM_NO_MEMORY;
	return scores_create(arena, model, &making->scores);
}

/* Scores a block by a model, and adds it. */
static NumStatus
making_add(Making *making, const Model *model, const DataBlock *block)
{
	if (monitor_stop(making->monitor))
		return NUM_CANCELLED;
	score_rows(model, making->data, making->threshold, block, making->scores);
	return certify_block(block, making->scores, making->certificate,
	                     &making->sums, making->scored)
	           ? NUM_OK
	           : NUM_NOT_FINITE;
}

static NumStatus
making_end(Making *making, const Model *model)
{
	NumArena *arena = making->arena;
	Certificate *certificate = making->certificate;
	NumStatus status;

	read_sums(making->data, &making->sums, certificate);
	status = read_expected(arena, making->data, &making->sums, certificate);
	if (status != NUM_OK)
		return status;
	if (sort_scores(making->scored, making->spare, certificate->rows,
	                making->weighted, making->monitor) != NUM_OK)
		return NUM_CANCELLED;
	certificate->auc =
		sorted_auc(making->spare, certificate->rows, making->weighted,
	               making->data->weight_magnet);
	arena_release(arena, making->threshold, making->data->n_base_groups,
	              sizeof(double));
	scores_release(arena, model, making->scores);
	arena_release(arena, making->spare, making->rows->n_rows, making->size);
	arena_release(arena, making->scored, making->rows->n_rows, making->size);
	return NUM_OK;
}

/* Scores and counts every row of a part. */
static NumStatus
certify_decisions(NumArena *arena, const Dataset *data, const Model *model,
                  NumMonitor *monitor, Certificate *certificate)
{
	Making making = { .arena = arena,
		              .data = data,
		              .monitor = monitor,
		              .certificate = certificate };
	NumStatus status = making_begin(&making, model);

	if (status == NUM_OK && model->draw_column != NULL && !data->drawn)
		status = NUM_BAD_ARGUMENT;
	if (status == NUM_OK)
		status = find_thresholds(data, model, making.threshold);
	for (uint32_t b = 0; b < making.rows->n_blocks && status == NUM_OK; b++)
		status = making_add(&making, model, data_block(making.rows, b));
	return status == NUM_OK ? making_end(&making, model) : status;
}

/* A certificate of no rows. */
static NumStatus
certificate_begin(NumArena *arena, const Dataset *data, DataPart part,
                  Certificate *certificate)
{
	size_t n = data->n_base_groups;

	memset(certificate, 0, sizeof(*certificate));
	certificate->part = part;
	certificate->base = arena_alloc(arena, n, sizeof(FairCells));
	certificate->base_loss = arena_alloc(arena, n, sizeof(FairLoss));
	if (certificate->base == NULL || certificate->base_loss == NULL)
		return NUM_NO_MEMORY;
	memset(certificate->base, 0, n * sizeof(FairCells));
	memset(certificate->base_loss, 0, n * sizeof(FairLoss));
	return NUM_OK;
}

NumStatus
train_certify_folds(NumArena *arena, const Dataset *data,
                    const Model *const *models, NumMonitor *monitor,
                    Certificate *certificate)
{
	FoldRows *fold_rows = NULL;
	ArenaNest nest;
	Making making = { .arena = arena,
		              .data = data,
		              .monitor = monitor,
		              .certificate = certificate };
	NumStatus status = certificate_begin(arena, data, DATA_TRAIN, certificate);

	if (status == NUM_OK && models[0]->family == MODEL_LINEAR)
		return certificate_of_number_folds(arena, data, models, monitor,
		                                   certificate);
	if (status == NUM_OK)
		status = making_begin(&making, models[0]);
	if (status == NUM_OK && making.rows->n_blocks == 0)
		status = NUM_BAD_ARGUMENT;
	if (status != NUM_OK)
		return status;
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		making.threshold[b] = models[data->fold_of_base[b]]->threshold;
	arena_nest_begin(&nest, arena);
	status = fold_rows_create(&nest.arena, data, data_block(making.rows, 0),
	                          &fold_rows);
	for (uint32_t b = 0; b < making.rows->n_blocks; b++)
		for (uint32_t f = 0; f < data->n_folds && status == NUM_OK; f++)
			status = making_add(
				&making, models[f],
				fold_rows_of(fold_rows, data_block(making.rows, b), f));
	arena_nest_end(&nest);
	return status == NUM_OK ? making_end(&making, models[0]) : status;
}

NumStatus
train_certify(NumArena *arena, const Dataset *data, const Model *model,
              DataPart part, NumMonitor *monitor, Certificate *certificate)
{
	NumStatus status = certificate_begin(arena, data, part, certificate);

	if (status != NUM_OK)
		return status;
	switch (model->family)
	{
		case MODEL_LINEAR:
			return certificate_of_numbers(arena, data, model, monitor,
			                              certificate);
		case MODEL_MULTINOMIAL:
			return certificate_of_classes(arena, data, model, monitor,
			                              certificate);
		case MODEL_LOGISTIC:
			break;
	}
	return certify_decisions(arena, data, model, monitor, certificate);
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

void
certificate_losses(const Dataset *data, const DataAttribute *attribute,
                   const FairLoss *base, FairLoss *groups)
{
	memset(groups, 0, attribute->n_groups * sizeof(FairLoss));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		fair_loss_merge(&groups[attribute->group_of_base[b]], &base[b]);
}

void
certificate_errors(const Dataset *data, const DataAttribute *attribute,
                   const FairErrors *base, FairErrors *groups)
{
	memset(groups, 0, attribute->n_groups * sizeof(FairErrors));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		if (base[b].rows > 0)
			fair_errors_merge(&groups[attribute->group_of_base[b]], &base[b]);
}
