/*
 * test_train_mixing.c
 *    The linear program of mixtures against its conditions of optimality, which
 *    are enough for it, and against small cases solved by hand.
 */
#include "train/mixing.h"

#include <math.h>
#include <string.h>

#include "num/random.h"
#include "scratch.h"
#include "unit.h"

#define MOST_PREDICTORS 60
#define MOST_RATES 40

typedef struct Case
{
	MixingProgram program;
	MixingAnswer answer;
	double error[MOST_PREDICTORS];
	double rate[MOST_PREDICTORS * MOST_RATES];
	Band bands[4];
	double share[MOST_PREDICTORS];
	double multiplier[MOST_RATES];
} Case;

static void
solve(Case *c)
{
	NumArena arena;

	scratch_begin(&arena, 0);
	c->program.error = c->error;
	c->program.rate = c->rate;
	c->program.bands = c->bands;
	c->answer.share = c->share;
	c->answer.multiplier = c->multiplier;
	CHECK_INT(mixing_solve(&arena, &c->program, NULL, &c->answer), NUM_OK);
	scratch_end(&arena);
}

/* By how much the mean rates are outside of a band. */
static double
excess_of(const Case *c, const Band *band)
{
	double low = INFINITY;
	double high = -INFINITY;

	for (uint32_t k = band->first; k < band->first + band->count; k++)
	{
		double v = 0;

		for (uint32_t h = 0; h < c->program.n; h++)
			v += c->share[h] * c->rate[h * c->program.n_rates + k];
		low = fmin(low, v);
		high = fmax(high, v);
	}
	return fmax(band->ratio * (high - band->width) - low, 0);
}

/* Both programs have the answer's value, so neither can be better. */
static void
check(Case *c)
{
	const MixingProgram *program = &c->program;
	double sum = 0;
	double error = 0;
	double excess = 0;
	double least = INFINITY;
	double down = 0;
	double offset = 0;

	solve(c);
	for (uint32_t h = 0; h < program->n; h++)
	{
		double lagrangian = c->error[h];

		CHECK(c->share[h] >= 0);
		sum += c->share[h];
		error += c->share[h] * c->error[h];
		for (uint32_t k = 0; k < program->n_rates; k++)
			lagrangian += c->multiplier[k] * c->rate[h * program->n_rates + k];
		least = fmin(least, lagrangian);
	}
	CHECK_CLOSE(sum, 1.0, 1e-12);
	for (uint32_t b = 0; b < program->n_bands; b++)
	{
		const Band *band = &c->bands[b];
		double plus = 0;
		double minus = 0;

		excess = fmax(excess, excess_of(c, band));
		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			plus += fmax(c->multiplier[k], 0);
			minus += fmax(-c->multiplier[k], 0);
		}
		CHECK(plus <= band->ratio * minus + 1e-8);
		down += minus;
		offset += band->ratio * band->width * minus;
	}
	CHECK(down <= program->most * (1 + 1e-9) + 1e-9);
	CHECK_NEAR(error + program->most * excess, c->answer.value, 1e-8);
	CHECK(least - c->answer.offset >= c->answer.value - 1e-8);
	CHECK_NEAR(c->answer.offset, offset, 1e-8);
}

static NumRandom numbers;

static double
uniform(void)
{
	return num_random_uniform(&numbers);
}

static void
random_cases(void)
{
	num_random_seed(&numbers, 5);
	for (int trial = 0; trial < 400; trial++)
	{
		Case c;
		uint32_t per_band;

		memset(&c, 0, sizeof(c));
		c.program.n_bands = 1 + (uint32_t) (uniform() * 3);
		per_band = 2 + (uint32_t) (uniform() * 10);
		c.program.n_rates = c.program.n_bands * per_band;
		c.program.n = 1 + (uint32_t) (uniform() * (MOST_PREDICTORS - 1));
		c.program.most = trial % 3 == 0 ? 0.5 : 100;
		for (uint32_t b = 0; b < c.program.n_bands; b++)
			c.bands[b] =
				(Band){ .first = b * per_band,
				        .count = per_band,
				        .ratio = trial % 5 == 0 ? 0.8 : 1,
				        .width = trial % 4 == 0 ? 0 : 0.1 * uniform() };
		for (uint32_t h = 0; h < c.program.n; h++)
		{
			c.error[h] = 0.5 * uniform();
			for (uint32_t k = 0; k < c.program.n_rates; k++)
				/* coarse ones tie */
				c.rate[h * c.program.n_rates + k] =
					trial % 2 == 0 ? uniform() : floor(4 * uniform()) / 4;
		}
		check(&c);
	}
}

/* Two groups, a gap of 0.4 with error 0.1 and none with 0.3: a bound of 0.1 is
 * a quarter of the way from the one to the other. */
static void
by_hand(void)
{
	Case c;

	memset(&c, 0, sizeof(c));
	c.program.n = 2;
	c.program.n_rates = 2;
	c.program.n_bands = 1;
	c.program.most = 100;
	c.bands[0] = (Band){ .count = 2, .ratio = 1, .width = 0.1 };
	c.error[0] = 0.1;
	c.error[1] = 0.3;
	c.rate[0] = 0.2;
	c.rate[1] = 0.6;
	check(&c);
	CHECK_CLOSE(c.share[0], 0.25, 1e-9);
	CHECK_CLOSE(c.answer.value, 0.25, 1e-9);
	/* a unit of gap costs 0.2 / 0.4 */
	CHECK_CLOSE(c.multiplier[1], 0.5, 1e-9);
	CHECK_CLOSE(c.multiplier[0], -0.5, 1e-9);

	/* cheaper than that, the bound is let go */
	c.program.most = 0.4;
	check(&c);
	CHECK_CLOSE(c.share[0], 1.0, 1e-9);
	CHECK_CLOSE(c.answer.value, 0.1 + 0.4 * 0.3, 1e-9);

	/* already within the bound */
	c.bands[0].width = 0.5;
	check(&c);
	CHECK_CLOSE(c.share[0], 1.0, 1e-9);
	CHECK_NEAR(c.multiplier[0], 0, 1e-12);

	/* a quotient of 0.5, of 0.2 + (1 - q) x and 0.6 q: with both rates of the
	 * second predictor 0.6 it is 0.6 - 0.4 q = 0.3 for q = 0.75 */
	c.program.most = 100;
	c.bands[0] = (Band){ .count = 2, .ratio = 0.5 };
	c.rate[2] = c.rate[3] = 0.6;
	check(&c);
	CHECK_CLOSE(c.share[0], 0.75, 1e-9);
}

/* No mixture keeps the bound: the closest one, and no error. */
static void
infeasible(void)
{
	Case c;

	memset(&c, 0, sizeof(c));
	c.program.n = 2;
	c.program.n_rates = 2;
	c.program.n_bands = 1;
	c.program.most = 1000;
	c.bands[0] = (Band){ .count = 2, .ratio = 1, .width = 0.01 };
	c.error[0] = 0.1;
	c.error[1] = 0.2;
	c.rate[0] = 0.1;
	c.rate[1] = 0.5;
	c.rate[2] = 0.1;
	c.rate[3] = 0.2;
	check(&c);
	CHECK_CLOSE(c.share[1], 1.0, 1e-9);
}

static void
no_bands(void)
{
	Case c;

	memset(&c, 0, sizeof(c));
	c.program.n = 3;
	c.program.most = 1;
	c.error[0] = 0.3;
	c.error[1] = 0.1;
	c.error[2] = 0.2;
	solve(&c);
	CHECK_CLOSE(c.share[1], 1.0, 1e-12);
}

static bool
stop_at_once(NumMonitor *monitor)
{
	(void) monitor;
	return true;
}

static void
failures(void)
{
	Case c;
	NumArena arena;
	NumMonitor monitor = { .stop = stop_at_once };

	memset(&c, 0, sizeof(c));
	by_hand();
	c.program = (MixingProgram){ .n = 1, .error = c.error, .most = 1 };
	c.answer.share = c.share;
	c.answer.multiplier = c.multiplier;
	c.error[0] = 0.5;
	scratch_begin(&arena, 0);
	CHECK_INT(mixing_solve(&arena, &c.program, &monitor, &c.answer),
	          NUM_CANCELLED);
	scratch_end(&arena);
	scratch_begin(&arena, 32);
	CHECK_INT(mixing_solve(&arena, &c.program, NULL, &c.answer), NUM_NO_MEMORY);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(random_cases);
	RUN(by_hand);
	RUN(infeasible);
	RUN(no_bands);
	RUN(failures);
	return unit_end();
}
