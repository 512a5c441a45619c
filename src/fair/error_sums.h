/*
 * error_sums.h
 *    Errors of predicted numbers that can be stored, sent and merged.
 *
 * Sums over rows of powers of label, prediction and error, each of them exact
 * (num/long_sum.h): any order of rows, any split and any merge give the same
 * bytes.  Squares are kept to all their digits, so that the variance of labels
 * of 1e9 that differ by 1 is right as well.
 *
 * The image:
 *
 *     bytes 0-23   rows with label and prediction, rows without a label, rows
 *                  with a label but without a prediction; 64 bits,
 *                  little-endian
 *     then         FAIR_ERROR_SUMS images of long_sum.h
 *
 * Nothing here allocates.
 */
#ifndef FAIRPG_FAIR_ERROR_SUMS_H
#define FAIRPG_FAIR_ERROR_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fair/errors.h"
#include "num/long_sum.h"
#include "num/status.h"

#define FAIR_ERROR_SUMS 13

/* Largest magnitude of a label or prediction: beyond any float4. */
#define FAIR_MAX_NUMBER 0x1p128

#define FAIR_ERROR_SUMS_BYTES (24 + FAIR_ERROR_SUMS * LONG_SUM_BYTES)

/* All 0: no rows. */
typedef struct FairErrorSums
{
	uint64_t rows;
	uint64_t unlabelled_rows;
	uint64_t unpredicted_rows;
	LongSum sum[FAIR_ERROR_SUMS]; /* over 'rows' alone */
} FairErrorSums;

/* Counts a row; 'label' or 'prediction' is NULL where there is none, and at most
 * FAIR_MAX_NUMBER otherwise; 'weight' is in (0, 2^32].  NUM_TOO_LARGE on
 * overflow, after which the sums are of no more use. */
extern NumStatus fair_error_sums_add(FairErrorSums *sums, const double *label,
                                     const double *prediction, double weight);

/* Adds the rows of 'from'; as fair_error_sums_add(). */
extern NumStatus
fair_error_sums_merge(FairErrorSums *sums, const FairErrorSums *from);

/* The sums as numbers, taken from the mean label. */
extern void fair_error_sums_read(const FairErrorSums *sums, FairErrors *errors);

/* Writes the image, of at most FAIR_ERROR_SUMS_BYTES; returns its length. */
extern size_t
fair_error_sums_write(const FairErrorSums *sums, unsigned char *image);

/* Reads an image from anybody; false unless it is one of 'n_bytes'. */
extern bool fair_error_sums_take(FairErrorSums *sums,
                                 const unsigned char *image, size_t n_bytes);

#endif
