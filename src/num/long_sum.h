/*
 * long_sum.h
 *    Sums whose bits do not depend on the order of their terms, of numbers of
 *    any usual size.
 *
 * As exact_sum.h, where terms are small and the sums many; here a sum is a
 * fixed-point number of 1024 bits with a resolution of 2^-448, so that fourth
 * powers of prices and of shares fit alike.  It is read with twice the digits of
 * a double.
 */
#ifndef FAIRPG_NUM_LONG_SUM_H
#define FAIRPG_NUM_LONG_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/twofold.h"

#define LONG_SUM_LIMBS 16

/* Largest magnitude that may be added; 2^25 such terms fit. */
#define LONG_SUM_MAX 0x1p549

/* Most bytes of an image. */
#define LONG_SUM_BYTES (2 + 8 * LONG_SUM_LIMBS)

typedef struct LongSum
{
	uint64_t limb[LONG_SUM_LIMBS]; /* least significant first; two's
	                                * complement */
} LongSum;

/* False, and nothing added, when x is not finite or |x| > LONG_SUM_MAX; false
 * as well when the sum is out of range, and then of no more use. */
extern bool long_sum_add(LongSum *sum, double x);

/* Adds both parts; false as long_sum_add(). */
extern bool long_sum_add_twofold(LongSum *sum, Twofold x);

/* Adds 'other'; false on overflow, after which the sum is of no more use. */
extern bool long_sum_merge(LongSum *sum, const LongSum *other);

/* The sum: the double nearest to it, and the one nearest to the rest. */
extern Twofold long_sum_value(const LongSum *sum);

/*
 * An image, the same on every machine: the place of the first limb that is not
 * zero, the number of limbs from there to the last that is more than sign, and
 * these, little-endian.  long_sum_write() returns the bytes written, at most
 * LONG_SUM_BYTES; long_sum_read() the bytes read, or 0 when they are no image
 * that lies within 'available' bytes, and then leaves 'sum' undefined.
 */
extern size_t long_sum_write(const LongSum *sum, unsigned char *out);
extern size_t
long_sum_read(LongSum *sum, const unsigned char *in, size_t available);

#endif
