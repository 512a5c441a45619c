/*
 * test_fair_agreement.c
 *    Agreement of annotators by published examples, and the coverage of
 *    intervals.
 */
#include "fair/agreement.h"

#include <math.h>

#include "num/random.h"
#include "unit.h"

enum
{
	MOST_ROWS = 1000,
	MOST_RATERS = 14
};

static FairAgreement
alpha_of(const FairRatings *ratings)
{
	FairAgreement agreement;

	fair_krippendorff_alpha(ratings, 0.95, &agreement);
	return agreement;
}

/* Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C: four
 * observers, twelve units, missing labels; 0.743 for nominal data. */
static void
alpha_of_krippendorffs_example_with_missing_labels(void)
{
	const uint8_t label[] = { 1, 1, 0, 1, 2, 2, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3,
		                      2, 2, 2, 2, 1, 2, 3, 4, 4, 4, 4, 4, 1, 1, 2, 1,
		                      2, 2, 2, 2, 0, 5, 5, 5, 0, 0, 1, 1, 0, 3, 0, 0 };
	FairRatings ratings = { 12, 4, 5, label };
	FairAgreement agreement = alpha_of(&ratings);

	CHECK_NEAR(agreement.value, 0.743, 0.0005);
	CHECK_INT(agreement.rows, 11);
	CHECK(agreement.low < 0.743 && agreement.high > 0.743);
	fair_fleiss_kappa(&ratings, 0.95, &agreement);
	CHECK(isnan(agreement.value));
}

/* Fleiss (1971) as told in textbooks: ten subjects, fourteen raters, five
 * classes; mean agreement 0.378, kappa 0.210. */
static void
kappa_of_fleiss_example(void)
{
	const int count[10][5] = { { 0, 0, 0, 0, 14 }, { 0, 2, 6, 4, 2 },
		                       { 0, 0, 3, 5, 6 },  { 0, 3, 9, 2, 0 },
		                       { 2, 2, 8, 1, 1 },  { 7, 7, 0, 0, 0 },
		                       { 3, 2, 6, 3, 0 },  { 2, 5, 3, 2, 2 },
		                       { 6, 5, 2, 1, 0 },  { 0, 2, 2, 3, 7 } };
	uint8_t label[10 * 14];
	FairRatings ratings = { 10, 14, 5, label };
	FairAgreement agreement;
	size_t n = 0;

	for (int i = 0; i < 10; i++)
		for (int c = 0; c < 5; c++)
			for (int k = 0; k < count[i][c]; k++)
				label[n++] = (uint8_t) (c + 1);
	fair_fleiss_kappa(&ratings, 0.95, &agreement);
	CHECK_NEAR(agreement.value, 0.210, 0.0005);
	fair_agreement_rate(&ratings, 0.95, &agreement);
	CHECK_NEAR(agreement.value, 0.378, 0.0005);
	/* alpha corrects for the size of the sample: 1 - (1 - kappa) (1 - 1/140) */
	CHECK_NEAR(alpha_of(&ratings).value, 1 - (1 - 0.20993) * (1 - 1 / 140.0),
	           0.0005);
}

/* 20 yes, 15 no, 5 and 10 apart: observed 0.7, by chance 0.5. */
static void
kappa_of_cohen_by_hand(void)
{
	const uint8_t four[4][2] = { { 1, 1 }, { 2, 2 }, { 1, 2 }, { 2, 1 } };
	const int count[4] = { 20, 15, 5, 10 };
	const size_t pair[2] = { 0, 2 };
	uint8_t label[52 * 3];
	FairRatings ratings = { 52, 3, 2, label };
	FairAgreement agreement;
	size_t n = 0;

	for (int k = 0; k < 4; k++)
		for (int i = 0; i < count[k]; i++, n++)
		{
			label[n * 3] = four[k][0];
			label[n * 3 + 1] = 0;
			label[n * 3 + 2] = four[k][1];
		}
	/* two rows that one of them did not label */
	for (; n < 52; n++)
	{
		label[n * 3] = 1;
		label[n * 3 + 1] = 1;
		label[n * 3 + 2] = 0;
	}
	fair_cohen_kappa(&ratings, pair, 0.95, &agreement);
	CHECK_NEAR(agreement.value, 0.4, 1e-14);
	CHECK_INT(agreement.rows, 50);
	CHECK(agreement.low < 0.4 && agreement.high > 0.4);
}

static void
full_agreement_is_one_with_an_interval_below(void)
{
	uint8_t label[100];
	const size_t pair[2] = { 0, 1 };
	FairRatings ratings = { 50, 2, 3, label };
	FairAgreement agreement;

	for (int i = 0; i < 100; i++)
		label[i] = (uint8_t) (1 + i / 2 % 3);
	agreement = alpha_of(&ratings);
	CHECK(agreement.value == 1 && agreement.high == 1);
	CHECK(agreement.low > 0.85 && agreement.low < 0.95);
	fair_cohen_kappa(&ratings, pair, 0.95, &agreement);
	CHECK(agreement.value == 1 && agreement.low < 1);
	fair_agreement_rate(&ratings, 0.95, &agreement);
	CHECK(agreement.value == 1 && agreement.low < 0.95);
}

static void
one_label_or_none_has_no_agreement(void)
{
	const uint8_t same[] = { 1, 1, 1, 1 };
	const uint8_t single[] = { 1, 0, 0, 2 };
	const size_t pair[2] = { 0, 1 };
	FairRatings ratings = { 2, 2, 2, same };
	FairAgreement agreement;

	CHECK(isnan(alpha_of(&ratings).value));
	fair_fleiss_kappa(&ratings, 0.95, &agreement);
	CHECK(isnan(agreement.value));
	fair_cohen_kappa(&ratings, pair, 0.95, &agreement);
	CHECK(isnan(agreement.value));
	fair_agreement_rate(&ratings, 0.95, &agreement);
	CHECK(agreement.value == 1);
	ratings.label = single;
	CHECK(isnan(alpha_of(&ratings).value));
	fair_agreement_rate(&ratings, 0.95, &agreement);
	CHECK(isnan(agreement.value) && agreement.rows == 0);
	ratings.n = 0;
	CHECK(isnan(alpha_of(&ratings).value));
}

/* Raters who say what is true, 1 with probability 'share', but for errors. */
static void
draw(NumRandom *random, FairRatings *ratings, uint8_t *label, double share,
     double error)
{
	for (size_t i = 0; i < ratings->n; i++)
	{
		int truth = num_random_uniform(random) < share;

		for (size_t r = 0; r < ratings->raters; r++)
			label[i * ratings->raters + r] =
				(uint8_t) (1 + (num_random_uniform(random) < error ? 1 - truth
			                                                       : truth));
	}
	ratings->label = label;
}

static void
intervals_hold_what_is_true(void)
{
	static uint8_t label[MOST_ROWS * MOST_RATERS];
	const double errors[] = { 0.005, 0.1, 0.4 };
	const size_t raters[] = { 2, 5 };
	const double share = 0.3;
	const size_t pair[2] = { 0, 1 };
	NumRandom random;

	num_random_seed(&random, 29);
	for (int e = 0; e < 3; e++)
		for (int r = 0; r < 2; r++)
		{
			double error = errors[e];
			double apart = 2 * error * (1 - error);
			double one = share * (1 - error) + (1 - share) * error;
			double truth = 1 - apart / (2 * one * (1 - one));
			int held[4] = { 0 };

			for (int t = 0; t < 1000; t++)
			{
				FairRatings ratings = { 300, raters[r], 2, NULL };
				FairAgreement a[4];

				draw(&random, &ratings, label, share, error);
				fair_krippendorff_alpha(&ratings, 0.95, &a[0]);
				fair_fleiss_kappa(&ratings, 0.95, &a[1]);
				fair_cohen_kappa(&ratings, pair, 0.95, &a[2]);
				fair_agreement_rate(&ratings, 0.95, &a[3]);
				for (int k = 0; k < 3; k++)
					held[k] += a[k].low <= truth && truth <= a[k].high;
				held[3] += a[3].low <= 1 - apart && 1 - apart <= a[3].high;
			}
			for (int k = 0; k < 4; k++)
				CHECK(held[k] >= 920);
		}
}

static void
the_majority_is_one_class_or_none(void)
{
	const uint8_t label[] = { 1, 2, 2, 0, 1, 2, 0, 0, 0, 3, 3, 3 };
	FairRatings ratings = { 4, 3, 3, label };

	CHECK_INT(fair_majority(&ratings, 0), 2);
	CHECK_INT(fair_majority(&ratings, 1), 0);
	CHECK_INT(fair_majority(&ratings, 2), 0);
	CHECK_INT(fair_majority(&ratings, 3), 3);
}

int
main(void)
{
	RUN(alpha_of_krippendorffs_example_with_missing_labels);
	RUN(kappa_of_fleiss_example);
	RUN(kappa_of_cohen_by_hand);
	RUN(full_agreement_is_one_with_an_interval_below);
	RUN(one_label_or_none_has_no_agreement);
	RUN(intervals_hold_what_is_true);
	RUN(the_majority_is_one_class_or_none);
	return unit_end();
}
