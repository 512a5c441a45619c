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
	/* of a multinomial model, which has 'base' count label 1 for every row and
	 * decision 1 for those decided as labelled: the tables of each class
	 * against all others; else 0 and NULL */
	uint32_t n_classes;
	FairCells *base_classes; /* [data->n_base_groups][n_classes] */
} Certificate;

/* Scores every row of a part. */
extern NumStatus
train_certify(NumArena *arena, const Dataset *data, const Model *model,
              DataPart part, NumMonitor *monitor, Certificate *certificate);

/*
 * Processes that divide the training rows among them.  Each walks over some of
 * the blocks (certificate_walk.h), in any order.
 */
typedef struct CertificateTeam CertificateTeam;
struct CertificateWalk;
struct ScoredRows;
struct CertificateTeam
{
	/* room for scored rows that all processes see, and as much again, until the
	 * next call; NULL: there is none, and the caller has to walk alone */
	char *(*room)(CertificateTeam *team, size_t bytes);
	/* completes 'walk', the caller's own, whose scored rows lie in that room */
	NumStatus (*walk)(CertificateTeam *team, const Dataset *data,
	                  const Model *model, struct CertificateWalk *walk,
	                  NumMonitor *monitor);
	/* certificate_auc() of all rows in that room, by another process: false when
	 * none is there; and its result, after which the rows are lost */
	bool (*begin_auc)(CertificateTeam *team, const struct ScoredRows *rows,
	                  double magnet);
	NumStatus (*end_auc)(CertificateTeam *team, double *auc);
	void *host;
};

/* The certificates of both parts; the second one may be NULL. */
typedef struct CertificatePair
{
	Certificate *train;
	Certificate *held_out;
} CertificatePair;

/* Scores both parts, together with a team (or NULL) where it can: models that
 * decide, without names that only the caller knows. */
extern NumStatus
train_certify_together(NumArena *arena, const Dataset *data, const Model *model,
                       CertificateTeam *team, NumMonitor *monitor,
                       CertificatePair parts);

/* The same of the training rows, each scored by the model of its fold:
 * 'models' [data->n_folds], none of which is to have seen its own fold.  They
 * have no thresholds by group. */
extern NumStatus
train_certify_folds(NumArena *arena, const Dataset *data,
                    const Model *const *models, NumMonitor *monitor,
                    Certificate *certificate);

/* Confusion tables of one attribute's groups from those of the base groups;
 * 'groups' has room for attribute->n_groups. */
extern void
certificate_groups(const Dataset *data, const DataAttribute *attribute,
                   const FairCells *base, FairCells *groups);

/* certificate_number.c: the part of train_certify() that is about models which
 * predict numbers; the arrays of the certificate are there. */
extern NumStatus
certificate_of_numbers(NumArena *arena, const Dataset *data, const Model *model,
                       NumMonitor *monitor, Certificate *certificate);

/* Likewise, that of train_certify_folds(). */
extern NumStatus
certificate_of_number_folds(NumArena *arena, const Dataset *data,
                            const Model *const *models, NumMonitor *monitor,
                            Certificate *certificate);

/* certificate_class.c: the part that is about multinomial models. */
extern NumStatus
certificate_of_classes(NumArena *arena, const Dataset *data, const Model *model,
                       NumMonitor *monitor, Certificate *certificate);

/* Confusion tables of one class against all others, of one attribute's groups;
 * 'groups' has room for attribute->n_groups. */
extern void
certificate_classes(const Dataset *data, const DataAttribute *attribute,
                    const Certificate *certificate, uint32_t class,
                    FairCells *groups);

/* Errors of one attribute's groups from those of the base groups. */
extern void
certificate_errors(const Dataset *data, const DataAttribute *attribute,
                   const FairErrors *base, FairErrors *groups);

/* The same of their losses. */
extern void
certificate_losses(const Dataset *data, const DataAttribute *attribute,
                   const FairLoss *base, FairLoss *groups);

#endif
