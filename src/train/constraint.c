/*
 * constraint.c
 *    Least loss among the models whose hard gap is at most max_gap.
 *
 * Sequential quadratic programming.  At each point one pass gives the loss,
 * its gradient g and Hessian H, the hard group rates, and the gradients J of
 * their smooth stand-ins (means of sigmoid(z / t) over the rows of the event).
 * The step minimises the quadratic model of the loss such that the rates,
 * moved by J d, lie in a band of the width asked for (band.h); the place of
 * the band is free, so only differences between groups are constrained.
 *
 * Hard rates jump and smooth ones do not mean the same thing, so the program
 * is given s_k - o_k, where s_k is the smooth rate and the offset o_k follows
 * s_k - h_k as a moving average: at a fixed point s_k - o_k equals the hard
 * rate h_k, and on the way the jumps of single rows are averaged out.  The
 * Hessian carries the curvature of the constraints under the multipliers of
 * the step before, kept positive row by row.
 *
 * The band aimed at is a little narrower than max_gap (AIM), and narrower
 * still when no iterate has met max_gap; every iterate is judged by its hard
 * gap over all training rows, and the answer is the one of least loss among
 * those that satisfy max_gap, one deterministic model.  If there is none it is
 * the one of least gap, and the outcome says so.
 *
 * Large data start on a sample of blocks (newton.h), where most iterations
 * happen.  Cost: some ten passes over the sample and four over the data.
 *
 * Reference: Nocedal and Wright, Numerical Optimization, chapter 18 (SQP);
 * Cotter et al., ALT 2019, for judging by hard rates and moving by smooth
 * ones.
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

#define AIM 0.9
#define AIM_SHRINK 0.8
#define AIM_PATIENCE 4
#define OFFSET_RATE 0.5
/* longest step in the norm of the Hessian: about one unit of the raw score */
#define MAX_STEP 0.35
/* a feasible point whose loss differs from that of the point before by no more
 * than this part, and what one row is worth, ends the search */
#define LOSS_TOLERANCE 3e-4
#define SAMPLE_LOSS_TOLERANCE 1e-3
/* passes over all rows are made with the sample's Hessian and Jacobian, which
 * are right to some percent, and new ones are taken this seldom */
#define FULL_CURVED_EVERY 4

typedef struct Search
{
	Newton *newton;
	double *offset; /* [n_active] */
	double *place;  /* [n_active] s - o, then c of band.h */
	double *solved; /* [n_active][stride] H^-1 J' */
	double *m;      /* [n_active][n_active] J H^-1 J' */
	double aim;
	bool has_offset;
	bool curved; /* the last pass brought a new Hessian and Jacobian */
} Search;

static NumStatus
search_create(NumArena *arena, Newton *newton, Search *search)
{
	uint32_t n_active = newton->rates->n_active;

	search->newton = newton;
	search->aim = AIM;
	search->has_offset = false;
	search->offset = arena_alloc(arena, n_active, sizeof(double));
	search->place = arena_alloc(arena, n_active, sizeof(double));
	search->solved =
		arena_alloc(arena, n_active, newton->stride * sizeof(double));
	search->m = arena_alloc(arena, n_active, n_active * sizeof(double));
	if (search->offset == NULL || search->place == NULL ||
	    search->solved == NULL || search->m == NULL)
		return NUM_NO_MEMORY;
	return NUM_OK;
}

/* The width that counts as met: max_gap, or what one row of the smallest
 * group is worth when that is more. */
static double
feasible_gap(const Newton *newton)
{
	double resolution = 1.0 / (double) newton->rates->least_rows;

	return fmax(newton->settings->max_gap, resolution);
}

static void
move_offsets(Search *search)
{
	const Rates *rates = search->newton->rates;

	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		double now = rates->soft[k] - rates->hard[k];

		if (!search->has_offset)
			search->offset[k] = now;
		else
			search->offset[k] += OFFSET_RATE * (now - search->offset[k]);
		search->place[k] = rates->soft[k] - search->offset[k];
	}
	search->has_offset = true;
}

/* H^-1 g into newton->step, H^-1 J' into solved, and the program's M and c. */
static void
build_program(Search *search)
{
	Newton *newton = search->newton;
	uint32_t n_active = newton->rates->n_active;
	size_t stride = newton->stride;

	memcpy(newton->step, newton->gradient, stride * sizeof(double));
	newton_solve(newton, newton->step);
	for (uint32_t k = 0; k < n_active; k++)
		search->place[k] -=
			newton_dot(newton->jacobian + k * stride, newton->step, newton->n);
	if (!search->curved)
		return;
	memcpy(search->solved, newton->jacobian,
	       n_active * stride * sizeof(double));
	for (uint32_t k = 0; k < n_active; k++)
		newton_solve(newton, search->solved + k * stride);
	for (uint32_t k = 0; k < n_active; k++)
		for (uint32_t l = 0; l <= k; l++)
		{
			double v = newton_dot(newton->jacobian + k * stride,
			                      search->solved + l * stride, newton->n);

			search->m[(size_t) k * n_active + l] = v;
			search->m[(size_t) l * n_active + k] = v;
		}
}

/* Turns H^-1 g in newton->step into the step; its length in the norm of H. */
static double
build_step(Search *search)
{
	Newton *newton = search->newton;
	size_t stride = newton->stride;
	double squared;
	double length;

	for (uint32_t k = 0; k < newton->rates->n_active; k++)
	{
		double multiplier = newton->multiplier[k];
		const double *solved = search->solved + k * stride;

		if (multiplier != 0)
			for (uint32_t j = 0; j < newton->n; j++)
				newton->step[j] += multiplier * solved[j];
	}
	/* H step = g + J' lambda before the sign is turned */
	squared = newton_dot(newton->step, newton->gradient, newton->n);
	for (uint32_t k = 0; k < newton->rates->n_active; k++)
		squared +=
			newton->multiplier[k] *
			newton_dot(newton->step, newton->jacobian + k * stride, newton->n);
	length = sqrt(fmax(squared, 0));
	for (uint32_t j = 0; j < newton->n; j++)
		newton->step[j] *= -1.0 * (length > MAX_STEP ? MAX_STEP / length : 1);
	return length;
}

static double
largest_multiplier(const Newton *newton)
{
	double largest = 0;

	for (uint32_t k = 0; k < newton->rates->n_active; k++)
		largest = fmax(largest, fabs(newton->multiplier[k]));
	return largest;
}

/* What one row of the smallest group that changes its decision is worth in
 * loss: hard rates move in such jumps, and so does the point that meets
 * them. */
static double
loss_resolution(const Newton *newton)
{
	return largest_multiplier(newton) / (double) newton->rates->least_rows;
}

/* From the sums of the last pass to the next point. */
static NumStatus
search_step(Search *search, double *length)
{
	Newton *newton = search->newton;
	const Rates *rates = newton->rates;
	BandProgram program = { .n = rates->n_active,
		                    .m = search->m,
		                    .c = search->place,
		                    .bands = rates->bands,
		                    .n_bands = rates->n_bands,
		                    .width = search->aim * newton->settings->max_gap };
	NumStatus status = search->curved ? newton_factor(newton) : NUM_OK;

	if (status != NUM_OK)
		return status;
	move_offsets(search);
	build_program(search);
	status = band_multipliers(newton->arena, &program, newton->monitor,
	                          newton->multiplier);
	if (status != NUM_OK)
		return status;
	*length = build_step(search);
	rates_cell_coefficients(rates, newton->sums, newton->multiplier,
	                        newton->cell_curvature);
	for (uint32_t j = 0; j < newton->n; j++)
	{
		newton->coef[j] += newton->step[j];
		if (!isfinite(newton->coef[j]))
			return NUM_NOT_FINITE;
	}
	return NUM_OK;
}

/* Iterates over every 'block_stride'-th block until a feasible point has about
 * the loss of the point before; '*converged' tells whether that happened.
 * Every 'curved_every'-th pass brings a new Hessian and Jacobian; until the
 * first of them those of the run before serve. */
static NumStatus
search_run(Search *search, uint32_t block_stride, int curved_every,
           double tolerance, bool *converged)
{
	Newton *newton = search->newton;
	const char *phase = block_stride > 1 ? "sample" : "full";
	double last_loss = INFINITY;
	int since_feasible = 0;

	*converged = false;
	search->has_offset = false;
	for (int i = 0; i < newton->settings->max_iterations; i++)
	{
		double length;
		double loss;
		bool feasible;
		NumStatus status;

		search->curved = i % curved_every == curved_every - 1;
		status = newton_pass(newton, block_stride, search->curved);
		if (status != NUM_OK)
			return status;
		feasible = newton->gap <= feasible_gap(newton);
		loss = newton->loss;
		newton_log(newton, phase, 0, largest_multiplier(newton), feasible);
		newton_keep_best(newton, feasible);
		if (feasible && fabs(loss - last_loss) <=
		                    tolerance * loss + loss_resolution(newton))
		{
			*converged = true;
			return NUM_OK;
		}
		last_loss = loss;
		since_feasible = feasible ? 0 : since_feasible + 1;
		if (since_feasible > AIM_PATIENCE)
		{
			search->aim *= AIM_SHRINK;
			since_feasible = 0;
		}
		status = search_step(search, &length);
		if (status != NUM_OK)
			return status;
		newton->log[newton->n_log - 1].step = length;
	}
	return NUM_OK;
}

NumStatus
train_constraint(NumArena *arena, const Dataset *data,
                 const TrainSettings *settings, NumMonitor *monitor,
                 TrainResult *result)
{
	Newton *newton;
	Search search;
	bool converged;
	TrainOutcome outcome;
	NumStatus status;

	status = newton_create(arena, data, settings, monitor, &newton);
	if (status != NUM_OK)
		return status;
	if (newton->rates->n_active == 0)
		return train_plain(arena, data, settings, monitor, result);
	status = search_create(arena, newton, &search);
	if (status == NUM_OK)
		status = newton_minimise(newton, newton->sample_stride, 1e-4, "plain",
		                         &converged);
	if (status == NUM_OK && newton->sample_stride > 1)
		status = search_run(&search, newton->sample_stride, 1,
		                    SAMPLE_LOSS_TOLERANCE, &converged);
	newton_forget_best(newton);
	search.aim = AIM;
	if (status == NUM_OK)
		status = search_run(&search, 1,
		                    newton->sample_stride > 1 ? FULL_CURVED_EVERY : 1,
		                    LOSS_TOLERANCE, &converged);
	if (status != NUM_OK)
		return status;

	if (!newton->best_feasible)
		outcome = TRAIN_INFEASIBLE;
	else
		outcome = converged ? TRAIN_CONVERGED : TRAIN_ITERATION_LIMIT;
	return newton_finish(newton, outcome, result);
}
