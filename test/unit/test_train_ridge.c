/*
 * test_train_ridge.c
 *    Least squares with bounds on groups.
 *
 * Losses, means and gradients are taken again here over the rows as they were
 * made; what an answer must be is derived from them.
 */
#include "train/certificate.h"
#include "train/ridge.h"

#include "numbers.h"
#include "scratch.h"

#define L2 0.003

static NumberRow rows[MOST_ROWS];

/* One problem: the table, what is asked for, what came of it. */
typedef struct Problem
{
	NumArena arena;
	uint32_t n_rows;
	Dataset *data;
	FairConstraint constraints[2];
	TrainSettings settings;
	TrainResult result;
} Problem;

static void
problem_begin(Problem *problem, const NumberRows *wanted)
{
	memset(problem, 0, sizeof(*problem));
	scratch_begin(&problem->arena, 0);
	number_rows(wanted, rows);
	problem->n_rows = wanted->n_rows;
	problem->data = number_data(&problem->arena, wanted, rows);
	problem->settings = (TrainSettings){ .constraints = problem->constraints,
		                                 .l2 = L2,
		                                 .max_iterations = 100,
		                                 .min_group = 1,
		                                 .own_kernels = true };
}

static void
add_constraint(Problem *problem, const FairCriterion *criterion, FairBound kind,
               double bound)
{
	problem->constraints[problem->settings.n_constraints++] =
		(FairConstraint){ criterion, kind, bound, NULL };
}

static TrainOutcome
fit(Problem *problem)
{
	CHECK_INT(train_ridge(&problem->arena, problem->data, &problem->settings,
	                      NULL, &problem->result),
	          NUM_OK);
	return problem->result.outcome;
}

/* The prediction for a row by raw coefficients. */
static double
predict(const Dataset *data, const double *coef, const NumberRow *row)
{
	double z = coef[0];
	int number = 0;

	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		double x;

		if (column->kind != DATA_NUMBER && !column->is_null_flag)
			z += coef[column->first_param + row->level];
		else if (column->is_null_flag && isnan(row->x[0]))
			z += coef[column->first_param];
		if (column->kind != DATA_NUMBER)
			continue;
		x = row->x[number++];
		z += coef[column->first_param] *
		     (isnan(x) ? (double) column->fill : x - column->pivot);
	}
	return z;
}

/* What the rows say of some coefficients: means and losses of the groups and
 * of all rows. */
typedef struct Told
{
	double mean[GROUPS];
	double loss[GROUPS];
	double all;
} Told;

static Told
tell(const Problem *problem, const double *coef)
{
	Told told;
	double w[GROUPS] = { 0 };
	double total = 0;

	memset(&told, 0, sizeof(told));
	for (uint32_t i = 0; i < problem->n_rows; i++)
	{
		double p = predict(problem->data, coef, &rows[i]);
		uint32_t g = rows[i].group;

		w[g] += rows[i].weight;
		told.mean[g] += rows[i].weight * p;
		told.loss[g] += rows[i].weight * (p - rows[i].y) * (p - rows[i].y);
	}
	for (int g = 0; g < GROUPS; g++)
	{
		told.all += told.loss[g];
		total += w[g];
		told.mean[g] /= w[g];
		told.loss[g] /= w[g];
	}
	told.all /= total;
	return told;
}

static double
spread(const double *mean)
{
	return fmax(mean[0], fmax(mean[1], mean[2])) -
	       fmin(mean[0], fmin(mean[1], mean[2]));
}

static double
largest(const double *loss)
{
	return fmax(loss[0], fmax(loss[1], loss[2]));
}

/* Raw coefficients to those of standardised features and label. */
static void
standardise(const Dataset *data, const double *raw, double *w)
{
	uint32_t at = 1;

	w[0] = raw[0] - data->label_mean;
	for (uint32_t c = 0; c < data->n_columns; c++)
		if (data->columns[c].kind == DATA_NUMBER)
		{
			double slope = raw[data->columns[c].first_param];

			w[0] += slope * data->columns[c].mean;
			w[at++] = slope * data->columns[c].sd;
		}
	for (uint32_t c = 0; c < data->n_columns; c++)
		for (uint32_t l = 0; data->columns[c].kind != DATA_NUMBER &&
		                     l < data->columns[c].n_params;
		     l++)
			w[at++] = raw[data->columns[c].first_param + l];
	CHECK_INT(at, PARAMS);
	for (int j = 0; j < PARAMS; j++)
		w[j] /= data->label_sd;
}

/* Gradients at standardised coefficients w, by rows: of half the mean squared
 * error of group 'group' (-1: of all rows), and of its mean prediction. */
static void
gradients(const Problem *problem, const double *w, int group, double *loss,
          double *mean)
{
	double total = 0;

	memset(loss, 0, PARAMS * sizeof(double));
	memset(mean, 0, PARAMS * sizeof(double));
	for (uint32_t i = 0; i < problem->n_rows; i++)
	{
		double x[PARAMS];
		double y;
		double e = 0;

		if (group >= 0 && rows[i].group != (uint32_t) group)
			continue;
		number_features(problem->data, &rows[i], x, &y);
		for (int j = 0; j < PARAMS; j++)
			e += w[j] * x[j];
		e -= y;
		total += rows[i].weight;
		for (int j = 0; j < PARAMS; j++)
		{
			loss[j] += rows[i].weight * e * x[j];
			mean[j] += rows[i].weight * x[j];
		}
	}
	for (int j = 0; j < PARAMS; j++)
	{
		loss[j] /= total;
		mean[j] /= total;
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

/* Half the mean squared error and the ridge, of standardised coefficients. */
static double
objective(const Problem *problem, const double *w)
{
	double sum = 0;
	double total = 0;

	for (uint32_t i = 0; i < problem->n_rows; i++)
	{
		double x[PARAMS];
		double y;
		double e;

		number_features(problem->data, &rows[i], x, &y);
		e = dot(w, x) - y;
		total += rows[i].weight;
		sum += rows[i].weight * e * e / 2;
	}
	return sum / total + problem->settings.l2 / 2 * (dot(w, w) - w[0] * w[0]);
}

static void
the_gradients_of_this_test_are_those_of_finite_differences(void)
{
	NumberRows wanted = { .n_rows = 400, .weighted = true };
	double w[PARAMS] = { 0.1, -0.4, 0.3, 0.2, 0.5, -0.3, 0.1, 0.2, -0.2 };
	double loss[PARAMS];
	double mean[PARAMS];
	Problem problem;

	problem_begin(&problem, &wanted);
	problem.settings.l2 = 0;
	gradients(&problem, w, -1, loss, mean);
	for (int j = 0; j < PARAMS; j++)
	{
		double at = w[j];
		double high;

		w[j] = at + 1e-5;
		high = objective(&problem, w);
		w[j] = at - 1e-5;
		CHECK_NEAR((high - objective(&problem, w)) / 2e-5, loss[j], 1e-8);
		w[j] = at;
	}
	scratch_end(&problem.arena);
}

static void
a_linear_function_is_found_again(void)
{
	static const NumberRows cases[] = {
		{ .n_rows = 500, .exact = true },
		{ .n_rows = 500, .exact = true, .weighted = true },
		{ .n_rows = 500, .exact = true, .scale = 1e12, .offset = 1e12 },
		{ .n_rows = 500, .exact = true, .scale = 1e-9 },
		{ .n_rows = 500, .exact = true, .twice = true },
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
	{
		Problem problem;

		problem_begin(&problem, &cases[k]);
		problem.settings.l2 = 0;
		CHECK_INT(fit(&problem), TRAIN_CONVERGED);
		for (uint32_t i = 0; i < problem.n_rows; i++)
			CHECK_NEAR(predict(problem.data, problem.result.coef, &rows[i]),
			           rows[i].y, 1e-9 * problem.data->label_sd);
		CHECK_CLOSE(problem.result.coef[problem.data->columns[0].first_param],
		            2 * (cases[k].scale == 0 ? 1 : cases[k].scale), 1e-9);
		scratch_end(&problem.arena);
	}
}

static void
the_plain_model_has_no_gradient_left(void)
{
	static const double ridges[] = { 0, 1e-4, 0.1, 1e6 };

	for (size_t k = 0; k < sizeof(ridges) / sizeof(ridges[0]); k++)
	{
		NumberRows wanted = { .n_rows = 9000, .weighted = true };
		double w[PARAMS];
		double loss[PARAMS];
		double mean[PARAMS];
		Problem problem;

		problem_begin(&problem, &wanted);
		problem.settings.l2 = ridges[k];
		CHECK_INT(fit(&problem), TRAIN_CONVERGED);
		CHECK(isnan(problem.result.gap));
		standardise(problem.data, problem.result.coef, w);
		gradients(&problem, w, -1, loss, mean);
		for (int j = 0; j < PARAMS; j++)
			CHECK_NEAR(loss[j] + (j > 0 ? ridges[k] * w[j] : 0), 0, 1e-9);
		scratch_end(&problem.arena);
	}
}

static void
means_are_as_close_as_asked_and_nothing_is_given_away(void)
{
	static const double parts[] = { 0, 1e-6, 0.1, 0.5, 0.9 };
	NumberRows wanted = { .n_rows = 6000, .weighted = true, .scale = 50 };
	Problem problem;
	double plain;

	problem_begin(&problem, &wanted);
	fit(&problem);
	plain = spread(tell(&problem, problem.result.coef).mean);
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, NAN);
	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
	{
		double bound = parts[k] * plain;
		double w[PARAMS];
		double f[PARAMS];
		double unused[PARAMS];
		double mean[GROUPS][PARAMS];
		double along[PARAMS];
		Told told;

		problem.constraints[0].bound = bound;
		CHECK_INT(fit(&problem), TRAIN_CONVERGED);
		CHECK(problem.result.iterations <= 3);
		told = tell(&problem, problem.result.coef);
		CHECK_NEAR(spread(told.mean), bound, 1e-7 * problem.data->label_sd);
		CHECK_NEAR(problem.result.gap, spread(told.mean),
		           1e-9 * problem.data->label_sd);
		CHECK_NEAR(problem.result.reached[0], problem.result.gap, 0);
		if (k < 2)
			continue;
		/* groups a and c are the ends, so the gradient of what is minimised
		 * can only be along the difference of their means */
		standardise(problem.data, problem.result.coef, w);
		gradients(&problem, w, -1, f, unused);
		for (int g = 0; g < GROUPS; g++)
			gradients(&problem, w, g, unused, mean[g]);
		for (int j = 0; j < PARAMS; j++)
		{
			f[j] += j > 0 ? L2 * w[j] : 0;
			along[j] = mean[2][j] - mean[0][j];
		}
		CHECK_NEAR(dot(f, along), -sqrt(dot(f, f) * dot(along, along)), 1e-9);
	}
	scratch_end(&problem.arena);
}

static void
a_bound_that_the_plain_model_keeps_changes_no_bit(void)
{
	NumberRows wanted = { .n_rows = 3000 };
	double plain[PARAMS];
	Problem problem;

	problem_begin(&problem, &wanted);
	fit(&problem);
	memcpy(plain, problem.result.coef, sizeof(plain));
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, 1e6);
	CHECK_INT(fit(&problem), TRAIN_CONVERGED);
	CHECK(memcmp(plain, problem.result.coef, sizeof(plain)) == 0);
	scratch_end(&problem.arena);
}

static void
many_bounds_from_one_walk_are_as_good_as_a_walk_for_each(void)
{
	static const double bounds[] = { 1, 0.2, 0, 0.05, 0.5 };
	NumberRows wanted = { .n_rows = 2000 };
	Problem problem;
	Ridge *ridge = NULL;

	problem_begin(&problem, &wanted);
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, 1);
	CHECK_INT(ridge_create(&problem.arena, problem.data, &problem.settings,
	                       NULL, &ridge),
	          NUM_OK);
	for (size_t k = 0; k < sizeof(bounds) / sizeof(bounds[0]); k++)
	{
		TrainResult swept;

		CHECK_INT(ridge_solve(ridge, &bounds[k], &swept), NUM_OK);
		problem.constraints[0].bound = bounds[k];
		fit(&problem);
		for (uint32_t j = 0; j < PARAMS; j++)
			CHECK_NEAR(swept.coef[j], problem.result.coef[j], 1e-8);
		CHECK_NEAR(spread(tell(&problem, swept.coef).mean), bounds[k], 1e-7);
	}
	scratch_end(&problem.arena);
}

static void
losses_of_groups_are_kept_below_a_bound(void)
{
	NumberRows wanted = { .n_rows = 6000, .weighted = true, .scale = 10 };
	double w[PARAMS];
	double f[PARAMS];
	double loss[PARAMS];
	double unused[PARAMS];
	Problem problem;
	Told plain;
	Told told;
	double least;
	double bound;

	problem_begin(&problem, &wanted);
	fit(&problem);
	plain = tell(&problem, problem.result.coef);
	add_constraint(&problem, &fair_group_loss, FAIR_NO_BOUND, NAN);
	CHECK_INT(fit(&problem), TRAIN_CONVERGED);
	least = largest(tell(&problem, problem.result.coef).loss);
	CHECK(least < 0.99 * largest(plain.loss));

	/* group c has the largest loss, and alone */
	bound = (least + 2 * largest(plain.loss)) / 3;
	problem.constraints[0].kind = FAIR_MAX_LOSS;
	problem.constraints[0].bound = bound;
	CHECK_INT(fit(&problem), TRAIN_CONVERGED);
	told = tell(&problem, problem.result.coef);
	CHECK_CLOSE(told.loss[2], bound, 1e-6);
	CHECK_CLOSE(problem.result.reached[0], told.loss[2], 1e-9);
	CHECK(told.all > plain.all);
	standardise(problem.data, problem.result.coef, w);
	gradients(&problem, w, -1, f, unused);
	gradients(&problem, w, 2, loss, unused);
	for (int j = 1; j < PARAMS; j++)
		f[j] += L2 * w[j];
	CHECK_NEAR(dot(f, loss), -sqrt(dot(f, f) * dot(loss, loss)), 1e-8);
	scratch_end(&problem.arena);
}

/* By how much losses are above a bound, all groups together. */
static double
excess(const double *loss, double bound)
{
	double sum = 0;

	for (int g = 0; g < GROUPS; g++)
		sum += fmax(loss[g] - bound, 0);
	return sum;
}

static void
a_loss_that_nobody_can_have_is_told_so(void)
{
	NumberRows wanted = { .n_rows = 3000 };
	Problem problem;
	Told fairest;
	double least;

	problem_begin(&problem, &wanted);
	problem.settings.l2 = 1e-6;
	add_constraint(&problem, &fair_group_loss, FAIR_NO_BOUND, NAN);
	fit(&problem);
	fairest = tell(&problem, problem.result.coef);
	least = largest(fairest.loss);
	problem.constraints[0].kind = FAIR_MAX_LOSS;
	problem.constraints[0].bound = 0.9 * least;
	CHECK_INT(fit(&problem), TRAIN_INFEASIBLE);
	CHECK(excess(tell(&problem, problem.result.coef).loss, 0.9 * least) <=
	      excess(fairest.loss, 0.9 * least) + 1e-4);
	problem.constraints[0].bound = 1.01 * least;
	CHECK_INT(fit(&problem), TRAIN_CONVERGED);
	CHECK(largest(tell(&problem, problem.result.coef).loss) <= 1.01 * least);
	scratch_end(&problem.arena);
}

static void
no_step_makes_the_largest_loss_smaller_than_minimax(void)
{
	NumberRows wanted = { .n_rows = 3000, .weighted = true };
	Problem problem;
	NumRandom random;
	double least;
	int better = 0;

	problem_begin(&problem, &wanted);
	problem.settings.l2 = 0;
	add_constraint(&problem, &fair_group_loss, FAIR_NO_BOUND, NAN);
	CHECK_INT(fit(&problem), TRAIN_CONVERGED);
	least = largest(tell(&problem, problem.result.coef).loss);
	num_random_seed(&random, 5);
	for (int k = 0; k < 300; k++)
	{
		double coef[PARAMS];
		double size = pow(10, -4 * num_random_uniform(&random));

		for (int j = 0; j < PARAMS; j++)
			coef[j] = problem.result.coef[j] +
			          size * (num_random_uniform(&random) - 0.5);
		better += largest(tell(&problem, coef).loss) < least - 1e-9;
	}
	CHECK_INT(better, 0);
	scratch_end(&problem.arena);
}

static void
both_bounds_hold_at_once(void)
{
	NumberRows wanted = { .n_rows = 6000 };
	Problem problem;
	Told told;
	double bound;

	problem_begin(&problem, &wanted);
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, 0.1);
	fit(&problem);
	/* what equal means do to the worst group is taken back in part */
	bound = 0.97 * largest(tell(&problem, problem.result.coef).loss);
	add_constraint(&problem, &fair_group_loss, FAIR_MAX_LOSS, bound);
	CHECK_INT(fit(&problem), TRAIN_CONVERGED);
	told = tell(&problem, problem.result.coef);
	CHECK(spread(told.mean) <= 0.1 + 1e-7);
	CHECK(largest(told.loss) <= bound * (1 + 1e-7));
	CHECK_NEAR(problem.result.reached[0], spread(told.mean), 1e-9);
	CHECK_NEAR(problem.result.reached[1], largest(told.loss), 1e-9);
	scratch_end(&problem.arena);
}

static void
the_order_of_the_rows_changes_no_bit(void)
{
	NumberRows wanted = { .n_rows = 9000, .weighted = true };
	double coef[PARAMS];
	Problem problem;

	problem_begin(&problem, &wanted);
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, 0.1);
	add_constraint(&problem, &fair_group_loss, FAIR_MAX_LOSS, 2);
	fit(&problem);
	memcpy(coef, problem.result.coef, sizeof(coef));
	scratch_end(&problem.arena);
	wanted.backwards = true;
	problem_begin(&problem, &wanted);
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, 0.1);
	add_constraint(&problem, &fair_group_loss, FAIR_MAX_LOSS, 2);
	fit(&problem);
	CHECK(memcmp(coef, problem.result.coef, sizeof(coef)) == 0);
	scratch_end(&problem.arena);
}

/* Solves a x = b by elimination, both overwritten; [PARAMS] of them. */
static void
eliminate(double a[PARAMS][PARAMS], double *b, int n)
{
	for (int k = 0; k < n; k++)
		for (int i = 0; i < n; i++)
		{
			double factor = i == k ? 0 : a[i][k] / a[k][k];

			for (int j = k; j < n; j++)
				a[i][j] -= factor * a[k][j];
			b[i] -= factor * b[k];
		}
	for (int k = 0; k < n; k++)
		b[k] /= a[k][k];
}

/* The textbook's errors: the design with sum-to-zero coding of the levels and
 * raw numbers, s^2 (X'X)^-1 by elimination. */
static void
errors_of_the_plain_model_are_those_of_the_textbook(void)
{
	enum
	{
		FREE = PARAMS - 1
	};
	NumberRows wanted = { .n_rows = 800, .weighted = true };
	double xx[FREE][FREE] = { { 0 } };
	const DataColumn *number;
	Problem problem;
	double weight = 0;
	double squares = 0;
	uint32_t level = 0;

	problem_begin(&problem, &wanted);
	problem.settings.l2 = 0;
	fit(&problem);
	CHECK(problem.result.std_error != NULL);
	for (uint32_t c = 0; c < problem.data->n_columns; c++)
		if (problem.data->columns[c].kind == DATA_CATEGORY &&
		    !problem.data->columns[c].is_null_flag)
			level = problem.data->columns[c].first_param;
	for (uint32_t i = 0; i < problem.n_rows; i++)
	{
		double x[FREE] = { 1 };
		double e =
			predict(problem.data, problem.result.coef, &rows[i]) - rows[i].y;

		for (int k = 0; k < NUMBERS; k++)
			x[1 + k] = isnan(rows[i].x[k])
			               ? (double) problem.data->columns[0].fill
			               : rows[i].x[k];
		x[1 + NUMBERS] = isnan(rows[i].x[0]) ? 1 : 0;
		for (uint32_t l = 0; l < LEVELS - 1; l++)
			x[2 + NUMBERS + l] = rows[i].level == LEVELS - 1 ? -1
			                     : rows[i].level == l        ? 1
			                                                 : 0;
		for (int a = 0; a < FREE; a++)
			for (int b = 0; b < FREE; b++)
				xx[a][b] += rows[i].weight * x[a] * x[b];
		squares += rows[i].weight * e * e;
		weight += rows[i].weight;
	}
	for (int k = 0; k < FREE; k++)
	{
		double a[PARAMS][PARAMS];
		double b[PARAMS] = { 0 };
		double error;

		if (k == 1 + NUMBERS)
			continue; /* told with what stands for the number */
		for (int i = 0; i < FREE; i++)
			for (int j = 0; j < FREE; j++)
				a[i][j] = xx[i][j];
		b[k] = 1;
		eliminate(a, b, FREE);
		error = sqrt(b[k] * squares / (weight - FREE));
		number = &problem.data->columns[k == 0 || k > 3 ? 0 : k == 1 ? 0 : k];
		CHECK_CLOSE(
			problem.result.std_error[k == 0 ? 0
		                             : k < 2 + NUMBERS
		                                 ? number->first_param
		                                 : level + (uint32_t) k - 2 - NUMBERS],
			error, 1e-8);
	}
	/* with a bound there are none */
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, 1);
	fit(&problem);
	CHECK(problem.result.std_error == NULL);
	scratch_end(&problem.arena);
}

/* The certificate of the stored model against the rows. */
static void
the_certificate_says_what_the_rows_say(void)
{
	static const NumberRows cases[] = {
		{ .n_rows = 3000, .weighted = true },
		{ .n_rows = 700, .scale = 1e12, .offset = 1e12 },
		{ .n_rows = 700, .scale = 1e-12, .offset = 1e-9 },
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
	{
		Certificate certificate;
		Problem problem;
		Model *model = NULL;
		Told told;

		problem_begin(&problem, &cases[k]);
		fit(&problem);
		told = tell(&problem, problem.result.coef);
		CHECK_INT(model_from_coefficients(&problem.arena, problem.data,
		                                  MODEL_LINEAR, 0.5,
		                                  problem.result.coef, &model),
		          NUM_OK);
		CHECK_INT(train_certify(&problem.arena, problem.data, model, DATA_TRAIN,
		                        NULL, &certificate),
		          NUM_OK);
		CHECK_INT(certificate.rows, cases[k].n_rows);
		CHECK_CLOSE(certificate.loss, told.all, 1e-9);
		CHECK(isnan(certificate.accuracy) && isnan(certificate.auc));
		for (int g = 0; g < GROUPS; g++)
		{
			FairEstimate mean;

			fair_mean_prediction(&certificate.base_errors[g], 0.95, &mean);
			CHECK_NEAR(mean.value, told.mean[g], 1e-9 * problem.data->label_sd);
			CHECK_CLOSE(certificate.base_loss[g].sum /
			                certificate.base_loss[g].weight,
			            told.loss[g], 1e-9);
		}
		scratch_end(&problem.arena);
	}
}

static void
small_groups_stay_out(void)
{
	NumberRows wanted = { .n_rows = 1000 };
	Problem problem;
	Told told;

	problem_begin(&problem, &wanted);
	problem.settings.min_group = 200; /* group c has some 100 rows */
	add_constraint(&problem, &fair_mean_parity, FAIR_MAX_GAP, 0);
	CHECK_INT(fit(&problem), TRAIN_CONVERGED);
	told = tell(&problem, problem.result.coef);
	CHECK_NEAR(told.mean[0], told.mean[1], 1e-9);
	CHECK(fabs(told.mean[2] - told.mean[0]) > 1e-3);
	problem.settings.min_group = 600;
	CHECK_INT(train_ridge(&problem.arena, problem.data, &problem.settings, NULL,
	                      &problem.result),
	          NUM_BAD_ARGUMENT);
	scratch_end(&problem.arena);
}

static void
what_is_not_its_business_is_refused(void)
{
	static const FairConstraint others[] = {
		{ &fair_demographic_parity, FAIR_MAX_GAP, 0.1, NULL },
		{ &fair_mean_parity, FAIR_MIN_RATIO, 0.8, NULL },
		{ &fair_mean_parity, FAIR_NO_BOUND, NAN, NULL },
		{ &fair_group_loss, FAIR_MAX_GAP, 0.1, NULL },
	};
	NumberRows wanted = { .n_rows = 300 };
	Problem problem;

	problem_begin(&problem, &wanted);
	problem.settings.n_constraints = 1;
	for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
	{
		problem.constraints[0] = others[k];
		CHECK_INT(train_ridge(&problem.arena, problem.data, &problem.settings,
		                      NULL, &problem.result),
		          NUM_BAD_ARGUMENT);
	}
	scratch_end(&problem.arena);
}

int
main(void)
{
	RUN(the_gradients_of_this_test_are_those_of_finite_differences);
	RUN(a_linear_function_is_found_again);
	RUN(the_plain_model_has_no_gradient_left);
	RUN(means_are_as_close_as_asked_and_nothing_is_given_away);
	RUN(a_bound_that_the_plain_model_keeps_changes_no_bit);
	RUN(many_bounds_from_one_walk_are_as_good_as_a_walk_for_each);
	RUN(losses_of_groups_are_kept_below_a_bound);
	RUN(a_loss_that_nobody_can_have_is_told_so);
	RUN(no_step_makes_the_largest_loss_smaller_than_minimax);
	RUN(both_bounds_hold_at_once);
	RUN(the_order_of_the_rows_changes_no_bit);
	RUN(errors_of_the_plain_model_are_those_of_the_textbook);
	RUN(the_certificate_says_what_the_rows_say);
	RUN(small_groups_stay_out);
	RUN(what_is_not_its_business_is_refused);
	return unit_end();
}
