/*
 * association.h
 *    How much one thing about a row tells of another, from counts.
 *
 * Measures are corrected for bias: of things that have nothing to do with each
 * other they are 0 on average (before what is below 0 is cut off), however
 * many values either has.  The intervals come from the variance of the
 * influence of a row (the delta method), taken to be in proportion to the square
 * of the measure, to which the variance in case of no association is added: so
 * they are too short neither near 0, where the first vanishes, nor far from it.
 *
 * References: Cramer, Mathematical Methods of Statistics (1946); Bergsma,
 * Journal of the Korean Statistical Society 42 (2013), for the correction;
 * Bishop, Fienberg and Holland, Discrete Multivariate Analysis (1975), 11.3,
 * for the variance; Kelley, PNAS 21 (1935), for epsilon squared; Goodman and
 * Kruskal, JASA 49 (1954), for lambda.
 */
#ifndef FAIRPG_FAIR_ASSOCIATION_H
#define FAIRPG_FAIR_ASSOCIATION_H

#include <stddef.h>
#include <stdint.h>

typedef struct FairAssociation
{
	double value; /* NaN: one of both is constant, or there are too few rows */
	double low;
	double high;
} FairAssociation;

typedef struct FairTable
{
	size_t rows;
	size_t columns;
	const uint64_t *count; /* [rows][columns] */
	double *scratch;       /* [2 * (rows + columns)] to be written to */
} FairTable;

/*
 * Cramer's V, corrected, of a table of counts, from 0 to 1.  Rows and columns
 * without counts are as if they were not there.  NaN where fewer than two rows
 * or columns have counts, or no more rows than that were counted.
 */
extern void
fair_cramers_v(const FairTable *table, double level, FairAssociation *v);

/* A group of numbers, each less one value that all groups share and that lies
 * amid them. */
typedef struct FairMoments
{
	double n;
	double sum;
	double squares;
	double cubes;
	double fourths;
} FairMoments;

/*
 * The correlation ratio eta of numbers in groups, corrected: the square root of
 * epsilon squared, from 0 to 1.  Groups without numbers are as if they were not
 * there.  NaN where fewer than two groups have numbers, all numbers are equal,
 * or there are no more numbers than groups.
 */
extern void fair_correlation_ratio(const FairMoments *groups, size_t n,
                                   double level, FairAssociation *eta);

/*
 * Goodman and Kruskal's lambda, of two columns of codes below 'codes' of 'n'
 * rows: by what share knowing 'a' makes fewer errors of guessing 'b'.  'order'
 * [n] lists the rows by their code of a, and 'seen' [codes] is scratch.  NaN
 * where b is constant.
 */
typedef struct FairCodes
{
	const uint32_t *a;
	const uint32_t *b;
	const uint32_t *order;
	size_t n;
	size_t codes;
} FairCodes;

extern double fair_lambda(const FairCodes *pair, uint32_t *seen);

#endif
