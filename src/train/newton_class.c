/*
 * newton_class.c
 *    The Newton-type methods over labels that are classes.
 *
 * Passes, curvature and its factor are those of multinomial.c; what the search
 * sees of them is what it sees of a label of two values.  The rates of class k
 * are those of the decision for k against all others, among all rows or among
 * the rows that are labelled k, so that each class has its own cells: the rows
 * labelled k and the others, by base group.  A row is decided for the class of
 * its greatest score, and q_k = softmax(z / temperature)_k stands in for that.
 *
 * Under multipliers the Hessian has what is positive of the rates' curvature as
 * well (softmax.c), as that of a label of two values has.
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

#include "num/special.h"

/* Whether the rates are only of rows that are labelled as they are decided. */
static SoftmaxRates
rates_wanted(const Newton *newton)
{
	const double one[2] = { 1, 1 };

	for (int c = 0; c < newton->settings->n_constraints; c++)
	{
		const FairCriterion *criterion =
			newton->settings->constraints[c].criterion;

		for (int e = 0; e < criterion->n_events; e++)
		{
			FairRate rate;

			criterion->rate(e, one, &rate);
			if (rate.share[0] != 0)
				return SOFTMAX_ALL_RATES;
		}
	}
	return SOFTMAX_OWN_RATES;
}

NumStatus
newton_class_create(Newton *newton)
{
	SoftmaxRequest rates = { .rates = rates_wanted(newton),
		                     .want_jacobian = true };
	size_t n_cells = 2 * (size_t) newton->data->n_base_groups;
	Multinomial *m;
	NumStatus status;

	if (newton->rates->of_losses)
		return NUM_BAD_ARGUMENT;
	if (newton->rates->n_active == 0)
		rates.rates = SOFTMAX_NO_RATES;
	status = multinomial_create(newton->arena, newton->data, newton->settings,
	                            &rates, newton->monitor, &m);
	if (status != NUM_OK)
		return status;
	newton->classes = m;
	newton->plan = m->plan;
	newton->own_sums =
		arena_alloc(newton->arena, m->n_classes, sizeof(LinearSums));
	if (newton->own_sums == NULL)
		return NUM_NO_MEMORY;
	memset(newton->own_sums, 0, m->n_classes * sizeof(LinearSums));
	for (uint32_t k = 0; k < m->n_classes; k++)
	{
		LinearSums *sums = &newton->own_sums[k];

		sums->cell_weight = arena_alloc(newton->arena, n_cells, sizeof(double));
		sums->cell_hard = arena_alloc(newton->arena, n_cells, sizeof(double));
		if (sums->cell_weight == NULL || sums->cell_hard == NULL)
			return NUM_NO_MEMORY;
		if (m->sums->soft != NULL)
			sums->cell_soft = m->sums->soft + k * n_cells;
		if (m->sums->jacobian != NULL)
			sums->cell_jacobian = m->sums->jacobian + k * n_cells * m->size;
	}
	return NUM_OK;
}

/* The decisions of a pass as those for each class against all others. */
static void
read_classes(const Newton *newton)
{
	const Multinomial *m = newton->classes;
	uint32_t n = m->n_classes;

	for (uint32_t k = 0; k < n; k++)
	{
		LinearSums *sums = &newton->own_sums[k];

		sums->rows = m->sums->rows;
		sums->weight = m->sums->weight;
		sums->loss = m->sums->loss;
		for (uint32_t b = 0; b < newton->data->n_base_groups; b++)
		{
			const double *hard = m->sums->hard + (size_t) b * n * n;
			double *weight = sums->cell_weight + 2 * b;
			double *decided = sums->cell_hard + 2 * b;

			weight[0] = weight[1] = decided[0] = decided[1] = 0;
			for (uint32_t y = 0; y < n; y++)
			{
				for (uint32_t d = 0; d < n; d++)
					weight[y == k ? 1 : 0] += hard[y * n + d];
				decided[y == k ? 1 : 0] += hard[y * n + k];
			}
		}
	}
}

NumStatus
newton_class_pass(Newton *newton, uint32_t sample, uint32_t curved_sample,
                  bool curved)
{
	Multinomial *m = newton->classes;
	NumStatus status;

	m->request.temperature = newton->temperature;
	m->request.curved_sample = curved_sample;
	m->request.want_margin = curved;
	m->request.multiplier =
		m->request.rates != SOFTMAX_NO_RATES ? newton->cell_curvature : NULL;
	memcpy(m->coef, newton->coef, m->size * sizeof(double));
	status = multinomial_pass(m, sample, curved);
	if (status != NUM_OK)
		return status;
	memcpy(newton->gradient, m->gradient, m->size * sizeof(double));
	newton->loss = m->loss;
	newton->sums = newton->own_sums;
	read_classes(newton);
	return NUM_OK;
}

double
newton_class_accuracy(const Newton *newton)
{
	const SoftmaxSums *sums = newton->classes->sums;
	uint32_t n = newton->classes->n_classes;
	double right = 0;

	for (uint32_t b = 0; b < newton->data->n_base_groups; b++)
		for (uint32_t k = 0; k < n; k++)
			right += sums->hard[((size_t) b * n + k) * n + k];
	return right / sums->weight;
}

/* Weight of a class in the last pass. */
static double
class_weight(const Newton *newton, uint32_t k)
{
	double weight = 0;

	for (uint32_t b = 0; b < newton->data->n_base_groups; b++)
		weight += newton->sums[k].cell_weight[2 * b + 1];
	return weight;
}

NumStatus
newton_class_constant(Newton *newton)
{
	const Multinomial *m = newton->classes;
	size_t n_cells = 2 * (size_t) newton->data->n_base_groups;
	size_t n = m->n_classes * n_cells;
	double *weight = arena_alloc(newton->arena, n, sizeof(double));
	uint64_t *rows = arena_alloc(newton->arena, n, sizeof(uint64_t));
	NumStatus status;

	if (weight == NULL || rows == NULL)
		return NUM_NO_MEMORY;
	status = train_class_totals(newton->data, 0, newton->monitor, weight, rows);
	memset(newton->coef, 0, m->size * sizeof(double));
	for (uint32_t k = 0; k < m->n_classes && status == NUM_OK; k++)
	{
		double of_class = 0;

		for (size_t c = 1; c < n_cells; c += 2)
			of_class += weight[k * n_cells + c];
		newton->coef[k * m->stride] = num_log(of_class);
	}
	multinomial_centre(m, newton->coef);
	arena_release(newton->arena, weight, n, sizeof(double));
	arena_release(newton->arena, rows, n, sizeof(uint64_t));
	return status;
}

double
newton_class_entropy(const Newton *newton)
{
	double total = newton->classes->sums->weight;
	double entropy = 0;

	for (uint32_t k = 0; k < newton->classes->n_classes; k++)
	{
		double weight = class_weight(newton, k);

		if (weight > 0)
			entropy -= weight / total * num_log(weight / total);
	}
	return entropy;
}

double
newton_class_margin(const Newton *newton)
{
	return newton->classes->sums->margin / newton->classes->sums->weight;
}
