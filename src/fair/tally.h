/*
 * tally.h
 *    A confusion table that can be stored, sent and merged.
 *
 * A tally is an image: bytes in one fixed order and endianness, which are
 * the table in memory, on disk and on the wire.  The counts of rows are
 * integers and the sums of weights are exact (num/exact_sum.h), so whatever
 * the order of rows and however they were split before merging, the bytes
 * are the same.
 *
 *     byte 0       1 when some row had a weight other than 1, else 0
 *     bytes 1-7    zero
 *     bytes 8-63   seven counts of rows, 64 bits, little-endian:
 *                  (label 0, decision 0), (0, 1), (1, 0), (1, 1),
 *                  (label NULL, decision 0), (NULL, 1), decision NULL
 *     bytes 64-351 only when byte 0 is 1: twelve exact sums, the weights of
 *                  the first six counts and then their squares
 *
 * Nothing here allocates.
 */
#ifndef FAIRPG_FAIR_TALLY_H
#define FAIRPG_FAIR_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fair/cells.h"
#include "num/status.h"

#define FAIR_TALLY_PLAIN_BYTES 64
#define FAIR_TALLY_WEIGHTED_BYTES 352

/* Largest weight of a row: its square is the most an exact sum takes. */
#define FAIR_MAX_WEIGHT 4294967296.0

/* Smallest weight above zero: its square is about the least that an exact sum
 * still sees. */
#define FAIR_MIN_WEIGHT 1e-14

/* Which count a row goes to: label and decision 0, 1, or below 0 for NULL. */
extern int fair_tally_cell(int label, int decision);

/* An empty tally without weights, FAIR_TALLY_PLAIN_BYTES long. */
extern void fair_tally_clear(uint8_t *image);

extern bool fair_tally_weighted(const uint8_t *image);
extern size_t fair_tally_bytes(const uint8_t *image);

/* Writes the same table with room for weights to 'wide', which has
 * FAIR_TALLY_WEIGHTED_BYTES and may not overlap. */
extern void fair_tally_widen(const uint8_t *image, uint8_t *wide);

/* Counts a row.  NUM_BAD_ARGUMENT, and nothing counted, when the weight is
 * not 1 and the tally has no room for weights; NUM_TOO_LARGE on overflow.
 * 'weight' is in (0, FAIR_MAX_WEIGHT]. */
extern NumStatus fair_tally_add(uint8_t *image, int cell, double weight);

/* Adds another tally.  NUM_BAD_ARGUMENT when only the other one is weighted;
 * NUM_TOO_LARGE on overflow, after which 'image' is of no more use. */
extern NumStatus fair_tally_merge(uint8_t *image, const uint8_t *other);

/* True when 'image' is a tally that lies within 'available' bytes; every
 * other function here may then be called on it, whatever its values. */
extern bool fair_tally_valid(const uint8_t *image, size_t available);

/* The tally as numbers. */
extern void fair_tally_cells(const uint8_t *image, FairCells *cells);

#endif
