/*
 * sweep.h
 *    What would be decided at each of many thresholds, from an image of scores
 *    (fair/scores.h) that fair_scores_valid() accepts.
 */
#ifndef FAIRPG_FAIR_SWEEP_H
#define FAIRPG_FAIR_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "fair/cells.h"

/*
 * Thresholds at 'steps' quantiles of the scores by weight, 1 / (steps + 1) to
 * steps / (steps + 1), rows without a label too: each lies midway between two
 * scores that follow each other, where the share below is nearest to the
 * quantile.  Writes them upwards to 'thresholds', which has room for 'steps',
 * each once, and returns their number: less than 'steps' where there are few
 * scores, 0 with one.  No pooled scores lie on both sides of one.
 */
extern size_t
fair_sweep_thresholds(const uint8_t *image, size_t steps, double *thresholds);

/*
 * The confusion table of "score >= threshold" for each of 'n' thresholds, which
 * rise.  Where a threshold goes through scores that were pooled, they count by
 * the least of them.  O(entries + n).
 */
extern void fair_sweep_cells(const uint8_t *image, const double *thresholds,
                             size_t n, FairCells *cells);

#endif
