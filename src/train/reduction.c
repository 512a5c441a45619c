/*
 * reduction.c
 *    The mixture of models of least error that keeps the bounds.
 *
 * A game of two players.  One has multipliers on the group rates, which say
 * what a unit of each is worth in error; the other answers with a model.  Since
 * rates are linear in the decisions, error plus multipliers times rates is a
 * cost of deciding positive that every row of a cell (base group and label)
 * shares,
 *
 *     cost_c = (1 - 2 y) + sum_k multiplier_k d rate_k / d decision,
 *
 * so the best answer is a plain fit in which the rows of a cell have the label
 * that is cheaper and count |cost_c|: the log-loss stands in for the costs.  A
 * cell whose label is the other one is fitted with its own label and a term
 * that is linear in the score,
 *
 *     f (log(1 + e^z) - y' z)  =  f (log(1 + e^z) - y z) + f (y - y') z,
 *
 * whose gradient does not depend on the coefficients: it needs the sums of the
 * features of each cell, taken once (Newton.tilt).
 *
 * Rounds go on as follows.  A linear program (mixing.h) finds the shares of the
 * models found so far that make the best mixture, and the multipliers that
 * support it.  These are answered, and so are those of the exponentiated
 * gradient, which wander about where the program jumps.  The answers join.  Three
 * models are there from the start: those that decide nobody and everybody
 * positive, so that every bound on rates of decisions can be kept by some
 * mixture, and the best single one that method constraint finds, than which the
 * mixture is therefore never worse.  What a new answer would win at the program's multipliers is the gap of duality: where it
 * is no more than the sampling error of the error itself, or nothing, the
 * mixture is as good as any that such answers can make.
 *
 * Fits are over a sample first where there are many rows, then over all; the
 * rates and the error of a model are those of its hard decisions over all
 * training rows in any case, so the mixture keeps the bounds in expectation on
 * these rows exactly.  Each round needs two fits of some three passes and two
 * passes over all rows to judge them.
 *
 * Memory: coefficients and rates of two models a round.
 *
 * Reference: Agarwal, Beygelzimer, Dudik, Langford and Wallach, "A Reductions
 * Approach to Fair Classification", ICML 2018: the game, the answers and the
 * exponentiated gradient (algorithm 1); the program over the models found is
 * that of the authors' library.  They bound rates against the rate of all
 * rows; here it is the difference between groups that is bounded.
 */
#include "train/mixing.h"
#include "train/newton.h"

#include <math.h>
#include <string.h>

#include "num/special.h"

/* What a unit of a rate may be worth in error.  A mixture with the constant
 * models shows that keeping a bound b costs no more than 1 / b. */
#define MOST_MULTIPLIER 100
/* of the exponents, as a multiple of 1 / MOST_MULTIPLIER */
#define GRADIENT_RATE 2
/* rounds before the gap of duality is believed */
#define LEAST_ROUNDS 5
#define LEAST_FULL_ROUNDS 2
/* half the squared decrement up to which an answer is fitted: what is beyond
 * moves hardly a decision */
#define ACCURACY 1e-6
/* shares below this are nothing but rounding of the program */
#define LEAST_SHARE 1e-7
/* the same of a rate that exceeds its bound */
#define ROUNDING 1e-9

typedef struct Reduction
{
	Newton *newton;
	uint32_t n_rates;
	size_t n_cells;
	double *cell_weight; /* [n_cells] of the training rows */
	double weight;
	double *cell_features; /* [n_cells][stride] sums over the rows of a fit */

	/* models found */
	uint32_t n;
	uint32_t capacity;
	double *coef;  /* [capacity][stride] */
	double *error; /* [capacity] */
	double *rate;  /* [capacity][n_rates] */

	MixingAnswer best;
	double *mean;     /* [n_rates] rates of the best mixture */
	double *start[2]; /* [stride] the last answers, by whom they answer */

	/* exponentiated gradient */
	double *exponent; /* [2 * n_rates] up and down */
	double *weighted; /* [n_rates] multipliers */

	/* what a fit is asked for */
	double *factor; /* [n_cells] */
	double *tilt;   /* [stride] */
	double *cost;   /* [n_cells] */
	double *unused; /* [n_cells] */
} Reduction;

static NumStatus
reduction_create(NumArena *arena, Newton *newton, Reduction *reduction)
{
	size_t row_bytes = newton->stride * sizeof(double);
	uint32_t n_rates = newton->rates->n_active;
	size_t n_cells = linear_n_cells(newton->plan);

	memset(reduction, 0, sizeof(*reduction));
	reduction->newton = newton;
	reduction->n_rates = n_rates;
	reduction->n_cells = n_cells;
	/* two a round, in two phases; four before the first */
	reduction->capacity = 4 * (uint32_t) newton->settings->max_iterations + 4;
	reduction->cell_weight = arena_alloc(arena, n_cells, sizeof(double));
	reduction->cell_features = arena_alloc(arena, n_cells, row_bytes);
	reduction->coef = arena_alloc(arena, reduction->capacity, row_bytes);
	reduction->error = arena_alloc(arena, reduction->capacity, sizeof(double));
	reduction->rate = arena_alloc(arena, (size_t) reduction->capacity * n_rates,
	                              sizeof(double));
	reduction->best.share =
		arena_alloc(arena, reduction->capacity, sizeof(double));
	reduction->best.multiplier = arena_alloc(arena, n_rates, sizeof(double));
	reduction->mean = arena_alloc(arena, n_rates, sizeof(double));
	reduction->start[0] = arena_alloc(arena, 1, row_bytes);
	reduction->start[1] = arena_alloc(arena, 1, row_bytes);
	reduction->exponent =
		arena_alloc(arena, 2 * (size_t) n_rates, sizeof(double));
	reduction->weighted = arena_alloc(arena, n_rates, sizeof(double));
	reduction->factor = arena_alloc(arena, n_cells, sizeof(double));
	reduction->tilt = arena_alloc(arena, 1, row_bytes);
	reduction->cost = arena_alloc(arena, n_cells, sizeof(double));
	reduction->unused = arena_alloc(arena, n_cells, sizeof(double));
	if (reduction->cell_weight == NULL || reduction->cell_features == NULL ||
	    reduction->coef == NULL || reduction->error == NULL ||
	    reduction->rate == NULL || reduction->best.share == NULL ||
	    reduction->best.multiplier == NULL || reduction->mean == NULL ||
	    reduction->start[0] == NULL || reduction->start[1] == NULL ||
	    reduction->exponent == NULL || reduction->weighted == NULL ||
	    reduction->factor == NULL || reduction->tilt == NULL ||
	    reduction->cost == NULL || reduction->unused == NULL)
		return NUM_NO_MEMORY;
	memset(reduction->exponent, 0, 2 * n_rates * sizeof(double));
	memset(reduction->weighted, 0, n_rates * sizeof(double));
	return NUM_OK;
}

/* Judges the model at newton->coef by all training rows and adds it, unless
 * one that decides alike is there; '*place' is where it is. */
static NumStatus
add_model(Reduction *reduction, uint32_t *place)
{
	Newton *newton = reduction->newton;
	size_t rate_bytes = reduction->n_rates * sizeof(double);
	double error;
	NumStatus status;

	newton->tilt = NULL;
	newton->cell_factor = NULL;
	status = newton_pass(newton, 1, false);
	if (status != NUM_OK)
		return status;
	error = 1 - newton->accuracy;
	for (uint32_t h = 0; h < reduction->n; h++)
		if (reduction->error[h] == error &&
		    memcmp(reduction->rate + h * (size_t) reduction->n_rates,
		           newton->rates->hard, rate_bytes) == 0)
		{
			*place = h;
			return NUM_OK;
		}
	if (reduction->n == reduction->capacity)
		return NUM_TOO_LARGE;
	*place = reduction->n++;
	reduction->error[*place] = error;
	memcpy(reduction->rate + *place * (size_t) reduction->n_rates,
	       newton->rates->hard, rate_bytes);
	memcpy(reduction->coef + *place * newton->stride, newton->coef,
	       newton->stride * sizeof(double));
	return NUM_OK;
}

/* The models that decide nobody and everybody positive.  Their probability is
 * the share of positive labels where that decides so, else one that does. */
static NumStatus
add_constants(Reduction *reduction)
{
	Newton *newton = reduction->newton;
	double by_label[2] = { 0, 0 };
	double logit;

	for (size_t c = 0; c < reduction->n_cells; c++)
		by_label[c & 1] += reduction->cell_weight[c];
	logit = num_log(by_label[1] / by_label[0]);
	for (int everybody = 0; everybody < 2; everybody++)
	{
		uint32_t place;
		NumStatus status;

		memset(newton->coef, 0, newton->stride * sizeof(double));
		newton->coef[0] = everybody ? fmax(logit, 0.01) : fmin(logit, -0.01);
		status = add_model(reduction, &place);
		if (status != NUM_OK)
			return status;
	}
	return NUM_OK;
}

/* The best single model.  Where its search fails there is none, which is no
 * failure of the game. */
static NumStatus
add_single(Reduction *reduction)
{
	Newton *newton = reduction->newton;
	TrainResult single;
	uint32_t place;
	NumStatus status;

	memset(&single, 0, sizeof(single));
	status = train_constraint(newton->arena, newton->data, newton->settings,
	                          newton->monitor, &single);
	if (status == NUM_NOT_FINITE || status == NUM_NOT_POSITIVE_DEFINITE)
		return NUM_OK;
	if (status != NUM_OK)
		return status;
	linear_from_raw(newton->plan, single.coef, newton->coef);
	return add_model(reduction, &place);
}

/* Sums of the features of each cell over one row in 'block_stride'.  At zero
 * coefficients the smooth decisions of all rows have one slope. */
static NumStatus
sum_features(Reduction *reduction, uint32_t block_stride)
{
	Newton *newton = reduction->newton;
	double slope = 0.25 / newton->temperature;
	NumStatus status;

	newton->tilt = NULL;
	newton->cell_factor = NULL;
	memset(newton->coef, 0, newton->stride * sizeof(double));
	status = newton_pass(newton, block_stride, true);
	if (status != NUM_OK)
		return status;
	for (size_t c = 0; c < reduction->n_cells; c++)
		for (uint32_t j = 0; j < newton->n; j++)
			reduction->cell_features[c * newton->stride + j] =
				newton->sums->cell_jacobian[c * newton->stride + j] / slope;
	return NUM_OK;
}

/* Labels and weights of the cells under multipliers, as factors of the plain
 * fit and its tilt. */
static void
price_cells(Reduction *reduction, const double *multiplier)
{
	Newton *newton = reduction->newton;
	LinearSums cells = { .cell_weight = reduction->cell_weight,
		                 .weight = reduction->weight };

	rates_cell_coefficients(newton->rates, &cells, multiplier, reduction->cost,
	                        reduction->unused);
	memset(reduction->tilt, 0, newton->stride * sizeof(double));
	for (size_t c = 0; c < reduction->n_cells; c++)
	{
		int label = c & 1;
		double cost = reduction->cost[c] + (label ? -1 : 1);
		int cheaper = cost < 0;
		const double *features = reduction->cell_features + c * newton->stride;

		/* a factor of 0 would leave rows without any weight */
		reduction->factor[c] = fmax(fabs(cost), 1e-6);
		if (label == cheaper)
			continue;
		for (uint32_t j = 0; j < newton->n; j++)
			reduction->tilt[j] +=
				reduction->factor[c] * (label - cheaper) * features[j];
	}
}

/* The best answer to multipliers, of player 'who'; '*place' is where it is. */
static NumStatus
answer(Reduction *reduction, const double *multiplier, uint32_t block_stride,
       int who, uint32_t *place)
{
	Newton *newton = reduction->newton;
	size_t row_bytes = newton->stride * sizeof(double);
	bool converged;
	NumStatus status;

	price_cells(reduction, multiplier);
	newton->cell_factor = reduction->factor;
	newton->tilt = reduction->tilt;
	memcpy(newton->coef, reduction->start[who], row_bytes);
	status =
		newton_minimise(newton, block_stride, ACCURACY, "answer", &converged);
	if (status != NUM_OK)
		return status;
	memcpy(reduction->start[who], newton->coef, row_bytes);
	return add_model(reduction, place);
}

/* Error plus multipliers times rates of a model. */
static double
lagrangian(const Reduction *reduction, uint32_t h, const double *multiplier)
{
	const double *rate = reduction->rate + h * (size_t) reduction->n_rates;
	double value = reduction->error[h];

	for (uint32_t k = 0; k < reduction->n_rates; k++)
		value += multiplier[k] * rate[k];
	return value;
}

/* The best mixture of what has been found, and its rates. */
static NumStatus
mix(Reduction *reduction)
{
	Newton *newton = reduction->newton;
	MixingProgram program = { .n = reduction->n,
		                      .error = reduction->error,
		                      .n_rates = reduction->n_rates,
		                      .rate = reduction->rate,
		                      .bands = newton->rates->bands,
		                      .n_bands = newton->rates->n_bands,
		                      .most = MOST_MULTIPLIER };
	NumStatus status = mixing_solve(newton->arena, &program, newton->monitor,
	                                &reduction->best);
	double sum = 0;

	if (status != NUM_OK)
		return status;
	for (uint32_t h = 0; h < reduction->n; h++)
	{
		if (reduction->best.share[h] < LEAST_SHARE)
			reduction->best.share[h] = 0;
		sum += reduction->best.share[h];
	}
	memset(reduction->mean, 0, reduction->n_rates * sizeof(double));
	for (uint32_t h = 0; h < reduction->n; h++)
	{
		double share = reduction->best.share[h] /= sum;
		const double *rate = reduction->rate + h * (size_t) reduction->n_rates;

		if (share > 0)
			for (uint32_t k = 0; k < reduction->n_rates; k++)
				reduction->mean[k] += share * rate[k];
	}
	return NUM_OK;
}

/* Multipliers of the exponentiated gradient: at most MOST_MULTIPLIER together,
 * and balanced in each band. */
static void
weigh(Reduction *reduction)
{
	const Rates *rates = reduction->newton->rates;
	double largest = 0;
	double sum;

	for (uint32_t i = 0; i < 2 * reduction->n_rates; i++)
		largest = fmax(largest, reduction->exponent[i]);
	sum = num_exp(-largest);
	for (uint32_t i = 0; i < 2 * reduction->n_rates; i++)
		sum += num_exp(reduction->exponent[i] - largest);
	for (uint32_t k = 0; k < reduction->n_rates; k++)
		reduction->weighted[k] =
			MOST_MULTIPLIER *
			(num_exp(reduction->exponent[2 * k] - largest) -
		     num_exp(reduction->exponent[2 * k + 1] - largest)) /
			sum;
	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		double up = 0;
		double down = 0;
		double both;

		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			up += fmax(reduction->weighted[k], 0);
			down += fmax(-reduction->weighted[k], 0);
		}
		both = fmin(up, band->ratio * down);
		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			double *v = &reduction->weighted[k];

			if (!(both > 0))
				*v = 0;
			else
				*v *= *v > 0 ? both / up : both / (band->ratio * down);
		}
	}
}

/* Moves the exponents by what model 'h' exceeds the bands by, which lie where
 * the best mixture has its highest rate. */
static void
move_exponents(Reduction *reduction, uint32_t h)
{
	const Rates *rates = reduction->newton->rates;
	const double *rate = reduction->rate + h * (size_t) reduction->n_rates;
	double step = (double) GRADIENT_RATE / MOST_MULTIPLIER;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		double high = 0;

		for (uint32_t k = band->first; k < band->first + band->count; k++)
			high = fmax(high, reduction->mean[k]);
		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			reduction->exponent[2 * k] += step * (rate[k] - high);
			reduction->exponent[2 * k + 1] +=
				step * (band->ratio * (high - band->width) - rate[k]);
		}
	}
}

/* Makes the best mixture the newton's current point, as far as it has one. */
static void
show_mixture(Reduction *reduction, const char *phase, double duality_gap)
{
	Newton *newton = reduction->newton;
	double error = 0;
	double largest = 0;
	uint32_t heaviest = 0;

	for (uint32_t h = 0; h < reduction->n; h++)
	{
		error += reduction->best.share[h] * reduction->error[h];
		if (reduction->best.share[h] > reduction->best.share[heaviest])
			heaviest = h;
	}
	for (uint32_t k = 0; k < reduction->n_rates; k++)
		largest = fmax(largest, fabs(reduction->best.multiplier[k]));
	memcpy(newton->coef, reduction->coef + heaviest * newton->stride,
	       newton->stride * sizeof(double));
	memcpy(newton->rates->hard, reduction->mean,
	       reduction->n_rates * sizeof(double));
	newton->loss = error;
	newton->accuracy = 1 - error;
	newton->gap = rates_gap(newton->rates);
	newton->violation = rates_judge(newton->rates, newton->reached);
	if (newton->violation <= ROUNDING)
		newton->violation = 0;
	newton->is_constant = false;
	newton_log(newton, phase, duality_gap, largest, newton->violation <= 0);
	/* the last mixture is the best one of all that was found */
	newton_forget_best(newton);
	newton_keep_best(newton, newton->violation <= 0);
}

/* Rounds with fits over one row in 'block_stride'. */
static NumStatus
play(Reduction *reduction, uint32_t block_stride, const char *phase,
     bool *converged)
{
	Newton *newton = reduction->newton;
	int least = newton->n_log > 0 ? LEAST_FULL_ROUNDS : LEAST_ROUNDS;
	double rows = (double) newton->data->part[DATA_TRAIN].n_rows;
	NumStatus status = sum_features(reduction, block_stride);

	*converged = false;
	if (status == NUM_OK)
		status = mix(reduction);
	for (int i = 1; i <= newton->settings->max_iterations; i++)
	{
		double value = reduction->best.value;
		double error;
		double gap;
		uint32_t h;

		if (status == NUM_OK)
			status = answer(reduction, reduction->best.multiplier, block_stride,
			                0, &h);
		if (status != NUM_OK)
			return status;
		gap = fmax(value + reduction->best.offset -
		               lagrangian(reduction, h, reduction->best.multiplier),
		           0);
		weigh(reduction);
		status = answer(reduction, reduction->weighted, block_stride, 1, &h);
		if (status == NUM_OK)
			move_exponents(reduction, h);
		if (status == NUM_OK)
			status = mix(reduction);
		if (status != NUM_OK)
			return status;
		show_mixture(reduction, phase, gap);
		error = newton->loss;
		if (i >= least && fmax(gap, value - reduction->best.value) <=
		                      sqrt(error * (1 - error) / rows) / 2)
		{
			*converged = true;
			return NUM_OK;
		}
		if (newton->early_stop.stops)
			return NUM_OK;
	}
	return NUM_OK;
}

/* Models with a share, the largest first. */
static NumStatus
take_members(const Reduction *reduction, TrainResult *result)
{
	const Newton *newton = reduction->newton;
	uint32_t n = 0;

	for (uint32_t h = 0; h < reduction->n; h++)
		n += reduction->best.share[h] > 0;
	result->members = arena_alloc(newton->arena, n, sizeof(TrainMember));
	if (result->members == NULL)
		return NUM_NO_MEMORY;
	for (result->n_members = 0; result->n_members < n; result->n_members++)
	{
		TrainMember *member = &result->members[result->n_members];
		uint32_t next = 0;

		for (uint32_t h = 1; h < reduction->n; h++)
			if (reduction->best.share[h] > reduction->best.share[next])
				next = h;
		member->share = reduction->best.share[next];
		member->coef =
			arena_alloc(newton->arena, newton->data->n_params, sizeof(double));
		if (member->coef == NULL)
			return NUM_NO_MEMORY;
		linear_to_raw(newton->plan, reduction->coef + next * newton->stride,
		              member->coef);
		reduction->best.share[next] = 0;
	}
	return NUM_OK;
}

static NumStatus
begin(Reduction *reduction)
{
	Newton *newton = reduction->newton;
	size_t row_bytes = newton->stride * sizeof(double);
	uint64_t *rows =
		arena_alloc(newton->arena, reduction->n_cells, sizeof(uint64_t));
	NumStatus status;
	bool converged;
	uint32_t place;

	if (rows == NULL)
		return NUM_NO_MEMORY;
	train_cell_totals(newton->data, newton->settings, reduction->cell_weight,
	                  rows);
	for (size_t c = 0; c < reduction->n_cells; c++)
		reduction->weight += reduction->cell_weight[c];
	status = add_constants(reduction);
	if (status == NUM_OK)
		status = add_single(reduction);
	memset(newton->coef, 0, row_bytes);
	memset(reduction->tilt, 0, row_bytes);
	newton->tilt = reduction->tilt;
	if (status == NUM_OK)
		status = newton_minimise_sample(newton, ACCURACY, "plain", &converged);
	if (status == NUM_OK)
		status = add_model(reduction, &place);
	memcpy(reduction->start[0], newton->coef, row_bytes);
	memcpy(reduction->start[1], newton->coef, row_bytes);
	return status;
}

NumStatus
train_reduction(NumArena *arena, const Dataset *data,
                const TrainSettings *settings, NumMonitor *monitor,
                TrainResult *result)
{
	Newton *newton;
	Reduction reduction;
	bool converged = false;
	TrainOutcome outcome;
	NumStatus status;

	status = newton_create(arena, data, settings, monitor, &newton);
	if (status != NUM_OK)
		return status;
	if (newton->rates->n_active == 0 || newton->rates->of_losses)
		return NUM_BAD_ARGUMENT;
	status = reduction_create(arena, newton, &reduction);
	if (status == NUM_OK)
		status = begin(&reduction);
	if (status == NUM_OK && newton->sample_stride > 1)
		status = play(&reduction, newton->sample_stride, "sample", &converged);
	if (status == NUM_OK)
		status = play(&reduction, 1, "full", &converged);
	if (status != NUM_OK)
		return status;
	outcome = converged ? TRAIN_CONVERGED : TRAIN_ITERATION_LIMIT;
	if (!newton->best_feasible)
		outcome = TRAIN_INFEASIBLE;
	status = newton_finish(newton, outcome, result);
	if (status == NUM_OK)
		status = take_members(&reduction, result);
	return status;
}
