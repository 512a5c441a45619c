/*
 * test_num_random.c
 *    Generator and hash against published vectors, samplers against the
 *    probabilities they claim.
 *
 * Seeds are fixed, so a statistic within its limit stays there; the limits
 * are five standard deviations of the statistic.
 */
#include <stdlib.h>

#include "num/random.h"
#include "unit.h"

#define LENGTH(table) ((int) (sizeof(table) / sizeof((table)[0])))

/* State 1, 2, 3, 4: the vector that implementations of xoshiro256** in
 * several languages test against; seed 0: recomputed in Python integers. */
static void
generator_gives_the_published_numbers(void)
{
	static const uint64_t want[] = { UINT64_C(11520),
		                             UINT64_C(0),
		                             UINT64_C(1509978240),
		                             UINT64_C(1215971899390074240),
		                             UINT64_C(1216172134540287360),
		                             UINT64_C(607988272756665600) };
	NumRandom random = { { 1, 2, 3, 4 } };

	for (int i = 0; i < LENGTH(want); i++)
		CHECK(num_random_bits(&random) == want[i]);
	num_random_seed(&random, 0);
	CHECK(num_random_bits(&random) == UINT64_C(0x99ec5f36cb75f2b4));
	CHECK(num_random_bits(&random) == UINT64_C(0xbf6e1f784956452a));
	CHECK(num_random_bits(&random) == UINT64_C(0x1a5f849d4933e6e0));
	/* splitmix64 from 1234567 */
	num_random_seed(&random, 1234567);
	CHECK(random.state[0] == UINT64_C(6457827717110365317));
	CHECK(random.state[1] == UINT64_C(3203168211198807973));
	CHECK(random.state[2] == UINT64_C(9817491932198370423));
	CHECK(random.state[3] == UINT64_C(4593380528125082431));
}

static void
uniforms_fill_the_unit_interval_evenly(void)
{
	NumRandom random;
	int count[100] = { 0 };
	double chi2 = 0;
	static double many[1000000];
	int n = LENGTH(many);

	num_random_seed(&random, 5);
	num_random_uniforms(&random, LENGTH(many), many);
	num_random_seed(&random, 5);
	for (int i = 0; i < n; i++)
	{
		double u = num_random_uniform(&random);

		CHECK(u >= 0 && u < 1);
		CHECK(u == many[i]);
		count[(int) (u * 100)]++;
	}
	for (int i = 0; i < 100; i++)
		chi2 += (count[i] - n / 100.0) * (count[i] - n / 100.0) / (n / 100.0);
	CHECK_NEAR(chi2, 99, 5 * sqrt(2 * 99.0));
}

/* log of the binomial probability, by the C library. */
static double
log_probability(double n, double p, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) +
	       (n - k) * log1p(-p);
}

enum
{
	DRAWS = 200000
};

/* As many draws, one by one or in arrays of 'together'. */
static void
draw_binomials(uint64_t n, double p, uint64_t seed, size_t together,
               double *drawn)
{
	static double trials[DRAWS];
	NumRandom random;

	num_random_seed(&random, seed);
	for (size_t i = 0; i < DRAWS; i++)
		trials[i] = (double) n;
	for (size_t i = 0; i < DRAWS && together == 0; i++)
		drawn[i] = (double) num_random_binomial(&random, n, p);
	for (size_t i = 0; i < DRAWS && together > 0; i += together)
		num_random_binomials(&random, trials, p,
		                     DRAWS - i < together ? DRAWS - i : together,
		                     drawn + i);
}

/* Pearson's statistic over the values that are expected five times or more,
 * the rest taken together. */
static void
check_binomial(uint64_t n, double p, const double *drawn)
{
	enum
	{
		MOST = 4000
	};
	static int count[MOST];
	double chi2 = 0;
	double rest_expected = DRAWS;
	double rest_seen = DRAWS;
	double freedom = 0;
	double mean = (double) n * p;
	double base = floor(mean) > MOST / 2 ? floor(mean) - MOST / 2 : 0;

	memset(count, 0, sizeof(count));
	for (int i = 0; i < DRAWS; i++)
	{
		CHECK(drawn[i] >= 0 && drawn[i] <= (double) n);
		CHECK(drawn[i] == floor(drawn[i]));
		if (drawn[i] >= base && drawn[i] - base < MOST)
			count[(int) (drawn[i] - base)]++;
	}
	for (int i = 0; i < MOST && base + i <= (double) n; i++)
	{
		double expected = DRAWS * exp(log_probability((double) n, p, base + i));

		if (!(expected >= 5))
			continue;
		chi2 += (count[i] - expected) * (count[i] - expected) / expected;
		rest_expected -= expected;
		rest_seen -= count[i];
		freedom += 1;
	}
	if (rest_expected > 1)
		chi2 += (rest_seen - rest_expected) * (rest_seen - rest_expected) /
		        rest_expected;
	else
		freedom -= 1;
	CHECK(freedom >= 1);
	CHECK_NEAR(chi2, freedom, 5 * sqrt(2 * freedom) + 5);
}

static void
binomials_follow_their_probabilities(void)
{
	static const struct
	{
		uint64_t n;
		double p;
	} cases[] = { { 1, 0.3 },      { 2, 0.5 },       { 10, 0.1 },
		          { 10, 0.97 },    { 20, 0.5 },      { 21, 0.5 },
		          { 40, 0.26 },    { 100, 0.099 },   { 100, 0.11 },
		          { 1000, 0.3 },   { 1000, 0.7 },    { 100000, 0.0001 },
		          { 100000, 0.4 }, { 1000000, 0.9 }, { 1000000000, 1.5e-8 } };
	static const size_t together[] = { 0, 1, 64, 1000 };
	static double drawn[DRAWS];

	for (int i = 0; i < LENGTH(cases); i++)
		for (int t = 0; t < LENGTH(together); t++)
		{
			draw_binomials(cases[i].n, cases[i].p, (uint64_t) i, together[t],
			               drawn);
			check_binomial(cases[i].n, cases[i].p, drawn);
		}
}

/* Trials that differ from draw to draw, as those of a second cell do: what is
 * left of each has its own mean and variance. */
static void
binomials_together_take_each_its_own_trials(void)
{
	static const double n[] = { 0, 1, 25, 33, 34, 5000, 40000 };
	double trials[LENGTH(n) * 100];
	double drawn[LENGTH(n) * 100];
	double sum[LENGTH(n)] = { 0 };
	double squares[LENGTH(n)] = { 0 };
	double draws = 0;
	NumRandom random;

	num_random_seed(&random, 21);
	for (int i = 0; i < LENGTH(trials); i++)
		trials[i] = n[i % LENGTH(n)];
	for (; draws < 60000; draws += 100)
	{
		num_random_binomials(&random, trials, 0.3, LENGTH(trials), drawn);
		for (int i = 0; i < LENGTH(trials); i++)
		{
			sum[i % LENGTH(n)] += drawn[i];
			squares[i % LENGTH(n)] += drawn[i] * drawn[i];
			CHECK(drawn[i] >= 0 && drawn[i] <= trials[i]);
		}
	}
	for (int i = 0; i < LENGTH(n); i++)
	{
		double mean = sum[i] / draws;
		double variance = 0.21 * n[i];

		CHECK_NEAR(mean, 0.3 * n[i], 5 * sqrt(variance / draws));
		CHECK_NEAR(squares[i] / draws - mean * mean, variance,
		           5 * variance * sqrt(2 / draws) + 5 * sqrt(variance / draws));
	}
}

/* Where single values are too many to count: mean, variance, skewness. */
static void
large_binomials_have_the_right_moments(void)
{
	static const double n[] = { 1e9, 1e12, 9007199254740992.0, 1e15, 1e18 };
	static const double p[] = { 0.3, 1e-6, 0.5, 2e-15, 5e-18 };
	enum
	{
		FEWER = 100000
	};

	for (int i = 0; i < LENGTH(n); i++)
	{
		double mean = n[i] * p[i];
		double sigma = sqrt(mean * (1 - p[i]));
		double sum[3] = { 0 };
		NumRandom random;

		num_random_seed(&random, 77 + (uint64_t) i);
		for (int d = 0; d < FEWER; d++)
		{
			double k =
				(double) num_random_binomial(&random, (uint64_t) n[i], p[i]);
			double z = (k - mean) / sigma;

			sum[0] += z;
			sum[1] += z * z;
			sum[2] += z * z * z;
		}
		CHECK_NEAR(sum[0] / FEWER, 0, 5 * sqrt(1.0 / FEWER));
		/* kurtosis of a Poisson variable: 3 + 1 / mean */
		CHECK_NEAR(sum[1] / FEWER, 1,
		           5 * sqrt((2 + 1 / (sigma * sigma)) / FEWER));
		CHECK_NEAR(sum[2] / FEWER, (1 - 2 * p[i]) / sigma,
		           6 * sqrt(15 * (1 + 3 / sigma) / FEWER));
	}
}

static void
binomial_edges_are_certain(void)
{
	static const double p[] = { 0, -1, NAN, 1, 2, 1e-300, 1 - 0x1p-53 };
	NumRandom random;

	num_random_seed(&random, 1);
	CHECK_INT(num_random_binomial(&random, 0, 0.5), 0);
	CHECK_INT(num_random_binomial(&random, 10, 0), 0);
	CHECK_INT(num_random_binomial(&random, 10, -1), 0);
	CHECK_INT(num_random_binomial(&random, 10, NAN), 0);
	CHECK_INT(num_random_binomial(&random, 10, 1), 10);
	CHECK_INT(num_random_binomial(&random, 10, 2), 10);
	CHECK_INT(num_random_binomial(&random, 10, 1e-300), 0);
	/* 1 - 2^-53: the other side's probability is 2^-53 */
	CHECK_INT(num_random_binomial(&random, 10, 1 - 0x1p-53), 10);
	for (int i = 0; i < LENGTH(p); i++)
	{
		double trials[2] = { 10, 0 };
		double drawn[2];

		num_random_binomials(&random, trials, p[i], 2, drawn);
		CHECK(drawn[0] == (p[i] > 0.5 ? 10 : 0));
		CHECK(drawn[1] == 0);
	}
}

static void
multinomials_add_up_and_have_the_right_covariance(void)
{
	static const double weight[] = { 3, 0, 1, 5, 0.5, -1, 0.5, 0 };
	enum
	{
		CELLS = LENGTH(weight),
		FEWER = 50000,
		N = 40
	};
	uint64_t count[LENGTH(weight)];
	double sum[LENGTH(weight)] = { 0 };
	double product = 0;
	NumRandom random;

	num_random_seed(&random, 9);
	for (int d = 0; d < FEWER; d++)
	{
		uint64_t total = 0;

		num_random_multinomial(&random, N, weight, CELLS, count);
		for (int i = 0; i < CELLS; i++)
		{
			total += count[i];
			sum[i] += (double) count[i];
			CHECK(count[i] == 0 || weight[i] > 0);
		}
		CHECK_INT(total, N);
		product += ((double) count[0] - 12) * ((double) count[3] - 20);
	}
	for (int i = 0; i < CELLS; i++)
	{
		double p = weight[i] > 0 ? weight[i] / 10 : 0;

		CHECK_NEAR(sum[i] / FEWER, N * p,
		           5 * sqrt(N * p * (1 - p) / FEWER) + 1e-12);
	}
	/* covariance is -n p q */
	CHECK_NEAR(product / FEWER, -N * 0.3 * 0.5, 0.25);
	num_random_multinomial(&random, N, weight + 1, 1, count);
	CHECK_INT(count[0], 0);
}

/* Ours, and kept for ever: splits of stored models depend on them. */
static void
hash_values_never_change(void)
{
	static const struct
	{
		const char *text;
		uint64_t seed;
		uint64_t want;
	} cases[] = {
		{ "", 0, UINT64_C(0x4766bb283aef9ce3) },
		{ "", 1, UINT64_C(0x4b7a0af8ef5beb0d) },
		{ "a", 0, UINT64_C(0xb5231644c3314a2b) },
		{ "a", 1, UINT64_C(0x93d4746febb0e12a) },
		{ "abcdefgh", 0, UINT64_C(0x8c48c870c0155391) },
		{ "abcdefghi", 1, UINT64_C(0xddc4c17ab17cd3b8) },
		{ "The quick brown fox jumps over the lazy dog", 0,
		  UINT64_C(0xa877ac4636bf6fab) },
	};

	for (int i = 0; i < LENGTH(cases); i++)
		CHECK(num_hash64(cases[i].text, strlen(cases[i].text), cases[i].seed) ==
		      cases[i].want);
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *) a;
	uint64_t y = *(const uint64_t *) b;

	return (x > y) - (x < y);
}

static void
hashes_of_neighbours_are_distinct_and_even(void)
{
	enum
	{
		N = 300000
	};
	static uint64_t hash[N];
	int bucket[256] = { 0 };
	int below_fifth = 0;
	double chi2 = 0;

	for (int i = 0; i < N; i++)
	{
		char text[16];
		int length = snprintf(text, sizeof(text), "%d", i);

		hash[i] = num_hash64(text, (size_t) length, 42);
		bucket[hash[i] & 255]++;
		if ((double) (hash[i] >> 11) * 0x1p-53 < 0.2)
			below_fifth++;
	}
	for (int i = 0; i < 256; i++)
		chi2 += (bucket[i] - N / 256.0) * (bucket[i] - N / 256.0) / (N / 256.0);
	CHECK_NEAR(chi2, 255, 5 * sqrt(2 * 255.0));
	CHECK_NEAR(below_fifth, 0.2 * N, 5 * sqrt(N * 0.2 * 0.8));
	qsort(hash, N, sizeof(hash[0]), compare_hashes);
	for (int i = 1; i < N; i++)
		CHECK(hash[i - 1] != hash[i]);
}

static void
every_input_bit_turns_half_of_the_hash(void)
{
	unsigned char bytes[21] = "fairness is measured";

	for (size_t bit = 0; bit < 8 * 20; bit++)
	{
		int turned = 0;

		for (uint64_t seed = 0; seed < 200; seed++)
		{
			uint64_t before = num_hash64(bytes, 20, seed);
			uint64_t change;

			bytes[bit / 8] ^= (unsigned char) (1u << (bit % 8));
			change = before ^ num_hash64(bytes, 20, seed);
			bytes[bit / 8] ^= (unsigned char) (1u << (bit % 8));
			for (; change != 0; change &= change - 1)
				turned++;
		}
		/* 12800 fair coins, sigma 57 */
		CHECK_NEAR(turned, 6400, 6 * 57);
	}
	CHECK(num_hash64("a\0", 2, 0) != num_hash64("a", 1, 0));
}

int
main(void)
{
	RUN(generator_gives_the_published_numbers);
	RUN(uniforms_fill_the_unit_interval_evenly);
	RUN(binomials_follow_their_probabilities);
	RUN(binomials_together_take_each_its_own_trials);
	RUN(large_binomials_have_the_right_moments);
	RUN(binomial_edges_are_certain);
	RUN(multinomials_add_up_and_have_the_right_covariance);
	RUN(hash_values_never_change);
	RUN(hashes_of_neighbours_are_distinct_and_even);
	RUN(every_input_bit_turns_half_of_the_hash);
	return unit_end();
}
