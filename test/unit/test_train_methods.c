/*
 * test_train_methods.c
 *    The training kernel against sums by their definition, the small quadratic
 *    program against its optimality conditions, and the methods against what
 *    they promise, recounted row by row.
 */
#include "model/linear.h"
#include "model/model.h"
#include "train/band.h"
#include "train/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/builder.h"
#include "num/blas.h"
#include "num/random.h"
#include "scratch.h"
#include "unit.h"

#define MOST_NUMBERS 60

static NumRandom random_numbers;

static double
uniform(void)
{
	return num_random_uniform(&random_numbers);
}

/* What a made-up table is like. */
typedef struct Making
{
	uint32_t n_rows;
	uint32_t n_numbers;
	uint32_t n_groups; /* the last one has 'small' rows where that is not 0 */
	uint32_t small;
	bool weighted;
	bool sorted;  /* by group */
	double shift; /* of the score of a group against the next */
} Making;

static char names[MOST_NUMBERS][8];

/* Rows of some numbers, a category of five levels and a group; the label
 * depends on all of them. */
static Dataset *
make_data(NumArena *arena, const Making *making)
{
	static const char *const groups[] = { "a", "b", "c", "d", "e", "f" };
	static const char *const levels[] = { "p", "q", "r", "s", "t" };
	DataColumnSpec columns[MOST_NUMBERS + 1];
	DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = { .n_columns = making->n_numbers + 1,
		                     .columns = columns,
		                     .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .weighted = making->weighted,
		                     .null_flags = true,
		                     .max_levels = 100,
		                     .max_groups = 100 };
	DataBuilder *builder = NULL;
	DataInput *input;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	Dataset *data = NULL;

	for (uint32_t c = 0; c <= making->n_numbers; c++)
	{
		snprintf(names[c % MOST_NUMBERS], sizeof(names[0]), "x%u", c);
		columns[c] = (DataColumnSpec){ .name = names[c % MOST_NUMBERS],
			                           .source = names[c % MOST_NUMBERS],
			                           .input = 1,
			                           .kind = DATA_NUMBER };
	}
	columns[making->n_numbers].name = "level";
	columns[making->n_numbers].kind = DATA_CATEGORY;
	CHECK_INT(data_builder_create(arena, &spec, &builder), NUM_OK);
	input = data_builder_input(builder);
	for (uint32_t i = 0; i < making->n_rows; i++)
	{
		uint32_t big = making->n_groups - (making->small > 0 ? 1 : 0);
		uint32_t g = making->sorted
		                 ? (uint32_t) ((uint64_t) i * big / making->n_rows)
		                 : (uint32_t) (uniform() * big);
		uint32_t level = (uint32_t) (uniform() * 5);
		double z = 0.3 * (double) level - 0.6 - making->shift * g;

		if (making->small > 0 && i % (making->n_rows / making->small) == 7)
			g = big;
		for (uint32_t c = 0; c < making->n_numbers; c++)
		{
			input->number[c] =
				uniform() - 0.5 + (c == 0 ? -making->shift * g / 2 : 0);
			z += input->number[c] * (c < 3 ? 2 : 0.3);
		}
		input->number[0] = i % 50 == 0 ? NAN : input->number[0];
		input->code[making->n_numbers] =
			data_builder_code(builder, making->n_numbers, levels[level], 1);
		input->protected_code[0] = data_builder_group(builder, 0, groups[g], 1);
		input->weight = making->weighted ? 0.5 + 2 * uniform() : 1;
		input->label = z + 2 * (uniform() - 0.5) > 0;
		CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(
		data_builder_finish(builder, &data, &findings, &n_findings, &culprit),
		NUM_OK);
	return data;
}

/* ---- the kernel ---- */

/* One row as the parameters of the kernel see it: 1, standardised numbers,
 * indicators of levels. */
static void
expand_row(const Dataset *data, const DataBlock *block, uint32_t i, double *x,
           uint32_t n_params)
{
	uint32_t at = 1;

	memset(x, 0, n_params * sizeof(double));
	x[0] = 1;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];

		if (column->kind == DATA_NUMBER)
			x[at++] = ((double) ((const float *) block->values[c])[i] -
			           column->mean) /
			          column->sd;
	}
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		uint32_t code;

		if (column->kind == DATA_NUMBER)
			continue;
		code = ((const uint8_t *) block->values[c])[i];
		if (!column->is_null_flag)
			x[at + code] = 1;
		else if (code == 1)
			x[at] = 1;
		at += column->n_params;
	}
}

typedef struct Direct
{
	double loss;
	double gradient[80];
	double hessian[80][80];
	double soft[8];
	double hard[8];
	double jacobian[8][80];
} Direct;

/* The sums of one pass by their definition. */
static void
sum_directly(const Dataset *data, const LinearRequest *request, uint32_t n,
             Direct *direct)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	double centre = log(request->threshold / (1 - request->threshold));

	memset(direct, 0, sizeof(*direct));
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = rows->blocks[b];
			double w = block->weight == NULL ? 1.0 : (double) block->weight[i];
			uint32_t cell = block->cell[i];
			double y = cell & 1;
			double x[80];
			double z = 0;
			double p, q, slope, curvature;

			expand_row(data, block, i, x, n);
			for (uint32_t j = 0; j < n; j++)
				z += request->coef[j] * x[j];
			p = 1 / (1 + exp(-z));
			q = 1 / (1 + exp(-(z - centre) / request->temperature));
			slope = q * (1 - q) / request->temperature;
			curvature = p * (1 - p) + request->cell_curvature[cell] * slope *
			                              (1 - 2 * q) / request->temperature;
			curvature =
				w * fmax(curvature, request->min_curvature * p * (1 - p));
			direct->loss -= w * (y > 0 ? log(p) : log(1 - p));
			direct->soft[cell] += w * q;
			direct->hard[cell] += p >= request->threshold ? w : 0;
			for (uint32_t j = 0; j < n; j++)
			{
				direct->gradient[j] += w * (p - y) * x[j];
				direct->jacobian[cell][j] += w * slope * x[j];
				for (uint32_t k = 0; k <= j; k++)
					direct->hessian[j][k] += curvature * x[j] * x[k];
			}
		}
}

static void
check_kernel(const Making *making, double temperature, double threshold)
{
	static Direct direct;
	NumArena arena;
	Dataset *data;
	LinearPlan *plan;
	LinearSums *sums;
	uint32_t n;
	double coef[80] = { 0 };
	double bend[8];
	LinearRequest request = { .coef = coef,
		                      .temperature = temperature,
		                      .threshold = threshold,
		                      .cell_curvature = bend,
		                      .min_curvature = 0.2,
		                      .want_hessian = true,
		                      .want_diagonal = true,
		                      .want_jacobian = true };

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 21);
	data = make_data(&arena, making);
	CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
	CHECK_INT(linear_sums_create(&arena, plan, true, true, &sums), NUM_OK);
	n = linear_n_params(plan);
	for (uint32_t j = 0; j < n; j++)
		coef[j] = 0.6 * (uniform() - 0.5);
	for (int c = 0; c < 8; c++)
		bend[c] = 3 * (uniform() - 0.5);
	CHECK_INT(linear_pass(plan, &request, NULL, sums), NUM_OK);
	sum_directly(data, &request, n, &direct);

	CHECK_CLOSE(sums->loss, direct.loss, 1e-10);
	for (uint32_t j = 0; j < n; j++)
	{
		CHECK_NEAR(sums->gradient[j], direct.gradient[j], 1e-8);
		CHECK_NEAR(sums->diagonal[j], direct.hessian[j][j], 1e-8);
		for (uint32_t k = 0; k <= j; k++)
			/* products of numbers are taken of rounded factors */
			CHECK_NEAR(sums->hessian[j * linear_stride(plan) + k],
			           direct.hessian[j][k],
			           1e-8 + (k > 0 && j <= linear_n_numbers(plan)
			                       ? 1e-6 * sqrt(direct.hessian[j][j] *
			                                     direct.hessian[k][k])
			                       : 0));
	}
	for (uint32_t c = 0; c < linear_n_cells(plan); c++)
	{
		CHECK_CLOSE(sums->cell_soft[c], direct.soft[c], 1e-10);
		CHECK_NEAR(sums->cell_hard[c], direct.hard[c], 1e-8);
		for (uint32_t j = 0; j < n; j++)
			CHECK_NEAR(sums->cell_jacobian[c * linear_stride(plan) + j],
			           direct.jacobian[c][j], 1e-8);
	}
	scratch_end(&arena);
}

/* Turns the rows of every block round, and the order of the blocks. */
static void
turn_round(Dataset *data)
{
	DataRows *rows = &data->part[DATA_TRAIN];

	for (uint32_t b = 0; b < rows->n_blocks / 2; b++)
	{
		DataBlock *block = rows->blocks[b];

		rows->blocks[b] = rows->blocks[rows->n_blocks - 1 - b];
		rows->blocks[rows->n_blocks - 1 - b] = block;
	}
	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		DataBlock *block = rows->blocks[b];

		for (uint32_t i = 0, j = block->n_rows - 1; i < j; i++, j--)
		{
#define SWAP(type, array)                                                      \
	do                                                                         \
	{                                                                          \
		type *a_ = (array);                                                    \
		type t_ = a_[i];                                                       \
		a_[i] = a_[j];                                                         \
		a_[j] = t_;                                                            \
	} while (0)
			for (uint32_t c = 0; c < data->n_columns; c++)
				if (block->code_bytes[c] == 1)
					SWAP(uint8_t, block->values[c]);
				else
					SWAP(float, block->values[c]);
			SWAP(uint16_t, block->cell);
			if (block->weight != NULL)
				SWAP(float, block->weight);
#undef SWAP
		}
	}
}

static bool
same_sums(const LinearPlan *plan, const LinearSums *a, const LinearSums *b)
{
	size_t vector = linear_n_params(plan) * sizeof(double);
	size_t cells = linear_n_cells(plan) * sizeof(double);
	bool same = a->loss == b->loss && a->weight == b->weight &&
	            memcmp(a->gradient, b->gradient, vector) == 0 &&
	            memcmp(a->diagonal, b->diagonal, vector) == 0 &&
	            memcmp(a->cell_weight, b->cell_weight, cells) == 0 &&
	            memcmp(a->cell_hard, b->cell_hard, cells) == 0 &&
	            memcmp(a->cell_soft, b->cell_soft, cells) == 0 &&
	            memcmp(a->cell_loss, b->cell_loss, cells) == 0;

	for (uint32_t j = 0; j < linear_n_params(plan); j++)
		same = same && memcmp(a->hessian + j * linear_stride(plan),
		                      b->hessian + j * linear_stride(plan),
		                      (j + 1) * sizeof(double)) == 0;
	for (uint32_t c = 0; c < linear_n_cells(plan); c++)
		same = same &&
		       memcmp(a->cell_jacobian + c * linear_stride(plan),
		              b->cell_jacobian + c * linear_stride(plan), vector) == 0;
	return same;
}

static void
check_order(const Making *making, bool own_kernels)
{
	NumArena arena;
	Dataset *data;
	LinearPlan *plan;
	LinearSums *forth;
	LinearSums *back;
	LinearSums *other;
	double coef[80] = { 0 };
	double factor[8] = { 1, 0.3, 2, 1, 1.1, 0.7, 1, 5 };
	double loss_bend[8] = { 0, 2, 0.3, -0.5, 0, 1, 0, 0.1 };
	double bend[8] = { 3, -1, 0.3, 0.1, 40, -0.7, 1, 2 };
	LinearRequest request = { .coef = coef,
		                      .temperature = 0.7,
		                      .threshold = 0.4,
		                      .cell_curvature = bend,
		                      .cell_loss_curvature = loss_bend,
		                      .cell_factor = factor,
		                      .min_curvature = 0.2,
		                      .want_hessian = true,
		                      .want_diagonal = true,
		                      .want_jacobian = true,
		                      .want_cell_loss = true,
		                      .want_loss_jacobian = true };

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 29);
	data = make_data(&arena, making);
	CHECK_INT(linear_plan(&arena, data, own_kernels, &plan), NUM_OK);
	CHECK_INT(linear_sums_create(&arena, plan, true, true, &forth), NUM_OK);
	CHECK_INT(linear_sums_add_losses(&arena, plan, forth), NUM_OK);
	CHECK_INT(linear_sums_create(&arena, plan, true, true, &back), NUM_OK);
	CHECK_INT(linear_sums_add_losses(&arena, plan, back), NUM_OK);
	for (uint32_t j = 0; j < linear_n_params(plan); j++)
		coef[j] = 2 * (uniform() - 0.5);
	CHECK_INT(linear_pass(plan, &request, NULL, forth), NUM_OK);
	turn_round(data);
	CHECK_INT(linear_plan(&arena, data, own_kernels, &plan), NUM_OK);
	CHECK_INT(linear_pass(plan, &request, NULL, back), NUM_OK);
	CHECK(same_sums(plan, forth, back));
	/* as two processes would do it */
	CHECK_INT(linear_sums_create(&arena, plan, true, true, &other), NUM_OK);
	CHECK_INT(linear_sums_add_losses(&arena, plan, other), NUM_OK);
	CHECK_INT(linear_begin(plan, &request, back), NUM_OK);
	CHECK_INT(linear_begin(plan, &request, other), NUM_OK);
	for (uint32_t b = 0; b < linear_n_blocks(plan, &request); b++)
		CHECK_INT(
			linear_block(plan, &request, b, NULL, b % 3 == 1 ? other : back),
			NUM_OK);
	linear_add(plan, &request, other, back);
	CHECK_INT(linear_end(plan, &request, back), NUM_OK);
	CHECK(same_sums(plan, forth, back));
	scratch_end(&arena);
}

/* A Hessian of a part of the rows is theirs, scaled to the weight of all. */
static void
a_sampled_hessian_stands_for_all(void)
{
	Making making = {
		.n_rows = 30000, .n_numbers = 3, .n_groups = 2, .weighted = true
	};
	NumArena arena;
	Dataset *data;
	LinearPlan *plan;
	LinearSums *of_part;
	LinearSums *of_all;
	double coef[80] = { 0.1, -0.4, 0.7, 0.2, -0.3, 0.5 };
	LinearRequest request = { .coef = coef,
		                      .temperature = 1,
		                      .threshold = 0.5,
		                      .min_curvature = 1,
		                      .want_hessian = true };

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 31);
	data = make_data(&arena, &making);
	CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
	CHECK_INT(linear_sums_create(&arena, plan, true, false, &of_part), NUM_OK);
	CHECK_INT(linear_sums_create(&arena, plan, true, false, &of_all), NUM_OK);
	request.hessian_sample = 1;
	CHECK_INT(linear_pass(plan, &request, NULL, of_all), NUM_OK);
	request.sample = 1;
	CHECK_INT(linear_pass(plan, &request, NULL, of_part), NUM_OK);
	CHECK(of_part->rows < of_all->rows / 3);
	CHECK_CLOSE(of_all->curved_weight, of_part->weight, 1e-12);
	for (uint32_t j = 0; j < linear_n_params(plan); j++)
		for (uint32_t k = 0; k <= j; k++)
			CHECK_NEAR(
				of_all->hessian[j * linear_stride(plan) + k] / of_all->weight,
				of_part->hessian[j * linear_stride(plan) + k] / of_part->weight,
				1e-7);
	scratch_end(&arena);
}

/* Not a bit of any sum depends on the order of the rows, nor on which of
 * them are in one block. */
static void
the_order_of_rows_changes_no_sum(void)
{
	const char *reason;
	Making narrow = { .n_rows = 30000, .n_numbers = 3, .n_groups = 3 };
	Making weighted = narrow;
	Making wide = { .n_rows = 9000, .n_numbers = 55, .n_groups = 2 };

	weighted.weighted = true;
	check_order(&narrow, true);
	check_order(&weighted, true);
	check_order(&wide, true);
	CHECK_INT(blas_load(NULL, &reason), NUM_OK);
	check_order(&wide, false);
}

static void
the_kernel_sums_what_it_says(void)
{
	Making narrow = { .n_rows = 5000, .n_numbers = 3, .n_groups = 3 };
	Making weighted = narrow;
	Making wide = { .n_rows = 700, .n_numbers = 55, .n_groups = 2 };

	weighted.weighted = true;
	check_kernel(&narrow, 1, 0.5);
	check_kernel(&weighted, 0.4, 0.5);
	check_kernel(&weighted, 1, 0.2);
	check_kernel(&wide, 1, 0.5);
}

/* ---- the small program ---- */

/* Optimal multipliers leave no pair of a band whose exchange would gain. */
static void
multipliers_satisfy_their_conditions(void)
{
	enum
	{
		N = 9
	};
	Band bands[2] = { { .first = 0, .count = 4, .ratio = 1, .most = 10 },
		              { .first = 4, .count = 5, .ratio = 1, .most = 10 } };
	NumArena arena;

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 22);
	for (int trial = 0; trial < 200; trial++)
	{
		double root[N][N];
		double m[N * N];
		double c[N];
		double lambda[N] = { 0 };
		/* every fourth program has a singular M, and perhaps no solution
		 * but for the bound */
		int rank = trial % 4 == 3 ? 3 : N;
		BandProgram program = {
			.n = N, .m = m, .c = c, .bands = bands, .n_bands = 2
		};

		for (int b = 0; b < 2; b++)
			bands[b].width = 0.05 * uniform();
		for (int i = 0; i < N; i++)
		{
			c[i] = uniform() - 0.5;
			for (int j = 0; j < N; j++)
				root[i][j] = j < rank ? uniform() - 0.5 : 0;
		}
		for (int i = 0; i < N; i++)
			for (int j = 0; j < N; j++)
			{
				m[i * N + j] = 0;
				for (int k = 0; k < N; k++)
					m[i * N + j] += root[i][k] * root[j][k];
			}
		CHECK_INT(band_multipliers(&arena, &program, NULL, lambda), NUM_OK);
		for (int b = 0; b < 2; b++)
		{
			double sum = 0;
			double least_up = INFINITY;
			double least_down = INFINITY;

			for (uint32_t k = bands[b].first;
			     k < bands[b].first + bands[b].count; k++)
			{
				double slope = -c[k];
				double half = bands[b].width / 2;

				for (int l = 0; l < N; l++)
					slope += m[k * N + (uint32_t) l] * lambda[l];
				sum += lambda[k];
				CHECK(fabs(lambda[k]) <= 10 + 1e-9);
				if (lambda[k] < 10)
					least_up =
						fmin(least_up, slope + (lambda[k] >= 0 ? half : -half));
				if (lambda[k] > -10)
					least_down = fmin(least_down,
					                  -slope + (lambda[k] <= 0 ? half : -half));
			}
			CHECK_NEAR(sum, 0, 1e-9);
			CHECK(least_up + least_down >= -1e-6);
		}
	}
	scratch_end(&arena);
}

/* ---- the methods ---- */

/* Gap of selection rates, or of true positive rates, of the model that a
 * training gave, counted from its scores. */
static double
recount_gap(NumArena *arena, const Dataset *data, const TrainResult *result,
            bool positives_only)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	double *z = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));
	double all[8] = { 0 };
	double selected[8] = { 0 };
	double low = 1;
	double high = 0;
	Model *model;

	CHECK_INT(model_from_coefficients(arena, data, MODEL_LOGISTIC, 0.5,
	                                  result->coef, &model),
	          NUM_OK);
	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = rows->blocks[b];

		model_score_block(model, data, block, z);
		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			uint32_t g = block->cell[i] / 2;
			double w = block->weight == NULL ? 1.0 : (double) block->weight[i];

			if (positives_only && block->cell[i] % 2 == 0)
				continue;
			all[g] += w;
			selected[g] += z[i] >= 0 ? w : 0;
		}
	}
	for (uint32_t g = 0; g < data->n_base_groups; g++)
	{
		low = fmin(low, selected[g] / all[g]);
		high = fmax(high, selected[g] / all[g]);
	}
	return high - low;
}

static TrainSettings
settings_of(const char *criterion, double max_gap)
{
	static FairConstraint constraint;
	TrainSettings settings = { .constraints = &constraint,
		                       .n_constraints = 1,
		                       .l2 = 1e-4,
		                       .temperature = 1,
		                       .threshold = 0.5,
		                       .max_iterations = 40,
		                       .min_group = 30,
		                       .own_kernels = true };

	constraint = (FairConstraint){ .criterion = fair_criterion_find(criterion),
		                           .kind = FAIR_MAX_GAP,
		                           .bound = max_gap };
	return settings;
}

static void
check_bound(const Making *making, const char *criterion, TrainSolver solver)
{
	TrainSettings settings = settings_of(criterion, 0.02);
	NumArena arena;
	Dataset *data;
	TrainResult plain;
	TrainResult fair;

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 23);
	settings.solver = solver;
	data = make_data(&arena, making);
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &plain), NUM_OK);
	CHECK_INT(train_constraint(&arena, data, &settings, NULL, &fair), NUM_OK);
	CHECK_INT(fair.outcome, TRAIN_CONVERGED);
	/* it was needed, it holds for every group, and it costs */
	CHECK(recount_gap(&arena, data, &plain, criterion[0] == 'e') > 0.02);
	CHECK(recount_gap(&arena, data, &fair, criterion[0] == 'e') <= 0.02);
	CHECK_NEAR(recount_gap(&arena, data, &fair, criterion[0] == 'e'), fair.gap,
	           1e-9);
	CHECK(fair.loss >= plain.loss);
	/* deciding alike for everybody would cost as much as knowing nothing */
	CHECK(fair.loss < 0.68);
	scratch_end(&arena);
}

static void
constraint_keeps_its_bound(void)
{
	Making two = {
		.n_rows = 6000, .n_numbers = 4, .n_groups = 2, .shift = 0.6
	};
	Making four = {
		.n_rows = 12000, .n_numbers = 5, .n_groups = 4, .shift = 0.25
	};
	Making small = two;
	Making large = two;

	check_bound(&two, "demographic_parity", TRAIN_SOLVER_NEWTON);
	check_bound(&two, "equal_opportunity", TRAIN_SOLVER_NEWTON);
	check_bound(&two, "demographic_parity", TRAIN_SOLVER_LBFGS);
	check_bound(&four, "demographic_parity", TRAIN_SOLVER_NEWTON);
	two.weighted = true;
	check_bound(&two, "demographic_parity", TRAIN_SOLVER_NEWTON);
	/* a group of forty rows does not loosen the bound of the others */
	small.n_groups = 3;
	small.small = 40;
	check_bound(&small, "demographic_parity", TRAIN_SOLVER_NEWTON);
	/* so many rows that a sample of blocks comes first, in any order */
	large.n_rows = 130000;
	check_bound(&large, "demographic_parity", TRAIN_SOLVER_NEWTON);
	large.sorted = true;
	check_bound(&large, "demographic_parity", TRAIN_SOLVER_NEWTON);
}

/* The stronger the penalty, the smaller the gap and the greater the loss. */
static void
penalty_trades_gap_for_loss(void)
{
	static const double strengths[] = { 0, 1, 10, 100 };
	Making making = {
		.n_rows = 6000, .n_numbers = 4, .n_groups = 3, .shift = 0.4
	};

	for (int solver = TRAIN_SOLVER_NEWTON; solver <= TRAIN_SOLVER_LBFGS;
	     solver++)
	{
		TrainSettings settings = settings_of("demographic_parity", 0);
		double last_gap = 1;
		NumArena arena;
		Dataset *data;

		scratch_begin(&arena, 0);
		num_random_seed(&random_numbers, 24);
		settings.solver = (TrainSolver) solver;
		data = make_data(&arena, &making);
		for (size_t s = 0; s < sizeof(strengths) / sizeof(strengths[0]); s++)
		{
			TrainResult result;
			double gap;

			settings.penalty = strengths[s];
			CHECK_INT(train_penalty(&arena, data, &settings, NULL, &result),
			          NUM_OK);
			CHECK_INT(result.outcome, TRAIN_CONVERGED);
			gap = recount_gap(&arena, data, &result, false);
			CHECK(gap < last_gap);
			last_gap = gap;
		}
		CHECK(last_gap < 0.05);
		scratch_end(&arena);
	}
}

/* The plain fit is where the gradient of loss and ridge vanishes. */
static void
plain_fits_reach_a_stationary_point(void)
{
	Making making = { .n_rows = 5000, .n_numbers = 3, .n_groups = 2 };

	for (int solver = TRAIN_SOLVER_NEWTON; solver <= TRAIN_SOLVER_LBFGS;
	     solver++)
	{
		static Direct direct;
		TrainSettings settings = settings_of("demographic_parity", 0);
		double coef[80] = { 0 };
		double bend[8] = { 0 };
		LinearRequest request = { .coef = coef,
			                      .temperature = 1,
			                      .threshold = 0.5,
			                      .cell_curvature = bend };
		NumArena arena;
		Dataset *data;
		LinearPlan *plan;
		TrainResult result;

		scratch_begin(&arena, 0);
		num_random_seed(&random_numbers, 25);
		settings.solver = (TrainSolver) solver;
		data = make_data(&arena, &making);
		CHECK_INT(train_plain(&arena, data, &settings, NULL, &result), NUM_OK);
		CHECK_INT(result.outcome, TRAIN_CONVERGED);
		CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
		linear_from_raw(plan, result.coef, coef);
		sum_directly(data, &request, linear_n_params(plan), &direct);
		for (uint32_t j = 0; j < linear_n_params(plan); j++)
			CHECK_NEAR(direct.gradient[j] / making.n_rows +
			               (j > 0 ? settings.l2 * coef[j] : 0),
			           0, solver == TRAIN_SOLVER_NEWTON ? 1e-10 : 1e-8);
		scratch_end(&arena);
	}
}

int
main(void)
{
	RUN(the_kernel_sums_what_it_says);
	RUN(the_order_of_rows_changes_no_sum);
	RUN(a_sampled_hessian_stands_for_all);
	RUN(multipliers_satisfy_their_conditions);
	RUN(constraint_keeps_its_bound);
	RUN(penalty_trades_gap_for_loss);
	RUN(plain_fits_reach_a_stationary_point);
	return unit_end();
}
