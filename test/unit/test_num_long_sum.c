/*
 * test_num_long_sum.c
 *    Long sums and twofold numbers against exact rational arithmetic, in any
 *    order.
 */
#include "num/long_sum.h"
#include "num/random.h"
#include "unit.h"

/* ((2654435761 i mod 2^32) - 2^31) 2^(i mod 700 - 300), as in the Python that
 * made the expected value with fractions.Fraction. */
static double
term(int i)
{
	uint32_t bits = (uint32_t) i * 2654435761u;

	return ldexp((double) bits - 2147483648.0, i % 700 - 300);
}

static void
sums_match_rational_arithmetic(void)
{
	LongSum sum = { { 0 } };
	Twofold value;

	for (int i = 1; i <= 2000; i++)
		CHECK(long_sum_add(&sum, term(i)));
	value = long_sum_value(&sum);
	CHECK(value.high == -0x1.460d9236f7b7cp+430);
	CHECK(value.low == 0x1.21210908483bcp+375);
}

static void
what_cancels_leaves_the_rest(void)
{
	static const double terms[] = { 0x1p549, -1, 0x1p-448, -0x1p549, 1 };
	LongSum sum = { { 0 } };

	for (int i = 0; i < 5; i++)
		CHECK(long_sum_add(&sum, terms[i]));
	CHECK(long_sum_value(&sum).high == 0x1p-448);
	CHECK(long_sum_add(&sum, -0x1p-448));
	for (int i = 0; i < LONG_SUM_LIMBS; i++)
		CHECK(sum.limb[i] == 0);
}

/* Sizes from far below the resolution to the largest. */
static double
random_term(NumRandom *random)
{
	double x = num_random_uniform(random) - 0.5;

	if (num_random_bits(random) % 8 == 0)
		return ldexp(x, (int) (num_random_bits(random) % 1000) - 454);
	return ldexp(x, (int) (num_random_bits(random) % 200) - 100);
}

static void
order_split_and_merge_change_no_bit(void)
{
	enum
	{
		N = 1000,
		PARTS = 7
	};
	static double x[N];
	LongSum part[PARTS] = { { { 0 } } };
	LongSum forward = { { 0 } };
	LongSum merged = { { 0 } };
	NumRandom random;

	num_random_seed(&random, 21);
	for (int i = 0; i < N; i++)
		x[i] = random_term(&random);
	for (int i = 0; i < N; i++)
		CHECK(long_sum_add(&forward, x[i]));
	for (int i = N - 1; i >= 0; i--)
		CHECK(long_sum_add(&part[i % PARTS], x[i]));
	for (int p = PARTS - 1; p >= 0; p--)
		CHECK(long_sum_merge(&merged, &part[p]));
	CHECK(memcmp(&forward, &merged, sizeof(merged)) == 0);
}

static void
images_come_back_and_are_short(void)
{
	unsigned char image[LONG_SUM_BYTES];
	unsigned char again[LONG_SUM_BYTES];
	LongSum back;
	NumRandom random;

	num_random_seed(&random, 22);
	for (int i = 0; i < 2000; i++)
	{
		LongSum sum = { { 0 } };
		size_t n;

		for (int j = 0; j < i % 3; j++)
			CHECK(long_sum_add(&sum, random_term(&random)));
		n = long_sum_write(&sum, image);
		CHECK(n <= LONG_SUM_BYTES);
		CHECK_INT(long_sum_read(&back, image, n), n);
		CHECK(memcmp(&sum, &back, sizeof(sum)) == 0);
		CHECK(n == 2 || long_sum_read(&back, image, n - 1) == 0);
		CHECK_INT(long_sum_write(&back, again), n);
	}
	back = (LongSum){ { 0 } };
	CHECK_INT(long_sum_write(&back, image), 2);
	CHECK(long_sum_add(&back, -1));
	CHECK_INT(long_sum_write(&back, image), 10);
}

/* Whatever the bytes, nothing beyond them is read, and what is read can be
 * added to. */
static void
images_from_anybody_are_looked_at(void)
{
	unsigned char image[LONG_SUM_BYTES];
	LongSum sum;
	NumRandom random;

	num_random_seed(&random, 23);
	for (int i = 0; i < 20000; i++)
	{
		size_t available = num_random_bits(&random) % (LONG_SUM_BYTES + 1);
		size_t n;

		for (size_t b = 0; b < LONG_SUM_BYTES; b++)
			image[b] = (unsigned char) num_random_bits(&random);
		image[0] = (unsigned char) (image[0] % 20);
		image[1] = (unsigned char) (image[1] % 20);
		n = long_sum_read(&sum, image, available);
		CHECK(n <= available);
		if (n > 0)
			CHECK(isfinite(long_sum_value(&sum).high));
	}
}

static void
what_cannot_be_added_is_refused(void)
{
	LongSum sum = { { 0 } };
	bool fits = true;

	CHECK(!long_sum_add(&sum, NAN));
	CHECK(!long_sum_add(&sum, INFINITY));
	CHECK(!long_sum_add(&sum, 0x1p550));
	CHECK(long_sum_value(&sum).high == 0);
	CHECK(long_sum_add(&sum, 0x1p549));
	for (int i = 0; i < 64 && fits; i++)
		fits = long_sum_merge(&sum, &sum);
	CHECK(!fits);
}

static void
products_and_sums_keep_twice_the_digits(void)
{
	Twofold a = twofold_product(1 + 0x1p-30, 1 + 0x1p-30);
	Twofold b = twofold_sum(1, 0x1p-80);
	Twofold c = twofold_multiply(b, twofold_sum(1, -0x1p-80));

	CHECK(a.high == 1 + 0x1p-29 && a.low == 0x1p-60);
	CHECK(b.high == 1 && b.low == 0x1p-80);
	/* 1 - 2^-160, which 107 bits do not tell from 1 */
	CHECK(c.high == 1 && c.low == 0);
	CHECK(twofold_add(a, (Twofold){ -1 - 0x1p-29, 0 }).high == 0x1p-60);
}

int
main(void)
{
	RUN(sums_match_rational_arithmetic);
	RUN(what_cancels_leaves_the_rest);
	RUN(order_split_and_merge_change_no_bit);
	RUN(images_come_back_and_are_short);
	RUN(images_from_anybody_are_looked_at);
	RUN(what_cannot_be_added_is_refused);
	RUN(products_and_sums_keep_twice_the_digits);
	return unit_end();
}
