/*
 * test_train_reduction.c
 *    Method reduction: the fit to prices against a fit to rows with the labels
 *    and weights that they mean; and its mixtures recounted row by row.
 */
#include "model/model.h"
#include "train/certificate.h"
#include "train/newton.h"
#include "train/train.h"

#include <math.h>
#include <string.h>

#include "data/builder.h"
#include "num/random.h"
#include "num/special.h"
#include "scratch.h"
#include "unit.h"

enum
{
	NUMBERS = 4,
	ATTRIBUTES = 3, /* g, h, g*h */
	MOST_PARAMS = 16,
	MOST_CELLS = 12
};

/* What is made of the rows; 'label' and 'factor' are by cell: what a row of a
 * group and label counts as. */
typedef struct Making
{
	uint32_t n_rows;
	bool weighted;        /* at random */
	const int *label;     /* NULL: its own */
	const double *factor; /* NULL: 1 */
} Making;

/* Three numbers and one that is the group; groups g (three) and h (two) differ
 * in level and in how noisy their labels are. */
static Dataset *
make_data(NumArena *arena, const Making *making)
{
	static const char *const values[] = { "a", "b", "c" };
	static const char *const names[] = { "x", "y", "z", "g" };
	DataColumnSpec columns[NUMBERS];
	DataAttributeSpec attributes[ATTRIBUTES] = { { "g", 1, { 0 } },
		                                         { "h", 1, { 1 } },
		                                         { "g*h", 2, { 0, 1 } } };
	DataBuilderSpec spec = { .n_columns = NUMBERS,
		                     .columns = columns,
		                     .n_protected = 2,
		                     .n_attributes = ATTRIBUTES,
		                     .attributes = attributes,
		                     .weighted =
		                         making->weighted || making->factor != NULL,
		                     .max_levels = 100,
		                     .max_groups = 100 };
	NumRandom random;
	DataBuilder *builder = NULL;
	DataInput *input;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	Dataset *data = NULL;

	num_random_seed(&random, 11);
	for (uint32_t c = 0; c < NUMBERS; c++)
		columns[c] = (DataColumnSpec){ .name = names[c],
			                           .source = names[c],
			                           .input = 1,
			                           .kind = DATA_NUMBER };
	CHECK_INT(data_builder_create(arena, &spec, &builder), NUM_OK);
	input = data_builder_input(builder);
	for (uint32_t i = 0; i < making->n_rows; i++)
	{
		uint32_t g = (uint32_t) (num_random_uniform(&random) * 3);
		uint32_t h = (uint32_t) (num_random_uniform(&random) * 2);
		double z = 0.2 - 0.2 * g + 0.9 * h;
		uint32_t cell;

		for (uint32_t c = 0; c < NUMBERS; c++)
		{
			input->number[c] =
				num_random_uniform(&random) - 0.5 - (c == 0 ? 0.15 * g : 0);
			if (c < 3)
				z += 2 * input->number[c];
		}
		input->number[3] = g;
		input->protected_code[0] = data_builder_group(builder, 0, values[g], 1);
		input->protected_code[1] = data_builder_group(builder, 1, values[h], 1);
		input->weight =
			making->weighted ? 0.5 + 2 * num_random_uniform(&random) : 1;
		input->label =
			z + (1.5 + 0.4 * (g + h)) * (num_random_uniform(&random) - 0.5) > 0;
		cell = 2 * (2 * g + h) + (input->label ? 1 : 0);
		if (making->factor != NULL)
			input->weight *= making->factor[cell];
		if (making->label != NULL)
			input->label = making->label[cell] != 0;
		CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(
		data_builder_finish(builder, &data, &findings, &n_findings, &culprit),
		NUM_OK);
	return data;
}

static TrainSettings
settings_of(const FairConstraint *constraints, int n)
{
	return (TrainSettings){ .constraints = constraints,
		                    .n_constraints = n,
		                    .l2 = 1e-4,
		                    .temperature = 1,
		                    .threshold = 0.5,
		                    .max_iterations = 40,
		                    .min_group = 30,
		                    .own_kernels = true };
}

/* The cell of a base group by the names of its groups, as make_data() counts
 * them. */
static uint32_t
made_cell(const Dataset *data, uint32_t base, uint32_t label)
{
	uint32_t g = data->attributes[0].group_of_base[base];
	uint32_t h = data->attributes[1].group_of_base[base];

	return 2 * (2 * (uint32_t) (data->attributes[0].group_names[g][0] - 'a') +
	            (uint32_t) (data->attributes[1].group_names[h][0] - 'a')) +
	       label;
}

/*
 * Some cells change their label, all have a weight.  A fit to such rows, and
 * one to the rows as they are with factors and a tilt that is summed up here.
 */
static void
check_tilt(bool weighted, TrainSolver solver)
{
	static const int label[MOST_CELLS] = { 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1 };
	static const double factor[MOST_CELLS] = { 1,   0.5,  2, 1.25, 0.75, 1,
		                                       1.5, 0.25, 1, 1,    2,    1 };
	Making plain = { .n_rows = 4000, .weighted = weighted };
	Making meant = { 4000, weighted, label, factor };
	TrainSettings settings = settings_of(NULL, 0);
	NumArena arena;
	Dataset *rows;
	Dataset *wanted;
	TrainResult want;
	Newton *newton;
	double factors[MOST_CELLS];
	double tilt[MOST_PARAMS] = { 0 };
	double got[MOST_PARAMS];
	bool converged;

	scratch_begin(&arena, 0);
	settings.solver = solver;
	rows = make_data(&arena, &plain);
	wanted = make_data(&arena, &meant);
	CHECK_INT(train_plain(&arena, wanted, &settings, NULL, &want), NUM_OK);

	CHECK_INT(newton_create(&arena, rows, &settings, NULL, &newton), NUM_OK);
	for (uint32_t b = 0; b < rows->part[DATA_TRAIN].n_blocks; b++)
	{
		const DataBlock *block = rows->part[DATA_TRAIN].blocks[b];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			uint32_t cell = block->cell[i];
			uint32_t made = made_cell(rows, cell >> 1, cell & 1);
			double w = block->weight == NULL ? 1.0 : (double) block->weight[i];
			double move = factor[made] * ((int) (cell & 1) - label[made]);

			tilt[0] += w * move;
			for (uint32_t c = 0; c < NUMBERS; c++)
				tilt[1 + c] += w * move *
				               ((double) ((const float *) block->values[c])[i] -
				                rows->columns[c].mean) /
				               rows->columns[c].sd;
		}
	}
	for (uint32_t c = 0; c < 2 * rows->n_base_groups; c++)
		factors[c] = factor[made_cell(rows, c >> 1, c & 1)];
	newton->cell_factor = factors;
	newton->tilt = tilt;
	CHECK_INT(newton_minimise(newton, 1, 1e-18, "answer", &converged), NUM_OK);
	CHECK_INT(newton->n_log, 0);
	linear_to_raw(newton->plan, newton->coef, got);
	/* the ridge is on numbers by their own standard deviation, which weights
	 * move a little */
	for (uint32_t j = 0; j < rows->n_params; j++)
		CHECK_NEAR(got[j], want.coef[j], 2e-3);
	scratch_end(&arena);
}

static void
prices_are_labels_and_weights(void)
{
	check_tilt(false, TRAIN_SOLVER_NEWTON);
	check_tilt(true, TRAIN_SOLVER_NEWTON);
	check_tilt(false, TRAIN_SOLVER_LBFGS);
}

/* Expected decisions of a mixture by cell, and its expected error. */
static double
recount(NumArena *arena, const Dataset *data, const TrainResult *result,
        double *decided, double *weight)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	double wrong = 0;
	double all = 0;

	memset(decided, 0, MOST_CELLS * sizeof(double));
	memset(weight, 0, MOST_CELLS * sizeof(double));
	for (uint32_t m = 0; m < result->n_members; m++)
	{
		Model *model = NULL;
		double *z = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));

		CHECK_INT(model_from_coefficients(arena, data, MODEL_LOGISTIC, 0.5,
		                                  result->members[m].coef, &model),
		          NUM_OK);
		for (uint32_t b = 0; b < rows->n_blocks; b++)
		{
			const DataBlock *block = rows->blocks[b];

			model_score_block(model, data, block, z);
			for (uint32_t i = 0; i < block->n_rows; i++)
			{
				double w =
					block->weight == NULL ? 1.0 : (double) block->weight[i];
				double d = num_sigmoid(z[i]) >= 0.5 ? 1 : 0;
				double share = result->members[m].share * w;

				decided[block->cell[i]] += share * d;
				weight[block->cell[i]] += share;
				wrong += share * fabs(d - (block->cell[i] & 1));
				all += share;
			}
		}
	}
	return wrong / all;
}

/* Gap and least quotient of the rates of a criterion, over all attributes. */
static void
measure(const Dataset *data, const FairCriterion *criterion,
        const double *decided, const double *weight, double *gap, double *ratio)
{
	*gap = 0;
	*ratio = 1;
	for (uint32_t a = 0; a < data->n_attributes; a++)
	{
		const DataAttribute *attribute = &data->attributes[a];
		FairCells groups[6];
		FairGap found;

		memset(groups, 0, sizeof(groups));
		for (uint32_t c = 0; c < 2 * data->n_base_groups; c++)
		{
			FairCells *to = &groups[attribute->group_of_base[c >> 1]];

			to->weight[c & 1][1] += decided[c];
			to->weight[c & 1][0] += weight[c] - decided[c];
		}
		fair_gap(criterion, groups, (int) attribute->n_groups, &found);
		*gap = fmax(*gap, found.gap);
		*ratio = fmin(*ratio, found.ratio);
	}
}

static void
check_mixture(const FairConstraint *constraints, int n, uint32_t n_rows,
              bool weighted, TrainSolver solver)
{
	Making making = { .n_rows = n_rows, .weighted = weighted };
	TrainSettings settings = settings_of(constraints, n);
	NumArena arena;
	Dataset *data;
	TrainResult result;
	TrainResult again;
	double decided[MOST_CELLS];
	double weight[MOST_CELLS];
	double error;
	double sum = 0;
	double largest = 0;

	memset(&result, 0, sizeof(result));
	memset(&again, 0, sizeof(again));
	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	settings.solver = solver;
	CHECK_INT(train_reduction(&arena, data, &settings, NULL, &result), NUM_OK);
	CHECK_INT(result.outcome, TRAIN_CONVERGED);
	CHECK(result.n_members >= 1);
	for (uint32_t m = 0; m < result.n_members; m++)
	{
		sum += result.members[m].share;
		CHECK(result.members[m].share > 0);
		CHECK(m == 0 || result.members[m].share <= result.members[m - 1].share);
	}
	CHECK_CLOSE(sum, 1.0, 1e-12);
	CHECK(memcmp(result.coef, result.members[0].coef,
	             data->n_params * sizeof(double)) == 0);

	error = recount(&arena, data, &result, decided, weight);
	CHECK_NEAR(result.loss, error, 1e-9);
	for (int c = 0; c < n; c++)
	{
		double gap;
		double ratio;

		measure(data, constraints[c].criterion, decided, weight, &gap, &ratio);
		if (constraints[c].kind == FAIR_MAX_GAP)
			CHECK(gap <= constraints[c].bound + 1e-8);
		else
			CHECK(ratio >= constraints[c].bound - 1e-8);
		CHECK_NEAR(result.reached[c],
		           constraints[c].kind == FAIR_MAX_GAP ? gap : ratio, 1e-8);
		largest = fmax(largest, gap);
	}
	CHECK_NEAR(result.gap, largest, 1e-8);
	CHECK(result.log[result.n_log - 1].chosen);
	CHECK(result.log[result.n_log - 1].step >= 0);

	/* the same once more */
	CHECK_INT(train_reduction(&arena, data, &settings, NULL, &again), NUM_OK);
	CHECK_INT(again.n_members, result.n_members);
	for (uint32_t m = 0; m < result.n_members; m++)
		CHECK(again.members[m].share == result.members[m].share &&
		      memcmp(again.members[m].coef, result.members[m].coef,
		             data->n_params * sizeof(double)) == 0);
	scratch_end(&arena);
}

static FairConstraint
constraint_of(const char *criterion, FairBound kind, double bound)
{
	return (FairConstraint){ .criterion = fair_criterion_find(criterion),
		                     .kind = kind,
		                     .bound = bound };
}

static void
every_criterion_is_kept(void)
{
	for (int c = 0; c < fair_criterion_of_decisions(); c++)
	{
		const char *name = fair_criterion_table()[c]->name;
		FairConstraint constraint = constraint_of(name, FAIR_MAX_GAP, 0.05);

		check_mixture(&constraint, 1, 3000, c % 2 == 0, TRAIN_SOLVER_AUTO);
	}
}

static void
several_bounds_are_kept_at_once(void)
{
	static const bool only_g[] = { true, false, false };
	FairConstraint constraints[] = {
		constraint_of("demographic_parity", FAIR_MIN_RATIO, 0.9),
		constraint_of("equalized_odds", FAIR_MAX_GAP, 0.1),
		constraint_of("demographic_parity", FAIR_MAX_GAP, 0),
	};

	check_mixture(constraints, 2, 4000, false, TRAIN_SOLVER_AUTO);
	check_mixture(constraints, 2, 3000, true, TRAIN_SOLVER_LBFGS);
	constraints[0] = constraints[2];
	constraints[0].attributes = only_g;
	CHECK(!fair_constraint_covers(&constraints[0], 1));
	check_mixture(&constraints[2], 1, 3000, false, TRAIN_SOLVER_AUTO);
}

/* Large enough that fits begin on a sample. */
static void
samples_are_only_a_beginning(void)
{
	FairConstraint constraint =
		constraint_of("demographic_parity", FAIR_MAX_GAP, 0.01);

	check_mixture(&constraint, 1, 180000, false, TRAIN_SOLVER_AUTO);
}

/* The certificate decides by draws, and expects what the method promised. */
static void
a_certificate_tells_draws_and_expectation(void)
{
	FairConstraint constraint =
		constraint_of("demographic_parity", FAIR_MAX_GAP, 0.02);
	Making making = { .n_rows = 20000, .weighted = true };
	TrainSettings settings = settings_of(&constraint, 1);
	NumArena arena;
	Dataset *data;
	TrainResult result;
	Model *models[8];
	double shares[8];
	Model *mixed = NULL;
	Certificate certificate;
	double decided[MOST_CELLS];
	double weight[MOST_CELLS];
	double error;
	double *z[8];
	uint64_t rows[MOST_CELLS] = { 0 };

	memset(&result, 0, sizeof(result));
	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	CHECK_INT(train_reduction(&arena, data, &settings, NULL, &result), NUM_OK);
	CHECK(result.n_members >= 2 && result.n_members <= 8);
	for (uint32_t m = 0; m < result.n_members; m++)
	{
		CHECK_INT(model_from_coefficients(&arena, data, MODEL_LOGISTIC, 0.5,
		                                  result.members[m].coef, &models[m]),
		          NUM_OK);
		shares[m] = result.members[m].share;
		z[m] = arena_alloc(&arena, DATA_BLOCK_ROWS, sizeof(double));
	}
	CHECK_INT(model_mix(&arena, models, shares, result.n_members, &mixed),
	          NUM_OK);
	CHECK_INT(
		train_certify(&arena, data, mixed, DATA_TRAIN, NULL, &certificate),
		NUM_OK);
	error = recount(&arena, data, &result, decided, weight);
	for (uint32_t c = 0; c < 2 * data->n_base_groups; c++)
	{
		const FairCells *cells = &certificate.base_expected[c >> 1];

		CHECK_NEAR(cells->weight[c & 1][1], decided[c], 1e-6);
		CHECK_NEAR(cells->weight[c & 1][0] + cells->weight[c & 1][1], weight[c],
		           1e-6);
	}
	CHECK_NEAR(1 - certificate.accuracy, error, 0.01);
	for (uint32_t b = 0; b < data->part[DATA_TRAIN].n_blocks; b++)
	{
		const DataBlock *block = data->part[DATA_TRAIN].blocks[b];

		for (uint32_t m = 0; m < result.n_members; m++)
			model_score_block(models[m], data, block, z[m]);
		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			double row[8];

			for (uint32_t m = 0; m < result.n_members; m++)
				row[m] = z[m][i];
			rows[block->cell[i]] += mixture_decision(
				mixed, row, mixture_draw(row, result.n_members));
		}
	}
	for (uint32_t c = 0; c < 2 * data->n_base_groups; c++)
		CHECK_INT(certificate.base[c >> 1].rows[c & 1][1], rows[c]);
	/* a column that draws, which the rows do not have */
	CHECK_INT(model_draw_by(&arena, mixed, "id", 1), NUM_OK);
	CHECK_INT(
		train_certify(&arena, data, mixed, DATA_TRAIN, NULL, &certificate),
		NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

/* The multiplier on an error rate cannot be met by deciding alike. */
static void
the_closest_mixture_is_given_where_a_bound_cannot_be_kept(void)
{
	FairConstraint constraint =
		constraint_of("demographic_parity", FAIR_MAX_GAP, 0.02);
	TrainSettings settings = settings_of(&constraint, 1);
	Making making = { .n_rows = 500 };
	NumArena arena;
	TrainResult result;
	Dataset *data;

	memset(&result, 0, sizeof(result));
	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	/* out of rounds */
	settings.max_iterations = 1;
	CHECK_INT(train_reduction(&arena, data, &settings, NULL, &result), NUM_OK);
	CHECK_INT(result.outcome, TRAIN_ITERATION_LIMIT);
	CHECK_TEXT(result.stopped_because, "iteration limit");
	CHECK(result.gap <= 0.02 + 1e-8);
	/* groups too small to constrain */
	settings.min_group = 1000;
	CHECK_INT(train_reduction(&arena, data, &settings, NULL, &result),
	          NUM_BAD_ARGUMENT);
	/* losses are none of its business */
	settings.min_group = 30;
	constraint = constraint_of("group_loss", FAIR_MAX_LOSS, 0.5);
	CHECK_INT(train_reduction(&arena, data, &settings, NULL, &result),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

static void
no_limit_of_memory_makes_it_fail_badly(void)
{
	FairConstraint constraint =
		constraint_of("equalized_odds", FAIR_MAX_GAP, 0.05);
	TrainSettings settings = settings_of(&constraint, 1);
	Making making = { .n_rows = 600 };
	NumArena arena;
	Dataset *data;
	size_t base;
	bool enough = false;

	settings.max_iterations = 2;
	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	base = arena.used_bytes;
	for (size_t more = 1024; !enough; more += 4096)
	{
		NumArena small;
		TrainResult result;
		NumStatus status;

		memset(&result, 0, sizeof(result));
		scratch_begin(&small, more);
		status = train_reduction(&small, data, &settings, NULL, &result);
		CHECK(status == NUM_OK || status == NUM_NO_MEMORY);
		enough = status == NUM_OK;
		scratch_end(&small);
	}
	CHECK(arena.used_bytes == base);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(prices_are_labels_and_weights);
	RUN(every_criterion_is_kept);
	RUN(several_bounds_are_kept_at_once);
	RUN(samples_are_only_a_beginning);
	RUN(a_certificate_tells_draws_and_expectation);
	RUN(the_closest_mixture_is_given_where_a_bound_cannot_be_kept);
	RUN(no_limit_of_memory_makes_it_fail_badly);
	return unit_end();
}
