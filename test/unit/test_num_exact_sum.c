/*
 * test_num_exact_sum.c
 *    Exact sums against exact rational arithmetic, in any order.
 */
#include "num/exact_sum.h"
#include "num/random.h"
#include "unit.h"

static bool
same_sum(const ExactSum *a, const ExactSum *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static double
sum_of(const double *x, int n)
{
	ExactSum sum;

	exact_sum_clear(&sum);
	for (int i = 0; i < n; i++)
		CHECK(exact_sum_add(&sum, x[i]));
	return exact_sum_value(&sum);
}

static void
small_sums_are_exact(void)
{
	static const double cancel[] = { 1e16, 1.0, -1e16 };
	static const double tenths[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1,
		                             0.1, 0.1, 0.1, 0.1, -1.0 };

	CHECK(sum_of(NULL, 0) == 0 && !signbit(sum_of(NULL, 0)));
	CHECK(sum_of(cancel, 3) == 1.0);
	/* ten times the double nearest to 0.1 is 1 + 10/180143985094819840 */
	CHECK(sum_of(tenths, 10) == 1.0);
	CHECK(sum_of(tenths, 11) == 0x1p-54);
}

static void
values_round_to_nearest_even(void)
{
	static const double tie_down[] = { 0x1p53, 1.0 };
	static const double tie_up[] = { 0x1p53, 3.0 };
	static const double over[] = { 0x1p53, 1.0, 0x1p-96 };
	static const double under[] = { 0x1p53, 1.0, -0x1p-96 };
	static const double least[] = { 0x1p-96 };
	static const double minus[] = { -0x1p53, -1.0, -0x1p-96 };

	CHECK(sum_of(tie_down, 2) == 0x1p53);
	CHECK(sum_of(tie_up, 2) == 0x1p53 + 4);
	CHECK(sum_of(over, 3) == 0x1p53 + 2);
	CHECK(sum_of(under, 3) == 0x1p53);
	CHECK(sum_of(least, 1) == 0x1p-96);
	CHECK(sum_of(minus, 3) == -0x1p53 - 2);
}

/* ((2654435761 i mod 2^32) - 2^31) 2^(i mod 60 + shift), as in the Python
 * that made the expected values with fractions.Fraction. */
static double
term(int i, int shift)
{
	uint32_t bits = (uint32_t) i * 2654435761u;

	return ldexp((double) bits - 2147483648.0, i % 60 + shift);
}

static void
sums_match_rational_arithmetic(void)
{
	ExactSum sum;

	exact_sum_clear(&sum);
	for (int i = 1; i <= 2000; i++)
		CHECK(exact_sum_add(&sum, term(i, -70)));
	CHECK(exact_sum_value(&sum) == 0x1.35be51c0f75a4p+17);
	/* most of these have bits below 2^-96, cut off one by one */
	exact_sum_clear(&sum);
	for (int i = 1; i <= 2000; i++)
		CHECK(exact_sum_add(&sum, term(i, -120)));
	CHECK(sum.limb[0] == UINT64_C(0x9adf28e07bad2325));
	CHECK(sum.limb[1] == 0 && sum.limb[2] == 0);
}

/* Every finite size, from subnormal to 2^64. */
static double
random_term(NumRandom *random)
{
	double x = num_random_uniform(random) - 0.5;

	switch (num_random_bits(random) % 8)
	{
		case 0:
			return ldexp(x, (int) (num_random_bits(random) % 1140) - 1074);
		case 1:
			return 0;
		case 2:
			return x < 0 ? -0x1p64 : 0x1p64;
		default:
			return ldexp(x, (int) (num_random_bits(random) % 160) - 96);
	}
}

static void
order_split_and_merge_change_no_bit(void)
{
	enum
	{
		N = 1000,
		PARTS = 7
	};
	double x[N];
	NumRandom random;
	ExactSum whole;

	num_random_seed(&random, 11);
	for (int round = 0; round < 50; round++)
	{
		exact_sum_clear(&whole);
		for (int i = 0; i < N; i++)
		{
			x[i] = random_term(&random);
			CHECK(exact_sum_add(&whole, x[i]));
		}
		for (int again = 0; again < 5; again++)
		{
			ExactSum part[PARTS];
			ExactSum sum;

			for (int i = N - 1; i > 0; i--)
			{
				int j = (int) (num_random_bits(&random) % (unsigned) (i + 1));
				double swap = x[i];

				x[i] = x[j];
				x[j] = swap;
			}
			for (int p = 0; p < PARTS; p++)
				exact_sum_clear(&part[p]);
			for (int i = 0; i < N; i++)
				CHECK(exact_sum_add(&part[num_random_bits(&random) % PARTS],
				                    x[i]));
			exact_sum_clear(&sum);
			for (int p = 0; p < PARTS; p++)
				CHECK(exact_sum_merge(&sum, &part[p]));
			CHECK(same_sum(&sum, &whole));
		}
		/* subtracting every term leaves nothing at all */
		for (int i = 0; i < N; i++)
			CHECK(exact_sum_add(&whole, -x[i]));
		CHECK(whole.limb[0] == 0 && whole.limb[1] == 0 && whole.limb[2] == 0);
	}
}

static void
single_terms_come_back(void)
{
	NumRandom random;

	num_random_seed(&random, 12);
	for (int i = 0; i < 20000; i++)
	{
		double x = random_term(&random);

		/* with its last bit at 2^-96 or above, else cut towards zero */
		CHECK(sum_of(&x, 1) == ldexp(trunc(ldexp(x, 96)), -96));
	}
}

static void
what_cannot_be_added_is_refused(void)
{
	ExactSum sum;
	ExactSum before;

	exact_sum_clear(&sum);
	CHECK(exact_sum_add(&sum, 3.5));
	before = sum;
	CHECK(!exact_sum_add(&sum, NAN));
	CHECK(!exact_sum_add(&sum, INFINITY));
	CHECK(!exact_sum_add(&sum, -INFINITY));
	CHECK(!exact_sum_add(&sum, nextafter(0x1p64, INFINITY)));
	CHECK(!exact_sum_add(&sum, -1e300));
	CHECK(same_sum(&sum, &before));
	CHECK(exact_sum_add(&sum, 0x1p64) && exact_sum_add(&sum, -0x1p64));
	CHECK(exact_sum_add(&sum, 5e-324) && exact_sum_add(&sum, -0.0));
	CHECK(same_sum(&sum, &before));
}

static void
overflow_is_refused_and_adds_nothing(void)
{
	ExactSum sum;
	ExactSum before;

	exact_sum_clear(&sum);
	CHECK(exact_sum_add(&sum, 0x1p64));
	for (int i = 0; i < 30; i++)
	{
		before = sum;
		CHECK(exact_sum_merge(&sum, &before));
	}
	CHECK(exact_sum_value(&sum) == 0x1p94);
	before = sum;
	CHECK(!exact_sum_merge(&sum, &before));
	CHECK(same_sum(&sum, &before));
	/* 2^95 - 2^-96 is the largest sum, -2^95 the smallest */
	sum.limb[0] = UINT64_MAX;
	sum.limb[1] = UINT64_MAX;
	sum.limb[2] = UINT64_MAX >> 1;
	CHECK(exact_sum_value(&sum) == 0x1p95);
	before = sum;
	CHECK(!exact_sum_add(&sum, 0x1p-96));
	CHECK(same_sum(&sum, &before));
	exact_sum_clear(&sum);
	sum.limb[2] = UINT64_C(1) << 63;
	CHECK(exact_sum_value(&sum) == -0x1p95);
	CHECK(!exact_sum_add(&sum, -0x1p-96));
	CHECK(exact_sum_add(&sum, 0x1p-96));
}

static void
images_are_little_endian_and_come_back(void)
{
	ExactSum sum = { { UINT64_C(0x0807060504030201),
		               UINT64_C(0x100f0e0d0c0b0a09),
		               UINT64_C(0x1817161514131211) } };
	ExactSum back;
	unsigned char image[EXACT_SUM_BYTES];

	CHECK_INT(sizeof(ExactSum), EXACT_SUM_BYTES);
	exact_sum_write(&sum, image);
	for (int i = 0; i < EXACT_SUM_BYTES; i++)
		CHECK_INT(image[i], i + 1);
	exact_sum_read(&back, image);
	CHECK(same_sum(&sum, &back));
}

int
main(void)
{
	RUN(small_sums_are_exact);
	RUN(values_round_to_nearest_even);
	RUN(sums_match_rational_arithmetic);
	RUN(order_split_and_merge_change_no_bit);
	RUN(single_terms_come_back);
	RUN(what_cannot_be_added_is_refused);
	RUN(overflow_is_refused_and_adds_nothing);
	RUN(images_are_little_endian_and_come_back);
	return unit_end();
}
