/*
 * test_train_ridge_frontier.c
 *    Least squares of many bounds and folds from one walk over the rows.
 *
 * What a model must be is derived from the rows of the blocks, one by one.
 */
#include "model/gram.h"
#include "train/certificate.h"
#include "train/ridge.h"

#include "numbers.h"
#include "scratch.h"

#define FOLDS 3
#define BOUNDS 4
#define NO_FOLD UINT32_MAX

static NumberRow rows[MOST_ROWS];

/* A row of a block in the layout and scale of the kernel. */
typedef struct FoldRow
{
	double x[PARAMS];
	double y; /* standardised */
	double weight;
	uint32_t fold;
	uint32_t group;
} FoldRow;

static FoldRow made[MOST_ROWS];

/* The rows of a dataset's blocks into 'made'; their number. */
static uint32_t
read_rows(const Dataset *data)
{
	const DataRows *part = &data->part[DATA_TRAIN];
	uint32_t n = 0;

	for (uint32_t b = 0; b < part->n_blocks; b++)
		for (uint32_t i = 0; i < part->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = part->blocks[b];
			uint32_t base = block->cell[i] >> 1;
			FoldRow *row = &made[n++];
			uint32_t at = 1;

			memset(row, 0, sizeof(*row));
			row->x[0] = 1;
			row->weight = block->weight == NULL ? 1 : (double) block->weight[i];
			row->fold = data->n_folds > 0 ? data->fold_of_base[base] : 0;
			row->group = data->attributes[0].group_of_base[base];
			row->y = (block->number[i] - data->label_mean) / data->label_sd;
			for (uint32_t c = 0; c < data->n_columns; c++)
			{
				const DataColumn *column = &data->columns[c];

				if (column->kind == DATA_NUMBER)
					row->x[at++] =
						((double) ((const float *) block->values[c])[i] -
					     column->mean) /
						column->sd;
				else if (column->is_null_flag)
					row->x[1 + NUMBERS] =
						((const uint8_t *) block->values[c])[i];
				else
					row->x[2 + NUMBERS +
					       ((const uint8_t *) block->values[c])[i]] = 1;
			}
		}
	return n;
}

static Gram *
gram_of(NumArena *arena, const Dataset *data, GramSplit split)
{
	LinearPlan *plan = NULL;
	Gram *gram = NULL;

	CHECK_INT(linear_plan(arena, data, true, &plan), NUM_OK);
	CHECK_INT(gram_create(arena, plan, split, NULL, &gram), NUM_OK);
	return gram;
}

/* Sums of the only set against those of the rows outside a fold. */
static void
check_set(const Gram *gram, uint32_t n, uint32_t without)
{
	long double xx[PARAMS][PARAMS] = { { 0 } };
	long double xy[PARAMS] = { 0 };
	long double yy = 0;
	double tolerance = 1e-11 * gram->total;

	for (uint32_t i = 0; i < n; i++)
	{
		const FoldRow *row = &made[i];

		if (row->fold == without)
			continue;
		for (int a = 0; a < PARAMS; a++)
		{
			xy[a] += row->weight * (long double) row->x[a] * row->y;
			for (int b = 0; b <= a; b++)
				xx[a][b] += row->weight * (long double) row->x[a] * row->x[b];
		}
		yy += row->weight * (long double) row->y * row->y;
	}
	CHECK_NEAR(gram->total, (double) xx[0][0], tolerance);
	CHECK_NEAR(gram->sets[0].yy, (double) yy, tolerance);
	for (uint32_t a = 0; a < PARAMS; a++)
	{
		CHECK_NEAR(gram->sets[0].xy[a], (double) xy[a], tolerance);
		for (uint32_t b = 0; b <= a; b++)
			CHECK_NEAR(gram->sets[0].xx[a * gram->stride + b],
			           (double) xx[a][b], tolerance);
	}
}

static bool
same_set(const Gram *a, uint32_t set_a, const Gram *b, uint32_t set_b)
{
	const GramSet *x = &a->sets[set_a];
	const GramSet *y = &b->sets[set_b];
	bool same = x->yy == y->yy;

	for (uint32_t i = 0; i < PARAMS; i++)
		same &= x->xy[i] == y->xy[i] &&
		        memcmp(x->xx + i * a->stride, y->xx + i * b->stride,
		               (i + 1) * sizeof(double)) == 0;
	return same;
}

static void
folds_are_gathered_to_the_sums_of_their_rows(void)
{
	NumberRows wanted = { .n_rows = 5000, .weighted = true, .n_folds = FOLDS };
	uint32_t to[GROUPS * FOLDS];
	NumArena arena;
	Dataset *data;
	Gram *folds;
	Gram *whole;
	Gram *gathered = NULL;
	uint32_t n;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = number_data(&arena, &wanted, rows);
	CHECK_INT(data->n_base_groups, GROUPS * FOLDS);
	n = read_rows(data);
	folds = gram_of(&arena, data, GRAM_FOLDS);
	CHECK_INT(folds->n_sets, FOLDS);
	for (uint32_t f = 0; f < FOLDS; f++)
	{
		for (uint32_t b = 0; b < GROUPS * FOLDS; b++)
			to[b] = data->fold_of_base[b] == f ? GRAM_LEFT_OUT : b / FOLDS;
		CHECK_INT(gram_gather(&arena, folds, to, GROUPS, false, &gathered),
		          NUM_OK);
		check_set(gathered, n, f);
	}
	/* all of them are what a walk without folds sums up, in every bit */
	wanted.n_folds = 0;
	whole = gram_of(&arena, number_data(&arena, &wanted, rows), GRAM_WHOLE);
	for (uint32_t b = 0; b < GROUPS * FOLDS; b++)
		to[b] = b / FOLDS;
	CHECK_INT(gram_gather(&arena, folds, to, GROUPS, false, &gathered), NUM_OK);
	CHECK(same_set(gathered, 0, whole, 0));
	CHECK(gathered->total == whole->total);
	for (uint32_t g = 0; g < GROUPS; g++)
	{
		CHECK_INT(gathered->rows[g], whole->rows[g]);
		CHECK(gathered->weight[g] == whole->weight[g]);
		CHECK(memcmp(gathered->x + g * gathered->stride,
		             whole->x + g * whole->stride,
		             PARAMS * sizeof(double)) == 0);
	}
	scratch_end(&arena);
}

static void
so_are_groups(void)
{
	NumberRows wanted = { .n_rows = 3000, .n_folds = FOLDS };
	uint32_t to[GROUPS * FOLDS];
	NumArena arena;
	Dataset *data;
	Gram *folds;
	Gram *whole;
	Gram *gathered = NULL;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = number_data(&arena, &wanted, rows);
	folds = gram_of(&arena, data, GRAM_GROUPS);
	wanted.n_folds = 0;
	whole = gram_of(&arena, number_data(&arena, &wanted, rows), GRAM_GROUPS);
	for (uint32_t b = 0; b < GROUPS * FOLDS; b++)
		to[b] = b / FOLDS;
	CHECK_INT(gram_gather(&arena, folds, to, GROUPS, true, &gathered), NUM_OK);
	for (uint32_t g = 0; g < GROUPS; g++)
		CHECK(same_set(gathered, g, whole, g));
	/* a set of a fold cannot be torn into groups */
	folds = gram_of(&arena, data, GRAM_FOLDS);
	CHECK_INT(gram_gather(&arena, folds, to, GROUPS, true, &gathered),
	          NUM_BAD_ARGUMENT);
	to[0] = GRAM_LEFT_OUT;
	CHECK_INT(gram_gather(&arena, folds, to, GROUPS, false, &gathered),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

/* What is asked for. */
typedef struct Asked
{
	FairConstraint constraint;
	double bounds[BOUNDS];
	TrainSettings settings;
	TrainPoint points[1 + FOLDS][BOUNDS];
} Asked;

static void
ask(Asked *asked, bool of_loss)
{
	/* in the units of the label, and of its square */
	static const double bounds[2][BOUNDS] = { { 1, 0, 0.1, 100 },
		                                      { 1.2, 9, 0.1, 1.5 } };

	memset(asked, 0, sizeof(*asked));
	asked->constraint =
		(FairConstraint){ of_loss ? &fair_group_loss : &fair_mean_parity,
		                  of_loss ? FAIR_MAX_LOSS : FAIR_MAX_GAP, NAN, NULL };
	memcpy(asked->bounds, bounds[of_loss ? 1 : 0], sizeof(asked->bounds));
	asked->settings = (TrainSettings){ .constraints = &asked->constraint,
		                               .n_constraints = 1,
		                               .l2 = 0.002,
		                               .max_iterations = 100,
		                               .min_group = 1,
		                               .own_kernels = true };
}

static void
frontier_of(NumArena *arena, const Dataset *data, Asked *asked)
{
	for (int p = 0; p < BOUNDS; p++)
		asked->points[0][p].bound = asked->bounds[p];
	CHECK_INT(ridge_frontier(arena, data, &asked->settings, NULL,
	                         asked->points[0], BOUNDS),
	          NUM_OK);
}

/* Every point against a training of its own, on a dataset without folds. */
static void
check_points(NumArena *arena, const Dataset *plain, Asked *asked)
{
	for (int p = 0; p < BOUNDS; p++)
	{
		const TrainPoint *point = &asked->points[0][p];
		TrainResult single;

		asked->constraint.bound = asked->bounds[p];
		CHECK_INT(train_ridge(arena, plain, &asked->settings, NULL, &single),
		          NUM_OK);
		CHECK(memcmp(point->coef, single.coef, PARAMS * sizeof(double)) == 0);
		CHECK(point->bound == asked->bounds[p]);
		CHECK_INT(point->outcome, single.outcome);
		CHECK_INT(point->iterations, single.iterations);
		CHECK(point->loss == single.loss && point->gap == single.gap);
		CHECK(point->reached[0] == single.reached[0]);
		CHECK(isnan(point->accuracy));
	}
}

static void
points_are_single_trainings_in_every_bit(void)
{
	for (int k = 0; k < 4; k++)
	{
		NumberRows wanted = { .n_rows = 4000, .weighted = true };
		NumArena arena;
		Dataset *plain;
		Asked asked;

		scratch_begin(&arena, 0);
		number_rows(&wanted, rows);
		plain = number_data(&arena, &wanted, rows);
		wanted.n_folds = k < 2 ? 0 : FOLDS;
		ask(&asked, k % 2 == 1);
		frontier_of(&arena, number_data(&arena, &wanted, rows), &asked);
		check_points(&arena, plain, &asked);
		if (k % 2 == 1)
			CHECK_INT(asked.points[0][2].outcome, TRAIN_INFEASIBLE);
		scratch_end(&arena);
	}
}

/* Raw coefficients to those of standardised features and label. */
static void
standardise(const Dataset *data, const double *raw, double *w)
{
	uint32_t at = 1;

	w[0] = raw[0] - data->label_mean;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		const double *own = raw + column->first_param;

		if (column->kind == DATA_NUMBER)
		{
			w[0] += own[0] * column->mean;
			w[at++] = own[0] * column->sd;
		}
		else if (column->is_null_flag)
			w[1 + NUMBERS] = own[0];
		else
			memcpy(w + 2 + NUMBERS, own, LEVELS * sizeof(double));
	}
	for (int j = 0; j < PARAMS; j++)
		w[j] /= data->label_sd;
}

/* Of the rows outside a fold at standardised w: mean features and loss of each
 * group, gradients of half of these, and that of the objective. */
typedef struct Told
{
	double weight[GROUPS];
	double x[GROUPS][PARAMS];
	double loss[GROUPS];
	double slope[GROUPS][PARAMS];
	double gradient[PARAMS];
	double mean[GROUPS];
} Told;

static void
tell(uint32_t n, uint32_t without, double l2, const double *w, Told *told)
{
	double total = 0;

	memset(told, 0, sizeof(*told));
	for (uint32_t i = 0; i < n; i++)
	{
		const FoldRow *row = &made[i];
		double e = -row->y;

		if (row->fold == without)
			continue;
		for (int j = 0; j < PARAMS; j++)
			e += w[j] * row->x[j];
		told->weight[row->group] += row->weight;
		told->loss[row->group] += row->weight * e * e;
		total += row->weight;
		for (int j = 0; j < PARAMS; j++)
		{
			told->x[row->group][j] += row->weight * row->x[j];
			told->slope[row->group][j] += row->weight * e * row->x[j];
			told->gradient[j] += row->weight * e * row->x[j];
		}
	}
	for (int j = 0; j < PARAMS; j++)
		told->gradient[j] = told->gradient[j] / total + (j > 0 ? l2 * w[j] : 0);
	for (int g = 0; g < GROUPS; g++)
	{
		told->loss[g] /= told->weight[g];
		for (int j = 0; j < PARAMS; j++)
		{
			told->x[g][j] /= told->weight[g];
			told->slope[g][j] /= told->weight[g];
			told->mean[g] += told->x[g][j] * w[j];
		}
	}
}

static double
dot(const double *a, const double *b)
{
	double sum = 0;

	for (int j = 0; j < PARAMS; j++)
		sum += a[j] * b[j];
	return sum;
}

/* Takes a direction out of a vector. */
static void
take_out(const double *direction, double *vector)
{
	double part = dot(direction, vector) / dot(direction, direction);

	for (int j = 0; j < PARAMS; j++)
		vector[j] -= part * direction[j];
}

/* A model keeps its bound on the rows outside the fold; and what is left of its
 * gradient is what the bound pays for: a combination of the gradients of the
 * rates, so that nothing is given away. */
static void
check_model(const Dataset *data, uint32_t n, uint32_t fold, const Asked *asked,
            const TrainPoint *point)
{
	double sd = data->label_sd;
	double w[PARAMS];
	double apart[2][PARAMS];
	Told told;

	standardise(data, point->coef, w);
	tell(n, fold, asked->settings.l2, w, &told);
	if (asked->constraint.criterion == &fair_mean_parity)
	{
		double high = fmax(told.mean[0], fmax(told.mean[1], told.mean[2]));
		double low = fmin(told.mean[0], fmin(told.mean[1], told.mean[2]));

		CHECK(sd * (high - low) <= point->bound + 1e-6);
		CHECK_NEAR(sd * (high - low), point->gap, 1e-6);
		for (int k = 0; k < 2; k++)
			for (int j = 0; j < PARAMS; j++)
				apart[k][j] = told.x[k + 1][j] - told.x[0][j];
		take_out(apart[0], apart[1]);
		take_out(apart[0], told.gradient);
		take_out(apart[1], told.gradient);
	}
	else
	{
		double worst = fmax(told.loss[0], fmax(told.loss[1], told.loss[2]));

		CHECK_CLOSE(sd * sd * worst, point->gap, 1e-6);
		if (point->outcome == TRAIN_INFEASIBLE)
			return;
		CHECK(sd * sd * worst <= point->bound * (1 + 1e-6));
		/* one group alone is bounded: that with the largest loss */
		for (int g = 0; g < GROUPS; g++)
			if (told.loss[g] == worst)
			{
				CHECK(dot(told.gradient, told.slope[g]) <= 1e-9);
				take_out(told.slope[g], told.gradient);
			}
	}
	for (int j = 0; j < PARAMS; j++)
		CHECK_NEAR(told.gradient[j], 0, 1e-6);
}

/* What the models of a bound do to the rows that they have not seen. */
static void
check_certificate(NumArena *arena, const Dataset *data, uint32_t n,
                  const Asked *asked, int bound)
{
	const Model *models[FOLDS];
	double squared = 0;
	double total = 0;
	Certificate certificate;

	for (uint32_t f = 0; f < FOLDS; f++)
	{
		Model *model = NULL;

		CHECK_INT(model_from_coefficients(arena, data, MODEL_LINEAR, 0.5,
		                                  asked->points[1 + f][bound].coef,
		                                  &model),
		          NUM_OK);
		models[f] = model;
	}
	CHECK_INT(train_certify_folds(arena, data, models, NULL, &certificate),
	          NUM_OK);
	for (uint32_t f = 0; f < FOLDS; f++)
	{
		double w[PARAMS];

		standardise(data, asked->points[1 + f][bound].coef, w);
		for (uint32_t i = 0; i < n; i++)
			if (made[i].fold == f)
			{
				double e = data->label_sd * (dot(w, made[i].x) - made[i].y);

				squared += made[i].weight * e * e;
				total += made[i].weight;
			}
	}
	CHECK_INT(certificate.rows, n);
	CHECK_CLOSE(certificate.weight, total, 1e-12);
	CHECK_CLOSE(certificate.loss, squared / total, 1e-6);
	CHECK(isnan(certificate.accuracy) && isnan(certificate.auc));
}

static void
models_of_folds_are_those_of_the_other_rows(void)
{
	for (int k = 0; k < 2; k++)
	{
		NumberRows wanted = { .n_rows = 4000,
			                  .weighted = true,
			                  .n_folds = FOLDS };
		NumArena arena;
		Dataset *data;
		Asked asked;
		uint32_t n;

		scratch_begin(&arena, 0);
		number_rows(&wanted, rows);
		data = number_data(&arena, &wanted, rows);
		n = read_rows(data);
		ask(&asked, k == 1);
		frontier_of(&arena, data, &asked);
		for (int p = 0; p < BOUNDS; p++)
		{
			check_model(data, n, NO_FOLD, &asked, &asked.points[0][p]);
			for (uint32_t f = 0; f < FOLDS; f++)
				check_model(data, n, f, &asked, &asked.points[1 + f][p]);
			CHECK(asked.points[1][p].loss != asked.points[2][p].loss);
			check_certificate(&arena, data, n, &asked, p);
		}
		scratch_end(&arena);
	}
}

/* A group that is just large enough lacks some rows in every fold. */
static void
groups_that_are_constrained_are_so_without_a_fold(void)
{
	NumberRows wanted = { .n_rows = 900, .n_folds = FOLDS };
	NumArena arena;
	Dataset *data;
	Asked asked;
	uint32_t n;
	uint32_t small = 0;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = number_data(&arena, &wanted, rows);
	n = read_rows(data);
	for (uint32_t i = 0; i < n; i++)
		small += made[i].group == 2;
	ask(&asked, false);
	asked.settings.min_group = small;
	frontier_of(&arena, data, &asked);
	for (int p = 0; p < BOUNDS; p++)
		for (uint32_t f = 0; f < FOLDS; f++)
			check_model(data, n, f, &asked, &asked.points[1 + f][p]);
	scratch_end(&arena);
}

static void
what_cannot_be_had_is_refused(void)
{
	NumberRows wanted = { .n_rows = 400, .n_folds = FOLDS };
	double factor[2 * GROUPS * FOLDS];
	NumArena arena;
	Dataset *data;
	Ridge *ridge = NULL;
	Asked asked;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = number_data(&arena, &wanted, rows);
	ask(&asked, false);
	asked.settings.min_group = 100000;
	CHECK_INT(ridge_frontier(&arena, data, &asked.settings, NULL,
	                         asked.points[0], BOUNDS),
	          NUM_BAD_ARGUMENT);
	/* rows are there or not, and a fold as a whole */
	asked.settings.min_group = 1;
	train_leave_out(data, 0, factor);
	factor[0] = factor[1] = 0.5;
	asked.settings.cell_factor = factor;
	CHECK_INT(ridge_create(&arena, data, &asked.settings, NULL, &ridge),
	          NUM_BAD_ARGUMENT);
	train_leave_out(data, 0, factor);
	factor[2 * (GROUPS * FOLDS - 1)] = 0;
	CHECK_INT(ridge_create(&arena, data, &asked.settings, NULL, &ridge),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(folds_are_gathered_to_the_sums_of_their_rows);
	RUN(so_are_groups);
	RUN(points_are_single_trainings_in_every_bit);
	RUN(models_of_folds_are_those_of_the_other_rows);
	RUN(groups_that_are_constrained_are_so_without_a_fold);
	RUN(what_cannot_be_had_is_refused);
	return unit_end();
}
