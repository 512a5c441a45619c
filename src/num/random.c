/*
 * random.c
 *    Seeded random numbers and a hash, the same on every machine.
 *
 * Generator: xoshiro256** of Blackman and Vigna (ACM TOMS 47, 2021), its
 * state filled by splitmix64.  Binomials: inversion by sequential search when
 * few successes are expected, else the transformed rejection method BTRS of
 * Hoermann (J. Stat. Comput. Simul. 46, 1993), accepting by the logarithm of
 * the probability relative to the mode's, which bounds of Kachitvichyanukul and
 * Schmeiser (Comm. ACM 31, 1988) settle in most cases.  Elementary functions are those of
 * special.h, so no draw depends on a C library.
 */
#include "num/random.h"

#include <math.h>
#include <string.h>

#include "num/special.h"

static uint64_t
rotate_left(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void
num_random_seed(NumRandom *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix(&seed);
}

uint64_t
num_random_bits(NumRandom *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

double
num_random_uniform(NumRandom *random)
{
	return (double) (num_random_bits(random) >> 11) * 0x1p-53;
}

/* Successes beyond this have a probability below 1e-70 when at most ten are
 * expected: reaching it means that rounding has left a rest of u that no
 * further term would use up. */
#define INVERSION_LIMIT 128

/* Sequential search from zero: expected work n p. */
static uint64_t
binomial_inversion(NumRandom *random, uint64_t n, double p)
{
	double ratio = p / (1 - p);
	/* (1 - p)^n: with n p <= 10 this cannot underflow */
	double none = num_exp((double) n * num_log1p(-p));

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
 * 1: 'log_v' is below, -1: above, 0: they do not tell.  Valid for 20 < d <
 * npq / 2 - 1, in the paper's letters.
 */
static int
squeeze(double npq, double d, double log_v)
{
	double rho;
	double t;

	if (!(d > 20 && d < npq / 2 - 1))
		return 0;
	rho = d / npq * ((d * (d / 3 + 0.625) + 1.0 / 6) / npq + 0.5);
	t = -d * d / (2 * npq);
	return log_v < t - rho ? 1 : log_v > t + rho ? -1 : 0;
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

/* Letters as in the paper. */
static uint64_t
binomial_btrs(NumRandom *random, uint64_t n, double p)
{
	BinomialPeak peak = { .n = -1 };
	double count = (double) n;
	double spread = sqrt(count * p * (1 - p));
	double b = 1.15 + 2.53 * spread;
	double a = -0.0873 + 0.0248 * b + 0.01 * p;
	double c = count * p + 0.5;
	double v_r = 0.92 - 4.2 / b;
	double alpha = (2.83 + 5.1 / b) * spread;

	for (;;)
	{
		double u = num_random_uniform(random) - 0.5;
		double v = num_random_uniform(random);
		double us = 0.5 - fabs(u);
		double k = floor((2 * a / us + b) * u + c);
		int side;

		/* u = -1/2 makes k minus infinity, which is refused too */
		if (!(k >= 0 && k <= count))
			continue;
		if (us >= 0.07 && v <= v_r)
			return (uint64_t) k;
		v = num_log(v * alpha / (a / (us * us) + b));
		side = squeeze(spread * spread, fabs(k - floor((count + 1) * p)), v);
		/* most draws never come here */
		if (side == 0 && peak.n < 0)
			peak = binomial_peak(count, p);
		if (side > 0 || (side == 0 && v <= log_relative_probability(&peak, k)))
			return (uint64_t) k;
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
	if ((double) n * p <= 10)
		return binomial_inversion(random, n, p);
	return binomial_btrs(random, n, p);
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

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	return x ^ (x >> 32);
}

/* Bytes as a little-endian number, whatever the machine. */
static uint64_t
load_bytes(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x |= (uint64_t) p[i] << (8 * i);
	return x;
}

uint64_t
num_hash64(const void *bytes, size_t length, uint64_t seed)
{
	const unsigned char *p = bytes;
	uint64_t h = mix(seed ^ (0x9e3779b97f4a7c15ULL * (length + 1)));

	while (length >= 8)
	{
		h = mix(h ^ load_bytes(p, 8)) + 0x9e3779b97f4a7c15ULL;
		p += 8;
		length -= 8;
	}
	return mix(h ^ load_bytes(p, length) ^ 0x2545f4914f6cdd1dULL);
}
