/*
 * team_private.h
 *    What the leader of a team and its workers have in common.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_TRAIN_TEAM_PRIVATE_H
#define FAIRPG_PG_TRAIN_TEAM_PRIVATE_H

#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/spin.h"
#include "utils/dsa.h"

#include "model/linear_many.h"
#include "train/certificate_auc.h"

#define TEAM_KEY UINT64CONST(0x6661697270670001)

/* longest sleep between looks at the world */
#define TEAM_NAP_MS 1000

#define TEAM_MOST_WORKERS 64

/* instead of the number of a pass */
#define TEAM_STOP PG_UINT32_MAX

/* What a pass is asked for, and where; arrays follow in the order of
 * lay_request(). */
typedef struct TeamRequest
{
	LinearRequest request; /* its pointers are the leader's */
	bool has_curvature;
	bool has_factor;
	bool has_loss_curvature;
	bool has_hessian; /* the sums have room for these */
	bool has_jacobian;
	bool has_losses;
} TeamRequest;

/* Where its arrays lie. */
typedef struct TeamArrays
{
	double *coef;
	double *curvature;
	double *factor;
	double *loss_curvature;
} TeamArrays;

/* What is to be done with the blocks. */
typedef enum TeamTask
{
	TEAM_PASS,      /* linear_pass() */
	TEAM_PASS_MANY, /* linear_pass_many() */
	TEAM_CERTIFY,   /* a walk of train_certify() */
	TEAM_AUC        /* the area under the curve of what it has scored: by one
	                 * worker, while the leader does something else */
} TeamTask;

typedef struct TeamShared
{
	dsa_handle rows;
	dsa_pointer image; /* of the dataset, when there is one: behind the lock */
	bool own_kernels;

	TeamTask task;
	dsa_pointer request; /* LINEAR_MANY times a TeamRequest and its arrays */
	uint32 n_models;     /* of linear_pass_many() */
	dsa_pointer sums;    /* of worker w at w * sums_bytes */
	size_t sums_bytes;
	dsa_pointer
		many; /* of worker w and model m at (w * MANY + m) * many_bytes */
	size_t many_bytes;

	dsa_pointer model; /* as it will be stored */
	size_t model_bytes;
	uint64 scored;    /* rows, by the name that they have in the area */
	dsa_pointer walk; /* sums of worker w at w * walk_bytes */
	size_t walk_bytes;
	ScoredRows
		auc_of; /* its pointers are nobody's: rows lie at 'scored', and as
	                    * much room behind them */
	double auc_magnet;
	double auc;

	uint64 finish_image; /* see FinishTeam; by its name in the area */
	size_t finish_room;  /* lies so many bytes behind it */
	uint32 finish_call;  /* its number, from 1 */
	bool finish_open;    /* workers may still come to it */
	uint32 n_finishing;  /* that have come */

	slock_t lock; /* of the image, what is above, and the next two */
	uint32 pass;  /* its number; TEAM_STOP: no more */
	bool joined
		[TEAM_MOST_WORKERS]; /* worker w takes part in the passes to come */

	pg_atomic_uint32 next_block; /* to be taken */
	pg_atomic_uint32 n_done;     /* workers that have finished the pass */
	pg_atomic_uint32 status;     /* of any worker that failed, else NUM_OK */
	ConditionVariable wanted;
	ConditionVariable done;
} TeamShared;

/* The bytes of all; those of the next model lie behind them. */
static inline size_t
team_lay_request(const LinearPlan *plan, TeamRequest *request,
                 TeamArrays *arrays)
{
	size_t vector = linear_stride(plan) * sizeof(double);
	size_t cells = linear_n_cells(plan) * sizeof(double);
	char *at = (char *) request + MAXALIGN(sizeof(TeamRequest));

	arrays->coef = (double *) at;
	arrays->curvature = (double *) (at + vector);
	arrays->factor = (double *) (at + vector + cells);
	arrays->loss_curvature = (double *) (at + vector + 2 * cells);
	return MAXALIGN(sizeof(TeamRequest)) + vector + 3 * cells;
}

#endif
