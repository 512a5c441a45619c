/*
 * team_worker.c
 *    What a worker process of a team does.
 *
 * It has no other state than its plan, which it makes from an image of the
 * dataset.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"

#include "data/finish_team.h"
#include "num/blas.h"
#include "pg/args.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/train/shared_rows.h"
#include "pg/train/team_private.h"
#include "train/certificate_walk.h"

typedef struct Worker
{
	TeamShared *shared;
	SharedRows *rows;
	NumArena arena;
	NumMonitor monitor;
	Dataset *data;
	LinearPlan *plan;
} Worker;

/* What is asked of model 'm'. */
static TeamRequest *
read_request(const Worker *worker, uint32 m, LinearRequest *request)
{
	char *first = dsa_get_address(worker->rows->area, worker->shared->request);
	TeamArrays arrays;
	size_t bytes = team_lay_request(worker->plan, NULL, &arrays);
	TeamRequest *asked = (TeamRequest *) (first + m * bytes);

	team_lay_request(worker->plan, asked, &arrays);
	*request = asked->request;
	request->coef = arrays.coef;
	request->cell_curvature = asked->has_curvature ? arrays.curvature : NULL;
	request->cell_factor = asked->has_factor ? arrays.factor : NULL;
	request->cell_loss_curvature =
		asked->has_loss_curvature ? arrays.loss_curvature : NULL;
	return asked;
}

/* The scalars of sums, which are in no array, go behind the arrays. */
static void
write_scalars(char *end, const LinearSums *sums)
{
	memcpy(end - sizeof(LinearSums), sums, sizeof(LinearSums));
}

static NumStatus
worker_pass_many(Worker *worker, uint32 n)
{
	TeamShared *shared = worker->shared;
	char *memory = dsa_get_address(worker->rows->area, shared->many);
	LinearRequest requests[LINEAR_MANY];
	LinearSums all[LINEAR_MANY];
	LinearSums *sums[LINEAR_MANY];
	TeamRequest *asked = NULL;
	uint32 n_blocks;
	NumStatus status;

	memory += (size_t) ParallelWorkerNumber * LINEAR_MANY * shared->many_bytes;
	for (uint32 m = 0; m < n; m++)
	{
		asked = read_request(worker, m, &requests[m]);
		sums[m] = &all[m];
		linear_sums_lay(worker->plan, false, false, asked->has_losses, sums[m],
		                memory + m * shared->many_bytes);
	}
	n_blocks = linear_n_blocks(worker->plan, requests);
	status = linear_many_begin(worker->plan, requests, n);
	while (status == NUM_OK)
	{
		uint32 b = pg_atomic_fetch_add_u32(&shared->next_block, 1);

		if (b >= n_blocks)
			break;
		status = linear_many_block(worker->plan, requests, b, &worker->monitor);
	}
	if (status == NUM_OK)
		linear_many_take(worker->plan, n, sums);
	for (uint32 m = 0; m < n && status == NUM_OK; m++)
		write_scalars(memory + (m + 1) * shared->many_bytes, sums[m]);
	return status;
}

static NumStatus
worker_pass(Worker *worker)
{
	TeamShared *shared = worker->shared;
	LinearRequest request;
	TeamRequest *asked = read_request(worker, 0, &request);
	char *memory = dsa_get_address(worker->rows->area, shared->sums);
	LinearSums sums;
	uint32 n_blocks;
	NumStatus status;

	linear_sums_lay(worker->plan, asked->has_hessian, asked->has_jacobian,
	                asked->has_losses, &sums,
	                memory +
	                    (size_t) ParallelWorkerNumber * shared->sums_bytes);
	n_blocks = linear_n_blocks(worker->plan, &request);
	status = linear_begin(worker->plan, &request, &sums);
	while (status == NUM_OK)
	{
		uint32 b = pg_atomic_fetch_add_u32(&shared->next_block, 1);

		if (b >= n_blocks)
			break;
		status =
			linear_block(worker->plan, &request, b, &worker->monitor, &sums);
	}
	write_scalars(memory +
	                  (size_t) (ParallelWorkerNumber + 1) * shared->sums_bytes,
	              &sums);
	return status;
}

static NumStatus
worker_certify(Worker *worker)
{
	TeamShared *shared = worker->shared;
	dsa_area *area = worker->rows->area;
	MemoryContext context = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg certificate", ALLOCSET_DEFAULT_SIZES);
	uint32 n_blocks = worker->data->part[DATA_TRAIN].n_blocks;
	char *sums = dsa_get_address(area, shared->walk);
	WalkRoom room;
	NumArena arena;
	Model *model;
	CertificateWalk *walk;
	const char *field;
	NumStatus status;

	room.sums = sums + (size_t) ParallelWorkerNumber * shared->walk_bytes;
	room.scored =
		shared_rows_exchange.piece(&worker->rows->arena, shared->scored);
	host_arena_init(&arena, context, 0);
	status =
		model_decode(&arena, dsa_get_address(area, shared->model),
	                 shared->model_bytes, &worker->monitor, &model, &field);
	if (status == NUM_OK)
		status = certificate_walk_begin(&arena, worker->data, model, DATA_TRAIN,
		                                room, &walk);
	while (status == NUM_OK)
	{
		uint32 b = pg_atomic_fetch_add_u32(&shared->next_block, 1);

		if (b >= n_blocks)
			break;
		status = certificate_walk_block(walk, b, &worker->monitor);
	}
	MemoryContextDelete(context);
	return status;
}

/* One worker is enough; the others have nothing to do. */
static NumStatus
worker_auc(Worker *worker)
{
	TeamShared *shared = worker->shared;
	ScoredRows rows = shared->auc_of;

	if (pg_atomic_fetch_add_u32(&shared->next_block, 1) > 0)
		return NUM_OK;
	rows.rows =
		shared_rows_exchange.piece(&worker->rows->arena, shared->scored);
	rows.spare = rows.rows + rows.n * scored_row_bytes(rows.weighted);
	return certificate_auc(&rows, shared->auc_magnet, &worker->monitor,
	                       &shared->auc);
}

static NumStatus
worker_task(Worker *worker)
{
	switch (worker->shared->task)
	{
		case TEAM_PASS:
			return worker_pass(worker);
		case TEAM_PASS_MANY:
			return worker_pass_many(worker, worker->shared->n_models);
		case TEAM_CERTIFY:
			return worker_certify(worker);
		case TEAM_AUC:
			return worker_auc(worker);
	}
	return NUM_BAD_ARGUMENT;
}

static uint32
read_pass(TeamShared *shared)
{
	uint32 pass;

	SpinLockAcquire(&shared->lock);
	pass = shared->pass;
	SpinLockRelease(&shared->lock);
	return pass;
}

/* From now on the leader counts on this worker; the result is the number of
 * the last pass that it has missed. */
static uint32
join_team(TeamShared *shared)
{
	uint32 pass;

	SpinLockAcquire(&shared->lock);
	pass = shared->pass;
	shared->joined[ParallelWorkerNumber] = true;
	SpinLockRelease(&shared->lock);
	return pass;
}

/* Waits for a pass after number 'last'. */
static uint32
next_pass(TeamShared *shared, uint32 last)
{
	uint32 pass = read_pass(shared);

	if (pass != last)
		return pass;
	ConditionVariablePrepareToSleep(&shared->wanted);
	while ((pass = read_pass(shared)) == last)
		ConditionVariableTimedSleep(&shared->wanted, TEAM_NAP_MS,
		                            PG_WAIT_EXTENSION);
	ConditionVariableCancelSleep();
	return pass;
}

/* What a worker may find to do before there is a dataset. */
typedef enum TeamCall
{
	TEAM_NOTHING,
	TEAM_FINISH,  /* take part in making one */
	TEAM_DATASET, /* there is one */
	TEAM_END
} TeamCall;

/* What there is to do after call 'last'; the leader waits for who has been told
 * to take part. */
static TeamCall
look_for_call(TeamShared *shared, uint32 last)
{
	TeamCall found = TEAM_NOTHING;

	SpinLockAcquire(&shared->lock);
	if (shared->pass == TEAM_STOP)
		found = TEAM_END;
	else if (DsaPointerIsValid(shared->image))
		found = TEAM_DATASET;
	else if (shared->finish_open && shared->finish_call != last)
	{
		found = TEAM_FINISH;
		shared->n_finishing++;
	}
	SpinLockRelease(&shared->lock);
	return found;
}

static TeamCall
wait_for_call(TeamShared *shared, uint32 last)
{
	TeamCall found;

	ConditionVariablePrepareToSleep(&shared->wanted);
	while ((found = look_for_call(shared, last)) == TEAM_NOTHING)
		ConditionVariableTimedSleep(&shared->wanted, TEAM_NAP_MS,
		                            PG_WAIT_EXTENSION);
	ConditionVariableCancelSleep();
	return found;
}

/* See FinishTeam. */
static uint32_t
worker_take(FinishTeam *finishing)
{
	TeamShared *shared = finishing->host;

	return pg_atomic_fetch_add_u32(&shared->next_block, 1);
}

/* Tells the leader that this worker has done its part. */
static void
report_done(TeamShared *shared, NumStatus status)
{
	if (status != NUM_OK)
		pg_atomic_write_u32(&shared->status, (uint32) status);
	pg_write_barrier();
	pg_atomic_fetch_add_u32(&shared->n_done, 1);
	ConditionVariableSignal(&shared->done);
}

/* Takes part in making the dataset; false when there will be none. */
static bool
help_to_finish(Worker *worker)
{
	TeamShared *shared = worker->shared;
	FinishTeam finishing = { .exchange = &shared_rows_exchange,
		                     .take = worker_take,
		                     .host = shared };
	uint32 last = 0;
	TeamCall call;

	while ((call = wait_for_call(shared, last)) == TEAM_FINISH)
	{
		NumArena *rows = &worker->rows->arena;
		char *image = shared_rows_exchange.piece(rows, shared->finish_image);

		last = shared->finish_call;
		report_done(shared, data_finish_help(&worker->arena, rows, &finishing,
		                                     (unsigned char *) image,
		                                     image + shared->finish_room,
		                                     &worker->monitor));
	}
	return call == TEAM_DATASET;
}

/* The plan of the passes over a dataset. */
static void
make_plan(Worker *worker)
{
	const char *path = setting_string("fairpg.blas_library");
	const char *reason;

	if (!worker->shared->own_kernels)
		(void) blas_load(path != NULL && path[0] != '\0' ? path : NULL,
		                 &reason);
	report_status(
		data_import(&worker->arena, &worker->rows->arena, &shared_rows_exchange,
	                dsa_get_address(worker->rows->area, worker->shared->image),
	                &worker->data),
		NULL, "training");
	report_status(linear_plan(&worker->arena, worker->data,
	                          worker->shared->own_kernels, &worker->plan),
	              NULL, "training");
}

/* What a worker process does. */
extern FAIRPG_EXPORT void fairpg_team_main(dsm_segment *segment, shm_toc *toc);
void
fairpg_team_main(dsm_segment *segment, shm_toc *toc)
{
	Worker worker = { .shared = shm_toc_lookup(toc, TEAM_KEY, false) };
	uint32 pass;

	worker.rows = shared_rows_attach(worker.shared->rows);
	host_arena_init(&worker.arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&worker.monitor);
	if (!help_to_finish(&worker))
		return;
	make_plan(&worker);
	pass = join_team(worker.shared);
	while (pass != TEAM_STOP &&
	       (pass = next_pass(worker.shared, pass)) != TEAM_STOP)
		report_done(worker.shared, worker_task(&worker));
}
