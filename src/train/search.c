/*
 * search.c
 *    The search for the model of least loss among those that keep every bound.
 *
 * Sequential quadratic programming.  At each point one pass gives the loss,
 * its gradient g and Hessian H, the hard group rates, and the gradients J of
 * their smooth stand-ins (means of sigmoid((z - logit(threshold)) / t) over the
 * rows of the event).
 * The step minimises the quadratic model of the loss such that the rates,
 * moved by J d, lie in bands as wide as the bounds say (band.h); the place of
 * the band of a gap or a ratio is free, so only what is between groups is
 * constrained.  Any number of constraints, each of them on any attributes, is
 * any number of bands in one program.
 *
 * Hard rates jump and smooth ones do not mean the same thing, so the program
 * is given s_k - o_k, where s_k is the smooth rate and the offset o_k follows
 * s_k - h_k as a moving average: at a fixed point s_k - o_k equals the hard
 * rate h_k, and on the way the jumps of single rows are averaged out.  The
 * Hessian carries the curvature of the constraints under the multipliers of
 * the step before, kept positive row by row.
 *
 * Over all rows, close to the end, hard rates are taken at their word: offsets
 * are not averaged, the bands aimed at are as wide as the bounds but for a
 * little (NEAR_AIM), and the Jacobian learns from what each step did to the hard
 * rates (search_secant.c).  Runs that do not end so go on in the other way.
 *
 * Each band narrows from step to step (CLOSER) down to the one aimed at, which
 * is a little narrower than its bound (AIM), and narrower still when no iterate
 * has kept the bounds.  Losses are smooth, so theirs is narrower by the tenth
 * part of that (LOSS_AIM), and asked for at once.  Every iterate is judged by
 * its hard rates over all training rows, and the answer is the one of least
 * loss among those that keep all bounds, one deterministic model.  If there is
 * none it is the one with the smallest sum of parts by which bounds are
 * exceeded, and the outcome says so.
 *
 * Large data start on a sample of rows (newton.h), and that on a part of it.
 * Cost: some three to ten passes over the sample and two to six over the data.
 *
 * Reference: Nocedal and Wright, Numerical Optimization, chapter 18 (SQP);
 * Cotter et al., ALT 2019, for judging by hard rates and moving by smooth
 * ones.
 */
#include "train/search.h"

#include <math.h>
#include <string.h>

#include "num/special.h"
#include "train/few_rows.h"
#include "train/proximal_band.h"
#include "train/search_private.h"

/* A step is asked to leave at most so much of the gap.  Asked for all of it at
 * once, steps from far away follow linearisations that no longer hold, and end
 * at points that are fair and worthless. */
#define CLOSER 0.5
#define AIM 0.9
#define AIM_SHRINK 0.8
#define LOSS_AIM 0.01
#define NEAR_AIM 0.97
#define AIM_PATIENCE 4
/* over all rows, and over a sample, where coming near is enough */
#define OFFSET_RATE 0.5
#define SAMPLE_OFFSET_RATE 0.75
/* A unit of a rate is worth no more than this in mean loss, at first: a few
 * times what the whole loss can be.  It doubles when a bound is not kept for
 * long, since rates that cost much to move may be worth more.  Of several
 * constraints the one with the widest bound is meant, the others are worth
 * more as their bounds are narrower: what counts where bounds fight is by
 * which part they are exceeded.  Still larger multipliers would only make the
 * curvature of the constraints drown that of the loss, and steps short. */
#define MOST_MULTIPLIER 10
#define MOST_GROWTH 2
#define MOST_LIMIT 40
/* Where rows are counted decisions are sharp, and bend so much that such
 * multipliers make all steps short: it begins with less, and what is more than
 * this adds no curvature. */
#define MOST_COUNTING 1
/* longest step in the norm of the Hessian: about one unit of the raw score */
#define MAX_STEP 0.35
/* The search ends when so many passes in a row have brought no feasible point
 * of a loss that is smaller by this part, or where that is not to be had.  Hard
 * rates jump by what one row of the smallest group is worth, so the first
 * feasible point is rarely the best; passes over all rows only make good what
 * the sample was wrong about, and are worth less patience where they cost many
 * times what those over the sample do. */
#define PATIENCE 4
#define FULL_PATIENCE_QUARTER 3
#define FULL_PATIENCE 2
#define LOSS_TOLERANCE 3e-4
/* or by this by the root of the rows, where that is more: a quarter of what the
 * mean loss of so many rows is uncertain by.  Of rates of errors the stand-ins
 * are poor, and what looks like the end often is none; and a model that begins
 * at one of more rows is not to end as that one. */
#define LOSS_NOISE 0.3
/* A run over a sample is over when its step is shorter than this: what it is
 * wrong about is more.  Where no bound is exceeded by more than its rates are
 * uncertain by, it comes no nearer to those of all rows. */
#define SAMPLE_STEP 0.01
#define SAMPLE_NOISE_STEP 0.03
/* The run over a part of the sample that goes before is to come near, however
 * that is; its rates are too rough for more. */
#define COARSE_STEP 0.05
#define COARSE_PASSES 10
/* passes after which a run is no longer thought to be near its end */
#define NEAR_PASSES 7
/* passes over all rows are made with the sample's Hessian and Jacobian, which
 * are right to some percent, and new ones are taken this seldom */
#define FULL_CURVED_EVERY 8

/* Rates of small groups are steps, which a search may jump over for ever; so in
 * the end it looks at so many points on the way of a step. */
#define LOOKS 7

NumStatus
search_create(Newton *newton, Search **result)
{
	NumArena *arena = newton->arena;
	uint32_t n_active = newton->rates->n_active;
	size_t n_constraints = (size_t) newton->settings->n_constraints;
	Search *search = arena_alloc(arena, 1, sizeof(Search));

	if (search == NULL)
		return NUM_NO_MEMORY;
	memset(search, 0, sizeof(*search));
	*result = search;
	search->newton = newton;
	search->aim = arena_alloc(arena, n_constraints, sizeof(double));
	search->since_kept = arena_alloc(arena, n_constraints, sizeof(int));
	search->offset = arena_alloc(arena, n_active, sizeof(double));
	search->place = arena_alloc(arena, n_active, sizeof(double));
	search->solved =
		arena_alloc(arena, n_active, newton->stride * sizeof(double));
	search->m = arena_alloc(arena, n_active, n_active * sizeof(double));
	search->bands = arena_alloc(arena, newton->rates->n_bands, sizeof(Band));
	if (search->offset == NULL || search->place == NULL ||
	    search->solved == NULL || search->m == NULL || search->bands == NULL ||
	    search->aim == NULL || search->since_kept == NULL ||
	    search_secant_create(search) != NUM_OK)
		return NUM_NO_MEMORY;
	return proximal_band_create(newton, &search->proximal);
}

static void
move_offsets(Search *search)
{
	const Rates *rates = search->newton->rates;
	double rate = search->block_stride > 1 ? SAMPLE_OFFSET_RATE : OFFSET_RATE;

	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		double now = rates->soft[k] - rates->hard[k];

		if (!search->has_offset || search->near)
			search->offset[k] = now;
		else
			search->offset[k] += rate * (now - search->offset[k]);
		search->place[k] = rates->soft[k] - search->offset[k];
	}
	search->has_offset = true;
}

/* H^-1 g into newton->step, H^-1 J' into solved, and the program's M and c. */
static NumStatus
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
	/* else they are those of the pass before */
	if (!search->curved && !search->near)
		return NUM_OK;
	for (uint32_t k = 0; k < n_active && search->curved; k++)
	{
		double *solved = search->solved + k * stride;

		if (monitor_stop(newton->monitor))
			return NUM_CANCELLED;
		memcpy(solved, newton->jacobian + k * stride, stride * sizeof(double));
		newton_solve(newton, solved);
	}
	for (uint32_t k = 0; k < n_active; k++)
	{
		if (monitor_stop(newton->monitor))
			return NUM_CANCELLED;
		for (uint32_t l = 0; l <= k; l++)
		{
			double v = newton_dot(newton->jacobian + k * stride,
			                      search->solved + l * stride, newton->n);

			search->m[(size_t) k * n_active + l] = v;
			search->m[(size_t) l * n_active + k] = v;
		}
	}
	return NUM_OK;
}

/* Rates of a sample are others than those that bounds are about. */
static bool
counts_now(const Search *search)
{
	return !search->looks && search->counting_rounds > 0 &&
	       search->few != NULL && search->block_stride == 1;
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
	if (counts_now(search))
		few_rows_add(search->few, newton->step);
	/* H step = g + J' lambda before the sign is turned */
	squared = newton_dot(newton->step, newton->gradient, newton->n);
	if (counts_now(search))
		squared += few_rows_dot(search->few, newton->step);
	for (uint32_t k = 0; k < newton->rates->n_active; k++)
		squared +=
			newton->multiplier[k] *
			newton_dot(newton->step, newton->jacobian + k * stride, newton->n);
	length = sqrt(fmax(squared, 0));
	for (uint32_t j = 0; j < newton->n; j++)
		newton->step[j] *= -1.0;
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

/* The gap, or ratio, that a constraint has between the rates at 'place', the
 * worst of its bands. */
static double
constraint_now(const Search *search, const FairConstraint *constraint)
{
	const Rates *rates = search->newton->rates;
	double now = NAN;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		double value;

		if (rates_band_constraint(rates, band) != constraint)
			continue;
		value = rates_band_reached(rates, band, search->place);
		now = constraint->kind == FAIR_MIN_RATIO ? fmin(now, value)
		                                         : fmax(now, value);
	}
	return now;
}

/* What the next step is asked for: the bands of each constraint from where its
 * worst one is towards the bound. */
static void
narrow_bands(Search *search)
{
	const Rates *rates = search->newton->rates;
	double widest = 0;

	for (int c = 0; c < rates->n_constraints; c++)
		widest = fmax(widest, fair_constraint_scale(&rates->constraints[c]));
	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		Band *band = &search->bands[b];
		const FairConstraint *constraint =
			rates_band_constraint(rates, &rates->bands[b]);
		double now = constraint_now(search, constraint);

		double aim = search->aim[constraint - rates->constraints];

		*band = rates->bands[b];
		band->most = search->most * widest / fair_constraint_scale(constraint);
		if (constraint->kind == FAIR_MAX_LOSS)
			band->width *= 1 - LOSS_AIM * (1 - aim);
		else if (constraint->kind == FAIR_MIN_RATIO)
			band->ratio =
				1 - fmax(aim * (1 - band->ratio), CLOSER * (1 - fmax(now, 0)));
		else
			band->width = fmax(aim * band->width, CLOSER * now);
	}
}

static void
reset_aims(Search *search)
{
	search->most = counts_now(search) ? MOST_COUNTING : MOST_MULTIPLIER;
	for (int c = 0; c < search->newton->settings->n_constraints; c++)
	{
		search->aim[c] = search->near ? NEAR_AIM : AIM;
		search->since_kept[c] = 0;
	}
}

/* Aims closer where a bound has not been kept for long; the others would only
 * be in its way. */
static void
move_aims(Search *search)
{
	const TrainSettings *settings = search->newton->settings;

	for (int c = 0; c < settings->n_constraints; c++)
	{
		bool kept = !(fair_constraint_excess(&settings->constraints[c],
		                                     search->newton->reached[c]) > 0);

		search->since_kept[c] = kept ? 0 : search->since_kept[c] + 1;
		if (search->since_kept[c] <= AIM_PATIENCE)
			continue;
		search->aim[c] *= AIM_SHRINK;
		search->most = fmin(search->most * MOST_GROWTH, MOST_LIMIT);
		search->since_kept[c] = 0;
	}
}

/* The whole step without l1 and signs. */
static NumStatus
band_step(Search *search, BandProgram *program, double *length)
{
	Newton *newton = search->newton;
	NumStatus status = search->curved ? newton_factor(newton) : NUM_OK;

	if (status == NUM_OK)
		status = build_program(search);
	if (status == NUM_OK && counts_now(search))
		status = few_rows_multipliers(search->few, program, search->bands,
		                              search->solved, search->curved);
	else if (status == NUM_OK)
		status = band_multipliers(newton->arena, program, newton->monitor,
		                          newton->multiplier);
	if (status == NUM_OK)
		*length = build_step(search);
	return status;
}

static BandProgram
band_program(const Search *search)
{
	const Rates *rates = search->newton->rates;

	return (BandProgram){ .n = rates->n_active,
		                  .m = search->m,
		                  .c = search->place,
		                  .bands = search->bands,
		                  .n_bands = rates->n_bands };
}

/* Of the constraints under the multipliers of the step, for the next one. */
static void
set_curvature(Search *search)
{
	Newton *newton = search->newton;
	const double *multiplier = newton->multiplier;

	if (counts_now(search))
	{
		for (uint32_t k = 0; k < newton->rates->n_active; k++)
			search->place[k] =
				fmin(fmax(multiplier[k], -MOST_COUNTING), MOST_COUNTING);
		multiplier = search->place;
	}
	rates_cell_coefficients(newton->rates, newton->sums, multiplier,
	                        newton->cell_curvature,
	                        newton->cell_loss_curvature);
}

/* Takes no more of a step of that length than MAX_STEP. */
static void
shorten_step(Search *search, double length)
{
	Newton *newton = search->newton;
	double part = length > MAX_STEP ? MAX_STEP / length : 1;

	/* multipliers of a step that is not taken whole would overstate the
	 * curvature, which would make the next ones larger still */
	for (uint32_t k = 0; k < newton->rates->n_active && part < 1; k++)
		newton->multiplier[k] *= part;
	for (uint32_t j = 0; j < newton->n && part < 1; j++)
		newton->step[j] *= part;
	search->secant.squared = 0;
	if (search->near && search->proximal == NULL && !counts_now(search))
		search_secant_note(search, part, part * part * length * length);
}

/* From the sums of the last pass to the next point. */
static NumStatus
search_step(Search *search, double *length)
{
	Newton *newton = search->newton;
	BandProgram program = band_program(search);
	NumStatus status;

	move_offsets(search);
	narrow_bands(search);
	if (search->near && !search->curved)
		search_secant_learn(search);
	if (search->proximal != NULL)
		status = proximal_band_step(search->proximal, search->curved, &program,
		                            search->place, newton->multiplier, length);
	else
		status = band_step(search, &program, length);
	if (status != NUM_OK)
		return status;
	shorten_step(search, *length);
	set_curvature(search);
	newton_remember(newton, newton->multiplier);
	for (uint32_t j = 0; j < newton->n; j++)
	{
		newton->coef[j] += newton->step[j];
		if (!isfinite(newton->coef[j]))
			return NUM_NOT_FINITE;
	}
	return NUM_OK;
}

/* A run over one row in 'block_stride', of which every 'curved_every'-th pass
 * brings a new Hessian and Jacobian; until the first of them those of the run
 * before serve. */
static void
begin_run(Search *search, uint32_t block_stride, int curved_every, int patience)
{
	search->block_stride = block_stride;
	search->curved_every = curved_every;
	search->patience = patience;
	search->brief = block_stride == 1 && curved_every > 1;
	search->near = false;
	search->secant.squared = 0;
	search->iteration = 0;
	search->least_loss = INFINITY;
	search->since_better = 0;
	search->over = search->newton->max_iterations == 0;
	search->converged = false;
	search->has_offset = false;
	if (search->few != NULL)
		few_rows_restart(search->few);
	reset_aims(search);
	search->newton->remembers = false;
}

/* The part by which a loss has to be smaller to be worth a pass. */
static double
loss_tolerance(const Search *search)
{
	const Newton *newton = search->newton;
	double rows = (double) newton->data->part[DATA_TRAIN].n_rows;

	if (newton->rates->of_errors || search->from_near)
		return LOSS_TOLERANCE;
	return fmax(LOSS_TOLERANCE, LOSS_NOISE / sqrt(rows));
}

/* How much smaller the loss of a point that keeps its bounds could become, as
 * the step from it tells: what the room within the bands aimed at is worth, and
 * what the step gains in the quadratic model. */
static double
worth_of_more(const Search *search, double length)
{
	const Newton *newton = search->newton;

	return length * length / 2 + rates_worth_of_room(newton->rates,
	                                                 search->bands,
	                                                 newton->multiplier);
}

/* Whether the bounds are kept but for what rates of the sample are uncertain
 * by.  Never where rates are of errors: see LOSS_NOISE. */
static bool
within_noise(const Search *search)
{
	const Newton *newton = search->newton;
	double rows = (double) newton->rates->least_rows / search->block_stride;

	for (int c = 0; c < newton->settings->n_constraints; c++)
	{
		const FairConstraint *constraint = &newton->settings->constraints[c];
		double beyond = fair_constraint_excess(constraint, newton->reached[c]) *
		                fair_constraint_scale(constraint);
		double noise = constraint->kind == FAIR_MAX_GAP ? 0.5 / sqrt(rows) : 0;

		/* nor where a rate has no rows */
		if (!(beyond <= noise))
			return false;
	}
	return !newton->rates->of_errors;
}

/* Whether the run can end at a point that keeps its bounds, from which the step
 * has that length. */
static bool
nothing_to_gain(const Search *search, double length)
{
	if (search->block_stride > 1)
		return length <
		       (within_noise(search) ? SAMPLE_NOISE_STEP : SAMPLE_STEP);
	/* what a model of more rows has learnt of the others is not to stay */
	if (search->from_near && search->iteration == 0)
		return false;
	return search->brief && worth_of_more(search, length) <=
	                            loss_tolerance(search) * search->newton->loss;
}

/* Judges points on the way of the step just made, and keeps those that are
 * better; newton->coef stays. */
static NumStatus
look_on_the_way(Search *search)
{
	Newton *newton = search->newton;
	double part = 1.0 / (LOOKS + 1);
	NumStatus status = NUM_OK;

	for (int look = 1; look <= LOOKS && status == NUM_OK; look++)
	{
		double forward = look == 1 ? part - 1 : part;

		for (uint32_t j = 0; j < newton->n; j++)
			newton->coef[j] += forward * newton->step[j];
		status = newton_pass(newton, search->block_stride, false);
		if (status != NUM_OK || newton->violation > 0 ||
		    newton->loss >= search->least_loss)
			continue;
		newton_log(newton, "way", 0, largest_multiplier(newton), true);
		newton_keep_best(newton, true);
		search->least_loss = newton->loss;
		search->since_better = 0;
	}
	for (uint32_t j = 0; j < newton->n; j++)
		newton->coef[j] += part * newton->step[j];
	return status;
}

bool
search_wants_curvature(const Search *search)
{
	return search->newton->learns ||
	       search->iteration % search->curved_every == search->curved_every - 1;
}

NumStatus
search_advance(Search *search)
{
	Newton *newton = search->newton;
	const char *phase = search->block_stride > 1 ? "sample" : "full";
	bool feasible = newton->violation <= 0;
	double length;
	NumStatus status;

	search->curved = search_wants_curvature(search);
	newton_learn(newton, newton->multiplier);
	newton_log(newton, phase, 0, largest_multiplier(newton), feasible);
	newton_keep_best(newton, feasible);
	if (newton->early_stop.stops)
	{
		search->over = true;
		return NUM_OK;
	}
	if (feasible &&
	    newton->loss < search->least_loss - LOSS_TOLERANCE * newton->loss)
	{
		search->least_loss = newton->loss;
		search->since_better = 0;
	}
	else if (++search->since_better >= search->patience &&
	         isfinite(search->least_loss) && newton->early_stop.rule == NULL)
	{
		search->converged = true;
		search->over = true;
		return NUM_OK;
	}
	if (search->near && search->iteration >= NEAR_PASSES)
	{
		search->near = false;
		reset_aims(search);
	}
	move_aims(search);
	status = search_step(search, &length);
	if (status != NUM_OK)
		return status;
	newton->log[newton->n_log - 1].step = length;
	if (search->looks && search->block_stride == 1)
		status = look_on_the_way(search);
	if (status != NUM_OK)
		return status;
	search->converged = (feasible || search->block_stride > 1) &&
	                    newton->early_stop.rule == NULL &&
	                    nothing_to_gain(search, length);
	search->over =
		search->converged || ++search->iteration >= newton->max_iterations ||
		(search->block_stride > newton->sample_stride &&
	     (length < COARSE_STEP || search->iteration >= COARSE_PASSES));
	return NUM_OK;
}

bool
search_is_over(const Search *search)
{
	return search->over;
}

NumStatus
search_run(Search *search)
{
	NumStatus status = NUM_OK;

	while (!search->over && status == NUM_OK)
	{
		status = newton_pass(search->newton, search->block_stride,
		                     search_wants_curvature(search));
		if (status == NUM_OK)
			status = search_advance(search);
	}
	return status;
}

/* The model that decides alike for everybody competes as well: it has no gap,
 * so that an answer is never worse than it without need. */
static NumStatus
keep_constant(Newton *newton)
{
	bool feasible;
	NumStatus status;

	memcpy(newton->step, newton->coef, newton->stride * sizeof(double));
	status = newton_pass_constant(newton);
	if (status != NUM_OK)
		return status;
	feasible = newton->violation <= 0;
	newton_log(newton, "constant", 0, 0, feasible);
	newton_keep_best(newton, feasible);
	memcpy(newton->coef, newton->step, newton->stride * sizeof(double));
	return NUM_OK;
}

/* A run over all rows, most of whose way the sample has gone; 'near': all of
 * it, as far as the sample tells.  Of classes there are so many rates that one
 * of them is beyond its bound on other rows where bounds are kept narrowly. */
static void
begin_full_run(Search *search, bool near)
{
	uint32_t stride = search->newton->sample_stride;

	begin_run(search, 1, stride > 1 ? FULL_CURVED_EVERY : 1,
	          stride > 4   ? FULL_PATIENCE
	          : stride > 1 ? FULL_PATIENCE_QUARTER
	                       : PATIENCE);
	search->near = search->brief && near && search->newton->classes == NULL;
	reset_aims(search);
}

NumStatus
search_begin(Search *search)
{
	Newton *newton = search->newton;
	uint32_t stride = newton->sample_stride;
	NumStatus status = NUM_OK;

	search->from_near = false;
	if (search->counting_rounds > 0 && search->few == NULL &&
	    search->proximal == NULL)
		status = few_rows_create(newton, &search->few);
	if (status != NUM_OK)
		return status;
	search->over = true;
	if (newton->coarse_serves && newton->early_stop.rule == NULL)
		begin_run(search, newton->coarse_stride, 1, PATIENCE);
	status = search_run(search);
	if (stride > 1 && status == NUM_OK)
	{
		begin_run(search, stride, 1, PATIENCE);
		status = search_run(search);
	}
	newton_forget_best(newton);
	if (status == NUM_OK)
		status = keep_constant(newton);
	begin_full_run(search, search->converged);
	return status;
}

/* A curved pass over the sample at the same point, with the curvature that the
 * multipliers before it give the constraints; and multipliers from it. */
static NumStatus
look_around(Search *search, uint32_t stride)
{
	Newton *newton = search->newton;
	BandProgram program = band_program(search);
	double length;
	NumStatus status = newton_pass(newton, stride, true);

	search->curved = true;
	if (status != NUM_OK)
		return status;
	move_offsets(search);
	narrow_bands(search);
	status = band_step(search, &program, &length);
	rates_cell_coefficients(newton->rates, newton->sums, newton->multiplier,
	                        newton->cell_curvature,
	                        newton->cell_loss_curvature);
	return status;
}

NumStatus
search_begin_near(Search *search)
{
	Newton *newton = search->newton;
	uint32_t stride = newton->sample_stride;
	NumStatus status = NUM_OK;

	if (newton->learns || search->proximal != NULL)
		return search_begin(search);
	search->from_near = true;
	begin_run(search, stride, 1, PATIENCE);
	for (int i = 0; i < 2 && stride > 1 && status == NUM_OK; i++)
		status = look_around(search, stride);
	newton_forget_best(newton);
	if (status == NUM_OK)
		status = keep_constant(newton);
	begin_full_run(search, true);
	return status;
}
