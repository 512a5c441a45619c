/*
 * error_sums.c
 *    Errors of predicted numbers that can be stored, sent and merged.
 */
#include "fair/error_sums.h"

#include <math.h>
#include <string.h>

#include "num/twofold.h"

/* Sums of a row with weight w, label y, prediction p and error e = p - y; in the
 * order of the image. */
enum
{
	SUM_W,
	SUM_WW,
	SUM_Y,
	SUM_Y2,
	SUM_Y3,
	SUM_Y4,
	SUM_P,
	SUM_P2,
	SUM_ABSOLUTE,
	SUM_E2,
	SUM_E4,
	SUM_E2Y,
	SUM_E2Y2
};

#define COUNT_MAX ((uint64_t) INT64_MAX)

/* What is less than this part of the sums that it is left of is rounding: each
 * of the operations of twofold.h leaves some 2^-104. */
#define ROUNDING 1e-30

/* Fourth powers are only for the width of an interval, and have been shifted
 * more often: less than this part has too few digits left. */
#define FOURTH_ROUNDING 1e-26

static NumStatus
count(uint64_t *counter, uint64_t n)
{
	if (n > COUNT_MAX - *counter)
		return NUM_TOO_LARGE;
	*counter += n;
	return NUM_OK;
}

NumStatus
fair_error_sums_add(FairErrorSums *sums, const double *label,
                    const double *prediction, double weight)
{
	const Twofold w = { weight, 0 };
	double y;
	double e;
	Twofold term[FAIR_ERROR_SUMS];
	Twofold yy;
	Twofold ee;

	if (label == NULL)
		return count(&sums->unlabelled_rows, 1);
	if (prediction == NULL)
		return count(&sums->unpredicted_rows, 1);
	y = *label;
	e = *prediction - y;
	yy = twofold_product(y, y);
	ee = twofold_product(e, e);
	term[SUM_W] = w;
	term[SUM_WW] = twofold_product(weight, weight);
	term[SUM_Y] = twofold_product(weight, y);
	term[SUM_Y2] = twofold_multiply(yy, w);
	term[SUM_Y3] = twofold_scale(term[SUM_Y2], y);
	term[SUM_Y4] = twofold_multiply(term[SUM_Y2], yy);
	term[SUM_P] = twofold_product(weight, *prediction);
	term[SUM_P2] = twofold_scale(term[SUM_P], *prediction);
	term[SUM_ABSOLUTE] = twofold_product(weight, fabs(e));
	term[SUM_E2] = twofold_multiply(ee, w);
	term[SUM_E4] = twofold_multiply(term[SUM_E2], ee);
	term[SUM_E2Y] = twofold_scale(term[SUM_E2], y);
	term[SUM_E2Y2] = twofold_multiply(term[SUM_E2], yy);
	for (int i = 0; i < FAIR_ERROR_SUMS; i++)
		if (!long_sum_add_twofold(&sums->sum[i], term[i]))
			return NUM_TOO_LARGE;
	return count(&sums->rows, 1);
}

NumStatus
fair_error_sums_merge(FairErrorSums *sums, const FairErrorSums *from)
{
	for (int i = 0; i < FAIR_ERROR_SUMS; i++)
		if (!long_sum_merge(&sums->sum[i], &from->sum[i]))
			return NUM_TOO_LARGE;
	if (count(&sums->rows, from->rows) != NUM_OK ||
	    count(&sums->unlabelled_rows, from->unlabelled_rows) != NUM_OK)
		return NUM_TOO_LARGE;
	return count(&sums->unpredicted_rows, from->unpredicted_rows);
}

/* The sum of w (x - c)^n for n up to 'order' into shifted[n - 1], from those of
 * w x^n in sum[n], sum[0] being that of w: the binomial theorem, with twice the
 * digits of what is left when they cancel. */
static void
shift_powers(const Twofold *sum, double c, int order, double *shifted)
{
	static const double binomial[5][5] = {
		{ 1 }, { 1, 1 }, { 1, 2, 1 }, { 1, 3, 3, 1 }, { 1, 4, 6, 4, 1 }
	};

	for (int n = 1; n <= order; n++)
	{
		Twofold total = { 0, 0 };
		Twofold power = { 1, 0 }; /* (-c)^k */

		for (int k = 0; k <= n; k++)
		{
			Twofold term = twofold_multiply(power, sum[n - k]);

			total = twofold_add(total, twofold_scale(term, binomial[n][k]));
			power = twofold_scale(power, -c);
		}
		shifted[n - 1] = total.high;
	}
}

void
fair_error_sums_read(const FairErrorSums *sums, FairErrors *errors)
{
	Twofold sum[FAIR_ERROR_SUMS];
	double power[4];
	double c;

	memset(errors, 0, sizeof(*errors));
	errors->rows = sums->rows;
	errors->unlabelled_rows = sums->unlabelled_rows;
	errors->unpredicted_rows = sums->unpredicted_rows;
	if (sums->rows == 0)
		return;
	for (int i = 0; i < FAIR_ERROR_SUMS; i++)
		sum[i] = long_sum_value(&sums->sum[i]);
	c = sum[SUM_Y].high / sum[SUM_W].high;
	errors->centre = c;
	errors->weight = sum[SUM_W].high;
	errors->weight_squared = sum[SUM_WW].high;
	shift_powers((const Twofold[]){ sum[SUM_W], sum[SUM_Y], sum[SUM_Y2],
	                                sum[SUM_Y3], sum[SUM_Y4] },
	             c, 4, power);
	errors->label = power[0];
	errors->label_squared = power[1];
	errors->label_cubed = power[2];
	errors->label_fourth = power[3];
	if (!(errors->label_squared > ROUNDING * sum[SUM_Y2].high))
		errors->label_squared = 0;
	if (!(errors->label_fourth >= FOURTH_ROUNDING * sum[SUM_Y4].high))
		errors->label_fourth = NAN;
	shift_powers((const Twofold[]){ sum[SUM_W], sum[SUM_P], sum[SUM_P2] }, c, 2,
	             power);
	errors->prediction = power[0];
	errors->prediction_squared = power[1];
	errors->absolute = sum[SUM_ABSOLUTE].high;
	errors->squared = sum[SUM_E2].high;
	errors->fourth = sum[SUM_E4].high;
	shift_powers((const Twofold[]){ sum[SUM_E2], sum[SUM_E2Y], sum[SUM_E2Y2] },
	             c, 2, power);
	errors->squared_label = power[0];
	errors->squared_label_squared = power[1];
	if (!(power[1] >= FOURTH_ROUNDING * sum[SUM_E2Y2].high))
		errors->squared_label_squared = NAN;
}

static size_t
write_count(unsigned char *image, uint64_t n)
{
	for (int byte = 0; byte < 8; byte++)
		image[byte] = (unsigned char) (n >> (8 * byte));
	return 8;
}

size_t
fair_error_sums_write(const FairErrorSums *sums, unsigned char *image)
{
	size_t n = write_count(image, sums->rows);

	n += write_count(image + n, sums->unlabelled_rows);
	n += write_count(image + n, sums->unpredicted_rows);
	for (int i = 0; i < FAIR_ERROR_SUMS; i++)
		n += long_sum_write(&sums->sum[i], image + n);
	return n;
}

bool
fair_error_sums_take(FairErrorSums *sums, const unsigned char *image,
                     size_t n_bytes)
{
	uint64_t counts[3] = { 0 };
	size_t at = 24;

	if (n_bytes < at)
		return false;
	for (int i = 0; i < 24; i++)
		counts[i / 8] |= (uint64_t) image[i] << (8 * (i % 8));
	for (int i = 0; i < 3; i++)
		if (counts[i] > COUNT_MAX)
			return false;
	sums->rows = counts[0];
	sums->unlabelled_rows = counts[1];
	sums->unpredicted_rows = counts[2];
	for (int i = 0; i < FAIR_ERROR_SUMS; i++)
	{
		size_t n = long_sum_read(&sums->sum[i], image + at, n_bytes - at);

		if (n == 0)
			return false;
		at += n;
	}
	return at == n_bytes;
}
