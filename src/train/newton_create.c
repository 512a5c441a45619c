/*
 * newton_create.c
 *    What the Newton-type methods share: choosing the sample and the kind of
 *    curvature, and memory for both.
 *
 * Memory: two matrices of n_params squared doubles; or, where that or the time
 * to fill and factor them is too much, 2 PAIRS n_params of them for L-BFGS
 * (num/lbfgs.h), whose starting matrix is the exact diagonal of the Hessian.
 * An inverse Hessian of the Lagrangian is learnt, so the steps of method
 * constraint are those of a quasi-Newton SQP; pairs without upward curvature
 * are passed over (Nocedal and Wright, section 18.3).
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

/* The sample phase reads at least so many rows, and so many rows of each
 * constrained event.  A quarter of the rows may be fewer: all iterations over
 * all of the rows would cost more than the passes that a poorer start takes. */
#define SAMPLE_ROWS 40000
#define SAMPLE_QUARTER_ROWS 9000
#define SAMPLE_EVENT_ROWS 200
/* The same where labels are classes, and curvature costs so much more. */
#define SAMPLE_ROWS_CLASS 10000
/* The first way to the sample needs so many, in all and for each coefficient,
 * and to search on so many of each event. */
#define COARSE_ROWS 4000
#define COARSE_ROWS_EACH 40
#define COARSE_EVENT_ROWS 50

/* More coefficients than this make Hessian and factor 16 MB each and a
 * factorisation some tenths of a second; more numbers than this make filling
 * the Hessian cost more than the passes that learning takes. */
#define LEARN_FROM_PARAMS 1200
#define LEARN_FROM_NUMBERS 300

/* Pairs that L-BFGS keeps, and how many iterations one of Newton's is worth. */
#define PAIRS 20
#define LEARN_ITERATIONS 10

/* Counts the rows of each cell of labels that are classes in a sample. */
static NumStatus
count_classes(const Newton *newton, uint32_t stride, uint64_t *cell_rows)
{
	NumArena *arena = newton->arena;
	double *unused = arena_alloc(arena, newton->n_cells, sizeof(double));
	NumStatus status;

	if (unused == NULL)
		return NUM_NO_MEMORY;
	status = train_class_totals(newton->data, newton_sample_level(stride),
	                            newton->monitor, unused, cell_rows);
	arena_release(arena, unused, newton->n_cells, sizeof(double));
	return status;
}

/* Counts the rows of each cell in a sample. */
static NumStatus
count_sample(const Newton *newton, uint32_t stride, uint64_t *cell_rows)
{
	const Dataset *data = newton->data;
	const double *factor = newton->settings->cell_factor;
	const DataRows *rows = &data->part[DATA_TRAIN];
	uint32_t n_blocks = rows->sample_blocks[newton_sample_level(stride)];

	if (newton->classes != NULL)
		return count_classes(newton, stride, cell_rows);
	memset(cell_rows, 0, newton->n_cells * sizeof(uint64_t));
	for (uint32_t b = 0; b < n_blocks; b++)
	{
		const DataBlock *block = data_block(rows, b);

		for (uint32_t i = 0; i < block->n_rows; i++)
			cell_rows[block->cell[i]]++;
	}
	for (uint32_t c = 0; c < newton->n_cells && factor != NULL; c++)
		if (!(factor[c] > 0))
			cell_rows[c] = 0;
	return NUM_OK;
}

/* Rows that a sample has at least, where a sample of one row in 'stride' may be
 * made smaller. */
static uint64_t
least_sample(const Newton *newton, uint32_t stride)
{
	if (newton->classes != NULL)
		return SAMPLE_ROWS_CLASS;
	return stride == 1 ? SAMPLE_QUARTER_ROWS : SAMPLE_ROWS;
}

/* A part of the sample that begins the way where the start is nobody's. */
static NumStatus
choose_coarse(Newton *newton, uint64_t *cell_rows)
{
	uint32_t stride = newton->sample_stride;
	uint64_t rows = newton->data->part[DATA_TRAIN].n_rows / (4 * stride);
	NumStatus status;

	newton->coarse_stride = stride;
	if (stride == 1 || newton_sample_level(stride) == DATA_STRATA - 1 ||
	    newton->settings->start != NULL || rows < COARSE_ROWS ||
	    rows < COARSE_ROWS_EACH * (uint64_t) newton->n)
		return NUM_OK;
	newton->coarse_stride = 4 * stride;
	status = count_sample(newton, newton->coarse_stride, cell_rows);
	newton->coarse_serves = rates_served_by(
		newton->rates, cell_rows, COARSE_EVENT_ROWS, newton->coarse_stride);
	return status;
}

/* One row in how many the sample phase reads: as few as there are, and tell of
 * every constrained rate. */
static NumStatus
choose_sample(Newton *newton)
{
	uint64_t n_rows = newton->data->part[DATA_TRAIN].n_rows;
	size_t n_cells = newton->n_cells;
	uint64_t *cell_rows = arena_alloc(newton->arena, n_cells, sizeof(uint64_t));
	uint32_t stride = 1;
	NumStatus status = NUM_OK;

	if (cell_rows == NULL)
		return NUM_NO_MEMORY;
	while (newton_sample_level(stride) < DATA_STRATA - 1 &&
	       n_rows / (4 * stride) >= least_sample(newton, stride))
	{
		status = count_sample(newton, 4 * stride, cell_rows);
		if (status != NUM_OK)
			return status;
		if (!rates_served_by(newton->rates, cell_rows, SAMPLE_EVENT_ROWS,
		                     4 * stride))
			break;
		stride *= 4;
	}
	newton->sample_stride = stride;
	status = choose_coarse(newton, cell_rows);
	arena_release(newton->arena, cell_rows, n_cells, sizeof(uint64_t));
	return status;
}

static bool
must_learn(const LinearPlan *plan, const TrainSettings *settings)
{
	if (proximal_wanted(settings))
		return false;
	switch (settings->solver)
	{
		case TRAIN_SOLVER_NEWTON:
			return false;
		case TRAIN_SOLVER_LBFGS:
			return true;
		case TRAIN_SOLVER_AUTO:
			break;
	}
	return linear_n_params(plan) > LEARN_FROM_PARAMS ||
	       linear_n_numbers(plan) > LEARN_FROM_NUMBERS;
}

/* What the curvature takes. */
static NumStatus
allocate_curvature(Newton *newton)
{
	NumArena *arena = newton->arena;
	size_t row_bytes = newton->stride * sizeof(double);

	if (newton->classes != NULL && !newton->learns)
		return NUM_OK;
	if (!newton->learns)
	{
		newton->factor = arena_alloc(arena, newton->n, row_bytes);
		return newton->factor == NULL ? NUM_NO_MEMORY : NUM_OK;
	}
	newton->inverse = arena_alloc(arena, 1, row_bytes);
	newton->last_coef = arena_alloc(arena, 1, row_bytes);
	newton->last_gradient = arena_alloc(arena, 1, row_bytes);
	if (newton->inverse == NULL || newton->last_coef == NULL ||
	    newton->last_gradient == NULL)
		return NUM_NO_MEMORY;
	if (newton->classes != NULL)
	{
		newton->lbfgs = newton->classes->lbfgs;
		return NUM_OK;
	}
	return lbfgs_create(arena, newton->n, PAIRS, &newton->lbfgs);
}

static NumStatus
newton_allocate(Newton *newton)
{
	NumArena *arena = newton->arena;
	size_t row_bytes = newton->stride * sizeof(double);
	uint32_t n_active = newton->rates->n_active;
	size_t most_log = (14 + 8) * ((size_t) newton->max_iterations + 4);

	newton->coef = arena_alloc(arena, 1, row_bytes);
	newton->gradient = arena_alloc(arena, 1, row_bytes);
	newton->step = arena_alloc(arena, 1, row_bytes);
	newton->best = arena_alloc(arena, 1, row_bytes);
	newton->multiplier = arena_alloc(arena, n_active, sizeof(double));
	newton->cell_curvature =
		arena_alloc(arena, newton->n_cells, sizeof(double));
	newton->cell_loss_curvature =
		arena_alloc(arena, newton->n_cells, sizeof(double));
	newton->reached = arena_alloc(
		arena, (size_t) newton->settings->n_constraints, sizeof(double));
	newton->best_reached = arena_alloc(
		arena, (size_t) newton->settings->n_constraints, sizeof(double));
	newton->log = arena_alloc(arena, most_log, sizeof(TrainLog));
	if (newton->coef == NULL || newton->gradient == NULL ||
	    newton->step == NULL || newton->best == NULL ||
	    newton->multiplier == NULL || newton->cell_curvature == NULL ||
	    newton->cell_loss_curvature == NULL || newton->reached == NULL ||
	    newton->best_reached == NULL || newton->log == NULL)
		return NUM_NO_MEMORY;
	if (n_active > 0)
	{
		newton->jacobian = arena_alloc(arena, n_active, row_bytes);
		if (newton->jacobian == NULL)
			return NUM_NO_MEMORY;
	}
	memset(newton->coef, 0, row_bytes);
	memset(newton->step, 0, row_bytes);
	memset(newton->best, 0, row_bytes);
	memset(newton->multiplier, 0, n_active * sizeof(double));
	memset(newton->cell_curvature, 0, newton->n_cells * sizeof(double));
	memset(newton->cell_loss_curvature, 0, newton->n_cells * sizeof(double));
	for (int i = 0; i < newton->settings->n_constraints; i++)
		newton->reached[i] = newton->best_reached[i] = NAN;
	if (rate_log_create(arena, n_active, most_log, &newton->rate_log) != NUM_OK)
		return NUM_NO_MEMORY;
	return allocate_curvature(newton);
}

/* Moves to where the settings say, if that is a place within the signs. */
static void
take_start(Newton *newton)
{
	if (newton->settings->start == NULL)
		return;
	if (newton->classes != NULL)
	{
		memcpy(newton->coef, newton->classes->coef,
		       newton->stride * sizeof(double));
		return;
	}
	linear_from_raw(newton->plan, newton->settings->start, newton->coef);
	for (uint32_t j = 0; j < newton->n; j++)
	{
		double *coef = &newton->coef[j];

		if (newton->proximal != NULL &&
		    proximal_sign(newton->proximal, j) * *coef < 0)
			*coef = 0;
		if (isfinite(*coef))
			continue;
		memset(newton->coef, 0, newton->stride * sizeof(double));
		return;
	}
}

/* Everything that a Newton has for itself. */
static NumStatus
newton_begin(NumArena *arena, const Dataset *data,
             const TrainSettings *settings, NumMonitor *monitor, Newton *newton)
{
	memset(newton, 0, sizeof(*newton));
	newton->arena = arena;
	newton->data = data;
	newton->settings = settings;
	newton->cell_factor = settings->cell_factor;
	newton->monitor = monitor;
	newton->temperature = settings->temperature;
	newton->gap = NAN;
	newton->best_gap = NAN;
	early_stop_begin(settings, &newton->early_stop);
	if (proximal_wanted(settings) && settings->solver == TRAIN_SOLVER_LBFGS)
		return NUM_BAD_ARGUMENT;
	return rates_create(arena, data, settings, &newton->rates);
}

/* The rest, when it has a plan and sums. */
static NumStatus
newton_complete(Newton *newton)
{
	const TrainSettings *settings = newton->settings;
	NumStatus status;

	newton->learns = newton->classes != NULL
	                     ? newton->classes->learns
	                     : must_learn(newton->plan, settings);
	newton->max_iterations =
		settings->max_iterations * (newton->learns ? LEARN_ITERATIONS : 1);
	newton->n = linear_n_params(newton->plan);
	newton->stride = linear_stride(newton->plan);
	newton->n_cells = linear_n_cells(newton->plan);
	if (newton->classes != NULL)
	{
		newton->n = (uint32_t) newton->classes->size;
		newton->stride = newton->classes->size;
		newton->n_cells *= newton->classes->n_classes;
	}
	newton->sums = newton->own_sums;
	status = choose_sample(newton);
	if (status == NUM_OK)
		status = newton_allocate(newton);
	if (status == NUM_OK && proximal_wanted(settings))
		status = proximal_create(newton, &newton->proximal);
	if (status == NUM_OK)
		take_start(newton);
	return status;
}

NumStatus
newton_create(NumArena *arena, const Dataset *data,
              const TrainSettings *settings, NumMonitor *monitor,
              Newton **result)
{
	Newton *newton = arena_alloc(arena, 1, sizeof(Newton));
	NumStatus status;

	if (newton == NULL)
		return NUM_NO_MEMORY;
	*result = newton;
	status = newton_begin(arena, data, settings, monitor, newton);
	if (status == NUM_OK && data->label == DATA_LABEL_CLASS)
	{
		status = newton_class_create(newton);
		return status == NUM_OK ? newton_complete(newton) : status;
	}
	if (status == NUM_OK)
		status = linear_plan(arena, data, settings->own_kernels, &newton->plan);
	if (status != NUM_OK)
		return status;
	linear_plan_team(newton->plan, settings->team);
	status = linear_sums_create(arena, newton->plan,
	                            !must_learn(newton->plan, settings),
	                            newton->rates->of_decisions, &newton->own_sums);
	if (status == NUM_OK && newton->rates->of_losses)
		status = linear_sums_add_losses(arena, newton->plan, newton->own_sums);
	if (status == NUM_OK)
		status = newton_complete(newton);
	return status;
}

NumStatus
newton_create_beside(NumArena *arena, const Newton *first,
                     const TrainSettings *settings, Newton **result)
{
	Newton *newton = arena_alloc(arena, 1, sizeof(Newton));
	NumStatus status;

	if (newton == NULL)
		return NUM_NO_MEMORY;
	status = newton_begin(arena, first->data, settings, first->monitor, newton);
	if (status != NUM_OK)
		return status;
	if ((newton->rates->of_decisions && !first->rates->of_decisions) ||
	    (newton->rates->of_losses && !first->rates->of_losses))
		return NUM_BAD_ARGUMENT;
	newton->plan = first->plan;
	newton->own_sums = first->own_sums;
	status = linear_sums_create(arena, newton->plan, false, false,
	                            &newton->many_sums);
	if (status == NUM_OK && newton->rates->of_losses)
		status = linear_sums_add_losses(arena, newton->plan, newton->many_sums);
	if (status == NUM_OK)
		status = newton_complete(newton);
	*result = newton;
	return status;
}
