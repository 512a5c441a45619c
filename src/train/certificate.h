/*
 * certificate.h
 *    What a stored model does to the rows of one part, recomputed.
 *
 * The certificate uses the scoring code that predict() uses and nothing of
 * the optimiser: no kernel, no smooth rates, no sums of a pass.
 */
#ifndef FAIRPG_TRAIN_CERTIFICATE_H
#define FAIRPG_TRAIN_CERTIFICATE_H

#include "data/dataset.h"
#include "fair/cells.h"
#include "fair/errors.h"
#include "fair/loss.h"
#include "model/model.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct Certificate
{
	DataPart part;
	uint64_t rows;
	double weight;
	double loss;           /* mean log-loss, nats; or mean squared error */
	double accuracy;       /* weighted share of right decisions */
	double auc;            /* NaN with one class; ties count one half */
	double positive_share; /* weighted share of decisions that are 1 */
	FairCells *base;       /* [data->n_base_groups] */
	FairLoss *base_loss;   /* [data->n_base_groups] */
	/* of a model that predicts numbers, which has neither decisions nor the
	 * figures of them (all NaN, and all 0); else NULL */
	FairErrors *base_errors; /* [data->n_base_groups] */
	/* of a mixture, whose score is the mean probability: the same confusion
	 * tables, rows aside, of the expected decisions; else NULL */
	FairCells *base_expected;
} Certificate;

/* Scores every row of a part. */
extern NumStatus
train_certify(NumArena *arena, const Dataset *data, const Model *model,
              DataPart part, NumMonitor *monitor, Certificate *certificate);

/* Confusion tables of one attribute's groups from those of the base groups;
 * 'groups' has room for attribute->n_groups. */
extern void
certificate_groups(const Dataset *data, const DataAttribute *attribute,
                   const FairCells *base, FairCells *groups);

/* certificate_number.c: train_certify() of a model that predicts numbers. */
extern NumStatus
certify_numbers(NumArena *arena, const Dataset *data, const Model *model,
                DataPart part, NumMonitor *monitor, Certificate *certificate);

/* Errors of one attribute's groups from those of the base groups. */
extern void
certificate_errors(const Dataset *data, const DataAttribute *attribute,
                   const FairErrors *base, FairErrors *groups);

/* The same of their losses. */
extern void
certificate_losses(const Dataset *data, const DataAttribute *attribute,
                   const FairLoss *base, FairLoss *groups);

#endif
