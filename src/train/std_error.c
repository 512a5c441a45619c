/*
 * std_error.c
 *    Standard errors of the coefficients of the plain fit.
 *
 * The covariance of the coefficients is taken to be the inverse of the
 * penalised observed information
 *
 *     A = sum over rows of weight p (1 - p) x x'  +  l2 (sum of weights) D
 *
 * at the optimum, D the unit matrix without the intercept's entry: as if the
 * model were right, and a weight a number of equal rows.  (Of a linear model
 * p (1 - p) is 1, and the inverse is times the variance of the residuals.)  The standard error
 * of what a reader sees, a linear combination a'w of the standardised
 * coefficients w, is the root of a' A^-1 a = |L^-1 a|^2, A = L L'.
 *
 * All levels of a category have a coefficient, so the data cannot tell a rise
 * of all of them from a rise of the intercept; only the ridge does, and it does
 * so completely: at its optimum the levels of a category sum to zero, whatever
 * the data are (the gradients of the intercept and of the levels differ by the
 * ridge's part alone).  A level's coefficient is therefore its deviation from
 * the mean over the levels, and the intercept belongs to the mean of them, and
 * as such they are given their errors: a = e_level - mean of e over the levels
 * of the category, and a = e_0 + that mean for every category.  Such
 * combinations are independent of the sums of the levels under A^-1, so a
 * penalty on these sums (SUM_PENALTY), which keeps A well conditioned also
 * without a ridge, changes nothing.  The result is that of sum-to-zero coding.
 * Without a ridge nothing makes the levels sum to zero, so that is done here.
 *
 * Cost: a pass, and n^3 / 3 multiplications.
 *
 * Reference: McCullagh and Nelder, Generalized Linear Models, 1989, section
 * 4.4 (information); le Cessie and van Houwelingen, Applied Statistics 41 (1),
 * 1992 (ridge).
 */
#include "train/std_error.h"

#include <math.h>
#include <string.h>

#include "num/blas.h"
#include "num/dense.h"
#include "train/layout.h"

/* Of the square of the sum of a category's levels, in units of mean loss; near
 * the size of other entries of the Hessian. */
#define SUM_PENALTY 0.1

typedef struct Errors
{
	const Information *of;
	uint32_t *place;     /* [n_columns] first parameter in the kernel */
	double *combination; /* [n] a, then L^-1 a */
} Errors;

/* A level has an error when a training row has it. */
static bool
is_seen(const DataColumn *column, uint32_t level)
{
	return column->levels[level].weight > 0;
}

static uint32_t
count_seen(const DataColumn *column)
{
	uint32_t n = 0;

	for (uint32_t l = 0; l < column->n_levels; l++)
		n += is_seen(column, l);
	return n;
}

static bool
has_levels(const DataColumn *column)
{
	return column->kind == DATA_CATEGORY && column->n_params > 0 &&
	       !column->is_null_flag;
}

/* Adds the penalty on sums to A. */
static void
penalise_sums(const Errors *errors)
{
	const Information *of = errors->of;

	for (uint32_t c = 0; c < of->data->n_columns; c++)
	{
		const DataColumn *column = &of->data->columns[c];
		double *corner = of->matrix + errors->place[c] * (of->stride + 1);

		if (!has_levels(column))
			continue;
		for (uint32_t i = 0; i < column->n_levels; i++)
			for (uint32_t j = 0; j <= i; j++)
				if (is_seen(column, i) && is_seen(column, j))
					corner[i * of->stride + j] += SUM_PENALTY;
				else if (i == j)
					corner[i * of->stride + j] += 1;
	}
}

/* Adds 'factor' times the mean over a category's levels to a combination. */
static void
add_mean(const Errors *errors, uint32_t c, double factor)
{
	const DataColumn *column = &errors->of->data->columns[c];
	double each = factor / count_seen(column);

	for (uint32_t l = 0; l < column->n_levels; l++)
		if (is_seen(column, l))
			errors->combination[errors->place[c] + l] += each;
}

/* The standard error of the combination, which is used up and cleared; its
 * entries before 'first' are zero. */
static double
error_of(Errors *errors, uint32_t first)
{
	const Information *of = errors->of;
	double *y = errors->combination + first;
	double squared = 0;

	for (uint32_t i = 0; i < of->n - first; i++)
	{
		const double *row = of->matrix + (first + i) * of->stride;

		y[i] = (y[i] - dense_dot(row + first, y, i)) / row[first + i];
		squared += y[i] * y[i];
	}
	memset(errors->combination, 0, of->n * sizeof(double));
	return sqrt(squared / of->weight);
}

static double
intercept_error(Errors *errors)
{
	const Dataset *data = errors->of->data;

	errors->combination[0] = 1;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];

		if (has_levels(column))
			add_mean(errors, c, 1);
		else if (column->kind == DATA_NUMBER && column->n_params > 0)
			errors->combination[errors->place[c]] =
				-(column->mean + column->pivot) / column->sd;
	}
	return error_of(errors, 0);
}

/* The errors of one column's parameters. */
static NumStatus
column_errors(Errors *errors, uint32_t c, double *std_error)
{
	const DataColumn *column = &errors->of->data->columns[c];
	uint32_t place = errors->place[c];

	if (column->kind == DATA_NUMBER)
	{
		errors->combination[place] = 1 / column->sd;
		std_error[column->first_param] = error_of(errors, place);
		return NUM_OK;
	}
	if (column->is_null_flag)
	{
		const DataColumn *number = column - 1;
		uint32_t first = place;

		/* what stands for the missing number counts as well */
		errors->combination[place] = 1;
		if (number->n_params > 0)
		{
			first = errors->place[c - 1];
			errors->combination[first] =
				((double) number->fill + number->pivot) / number->sd;
		}
		std_error[column->first_param] = error_of(errors, first);
		return NUM_OK;
	}
	for (uint32_t l = 0; l < column->n_levels; l++)
	{
		/* n squared multiplications each */
		if (monitor_stop(errors->of->monitor))
			return NUM_CANCELLED;
		if (!is_seen(column, l))
			continue;
		add_mean(errors, c, -1);
		errors->combination[place + l] += 1;
		std_error[column->first_param + l] = error_of(errors, place);
	}
	return NUM_OK;
}

void
std_error_centre_levels(const Dataset *data, const uint32_t *place,
                        double *coef)
{
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		double *level = coef + place[c];
		double mean = 0;

		if (!has_levels(column))
			continue;
		for (uint32_t l = 0; l < column->n_levels; l++)
			mean += is_seen(column, l) ? level[l] : 0;
		mean /= count_seen(column);
		for (uint32_t l = 0; l < column->n_levels; l++)
			level[l] -= is_seen(column, l) ? mean : 0;
		coef[0] += mean;
	}
}

uint32_t
std_error_free_params(const Dataset *data)
{
	uint32_t n = 1;

	for (uint32_t c = 0; c < data->n_columns; c++)
		n += has_levels(&data->columns[c]) ? count_seen(&data->columns[c]) - 1
		                                   : data->columns[c].n_params;
	return n;
}

static NumStatus
factor_information(const Information *of)
{
	if (!of->own_kernels && blas_available())
		return blas_cholesky_watched(of->matrix, of->n, of->stride,
		                             of->monitor);
	return dense_cholesky(of->matrix, of->n, of->stride, of->monitor);
}

NumStatus
std_errors_of(const Information *of, double **result)
{
	const Dataset *data = of->data;
	Errors errors = { .of = of };
	double *std_error = arena_alloc(of->arena, data->n_params, sizeof(double));
	NumStatus status;

	*result = NULL;
	errors.place = layout_places(of->arena, data);
	errors.combination = arena_alloc(of->arena, of->n, sizeof(double));
	if (errors.place == NULL || errors.combination == NULL || std_error == NULL)
		return NUM_NO_MEMORY;
	penalise_sums(&errors);
	status = factor_information(of);
	if (status == NUM_NOT_POSITIVE_DEFINITE)
		return NUM_OK;
	if (status != NUM_OK)
		return status;
	for (uint32_t j = 0; j < data->n_params; j++)
		std_error[j] = NAN;
	memset(errors.combination, 0, of->n * sizeof(double));
	std_error[0] = intercept_error(&errors);
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		if (monitor_stop(of->monitor))
			return NUM_CANCELLED;
		if (data->columns[c].n_params > 0)
			status = column_errors(&errors, c, std_error);
		if (status != NUM_OK)
			return status;
	}
	*result = std_error;
	return NUM_OK;
}

/* Whether every coefficient is where the data and the ridge put it. */
static bool
is_regular(const Newton *newton)
{
	if (newton->learns || newton->settings->l1 > 0)
		return false;
	if (newton->proximal != NULL)
		for (uint32_t j = 1; j < newton->n; j++)
			if (proximal_sign(newton->proximal, j) != 0 && newton->coef[j] == 0)
				return false;
	return true;
}

/* The mean of A into newton->factor. */
static void
fill_information(Newton *newton)
{
	double scale = 1.0 / newton->sums->weight;

	for (uint32_t i = 0; i < newton->n; i++)
	{
		const double *from = newton->sums->hessian + i * newton->stride;
		double *row = newton->factor + i * newton->stride;

		for (uint32_t j = 0; j <= i; j++)
			row[j] = from[j] * scale;
		row[i] += i > 0 ? newton->settings->l2 : 0;
	}
}

NumStatus
train_std_errors(Newton *newton, TrainResult *result)
{
	Information information = { .arena = newton->arena,
		                        .data = newton->data,
		                        .monitor = newton->monitor,
		                        .matrix = newton->factor,
		                        .n = newton->n,
		                        .stride = newton->stride,
		                        .own_kernels = newton->settings->own_kernels };
	NumStatus status;

	if (!is_regular(newton))
		return NUM_OK;
	if (newton->settings->l2 == 0)
	{
		uint32_t *place = layout_places(newton->arena, newton->data);

		if (place == NULL)
			return NUM_NO_MEMORY;
		std_error_centre_levels(newton->data, place, newton->coef);
		linear_to_raw(newton->plan, newton->coef, result->coef);
	}
	status = newton_pass(newton, 1, true);
	if (status != NUM_OK)
		return status;
	fill_information(newton);
	information.weight = newton->sums->weight;
	return std_errors_of(&information, &result->std_error);
}
