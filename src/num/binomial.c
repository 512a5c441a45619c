/*
 * binomial.c
 *    Binomial and multinomial draws, the same on every machine.
 *
 * Inversion by sequential search when few successes are expected, else the
 * transformed rejection method BTRS of Hoermann (J. Stat. Comput. Simul. 46,
 * 1993), accepting by the logarithm of the probability relative to the mode's,
 * which bounds of Kachitvichyanukul and Schmeiser (Comm. ACM 31, 1988) settle in
 * most cases.  Elementary functions are those of special.h, so no draw depends
 * on a C library.
 *
 * Nearly all proposals are accepted or refused by arithmetic alone, without a
 * look at the probability.  Many draws are therefore made together, by vectors.
 */
#include "num/random.h"

#include <math.h>
#include <stdbool.h>

#include "num/special.h"
#include "num/wide.h"

/* Successes beyond this have a probability below 1e-70 when at most ten are
 * expected: reaching it means that rounding has left a rest of u that no
 * further term would use up. */
#define INVERSION_LIMIT 128

/* Sequential search from zero: expected work n p.  'log_failure' is
 * log(1 - p). */
static uint64_t
binomial_inversion(NumRandom *random, uint64_t n, double p, double log_failure)
{
	double ratio = p / (1 - p);
	/* (1 - p)^n: with n p <= 10 this cannot underflow */
	double none = num_exp((double) n * log_failure);

	for (;;)
	{
		double chance = none;
		double u = num_random_uniform(random);
		uint64_t k = 0;

		while (u > chance && k < n && k < INVERSION_LIMIT)
		{
			u -= chance;
			k++;
			chance *= ratio * ((double) (n - k + 1) / (double) k);
		}
		if (k < INVERSION_LIMIT)
			return k;
	}
}

/* What the acceptance test of BTRS needs of n and p. */
typedef struct BinomialPeak
{
	double n;
	double odds; /* p / (1 - p) */
	double mode;
	double rest; /* Stirling's rest at the mode */
} BinomialPeak;

/*
 * log P(k) - log P(mode).  The factorials are taken by Stirling's formula and
 * their leading terms, which for large n would swallow the digits of the
 * difference, are cancelled by hand; with d = k - mode:
 *   -(mode + 1/2) log(1 + d / (mode + 1))
 *   -(n - mode + 1/2) log(1 - d / (n - mode + 1))
 *   + d log(odds (n - k + 1) / (k + 1)) + rests of the mode - rests of k
 */
static double
log_relative_probability(const BinomialPeak *peak, double k)
{
	double d = k - peak->mode;
	double failures = peak->n - peak->mode;

	return d * num_log(peak->odds * (peak->n - k + 1) / (k + 1)) -
	       (peak->mode + 0.5) * num_log1p(d / (peak->mode + 1)) -
	       (failures + 0.5) * num_log1p(-d / (failures + 1)) + peak->rest -
	       num_stirling_rest(k + 1) - num_stirling_rest(peak->n - k + 1);
}

/*
 * Bounds of the same from the normal density and what it is amiss at most:
 * 1: 'log_v' is below, -1: above, 0: they do not tell.  In the paper's letters,
 * for d < npq / 2 - 1.  The paper goes another way up to d = 20, by a recursion;
 * the bounds hold there too: with 40 digits, of npq from 10 to 2000 and all d,
 * the density is amiss by 0.998 of 'rho' at most.
 */
static ALWAYS_INLINE int
squeeze(double npq, double d, double log_v)
{
	double rho = d / npq * ((d * (d / 3 + 0.625) + 1.0 / 6) / npq + 0.5);
	double t = -d * d / (2 * npq);
	bool valid = d < npq / 2 - 1;

	return (int) (valid & (log_v < t - rho)) -
	       (int) (valid & (log_v > t + rho));
}

static BinomialPeak
binomial_peak(double n, double p)
{
	double mode = floor((n + 1) * p);

	return (BinomialPeak){ .n = n,
		                   .odds = p / (1 - p),
		                   .mode = mode,
		                   .rest = num_stirling_rest(mode + 1) +
		                           num_stirling_rest(n - mode + 1) };
}

/* Where inversion ends: the least number of successes expected of BTRS. */
#define BTRS_FROM 10

/* The hat of BTRS, in the paper's letters. */
typedef struct BinomialHat
{
	double spread;
	double a;
	double b;
	double c;
} BinomialHat;

static ALWAYS_INLINE BinomialHat
binomial_hat(double n, double p)
{
	BinomialHat hat = { .spread = sqrt(n * p * (1 - p)), .c = n * p + 0.5 };

	hat.b = 1.15 + 2.53 * hat.spread;
	hat.a = -0.0873 + 0.0248 * hat.b + 0.01 * p;
	return hat;
}

/* What 'u' proposes; u = -1/2 makes it minus infinity. */
static ALWAYS_INLINE double
binomial_proposal(const BinomialHat *hat, double u)
{
	return floor((2 * hat->a / (0.5 - fabs(u)) + hat->b) * u + hat->c);
}

/* Whether the proposal needs no look at the probability. */
static ALWAYS_INLINE bool
binomial_sure(const BinomialHat *hat, double u, double v)
{
	return (0.5 - fabs(u) >= 0.07) & (v <= 0.92 - 4.2 / hat->b);
}

/* log of what the probability of the proposal of 'u' is compared with. */
static ALWAYS_INLINE double
binomial_log_v(const BinomialHat *hat, double u, double v)
{
	double us = 0.5 - fabs(u);
	double alpha = (2.83 + 5.1 / hat->b) * hat->spread;

	return num_log(v * alpha / (hat->a / (us * us) + hat->b));
}

/* What arithmetic says of the proposal 'k': 1 accepted, -1 refused, 0 that the
 * probability has to be known. */
static ALWAYS_INLINE int
binomial_side(const BinomialHat *hat, double n, double p, double u, double v,
              double k)
{
	int side = squeeze(hat->spread * hat->spread, fabs(k - floor((n + 1) * p)),
	                   binomial_log_v(hat, u, v));
	bool inside = (k >= 0) & (k <= n);

	return inside ? (binomial_sure(hat, u, v) ? 1 : side) : -1;
}

/* What the probability of the proposal says. */
static bool
binomial_accept(const BinomialHat *hat, double n, double p, double u, double v,
                double k)
{
	BinomialPeak peak = binomial_peak(n, p);

	return binomial_log_v(hat, u, v) <= log_relative_probability(&peak, k);
}

static double
binomial_btrs(NumRandom *random, double n, double p)
{
	BinomialHat hat = binomial_hat(n, p);

	for (;;)
	{
		double u = num_random_uniform(random) - 0.5;
		double v = num_random_uniform(random);
		double k = binomial_proposal(&hat, u);
		int side;

		if (binomial_sure(&hat, u, v) && k >= 0 && k <= n)
			return k;
		side = binomial_side(&hat, n, p, u, v, k);
		if (side > 0 || (side == 0 && binomial_accept(&hat, n, p, u, v, k)))
			return k;
	}
}

uint64_t
num_random_binomial(NumRandom *random, uint64_t n, double p)
{
	if (n == 0 || !(p > 0))
		return 0;
	if (p >= 1)
		return n;
	if (p > 0.5)
		return n - num_random_binomial(random, n, 1 - p);
	if ((double) n * p <= BTRS_FROM)
		return binomial_inversion(random, n, p, num_log1p(-p));
	return (uint64_t) binomial_btrs(random, (double) n, p);
}

/* Draws that are made together, and what proposals of them come to that are not
 * accepted by arithmetic. */
#define TOGETHER 64
#define REFUSED (-1.0)
#define OPEN (-2.0)

/* One proposal each. */
WIDE static void
propose_together(const double *trials, double p, const double *u,
                 const double *v, size_t n, double *successes)
{
	for (size_t i = 0; i < n; i++)
	{
		BinomialHat hat = binomial_hat(trials[i], p);
		double k = binomial_proposal(&hat, u[i] - 0.5);
		int side = binomial_side(&hat, trials[i], p, u[i] - 0.5, v[i], k);

		successes[i] = side > 0 ? k : side < 0 ? REFUSED : OPEN;
	}
}

static double
settle_open(double n, double p, double u, double v)
{
	BinomialHat hat = binomial_hat(n, p);
	double k = binomial_proposal(&hat, u);

	return binomial_accept(&hat, n, p, u, v, k) ? k : REFUSED;
}

/* Up to TOGETHER draws of 0 < p <= 1/2: rounds of proposals to those that have
 * none accepted yet. */
static void
draw_together(NumRandom *random, const double *trials, double p,
              double log_failure, size_t n, double *successes)
{
	size_t place[TOGETHER];
	double left[TOGETHER];
	double u[TOGETHER];
	double v[TOGETHER];
	double k[TOGETHER];
	size_t n_left = 0;

	for (size_t i = 0; i < n; i++)
	{
		place[n_left] = i;
		left[n_left] = trials[i];
		if (trials[i] * p > BTRS_FROM)
			n_left++;
		else
			successes[i] = (double) binomial_inversion(
				random, (uint64_t) trials[i], p, log_failure);
	}
	while (n_left > 0)
	{
		size_t n_refused = 0;

		num_random_uniforms(random, n_left, u);
		num_random_uniforms(random, n_left, v);
		propose_together(left, p, u, v, n_left, k);
		for (size_t i = 0; i < n_left; i++)
		{
			if (k[i] == OPEN)
				k[i] = settle_open(left[i], p, u[i] - 0.5, v[i]);
			successes[place[i]] = k[i];
			place[n_refused] = place[i];
			left[n_refused] = left[i];
			n_refused += k[i] < 0;
		}
		n_left = n_refused;
	}
}

void
num_random_binomials(NumRandom *random, const double *trials, double p,
                     size_t n, double *successes)
{
	bool swap = p > 0.5;
	double share = swap ? 1 - p : p;
	double log_failure;

	if (!(p > 0) || p >= 1)
	{
		for (size_t i = 0; i < n; i++)
			successes[i] = p >= 1 ? trials[i] : 0;
		return;
	}
	log_failure = num_log1p(-share);
	for (size_t i = 0; i < n; i += TOGETHER)
		draw_together(random, trials + i, share, log_failure,
		              n - i < TOGETHER ? n - i : TOGETHER, successes + i);
	for (size_t i = 0; swap && i < n; i++)
		successes[i] = trials[i] - successes[i];
}

/* Binomials one after another: of what is left, each cell gets its share of
 * the weight that is left; the last one takes the rest. */
void
num_random_multinomial(NumRandom *random, uint64_t n, const double *weight,
                       size_t n_cells, uint64_t *count)
{
	double left = 0;
	size_t last = n_cells;

	for (size_t i = 0; i < n_cells; i++)
	{
		count[i] = 0;
		if (!(weight[i] > 0))
			continue;
		left += weight[i];
		last = i;
	}
	for (size_t i = 0; i < last && last < n_cells; i++)
	{
		if (!(weight[i] > 0))
			continue;
		count[i] = num_random_binomial(random, n, weight[i] / left);
		n -= count[i];
		left -= weight[i];
	}
	if (last < n_cells)
		count[last] = n;
}
