/*
 * early_stop.h
 *    When a search has gone on long enough without its metric getting better.
 *
 * A rule looks at the log rows of a search.  It begins anew with every phase,
 * since figures of a sample and of all rows are not to be compared.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_EARLY_STOP_H
#define FAIRPG_TRAIN_EARLY_STOP_H

#include "train/train.h"

typedef struct EarlyStop
{
	const TrainEarlyStop *rule; /* NULL: none, and the rest is not used */
	const char *phase;          /* of the last row seen; NULL: none */
	double best;                /* metric of the last row that was better */
	double least_violation;     /* likewise, where no row has kept the bounds */
	bool has_kept;              /* a row of this phase has kept them */
	int since;                  /* rows since one was better */
	bool stops;                 /* patience is at its end in this phase */
} EarlyStop;

/* A rule that has seen nothing; none when the settings ask for none. */
extern void
early_stop_begin(const TrainSettings *settings, EarlyStop *early_stop);

/*
 * Looks at one more row; 'violation' as rates_judge() has it.  A row is better
 * when its metric is smaller than that of the last better one by more than
 * min_delta.  Losses of rows that do not keep the bounds are no merit: until
 * one keeps them, a row is better that comes closer, then only rows count
 * that keep them.
 */
extern void
early_stop_see(EarlyStop *early_stop, const TrainLog *row, double violation);

/* Whether the rule also says which iterate is the answer: where no bound
 * does. */
extern bool early_stop_chooses(const TrainSettings *settings);

/* "patience on gap", ... */
extern const char *early_stop_reason(const TrainEarlyStop *rule);

#endif
