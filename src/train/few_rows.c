/*
 * few_rows.c
 *    Steps that decide the rows of small groups one by one.
 *
 * Rates that move in large steps are called coarse.  At each step
 *
 * 1. every row i of a coarse rate has a score z_i = x_i (w - H^-1 g) at the
 *    point where the step would lead without bounds, and moving it to the
 *    threshold would cost z_i^2 / 2 x_i'H^-1 x_i in the quadratic model of the
 *    loss.  Sorted by this, the rows say what each value that the rate can take
 *    would cost;
 * 2. for each band with coarse rates a place is chosen where the sum of these
 *    costs is least, that of the other rates being estimated likewise;
 * 3. the step is asked for rates within their bands as always, those of coarse
 *    rates being the values chosen; and for z_i + x_i d on the side that goes
 *    with them, for the rows closest to the threshold: one linear inequality
 *    each, which the program of band.h takes as bands of one rate.
 *
 * Scores are linear in the step, so coarse rates come out as chosen whenever the
 * step is taken whole.
 *
 * Rows are sorted by their values, since blocks have them in no order.
 */
#include "train/few_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/special.h"

/* A rate is coarse where one row moves it by more than this part of its bound. */
#define COARSE 0.2
/* Larger groups are not small, however narrow the bound: of so many rows some
 * combination is always near, and each round that is tried for them is dear. */
#define MOST_ROWS 4000
/* of all gathered rows; twice as much is needed */
#define MOST_DOUBLES 131072
/* rows that one step may move across the threshold, of one rate in one
 * direction, and those that it holds on their side, of all */
#define MOST_FLIPS 48
#define MOST_LINES 192
/* how far from the threshold a row must be to be on its side */
#define MARGIN 3e-3
/* of the program, in units of rates; there are many lines in few dimensions,
 * and the next step will correct it */
#define ACCURACY 2e-5
#define MOST_STEPS 50
/* what a unit costs by which a rate cannot be had within a band */
#define NOWHERE 1e9
/* rates that are apart as far as a bound allows are not trusted to keep it */
#define WITHIN 1e-9

typedef struct FewRow
{
	double *x;      /* [stride] */
	double *solved; /* [stride] H^-1 x' */
	size_t n;       /* parameters */
	double weight;
	uint32_t cell;
	double z;      /* where the step without bounds leads */
	double cost;   /* of moving it to the threshold */
	double scale;  /* of its line, so that it bends the program as rates do */
	double most;   /* of its multiplier, were it not scaled */
	bool positive; /* the side that it is to be on */
	bool flipped;  /* which is not that of z */
	bool settled;  /* it belongs to a rate that has its value */
} FewRow;

/* Values that a coarse rate takes as rows go to the other side, the cheapest
 * first, all of which move it up, or all down. */
typedef struct Path
{
	uint32_t n;                   /* at least 1 */
	double value[MOST_FLIPS + 1]; /* [0] with no row moved */
	double cost[MOST_FLIPS + 1];
	FewRow *row[MOST_FLIPS + 1];
	bool ends[MOST_FLIPS + 1]; /* the next row can be told from this one */
} Path;

typedef struct Coarse
{
	uint32_t rate;  /* active rate */
	double part[2]; /* by label, of the rate for a unit of weight decided 1 */
	double constant;
	Path path[2];
	double value; /* the one chosen */
} Coarse;

struct FewRows
{
	Newton *newton;
	uint32_t n;
	FewRow *rows;     /* [n] */
	FewRow **sorted;  /* [n] some of them */
	Coarse **of_rate; /* [n_active] NULL: not coarse */
	bool fresh;       /* there is no H^-1 x' yet */

	/* the program of a step: the active rates, then the lines */
	FewRow *line[MOST_LINES];
	uint32_t n_lines;
	double *m;
	double *c;
	double *lambda;
	Band *bands;
};

/* ---- gathering ---- */

static bool
is_coarse(const Rates *rates, const Band *band, uint32_t k)
{
	const FairConstraint *constraint = rates_band_constraint(rates, band);
	double bound = constraint->bound;
	uint64_t rows = rates->rates[rates->active[k]].rows;

	if (band->kind != BAND_BETWEEN || constraint->criterion->of_loss ||
	    rows > MOST_ROWS)
		return false;
	if (constraint->kind == FAIR_MIN_RATIO)
		bound = (1 - bound) / 4;
	return COARSE * bound * (double) rows < 1;
}

/* The coarse rate with the fewest rows that has not been marked in 'seen'. */
static uint32_t
next_coarse(const Rates *rates, const bool *seen)
{
	uint32_t next = rates->n_active;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];

		for (uint32_t k = band->first; k < band->first + band->count; k++)
			if (!seen[k] && is_coarse(rates, band, k) &&
			    (next == rates->n_active ||
			     rates->rates[rates->active[k]].rows <
			         rates->rates[rates->active[next]].rows))
				next = k;
	}
	return next;
}

bool
few_rows_matter(const Rates *rates)
{
	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];

		for (uint32_t k = band->first; k < band->first + band->count; k++)
			if (is_coarse(rates, band, k))
				return true;
	}
	return false;
}

/* Marks the cells of coarse rates and makes these, the smallest first, as long
 * as there are no more rows than 'most'; few->n is how many there are. */
static NumStatus
choose_coarse(FewRows *few, uint64_t most, bool *cells)
{
	const Newton *newton = few->newton;
	const Rates *rates = newton->rates;
	const uint64_t *cell_rows = newton->data->part[DATA_TRAIN].cell_rows;
	uint32_t n_cells = linear_n_cells(newton->plan);
	bool *seen = arena_alloc(newton->arena, rates->n_active, sizeof(bool));

	if (seen == NULL)
		return NUM_NO_MEMORY;
	memset(seen, 0, rates->n_active * sizeof(bool));
	memset(cells, 0, n_cells * sizeof(bool));
	for (;;)
	{
		uint32_t k = next_coarse(rates, seen);
		uint64_t rows = few->n;

		if (k == rates->n_active)
			break;
		seen[k] = true;
		for (uint32_t c = 0; c < n_cells; c++)
			if (!cells[c] && rates_has_cell(rates, k, c))
				rows += cell_rows[c];
		if (rows > most)
			break;
		few->n = (uint32_t) rows;
		for (uint32_t c = 0; c < n_cells; c++)
			cells[c] = cells[c] || rates_has_cell(rates, k, c);
		few->of_rate[k] = arena_alloc(newton->arena, 1, sizeof(Coarse));
		if (few->of_rate[k] == NULL)
			return NUM_NO_MEMORY;
		few->of_rate[k]->rate = k;
	}
	arena_release(newton->arena, seen, rates->n_active, sizeof(bool));
	return NUM_OK;
}

static int
compare_rows(const void *a, const void *b)
{
	const FewRow *left = a;
	const FewRow *right = b;

	if (left->cell != right->cell)
		return left->cell < right->cell ? -1 : 1;
	if (left->weight != right->weight)
		return left->weight < right->weight ? -1 : 1;
	for (size_t j = 0; j < left->n; j++)
		if (left->x[j] != right->x[j])
			return left->x[j] < right->x[j] ? -1 : 1;
	return 0;
}

static NumStatus
gather(FewRows *few, const bool *cells)
{
	const Newton *newton = few->newton;
	const DataRows *part = &newton->data->part[DATA_TRAIN];
	uint32_t n = 0;

	for (uint32_t b = 0; b < part->n_blocks; b++)
	{
		const DataBlock *block = data_block(part, b);

		if (monitor_stop(newton->monitor))
			return NUM_CANCELLED;
		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			FewRow *row = &few->rows[n];
			uint32_t cell = block->cell[i];

			if (!cells[cell] ||
			    (newton->cell_factor != NULL && newton->cell_factor[cell] == 0))
				continue;
			linear_row(newton->plan, block, i, row->x);
			row->n = newton->n;
			row->cell = cell;
			row->weight = block->weight == NULL ? 1 : block->weight[i];
			if (newton->cell_factor != NULL)
				row->weight *= newton->cell_factor[cell];
			n++;
		}
	}
	few->n = n;
	qsort(few->rows, n, sizeof(FewRow), compare_rows);
	return NUM_OK;
}

static NumStatus
few_rows_allocate(FewRows *few)
{
	NumArena *arena = few->newton->arena;
	size_t stride = few->newton->stride;
	size_t size = few->newton->rates->n_active + MOST_LINES;
	double *x = arena_alloc(arena, few->n, stride * sizeof(double));
	double *solved = arena_alloc(arena, few->n, stride * sizeof(double));

	few->rows = arena_alloc(arena, few->n, sizeof(FewRow));
	few->sorted = arena_alloc(arena, few->n, sizeof(FewRow *));
	few->m = arena_alloc(arena, size, size * sizeof(double));
	few->c = arena_alloc(arena, size, sizeof(double));
	few->lambda = arena_alloc(arena, size, sizeof(double));
	few->bands = arena_alloc(arena, size, sizeof(Band));
	if (x == NULL || solved == NULL || few->rows == NULL ||
	    few->sorted == NULL || few->m == NULL || few->c == NULL ||
	    few->lambda == NULL || few->bands == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < few->n; i++)
	{
		few->rows[i].x = x + i * stride;
		few->rows[i].solved = solved + i * stride;
	}
	return NUM_OK;
}

NumStatus
few_rows_create(Newton *newton, FewRows **result)
{
	NumArena *arena = newton->arena;
	uint32_t n_active = newton->rates->n_active;
	uint32_t n_cells = linear_n_cells(newton->plan);
	size_t size = n_active + MOST_LINES;
	bool *cells = arena_alloc(arena, n_cells, sizeof(bool));
	FewRows *few = arena_alloc(arena, 1, sizeof(FewRows));
	NumStatus status;

	*result = NULL;
	if (cells == NULL || few == NULL)
		return NUM_NO_MEMORY;
	memset(few, 0, sizeof(*few));
	few->newton = newton;
	few->of_rate = arena_alloc(arena, n_active, sizeof(Coarse *));
	if (few->of_rate == NULL)
		return NUM_NO_MEMORY;
	memset(few->of_rate, 0, n_active * sizeof(Coarse *));
	status = choose_coarse(few, MOST_DOUBLES / newton->stride, cells);
	if (status != NUM_OK || few->n == 0)
		return status;
	/* it is worth no failure */
	if (!arena_has_room(arena,
	                    (2 * MOST_DOUBLES + 2 * size * size) * sizeof(double)))
		return NUM_OK;
	status = few_rows_allocate(few);
	if (status == NUM_OK)
		status = gather(few, cells);
	arena_release(arena, cells, n_cells, sizeof(bool));
	*result = few;
	return status;
}

void
few_rows_restart(FewRows *few)
{
	few->fresh = true;
}

/* ---- values that rates can take ---- */

/* Where the step without bounds leads every row, and what the threshold is away
 * from there. */
static NumStatus
place_rows(FewRows *few, bool curved)
{
	Newton *newton = few->newton;
	double threshold = newton->settings->threshold;
	double centre = num_log(threshold / (1 - threshold));

	for (uint32_t i = 0; i < few->n; i++)
	{
		FewRow *row = &few->rows[i];
		double leverage;

		if (monitor_stop(newton->monitor))
			return NUM_CANCELLED;
		if (curved || few->fresh)
		{
			memcpy(row->solved, row->x, newton->stride * sizeof(double));
			newton_solve(newton, row->solved);
		}
		leverage = newton_dot(row->x, row->solved, newton->n);
		row->z = newton_dot(row->x, newton->coef, newton->n) -
		         newton_dot(row->x, newton->step, newton->n) - centre;
		row->cost = row->z * row->z / (2 * fmax(leverage, 1e-300));
		row->scale = 1 / sqrt(fmax(leverage, 1e-300));
		row->most = 0;
		row->positive = row->z >= 0;
		row->flipped = false;
		row->settled = false;
	}
	few->fresh = false;
	return NUM_OK;
}

/* Rows to be moved first come first; of those the cheapest. */
static int
compare_costs(const void *a, const void *b)
{
	const FewRow *left = *(FewRow *const *) a;
	const FewRow *right = *(FewRow *const *) b;

	if (left->flipped != right->flipped)
		return left->flipped ? -1 : 1;
	if (left->cost != right->cost)
		return left->cost < right->cost ? -1 : 1;
	/* rows are sorted by what they are */
	return left < right ? -1 : left > right;
}

static double
part_of(const Coarse *coarse, const FewRow *row)
{
	return coarse->part[row->cell & 1] * row->weight;
}

/* Fills a path from the rows that move the rate in this direction, 1 or -1. */
static void
make_path(const FewRows *few, const Coarse *coarse, double from,
          double direction, Path *path)
{
	const Rates *rates = few->newton->rates;
	uint32_t n = 0;

	for (uint32_t i = 0; i < few->n; i++)
	{
		FewRow *row = &few->rows[i];
		double change = direction * part_of(coarse, row);

		if (rates_has_cell(rates, coarse->rate, row->cell) && !row->settled &&
		    (row->positive ? change < 0 : change > 0))
			few->sorted[n++] = row;
	}
	qsort(few->sorted, n, sizeof(FewRow *), compare_costs);
	path->n = 1;
	path->value[0] = from;
	path->cost[0] = 0;
	path->ends[0] = true;
	for (uint32_t i = 0; i < n && path->n <= MOST_FLIPS; i++)
	{
		FewRow *row = few->sorted[i];
		uint32_t last = path->n++;

		path->value[last] =
			path->value[last - 1] + direction * fabs(part_of(coarse, row));
		path->cost[last] = path->cost[last - 1] + row->cost;
		path->row[last] = row;
		path->ends[last] = i + 1 == n || few->sorted[i + 1]->z != row->z;
	}
}

/* Both paths of a rate, and what its rows may cost. */
static void
make_paths(FewRows *few, Coarse *coarse, const Band *band)
{
	const Rates *rates = few->newton->rates;
	double value;

	coarse->constant =
		rates_parts(rates, coarse->rate, few->newton->sums, coarse->part);
	value = coarse->constant;
	for (uint32_t i = 0; i < few->n; i++)
	{
		FewRow *row = &few->rows[i];

		if (!rates_has_cell(rates, coarse->rate, row->cell))
			continue;
		if (row->positive)
			value += part_of(coarse, row);
		row->most = fmax(row->most, band->most * fabs(part_of(coarse, row)));
	}
	make_path(few, coarse, value, 1, &coarse->path[0]);
	make_path(few, coarse, value, -1, &coarse->path[1]);
}

/* ---- places of bands ---- */

static double
distance(double value, double low, double high)
{
	return fmax(fmax(low - value, value - high), 0);
}

/* The cheapest value of a coarse rate from 'low' to 'high'. */
static double
coarse_cost(const Coarse *coarse, double low, double high, int *path,
            uint32_t *end)
{
	double least = INFINITY;

	for (int p = 0; p < 2; p++)
		for (uint32_t i = 0; i < coarse->path[p].n; i++)
		{
			double beyond = distance(coarse->path[p].value[i], low, high);
			double cost = coarse->path[p].cost[i];

			if (!coarse->path[p].ends[i])
				continue;
			if (beyond > 1e-12)
				cost += NOWHERE * beyond;
			if (cost >= least)
				continue;
			least = cost;
			*path = p;
			*end = i;
		}
	return least;
}

static double
high_end(const Band *band, double low)
{
	return low / band->ratio + band->width;
}

static double
place_cost(const FewRows *few, const BandProgram *program, const Band *band,
           double low)
{
	double high = high_end(band, low);
	double cost = 0;

	for (uint32_t k = band->first; k < band->first + band->count; k++)
	{
		double bend = program->m[(size_t) k * program->n + k];
		double beyond = distance(program->c[k], low, high);
		int path;
		uint32_t end;

		if (few->of_rate[k] != NULL)
			cost += coarse_cost(few->of_rate[k], low, high, &path, &end);
		else if (beyond > 0)
			cost += beyond * beyond / (2 * fmax(bend, 1e-300));
	}
	return cost;
}

/* The cheapest place, of those with a value of a coarse rate at an end. */
static double
cheapest_place(const FewRows *few, const BandProgram *program, const Band *band)
{
	double least = INFINITY;
	double best = 0;

	for (uint32_t k = band->first; k < band->first + band->count; k++)
	{
		const Coarse *coarse = few->of_rate[k];

		for (int p = 0; p < 2 && coarse != NULL; p++)
			for (uint32_t i = 0; i < coarse->path[p].n; i++)
				for (int end = 0; end < 2; end++)
				{
					double value = coarse->path[p].value[i];
					double low =
						end == 0 ? value : (value - band->width) * band->ratio;
					double cost;

					if (!coarse->path[p].ends[i])
						continue;
					cost = place_cost(few, program, band, low);
					if (cost < least)
					{
						least = cost;
						best = low;
					}
				}
	}
	return best;
}

/* Puts the rows of a rate on their sides. */
static void
settle(FewRows *few, Coarse *coarse, double low, double high)
{
	const Rates *rates = few->newton->rates;
	int p = 0;
	uint32_t end = 0;

	coarse_cost(coarse, low, high, &p, &end);
	coarse->value = coarse->path[p].value[end];
	for (uint32_t i = 1; i <= end; i++)
	{
		FewRow *row = coarse->path[p].row[i];

		row->positive = !row->positive;
		row->flipped = true;
	}
	for (uint32_t i = 0; i < few->n; i++)
		if (rates_has_cell(rates, coarse->rate, few->rows[i].cell))
			few->rows[i].settled = true;
}

/* Chooses values of a band's coarse rates, and makes it wide enough for them.
 * They may be as far apart as the bound says: what makes a band narrower is
 * that smooth rates are not to be trusted. */
static NumStatus
choose_values(FewRows *few, const BandProgram *program, uint32_t b, Band *band)
{
	const Band *bound = &few->newton->rates->bands[b];
	Band wide = *band;
	double lowest = INFINITY;
	double highest = -INFINITY;
	double low;
	bool any = false;

	wide.width = fmax(band->width, (1 - WITHIN) * bound->width);
	wide.ratio = fmin(band->ratio, fmin((1 + WITHIN) * bound->ratio, 1));
	for (uint32_t k = band->first; k < band->first + band->count; k++)
		if (few->of_rate[k] != NULL)
		{
			make_paths(few, few->of_rate[k], band);
			any = true;
		}
	if (!any)
		return NUM_OK;
	if (monitor_stop(few->newton->monitor))
		return NUM_CANCELLED;
	low = cheapest_place(few, program, &wide);
	for (uint32_t k = band->first; k < band->first + band->count; k++)
		if (few->of_rate[k] != NULL)
		{
			settle(few, few->of_rate[k], low, high_end(&wide, low));
			lowest = fmin(lowest, few->of_rate[k]->value);
			highest = fmax(highest, few->of_rate[k]->value);
		}
	if (bound->width > 0)
		band->width = fmax(band->width, highest - lowest);
	else if (highest > 0)
		band->ratio = fmin(band->ratio, fmax(lowest, 0) / highest);
	return NUM_OK;
}

/* ---- the program ---- */

/* The rows that the step holds on their sides. */
static void
choose_lines(FewRows *few, const BandProgram *program)
{
	double bend = 0;

	for (uint32_t i = 0; i < few->n; i++)
		few->sorted[i] = &few->rows[i];
	qsort(few->sorted, few->n, sizeof(FewRow *), compare_costs);
	few->n_lines = few->n < MOST_LINES ? few->n : MOST_LINES;
	memcpy(few->line, few->sorted, few->n_lines * sizeof(FewRow *));
	for (uint32_t k = 0; k < program->n; k++)
		bend = fmax(bend, program->m[(size_t) k * program->n + k]);
	for (uint32_t i = 0; i < few->n_lines; i++)
		few->line[i]->scale *= sqrt(bend > 0 ? bend : 1);
}

/* By what a row's gradient is multiplied in its line. */
static double
factor_of(const FewRow *row)
{
	return row->positive ? -row->scale : row->scale;
}

static void
set_m(FewRows *few, uint32_t size, uint32_t k, uint32_t l, double value)
{
	few->m[(size_t) k * size + l] = value;
	few->m[(size_t) l * size + k] = value;
}

/* A coarse rate has its value, whatever the step. */
static NumStatus
extend_program(FewRows *few, const BandProgram *program, const double *solved)
{
	const Newton *newton = few->newton;
	uint32_t n = program->n;
	uint32_t size = n + few->n_lines;

	for (uint32_t k = 0; k < n; k++)
	{
		const Coarse *coarse = few->of_rate[k];

		few->c[k] = coarse == NULL ? program->c[k] : coarse->value;
		for (uint32_t l = 0; l <= k; l++)
			set_m(few, size, k, l,
			      coarse == NULL && few->of_rate[l] == NULL
			          ? program->m[(size_t) k * n + l]
			          : 0);
	}
	for (uint32_t i = 0; i < few->n_lines; i++)
	{
		const FewRow *row = few->line[i];

		if (monitor_stop(newton->monitor))
			return NUM_CANCELLED;
		few->c[n + i] = factor_of(row) * row->z;
		for (uint32_t k = 0; k < n; k++)
			set_m(few, size, n + i, k,
			      few->of_rate[k] != NULL
			          ? 0
			          : factor_of(row) * newton_dot(row->x,
			                                        solved + k * newton->stride,
			                                        newton->n));
		for (uint32_t l = 0; l <= i; l++)
			set_m(few, size, n + i, n + l,
			      factor_of(row) * factor_of(few->line[l]) *
			          newton_dot(row->x, few->line[l]->solved, newton->n));
	}
	return NUM_OK;
}

NumStatus
few_rows_multipliers(FewRows *few, const BandProgram *program, Band *bands,
                     const double *solved, bool curved)
{
	Newton *newton = few->newton;
	uint32_t n = program->n;
	NumStatus status = place_rows(few, curved);
	BandProgram all;

	for (uint32_t b = 0; b < program->n_bands && status == NUM_OK; b++)
		status = choose_values(few, program, b, &bands[b]);
	choose_lines(few, program);
	if (status == NUM_OK)
		status = extend_program(few, program, solved);
	if (status != NUM_OK)
		return status;
	memcpy(few->bands, bands, program->n_bands * sizeof(Band));
	for (uint32_t i = 0; i < few->n_lines; i++)
	{
		const FewRow *row = few->line[i];

		few->bands[program->n_bands + i] =
			(Band){ .first = n + i,
			        .count = 1,
			        .kind = BAND_BELOW,
			        .width = -MARGIN * row->scale,
			        .ratio = 1,
			        .most = row->most / row->scale };
	}
	memset(few->lambda, 0, (n + few->n_lines) * sizeof(double));
	all = (BandProgram){ .n = n + few->n_lines,
		                 .m = few->m,
		                 .c = few->c,
		                 .bands = few->bands,
		                 .n_bands = program->n_bands + few->n_lines,
		                 .accuracy = ACCURACY,
		                 .most_steps = MOST_STEPS };
	status =
		band_multipliers(newton->arena, &all, newton->monitor, few->lambda);
	for (uint32_t k = 0; k < n; k++)
		newton->multiplier[k] = few->of_rate[k] == NULL ? few->lambda[k] : 0;
	return status;
}

void
few_rows_add(const FewRows *few, double *step)
{
	uint32_t n = few->newton->rates->n_active;

	for (uint32_t i = 0; i < few->n_lines; i++)
	{
		double factor = factor_of(few->line[i]) * few->lambda[n + i];

		for (uint32_t j = 0; j < few->newton->n && factor != 0; j++)
			step[j] += factor * few->line[i]->solved[j];
	}
}

double
few_rows_dot(const FewRows *few, const double *step)
{
	uint32_t n = few->newton->rates->n_active;
	double sum = 0;

	for (uint32_t i = 0; i < few->n_lines; i++)
		if (few->lambda[n + i] != 0)
			sum += factor_of(few->line[i]) * few->lambda[n + i] *
			       newton_dot(few->line[i]->x, step, few->newton->n);
	return sum;
}
