/*
 * team.c
 *    Worker processes that make the passes of a training together with the
 *    leader.
 *
 * Parallel workers of the server are started once and wait for passes.  The
 * leader writes down what a pass is asked for, and raises the number of the
 * pass; everybody, the leader too, takes blocks from a common counter until
 * there are none, and adds up in memory of its own; when all workers have said
 * that they are done the leader adds their sums to its own.  Sums are the same
 * in any order (model/linear.h), so nothing needs to be fixed about who takes
 * which block.
 *
 * A dataset is made likewise, of pieces that are not blocks only.  Workers come to
 * that when they can: as long as there is something to be taken.
 *
 * The rows of a certificate are walked over likewise; and what follows from them
 * is computed by a worker, while the leader looks at other rows.
 *
 * Processes are started before there is a dataset, since they take as long to
 * come as it takes to make one.
 *
 * All of that lies in the shared memory area of the rows.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"

#include "pg/host.h"
#include "pg/report.h"
#include "pg/train/team.h"
#include "pg/train/team_private.h"
#include "train/certificate_walk.h"

struct Team
{
	FinishTeam finishing;
	LinearTeam passes;
	CertificateTeam certificates;
	ParallelContext *context;
	TeamShared *shared;
	SharedRows *rows;
	int n_workers;
	uint32 pass;
	bool called[TEAM_MOST_WORKERS]; /* for this pass */
	uint32 n_called;
	LinearSums *sums; /* [n_workers] headers of their sums */
	bool has_hessian; /* of the room that they have */
	bool has_jacobian;
	bool has_losses;
	bool many_has_losses;
	char *scored; /* room of the certificates; NULL: none */
	size_t scored_bytes;
	void *finish_memory; /* the image, and the room behind it */
	size_t finish_bytes;
	bool is_dismissed;
};

/* Room in the area of the rows, for which not even a page may be left. */
static dsa_pointer
allocate(dsa_area *area, size_t bytes)
{
	ErrorContextCallback hint;
	dsa_pointer room;

	shared_rows_hint_begin(&hint);
	room = dsa_allocate_extended(area, bytes, DSA_ALLOC_HUGE);
	shared_rows_hint_end(&hint);
	return room;
}

/* Memory for the sums of all workers, as large as this pass needs it. */
static void
make_room(Team *team, const LinearPlan *plan, const LinearSums *own)
{
	TeamShared *shared = team->shared;
	dsa_area *area = team->rows->area;
	bool hessian = team->has_hessian || own->hessian != NULL;
	bool jacobian = team->has_jacobian || own->cell_jacobian != NULL;
	bool losses = team->has_losses || own->cell_loss != NULL;
	char *memory;

	if (DsaPointerIsValid(shared->sums) && hessian == team->has_hessian &&
	    jacobian == team->has_jacobian && losses == team->has_losses)
		return;
	if (DsaPointerIsValid(shared->sums))
		dsa_free(area, shared->sums);
	shared->sums_bytes =
		linear_sums_lay(plan, hessian, jacobian, losses, &team->sums[0], NULL) +
		MAXALIGN(sizeof(LinearSums));
	shared->sums =
		allocate(area, shared->sums_bytes * (size_t) team->n_workers);
	memory = dsa_get_address(area, shared->sums);
	for (int w = 0; w < team->n_workers; w++)
		linear_sums_lay(plan, hessian, jacobian, losses, &team->sums[w],
		                memory + (size_t) w * shared->sums_bytes);
	team->has_hessian = hessian;
	team->has_jacobian = jacobian;
	team->has_losses = losses;
}

/* The same for a pass of several models. */
static void
make_room_for_many(Team *team, const LinearPlan *plan, bool losses)
{
	TeamShared *shared = team->shared;
	dsa_area *area = team->rows->area;
	LinearSums laid;

	if (DsaPointerIsValid(shared->many) && losses == team->many_has_losses)
		return;
	if (DsaPointerIsValid(shared->many))
		dsa_free(area, shared->many);
	shared->many_bytes =
		linear_sums_lay(plan, false, false, losses, &laid, NULL) +
		MAXALIGN(sizeof(LinearSums));
	shared->many = allocate(area, shared->many_bytes * LINEAR_MANY *
	                                  (size_t) team->n_workers);
	team->many_has_losses = losses;
}

/* Writes down what is asked of model 'm'. */
static void
write_request(Team *team, const LinearPlan *plan, uint32 m,
              const LinearRequest *request)
{
	TeamShared *shared = team->shared;
	dsa_area *area = team->rows->area;
	TeamArrays arrays;
	size_t bytes = team_lay_request(plan, NULL, &arrays);
	TeamRequest *to;
	size_t vector = linear_stride(plan) * sizeof(double);
	size_t cells = linear_n_cells(plan) * sizeof(double);

	if (!DsaPointerIsValid(shared->request))
		shared->request = allocate(area, LINEAR_MANY * bytes);
	to = (TeamRequest *) ((char *) dsa_get_address(area, shared->request) +
	                      m * bytes);
	team_lay_request(plan, to, &arrays);
	to->request = *request;
	to->has_curvature = request->cell_curvature != NULL;
	to->has_factor = request->cell_factor != NULL;
	to->has_loss_curvature = request->cell_loss_curvature != NULL;
	to->has_hessian = team->has_hessian;
	to->has_jacobian = team->has_jacobian;
	to->has_losses = shared->task == TEAM_PASS_MANY ? team->many_has_losses
	                                                : team->has_losses;
	memcpy(arrays.coef, request->coef, vector);
	if (to->has_curvature)
		memcpy(arrays.curvature, request->cell_curvature, cells);
	if (to->has_factor)
		memcpy(arrays.factor, request->cell_factor, cells);
	if (to->has_loss_curvature)
		memcpy(arrays.loss_curvature, request->cell_loss_curvature, cells);
}

/* Tells the workers that have joined to make a pass, or all with TEAM_STOP to
 * end. */
static void
call_workers(Team *team, uint32 pass)
{
	TeamShared *shared = team->shared;

	pg_atomic_write_u32(&shared->next_block, 0);
	pg_atomic_write_u32(&shared->n_done, 0);
	pg_atomic_write_u32(&shared->status, NUM_OK);
	SpinLockAcquire(&shared->lock);
	memcpy(team->called, shared->joined, sizeof(team->called));
	shared->pass = pass;
	SpinLockRelease(&shared->lock);
	team->n_called = 0;
	for (int w = 0; w < team->n_workers; w++)
		team->n_called += team->called[w] ? 1 : 0;
	ConditionVariableBroadcast(&shared->wanted);
}

/* An error of a worker, or its end, is raised in here. */
static void
wait_for_workers(Team *team)
{
	TeamShared *shared = team->shared;

	ConditionVariablePrepareToSleep(&shared->done);
	while (pg_atomic_read_u32(&shared->n_done) < team->n_called)
	{
		ConditionVariableTimedSleep(&shared->done, TEAM_NAP_MS,
		                            PG_WAIT_EXTENSION);
		CHECK_FOR_INTERRUPTS();
	}
	ConditionVariableCancelSleep();
	pg_read_barrier();
}

static void
add_sums(Team *team, const LinearPlan *plan, const LinearRequest *request,
         LinearSums *sums)
{
	char *memory = dsa_get_address(team->rows->area, team->shared->sums);

	for (int w = 0; w < team->n_workers; w++)
	{
		LinearSums *from = &team->sums[w];
		LinearSums scalars;

		if (!team->called[w])
			continue;
		memcpy(&scalars,
		       memory + (size_t) (w + 1) * team->shared->sums_bytes -
		           sizeof(LinearSums),
		       sizeof(LinearSums));
		from->rows = scalars.rows;
		from->curved_weight = scalars.curved_weight;
		memcpy(from->loss_part, scalars.loss_part, sizeof(from->loss_part));
		linear_add(plan, request, from, sums);
	}
}

/* One pass; see LinearTeam. */
static NumStatus
team_pass(LinearTeam *passes, LinearPlan *plan, const LinearRequest *request,
          NumMonitor *monitor, LinearSums *sums)
{
	Team *team = passes->host;
	uint32 n_blocks = linear_n_blocks(plan, request);
	NumStatus status;

	make_room(team, plan, sums);
	team->shared->task = TEAM_PASS;
	write_request(team, plan, 0, request);
	call_workers(team, ++team->pass);
	status = linear_begin(plan, request, sums);
	while (status == NUM_OK)
	{
		uint32 b = pg_atomic_fetch_add_u32(&team->shared->next_block, 1);

		if (b >= n_blocks)
			break;
		status = linear_block(plan, request, b, monitor, sums);
	}
	wait_for_workers(team);
	if (status == NUM_OK)
		status = (NumStatus) pg_atomic_read_u32(&team->shared->status);
	if (status != NUM_OK)
		return status;
	add_sums(team, plan, request, sums);
	return linear_end(plan, request, sums);
}

static void
add_many(Team *team, const LinearPlan *plan, const LinearRequest *requests,
         uint32_t n, LinearSums *const *sums)
{
	TeamShared *shared = team->shared;
	char *at = dsa_get_address(team->rows->area, shared->many);

	for (int w = 0; w < team->n_workers; w++)
		for (uint32_t m = 0; m < LINEAR_MANY; m++, at += shared->many_bytes)
		{
			LinearSums from;
			LinearSums scalars;

			if (m >= n || !team->called[w])
				continue;
			linear_sums_lay(plan, false, false, team->many_has_losses, &from,
			                at);
			memcpy(&scalars, at + shared->many_bytes - sizeof(LinearSums),
			       sizeof(LinearSums));
			from.rows = scalars.rows;
			memcpy(from.loss_part, scalars.loss_part, sizeof(from.loss_part));
			linear_add(plan, &requests[m], &from, sums[m]);
		}
}

/* One pass of several models; see LinearTeam. */
static NumStatus
team_pass_many(LinearTeam *passes, LinearPlan *plan,
               const LinearRequest *requests, uint32_t n,
               LinearSums *const *sums, NumMonitor *monitor)
{
	Team *team = passes->host;
	uint32 n_blocks = linear_n_blocks(plan, requests);
	NumStatus status;

	make_room_for_many(team, plan, sums[0]->cell_loss != NULL);
	team->shared->task = TEAM_PASS_MANY;
	team->shared->n_models = n;
	for (uint32_t m = 0; m < n; m++)
		write_request(team, plan, m, &requests[m]);
	call_workers(team, ++team->pass);
	status = linear_many_begin(plan, requests, n);
	while (status == NUM_OK)
	{
		uint32 b = pg_atomic_fetch_add_u32(&team->shared->next_block, 1);

		if (b >= n_blocks)
			break;
		status = linear_many_block(plan, requests, b, monitor);
	}
	wait_for_workers(team);
	if (status == NUM_OK)
		status = (NumStatus) pg_atomic_read_u32(&team->shared->status);
	if (status != NUM_OK)
		return status;
	linear_many_take(plan, n, sums);
	add_many(team, plan, requests, n, sums);
	for (uint32_t m = 0; m < n && status == NUM_OK; m++)
		status = linear_end(plan, &requests[m], sums[m]);
	return status;
}

/* Room for scored rows; see CertificateTeam.  Rows stay where they are: what
 * would have to be made free for it is not. */
static char *
team_room(CertificateTeam *certificates, size_t bytes)
{
	Team *team = certificates->host;
	NumArena *rows = &team->rows->arena;

	if (bytes <= team->scored_bytes)
		return team->scored;
	arena_release(rows, team->scored, team->scored_bytes, 1);
	team->scored =
		arena_has_room(rows, bytes) ? arena_alloc(rows, bytes, 1) : NULL;
	team->scored_bytes = team->scored == NULL ? 0 : bytes;
	return team->scored;
}

/* Puts the model where the workers see it, and room for their sums. */
static void
share_walk(Team *team, const Dataset *data, const Model *model)
{
	TeamShared *shared = team->shared;
	dsa_area *area = team->rows->area;
	NumArena arena;
	uint8_t *bytes;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	report_status(model_encode(&arena, model, &bytes, &shared->model_bytes),
	              NULL, "training");
	shared->model = allocate(area, shared->model_bytes);
	memcpy(dsa_get_address(area, shared->model), bytes, shared->model_bytes);
	arena_release(&arena, bytes, shared->model_bytes, 1);
	shared->walk_bytes =
		MAXALIGN(certificate_walk_bytes(data, model, DATA_TRAIN));
	shared->walk =
		allocate(area, shared->walk_bytes * (size_t) team->n_workers);
	shared->scored =
		shared_rows_exchange.name(&team->rows->arena, team->scored);
}

/* A walk over the training rows; see CertificateTeam. */
static NumStatus
team_walk(CertificateTeam *certificates, const Dataset *data,
          const Model *model, CertificateWalk *walk, NumMonitor *monitor)
{
	Team *team = certificates->host;
	TeamShared *shared = team->shared;
	dsa_area *area = team->rows->area;
	uint32_t n_blocks = data->part[DATA_TRAIN].n_blocks;
	NumStatus status = NUM_OK;

	share_walk(team, data, model);
	shared->task = TEAM_CERTIFY;
	call_workers(team, ++team->pass);
	while (status == NUM_OK)
	{
		uint32 b = pg_atomic_fetch_add_u32(&shared->next_block, 1);

		if (b >= n_blocks)
			break;
		status = certificate_walk_block(walk, b, monitor);
	}
	wait_for_workers(team);
	if (status == NUM_OK)
		status = (NumStatus) pg_atomic_read_u32(&shared->status);
	for (int w = 0; w < team->n_workers && status == NUM_OK; w++)
		if (team->called[w])
			certificate_walk_add(walk,
			                     (char *) dsa_get_address(area, shared->walk) +
			                         (size_t) w * shared->walk_bytes);
	dsa_free(area, shared->walk);
	dsa_free(area, shared->model);
	return status;
}

/* A worker finds the area under the curve; see CertificateTeam. */
static bool
team_begin_auc(CertificateTeam *certificates, const ScoredRows *rows,
               double magnet)
{
	Team *team = certificates->host;
	TeamShared *shared = team->shared;

	shared->auc_of = *rows;
	shared->auc_magnet = magnet;
	shared->task = TEAM_AUC;
	call_workers(team, ++team->pass);
	return team->n_called > 0;
}

static NumStatus
team_end_auc(CertificateTeam *certificates, double *auc)
{
	Team *team = certificates->host;

	wait_for_workers(team);
	*auc = team->shared->auc;
	return (NumStatus) pg_atomic_read_u32(&team->shared->status);
}

static void
forget_finishing(Team *team)
{
	arena_release(&team->rows->arena, team->finish_memory, team->finish_bytes,
	              1);
	team->finish_memory = NULL;
}

/* Calls the workers, also those that are still on their way; see FinishTeam. */
static void *
team_begin_finishing(FinishTeam *finishing, const unsigned char *image,
                     size_t bytes, size_t room_bytes)
{
	Team *team = finishing->host;
	TeamShared *shared = team->shared;
	NumArena *rows = &team->rows->arena;
	size_t image_bytes = MAXALIGN(bytes);
	uint64 name;
	char *memory;

	forget_finishing(team);
	team->finish_bytes = image_bytes + room_bytes;
	memory = team->finish_memory = arena_alloc(rows, team->finish_bytes, 1);
	if (memory == NULL)
		return NULL;
	memcpy(memory, image, bytes);
	memset(memory + image_bytes, 0, room_bytes);
	name = shared_rows_exchange.name(rows, memory);
	pg_atomic_write_u32(&shared->next_block, 0);
	pg_atomic_write_u32(&shared->n_done, 0);
	pg_atomic_write_u32(&shared->status, NUM_OK);
	SpinLockAcquire(&shared->lock);
	shared->finish_image = name;
	shared->finish_room = image_bytes;
	shared->finish_call++;
	shared->finish_open = true;
	shared->n_finishing = 0;
	SpinLockRelease(&shared->lock);
	ConditionVariableBroadcast(&shared->wanted);
	return memory + image_bytes;
}

static uint32_t
team_take(FinishTeam *finishing)
{
	Team *team = finishing->host;

	return pg_atomic_fetch_add_u32(&team->shared->next_block, 1);
}

static NumStatus
team_end_finishing(FinishTeam *finishing)
{
	Team *team = finishing->host;
	TeamShared *shared = team->shared;

	SpinLockAcquire(&shared->lock);
	shared->finish_open = false;
	team->n_called = shared->n_finishing;
	SpinLockRelease(&shared->lock);
	wait_for_workers(team);
	return (NumStatus) pg_atomic_read_u32(&shared->status);
}

/* The dataset's image in shared memory. */
static dsa_pointer
share_image(const Dataset *data, SharedRows *rows)
{
	NumArena arena;
	unsigned char *image;
	size_t bytes;
	dsa_pointer shared;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	report_status(data_export(&arena, &rows->arena, data, &shared_rows_exchange,
	                          &image, &bytes),
	              NULL, "training");
	shared = allocate(rows->area, bytes);
	memcpy(dsa_get_address(rows->area, shared), image, bytes);
	arena_release(&arena, image, bytes, 1);
	return shared;
}

/* Starts as many workers as there are. */
static ParallelContext *
launch(SharedRows *rows, int n_workers, TeamShared **made)
{
	ParallelContext *context =
		CreateParallelContext("fairpg_train", "fairpg_team_main", n_workers);
	ErrorContextCallback hint;
	TeamShared *shared;

	/* not before: the context keeps what it finds there for later errors of
	 * workers */
	shared_rows_hint_begin(&hint);
	shm_toc_estimate_chunk(&context->estimator, sizeof(TeamShared));
	shm_toc_estimate_keys(&context->estimator, 1);
	InitializeParallelDSM(context);
	shared = shm_toc_allocate(context->toc, sizeof(TeamShared));
	memset(shared, 0, sizeof(*shared));
	shared->rows = dsa_get_handle(rows->area);
	SpinLockInit(&shared->lock);
	pg_atomic_init_u32(&shared->next_block, 0);
	pg_atomic_init_u32(&shared->n_done, 0);
	pg_atomic_init_u32(&shared->status, NUM_OK);
	ConditionVariableInit(&shared->wanted);
	ConditionVariableInit(&shared->done);
	shm_toc_insert(context->toc, TEAM_KEY, shared);
	LaunchParallelWorkers(context);
	shared_rows_hint_end(&hint);
	*made = shared;
	return context;
}

Team *
team_launch(SharedRows *rows, int n_workers)
{
	Team *team = palloc0(sizeof(Team));
	ParallelContext *context;
	TeamShared *shared;

	EnterParallelMode();
	context = launch(rows, Min(n_workers, TEAM_MOST_WORKERS), &shared);
	team->context = context;
	team->shared = shared;
	team->rows = rows;
	team->n_workers = context->nworkers_launched;
	if (team->n_workers == 0)
	{
		DestroyParallelContext(context);
		ExitParallelMode();
		return NULL;
	}
	team->sums = palloc0(sizeof(LinearSums) * (Size) team->n_workers);
	team->finishing.exchange = &shared_rows_exchange;
	team->finishing.begin = team_begin_finishing;
	team->finishing.take = team_take;
	team->finishing.end = team_end_finishing;
	team->finishing.host = team;
	team->passes.pass = team_pass;
	team->passes.pass_many = team_pass_many;
	team->passes.host = team;
	team->certificates.room = team_room;
	team->certificates.walk = team_walk;
	team->certificates.begin_auc = team_begin_auc;
	team->certificates.end_auc = team_end_auc;
	team->certificates.host = team;
	return team;
}

void
team_begin(Team *team, const Dataset *data, bool own_kernels)
{
	TeamShared *shared = team->shared;
	dsa_pointer image;

	forget_finishing(team);
	image = share_image(data, team->rows);

	SpinLockAcquire(&shared->lock);
	shared->image = image;
	shared->own_kernels = own_kernels;
	SpinLockRelease(&shared->lock);
	ConditionVariableBroadcast(&shared->wanted);
}

FinishTeam *
team_of_finishing(Team *team)
{
	return &team->finishing;
}

LinearTeam *
team_of_passes(Team *team)
{
	return &team->passes;
}

CertificateTeam *
team_of_certificates(Team *team)
{
	return &team->certificates;
}

int
team_size(const Team *team)
{
	return team->n_workers;
}

bool
team_is_complete(const Team *team)
{
	int n_joined = 0;

	SpinLockAcquire(&team->shared->lock);
	for (int w = 0; w < team->n_workers; w++)
		n_joined += team->shared->joined[w] ? 1 : 0;
	SpinLockRelease(&team->shared->lock);
	return n_joined == team->n_workers;
}

void
team_dismiss(Team *team)
{
	call_workers(team, TEAM_STOP);
	team->is_dismissed = true;
}

void
team_end(Team *team)
{
	if (!team->is_dismissed)
	{
		arena_release(&team->rows->arena, team->scored, team->scored_bytes, 1);
		team_dismiss(team);
	}
	WaitForParallelWorkersToFinish(team->context);
	DestroyParallelContext(team->context);
	ExitParallelMode();
}
