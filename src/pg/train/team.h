/*
 * team.h
 *    Worker processes that make the passes and the certificate of a training
 *    together with the leader.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_TRAIN_TEAM_H
#define FAIRPG_PG_TRAIN_TEAM_H

#include "data/dataset.h"
#include "data/finish_team.h"
#include "model/linear.h"
#include "pg/train/shared_rows.h"
#include "train/certificate.h"

typedef struct Team Team;

/*
 * Starts up to 'n_workers' processes for rows that lie in 'rows', in
 * CurrentMemoryContext; they come while the leader does other things.  The
 * transaction is in parallel mode until team_end(), so that nobody can write; an
 * error ends the workers with it.  NULL when no process was to be had.
 */
extern Team *team_launch(SharedRows *rows, int n_workers);

/* For making a dataset of these rows. */
extern FinishTeam *team_of_finishing(Team *team);

/* Gives them that dataset; nothing else can be asked of them before. */
extern void team_begin(Team *team, const Dataset *data, bool own_kernels);

/* For settings of a training. */
extern LinearTeam *team_of_passes(Team *team);

/* For certificates of what it has brought. */
extern CertificateTeam *team_of_certificates(Team *team);

/* How many workers there are. */
extern int team_size(const Team *team);

/* Whether all of them have come, and so see the rows: who lets go of these now,
 * leaves it to them to give back the memory. */
extern bool team_is_complete(const Team *team);

/* Lets the workers go, who need some milliseconds for that; the second one waits
 * until they have gone. */
extern void team_dismiss(Team *team);
extern void team_end(Team *team);

#endif
