/*
 * certificate_class.c
 *    What a multinomial model does to the rows of one part, recomputed.
 *
 * One walk over the blocks with model_score_member().  Rows are counted by base
 * group, label and decision; from that follow the tables of each class against
 * all others.  A label that no training row had is none that the model knows:
 * it is decided wrong, and has no loss.
 *
 * Sums of weights are taken on grids, so that no order of rows changes them.
 */
#include "train/certificate.h"

#include <math.h>
#include <string.h>

#include "num/exact_sum.h"
#include "num/grid.h"

/* Rows of a base group by label and decision. */
typedef struct Counted
{
	uint64_t rows;
	double weight;
	double squared;
} Counted;

typedef struct ClassSums
{
	uint32_t n_classes;
	double magnet;         /* of weights */
	double squared_magnet; /* of their squares */
	Counted *counted;      /* [base group][label, or n_classes][decision] */
	ExactSum *loss;        /* [base group] of weight * loss */
	ExactSum *squared_loss;
	double *known; /* [base group] weight of the rows that have a loss */
	double *known_squared;
	uint64_t *known_rows;
	double *z;   /* [n_classes][DATA_BLOCK_ROWS] */
	double *row; /* [n_classes] */
} ClassSums;

static double
heaviest(const DataRows *rows)
{
	double most = 0;

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = data_block(rows, b);

		if (block->weight == NULL)
			return 1;
		for (uint32_t i = 0; i < block->n_rows; i++)
			most = fmax(most, (double) block->weight[i]);
	}
	return most;
}

static NumStatus
sums_create(NumArena *arena, const Dataset *data, const DataRows *rows,
            ClassSums *sums)
{
	size_t n = data->n_base_groups;
	size_t k = data->n_classes;
	double most = heaviest(rows);
	bool done = true;
	struct
	{
		void **array;
		size_t bytes;
	} arrays[] = {
		{ (void **) &sums->counted, n * (k + 1) * k * sizeof(Counted) },
		{ (void **) &sums->loss, n * sizeof(ExactSum) },
		{ (void **) &sums->squared_loss, n * sizeof(ExactSum) },
		{ (void **) &sums->known, n * sizeof(double) },
		{ (void **) &sums->known_squared, n * sizeof(double) },
		{ (void **) &sums->known_rows, n * sizeof(uint64_t) },
		{ (void **) &sums->z, k * DATA_BLOCK_ROWS * sizeof(double) },
		{ (void **) &sums->row, k * sizeof(double) },
	};

	sums->n_classes = data->n_classes;
	sums->magnet = data->weight_magnet;
	sums->squared_magnet = grid_magnet((double) rows->n_rows * most * most);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
	{
		*arrays[i].array = arena_alloc(arena, 1, arrays[i].bytes);
		done = done && *arrays[i].array != NULL;
		if (*arrays[i].array != NULL)
			memset(*arrays[i].array, 0, arrays[i].bytes);
	}
	return done ? NUM_OK : NUM_NO_MEMORY;
}

/* One block into the sums; false when a loss is too large to be one. */
static bool
add_block(const Dataset *data, const Model *model, const DataBlock *block,
          ClassSums *sums)
{
	uint32_t n = sums->n_classes;
	bool fits = true;

	for (uint32_t k = 0; k < n; k++)
		model_score_member(model, k, data, block,
		                   sums->z + (size_t) k * DATA_BLOCK_ROWS);
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double w = block->weight == NULL ? 1.0 : (double) block->weight[i];
		double squared = grid_round(w * w, sums->squared_magnet);
		uint32_t base = block->cell[i] >> 1;
		uint32_t label = block->label_class[i];
		Counted *counted;
		double loss;

		for (uint32_t k = 0; k < n; k++)
			sums->row[k] = sums->z[(size_t) k * DATA_BLOCK_ROWS + i];
		counted = &sums->counted[((size_t) base * (n + 1) + label) * n +
		                         model_best_class(sums->row, n)];
		counted->rows++;
		counted->weight += grid_round(w, sums->magnet);
		counted->squared += squared;
		if (label == n)
			continue;
		loss = model_class_loss(sums->row, n, label);
		fits &= exact_sum_add(&sums->loss[base], w * loss);
		fits &= exact_sum_add(&sums->squared_loss[base], w * loss * loss);
		sums->known[base] += grid_round(w, sums->magnet);
		sums->known_squared[base] += squared;
		sums->known_rows[base]++;
	}
	return fits;
}

/* Adds what was counted to the table of one class. */
static void
add_counted(const Counted *counted, bool label, bool decision, FairCells *cells)
{
	cells->rows[label][decision] += counted->rows;
	cells->weight[label][decision] += counted->weight;
	cells->weight_squared[label][decision] += counted->squared;
}

static void
read_base(const ClassSums *sums, uint32_t base, Certificate *certificate,
          double *right)
{
	uint32_t n = sums->n_classes;
	FairCells *cells = certificate->base_classes + (size_t) base * n;
	FairLoss *loss = &certificate->base_loss[base];

	for (uint32_t y = 0; y <= n; y++)
		for (uint32_t d = 0; d < n; d++)
		{
			const Counted *counted =
				&sums->counted[((size_t) base * (n + 1) + y) * n + d];

			certificate->rows += counted->rows;
			certificate->weight += counted->weight;
			*right += y == d ? counted->weight : 0;
			add_counted(counted, true, y == d, &certificate->base[base]);
			for (uint32_t c = 0; c < n; c++)
				add_counted(counted, y == c, d == c, &cells[c]);
		}
	loss->rows = sums->known_rows[base];
	loss->weight = sums->known[base];
	loss->weight_squared = sums->known_squared[base];
	loss->sum = exact_sum_value(&sums->loss[base]);
	loss->squared = exact_sum_value(&sums->squared_loss[base]);
}

/* What follows from the sums. */
static void
read_sums(const Dataset *data, const ClassSums *sums, Certificate *certificate)
{
	ExactSum loss;
	double known = 0;
	double right = 0;

	exact_sum_clear(&loss);
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		read_base(sums, b, certificate, &right);
		exact_sum_merge(&loss, &sums->loss[b]);
		known += sums->known[b];
	}
	certificate->loss = exact_sum_value(&loss) / known;
	certificate->accuracy = right / certificate->weight;
	certificate->auc = NAN;
	certificate->positive_share = NAN;
}

NumStatus
certificate_of_classes(NumArena *arena, const Dataset *data, const Model *model,
                       NumMonitor *monitor, Certificate *certificate)
{
	const DataRows *rows = &data->part[certificate->part];
	size_t n_tables = (size_t) data->n_base_groups * data->n_classes;
	ArenaNest nest;
	ClassSums sums;
	NumStatus status;

	certificate->n_classes = data->n_classes;
	certificate->base_classes = arena_alloc(arena, n_tables, sizeof(FairCells));
	if (certificate->base_classes == NULL)
		return NUM_NO_MEMORY;
	memset(certificate->base_classes, 0, n_tables * sizeof(FairCells));
	arena_nest_begin(&nest, arena);
	status = sums_create(&nest.arena, data, rows, &sums);
	for (uint32_t b = 0; b < rows->n_blocks && status == NUM_OK; b++)
	{
		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		if (!add_block(data, model, data_block(rows, b), &sums))
			status = NUM_NOT_FINITE;
	}
	if (status == NUM_OK)
		read_sums(data, &sums, certificate);
	arena_nest_end(&nest);
	return status;
}

void
certificate_classes(const Dataset *data, const DataAttribute *attribute,
                    const Certificate *certificate, uint32_t class,
                    FairCells *groups)
{
	memset(groups, 0, attribute->n_groups * sizeof(FairCells));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		const FairCells *from =
			&certificate
				 ->base_classes[(size_t) b * certificate->n_classes + class];
		FairCells *to = &groups[attribute->group_of_base[b]];

		for (int y = 0; y < 2; y++)
			for (int d = 0; d < 2; d++)
			{
				to->rows[y][d] += from->rows[y][d];
				to->weight[y][d] += from->weight[y][d];
				to->weight_squared[y][d] += from->weight_squared[y][d];
			}
	}
}
