/*
 * test_train_frontier.c
 *    The models of many bounds: each is what its own training finds or better,
 *    and keeps its bound by a recount of the rows.
 */
#include "train/frontier.h"

#include <string.h>

#include "regular.h"
#include "scratch.h"
#include "train/certificate.h"

#define MANY_ROWS 150000 /* enough for a search over a sample */
#define BOUNDS 11

static const double bounds[BOUNDS] = { 0.2,  0.01, 0.05, 0.3,  0.02, 0.1,
	                                   0.15, 0.03, 0,    0.07, 0.04 };

static double
score_of(const Dataset *data, const DataBlock *block, uint32_t i,
         const double *coef)
{
	double z = coef[0];

	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		const double *own = coef + column->first_param;

		if (column->kind == DATA_NUMBER)
			z += own[0] * (double) ((const float *) block->values[c])[i];
		else if (!column->is_null_flag)
			z += own[((const uint8_t *) block->values[c])[i]];
		else if (((const uint8_t *) block->values[c])[i] == 1)
			z += own[0];
	}
	return z;
}

/* Loss and gap of selection rates of raw coefficients, row by row, without the
 * rows of cells that have the factor 0. */
static void
recount(const Dataset *data, const double *coef, const double *factor,
        double *loss, double *gap)
{
	double weight[3] = { 0 };
	double decided[3] = { 0 };
	double all = 0;
	double low = 1;
	double high = 0;
	const DataRows *rows = &data->part[DATA_TRAIN];

	*loss = 0;
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = rows->blocks[b];
			double w = weight_of(block, i, NULL);
			uint32_t group =
				data->attributes[0].group_of_base[block->cell[i] / 2];
			double z = score_of(data, block, i, coef);

			if (factor != NULL && factor[block->cell[i]] == 0)
				continue;
			*loss += w * (log1p(exp(-fabs(z))) + fmax(z, 0) -
			              (block->cell[i] & 1 ? z : 0));
			all += w;
			weight[group] += w;
			decided[group] += z >= 0 ? w : 0;
		}
	*loss /= all;
	for (int g = 0; g < 3; g++)
		if (weight[g] > 0)
		{
			low = fmin(low, decided[g] / weight[g]);
			high = fmax(high, decided[g] / weight[g]);
		}
	*gap = high - low;
}

static void
ask_for_points(TrainPoint *points, int n, bool backwards)
{
	for (int b = 0; b < n; b++)
		points[b] = (TrainPoint){ .bound = bounds[backwards ? n - 1 - b : b] };
}

/* Trains the frontier and compares it with trainings one by one. */
static void
check_frontier(uint32_t n_rows, bool weighted, int n_bounds,
               const double *cell_factor)
{
	NumArena arena;
	Making making = { .n_rows = n_rows, .weighted = weighted };
	TrainSettings settings = plain_settings();
	TrainPoint points[BOUNDS];
	TrainResult single;
	Dataset *data;
	int own = 0;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	ask_for_parity(&settings, 1);
	settings.l2 = 0;
	settings.cell_factor = cell_factor;
	ask_for_points(points, n_bounds, false);
	CHECK_INT(train_frontier(&arena, data, &settings, NULL, points,
	                         (uint32_t) n_bounds),
	          NUM_OK);
	for (int b = 0; b < n_bounds; b++)
	{
		double loss;
		double gap;

		recount(data, points[b].coef, cell_factor, &loss, &gap);
		CHECK(points[b].outcome != TRAIN_INFEASIBLE);
		CHECK_CLOSE(points[b].loss, loss, 1e-6);
		CHECK_NEAR(points[b].gap, gap, 2.0 / n_rows);
		CHECK(gap <= bounds[b] + 2.0 / n_rows);
		ask_for_parity(&settings, bounds[b]);
		CHECK_INT(train_constraint(&arena, data, &settings, NULL, &single),
		          NUM_OK);
		CHECK(points[b].loss <= single.loss);
		CHECK_CLOSE(points[b].loss, single.loss, 0.005);
		if (points[b].found != (uint32_t) b)
			continue;
		own++;
		CHECK(memcmp(points[b].coef, single.coef, PARAMS * sizeof(double)) ==
		      0);
		for (int other = 0; other < n_bounds; other++)
			if (bounds[other] > bounds[b])
				CHECK(points[other].loss <= points[b].loss);
	}
	CHECK(own > n_bounds / 2);
	scratch_end(&arena);
}

static void
points_are_what_single_trainings_find_or_better(void)
{
	check_frontier(3000, false, BOUNDS, NULL);
	check_frontier(3000, true, BOUNDS, NULL);
}

static void
also_where_searches_begin_on_a_sample(void)
{
	check_frontier(MANY_ROWS, false, 3, NULL);
}

/* Group c does not exist: neither for the loss nor for the gap. */
static void
cells_of_factor_0_are_not_seen(void)
{
	static const double factor[6] = { 1, 1, 1, 1, 0, 0 };

	check_frontier(4000, false, BOUNDS, factor);
}

#define FOLDS 4

/* The points of two bounds without fold 'f', against a recount of the other
 * rows, and the first against a training of its own.  Whether that
 * ends with about the same loss or, where both search on a sample, with a higher
 * one: who begins near finds better places there. */
static bool
check_fold(NumArena *arena, const Dataset *data, uint32_t f,
           const double *const near[2], TrainPoint *points)
{
	double factor[6 * FOLDS];
	double n_rows = (double) data->part[DATA_TRAIN].n_rows;
	TrainSettings settings = plain_settings();
	TrainResult single;
	double less;

	train_leave_out(data, f, factor);
	ask_for_parity(&settings, 1);
	settings.l2 = 0;
	settings.cell_factor = factor;
	points[0] = (TrainPoint){ .bound = 0.05, .near = near[0] };
	points[1] = (TrainPoint){ .bound = 1, .near = near[1] };
	CHECK_INT(train_frontier(arena, data, &settings, NULL, points, 2), NUM_OK);
	for (int b = 0; b < 2; b++)
	{
		double loss;
		double gap;

		recount(data, points[b].coef, factor, &loss, &gap);
		CHECK_CLOSE(points[b].loss, loss, 1e-6);
		CHECK_NEAR(points[b].gap, gap, 1e-6 + 2.0 / n_rows);
		CHECK(points[b].gap <= points[b].bound);
	}
	ask_for_parity(&settings, 0.05);
	CHECK_INT(train_constraint(arena, data, &settings, NULL, &single), NUM_OK);
	/* a search over a sample may end in another place that is about as good */
	CHECK_CLOSE(points[0].loss, single.loss, 0.03);
	less = (single.loss - points[0].loss) / single.loss;
	return less >= -0.004 && (less <= 0.004 || n_rows > MANY_ROWS / 2);
}

/* All folds in one call give what each gives alone. */
static void
check_together(NumArena *arena, const Dataset *data,
               const TrainSettings *settings, const TrainPoint *whole,
               TrainPoint (*alone)[2])
{
	TrainPoint points[1 + FOLDS][2];

	memset(points, 0, sizeof(points));
	points[0][0].bound = whole[0].bound;
	points[0][1].bound = whole[1].bound;
	CHECK_INT(
		train_frontier_folds(arena, data, settings, NULL, &points[0][0], 2),
		NUM_OK);
	for (int b = 0; b < 2; b++)
	{
		CHECK(memcmp(points[0][b].coef, whole[b].coef,
		             PARAMS * sizeof(double)) == 0);
		for (uint32_t f = 0; f < FOLDS; f++)
		{
			CHECK(points[1 + f][b].bound == whole[b].bound);
			CHECK(memcmp(points[1 + f][b].coef, alone[f][b].coef,
			             PARAMS * sizeof(double)) == 0);
		}
	}
}

/* The certificate of the models of the first bound against a count row by
 * row. */
static void
check_certificate(const Dataset *data, TrainPoint (*points)[2],
                  const Certificate *certificate)
{
	double right = 0;
	double all = 0;
	double losses = 0;
	uint64_t rows = 0;

	for (uint32_t b = 0; b < data->part[DATA_TRAIN].n_blocks; b++)
	{
		const DataBlock *block = data->part[DATA_TRAIN].blocks[b];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			int fold = data->fold_of_base[block->cell[i] >> 1];
			int label = block->cell[i] & 1;
			double w = weight_of(block, i, NULL);
			double z = score_of(data, block, i, points[fold][0].coef);

			right += (z >= 0) == label ? w : 0;
			losses += w * (log1p(exp(-fabs(z))) + fmax(z, 0) - (label ? z : 0));
			all += w;
			rows++;
		}
	}
	CHECK_INT(certificate->rows, rows);
	CHECK_CLOSE(certificate->weight, all, 1e-12);
	CHECK_NEAR(certificate->accuracy, right / all, 1.0 / (double) rows);
	CHECK_CLOSE(certificate->loss, losses / all, 1e-6);
	CHECK(certificate->auc > 0.6 && certificate->auc < 1);
}

/* Models that have not seen a fold; and their certificate on it. */
static void
check_folds(uint32_t n_rows, bool weighted, bool from_near)
{
	NumArena arena;
	Making making = { .n_rows = n_rows,
		              .weighted = weighted,
		              .n_folds = FOLDS };
	TrainSettings settings = plain_settings();
	TrainPoint points[FOLDS][2];
	TrainPoint whole[2] = { { .bound = 0.05 }, { .bound = 1 } };
	const double *near[2] = { NULL, NULL };
	const Model *models[FOLDS];
	Certificate certificate;
	Dataset *data;
	uint32_t n_alike = 0;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	CHECK_INT(data->n_base_groups, 3 * FOLDS);
	ask_for_parity(&settings, 1);
	settings.l2 = 0;
	CHECK_INT(train_frontier(&arena, data, &settings, NULL, whole, 2), NUM_OK);
	for (int b = 0; b < 2 && from_near; b++)
		near[b] = whole[b].coef;
	for (uint32_t f = 0; f < FOLDS; f++)
	{
		Model *model = NULL;

		n_alike += check_fold(&arena, data, f, near, points[f]);
		CHECK_INT(model_from_coefficients(&arena, data, MODEL_LOGISTIC, 0.5,
		                                  points[f][0].coef, &model),
		          NUM_OK);
		models[f] = model;
	}
	CHECK(n_alike >= (n_rows > MANY_ROWS / 2 ? FOLDS - 1 : FOLDS));
	if (from_near)
		check_together(&arena, data, &settings, whole, points);
	CHECK(memcmp(points[0][0].coef, points[1][0].coef,
	             PARAMS * sizeof(double)) != 0);
	CHECK_INT(train_certify_folds(&arena, data, models, NULL, &certificate),
	          NUM_OK);
	check_certificate(data, points, &certificate);
	scratch_end(&arena);
}

static void
folds_are_judged_by_models_that_have_not_seen_them(void)
{
	check_folds(6000, false, false);
	check_folds(6000, true, false);
	check_folds(6000, false, true);
	check_folds(MANY_ROWS, false, true);
}

static void
the_order_of_bounds_does_not_show(void)
{
	NumArena arena;
	Making making = { .n_rows = 3000 };
	TrainSettings settings = plain_settings();
	TrainPoint points[BOUNDS];
	TrainPoint turned[BOUNDS];
	Dataset *data;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	ask_for_parity(&settings, 1);
	ask_for_points(points, BOUNDS, false);
	ask_for_points(turned, BOUNDS, true);
	CHECK_INT(train_frontier(&arena, data, &settings, NULL, points, BOUNDS),
	          NUM_OK);
	CHECK_INT(train_frontier(&arena, data, &settings, NULL, turned, BOUNDS),
	          NUM_OK);
	for (int b = 0; b < BOUNDS; b++)
		CHECK(memcmp(points[b].coef, turned[BOUNDS - 1 - b].coef,
		             PARAMS * sizeof(double)) == 0);
	scratch_end(&arena);
}

static void
nothing_to_constrain_is_refused(void)
{
	NumArena arena;
	Making making = { .n_rows = 300 };
	TrainSettings settings = plain_settings();
	TrainPoint points[BOUNDS];
	Dataset *data;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	ask_for_parity(&settings, 1);
	settings.min_group = 100000;
	ask_for_points(points, BOUNDS, false);
	CHECK_INT(train_frontier(&arena, data, &settings, NULL, points, BOUNDS),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(points_are_what_single_trainings_find_or_better);
	RUN(also_where_searches_begin_on_a_sample);
	RUN(cells_of_factor_0_are_not_seen);
	RUN(folds_are_judged_by_models_that_have_not_seen_them);
	RUN(the_order_of_bounds_does_not_show);
	RUN(nothing_to_constrain_is_refused);
	return unit_end();
}
