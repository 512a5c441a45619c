/*
 * number.c
 *    Numbers as text.
 *
 * Written digit by digit: what a report shows must not depend on a locale.
 */
#include "report/number.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MINUS "\xe2\x88\x92"
#define INFINITE "\xe2\x88\x9e"
#define TIMES "\xc2\xb7"

/* numbers up to here have all their digits before the point */
#define LARGEST 1e15

static char *
put(char *to, const char *text)
{
	size_t length = strlen(text);

	memcpy(to, text, length + 1);
	return to + length;
}

/* The digits of a whole number that is not negative. */
static char *
put_digits(char *to, uint64_t value, int least, bool grouped)
{
	char digits[32];
	int n = 0;

	do
	{
		digits[n++] = (char) ('0' + value % 10);
		value /= 10;
	} while (value > 0 || n < least);
	while (n > 0)
	{
		*to++ = digits[--n];
		if (grouped && n > 0 && n % 3 == 0)
			*to++ = ',';
	}
	*to = '\0';
	return to;
}

/* A number from 0 to LARGEST. */
static char *
put_fixed(char *to, double value, int decimals, bool grouped)
{
	uint64_t unit = 1;
	uint64_t whole = (uint64_t) value;
	uint64_t rest;

	for (int i = 0; i < decimals; i++)
		unit *= 10;
	rest = (uint64_t) llround((value - (double) whole) * (double) unit);
	/* what lies just below a tie in binary is a tie as people write it */
	if (value < 1e6)
	{
		uint64_t all = (uint64_t) llround(value * (double) unit);

		whole = all / unit;
		rest = all % unit;
	}
	if (rest >= unit)
	{
		whole++;
		rest -= unit;
	}
	to = put_digits(to, whole, 1, grouped);
	if (decimals > 0)
	{
		*to++ = '.';
		to = put_digits(to, rest, decimals, false);
	}
	return to;
}

/* Whether all digits that would be shown are zeros: then there is no sign. */
static bool
shows_zero(double value, int decimals)
{
	return fabs(value) * pow(10, decimals) < 0.5;
}

void
number_plain(char *text, double value, int decimals)
{
	if (!isfinite(value) || fabs(value) > LARGEST)
		value = 0;
	if (value < 0 && !shows_zero(value, decimals))
		*text++ = '-';
	put_fixed(text, fabs(value), decimals, false);
}

void
number_short(char *text, double value)
{
	size_t end;

	number_plain(text, value, 2);
	end = strlen(text);
	while (text[end - 1] == '0')
		text[--end] = '\0';
	if (text[end - 1] == '.')
		text[--end] = '\0';
}

void
number_fixed(char *text, double value, int decimals)
{
	if (isnan(value))
	{
		put(text, "undefined");
		return;
	}
	if (value < 0 && !shows_zero(value, decimals))
		text = put(text, MINUS);
	value = fabs(value);
	if (value > LARGEST && !isinf(value))
		number_figure(text, value);
	else if (isinf(value))
		put(text, INFINITE);
	else
		put_fixed(text, value, decimals, value >= 10000);
}

/* 4.2e-7 as 4.2·10^-7, in words that every reader and program knows. */
static void
put_scientific(char *to, double value)
{
	int exponent = (int) floor(log10(value));
	double head = value / pow(10, exponent);

	if (head >= 9.95)
	{
		head = 1;
		exponent++;
	}
	to = put_fixed(to, head, 1, false);
	to = put(to, TIMES "10^");
	if (exponent < 0)
		to = put(to, MINUS);
	put_digits(to, (uint64_t) (exponent < 0 ? -exponent : exponent), 1, false);
}

void
number_figure(char *text, double value)
{
	double size = fabs(value);

	if (isnan(value) || isinf(value) || size == 0)
	{
		number_fixed(text, value, size == 0 ? 3 : 0);
		return;
	}
	if (size >= 5e-6 && size <= LARGEST)
	{
		number_fixed(text, value,
		             size < 0.0005  ? 5
		             : size < 100   ? 3
		             : size < 1000  ? 2
		             : size < 10000 ? 1
		                            : 0);
		return;
	}
	if (value < 0)
		text = put(text, MINUS);
	put_scientific(text, size);
}

void
number_count(char *text, int64_t value)
{
	uint64_t size = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;

	if (value < 0)
		text = put(text, MINUS);
	put_digits(text, size, 1, true);
}
