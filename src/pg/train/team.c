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
 * All of that lies in the shared memory area of the rows.  A worker has no
 * other state than its plan, which it makes from an image of the dataset.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/spin.h"
#include "utils/memutils.h"

#include "model/linear_many.h"
#include "num/blas.h"
#include "pg/args.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/train/team.h"

#define TEAM_KEY UINT64CONST(0x6661697270670001)

/* longest sleep between looks at the world */
#define NAP_MS 1000

#define MOST_WORKERS 64

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

typedef struct TeamShared
{
	dsa_handle rows;
	dsa_pointer image; /* of the dataset */
	bool own_kernels;

	dsa_pointer request; /* LINEAR_MANY times a TeamRequest and its arrays */
	uint32 n_models;     /* of linear_pass_many(); 0: a pass of one model */
	dsa_pointer sums;    /* of worker w at w * sums_bytes */
	size_t sums_bytes;
	dsa_pointer
		many; /* of worker w and model m at (w * MANY + m) * many_bytes */
	size_t many_bytes;

	slock_t lock;              /* of the next two */
	uint32 pass;               /* its number; TEAM_STOP: no more */
	bool joined[MOST_WORKERS]; /* worker w takes part in the passes to come */

	pg_atomic_uint32 next_block; /* to be taken */
	pg_atomic_uint32 n_done;     /* workers that have finished the pass */
	pg_atomic_uint32 status;     /* of any worker that failed, else NUM_OK */
	ConditionVariable wanted;
	ConditionVariable done;
} TeamShared;

struct Team
{
	LinearTeam passes;
	ParallelContext *context;
	TeamShared *shared;
	SharedRows *rows;
	int n_workers;
	uint32 pass;
	bool called[MOST_WORKERS]; /* for this pass */
	uint32 n_called;
	LinearSums *sums; /* [n_workers] headers of their sums */
	bool has_hessian; /* of the room that they have */
	bool has_jacobian;
	bool has_losses;
	bool many_has_losses;
};

/* The bytes of all; those of the next model lie behind them. */
static size_t
lay_request(const LinearPlan *plan, TeamRequest *request, TeamArrays *arrays)
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

/* ---- the worker ---- */

typedef struct Worker
{
	TeamShared *shared;
	SharedRows *rows;
	NumArena arena;
	NumMonitor monitor;
	LinearPlan *plan;
} Worker;

/* What is asked of model 'm'. */
static TeamRequest *
read_request(const Worker *worker, uint32 m, LinearRequest *request)
{
	char *first = dsa_get_address(worker->rows->area, worker->shared->request);
	TeamArrays arrays;
	size_t bytes = lay_request(worker->plan, NULL, &arrays);
	TeamRequest *asked = (TeamRequest *) (first + m * bytes);

	lay_request(worker->plan, asked, &arrays);
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
		ConditionVariableTimedSleep(&shared->wanted, NAP_MS, PG_WAIT_EXTENSION);
	ConditionVariableCancelSleep();
	return pass;
}

/* What a worker process does. */
extern FAIRPG_EXPORT void fairpg_team_main(dsm_segment *segment, shm_toc *toc);
void
fairpg_team_main(dsm_segment *segment, shm_toc *toc)
{
	Worker worker = { .shared = shm_toc_lookup(toc, TEAM_KEY, false) };
	const char *path = setting_string("fairpg.blas_library");
	const char *reason;
	Dataset *data;
	uint32 pass;

	worker.rows = shared_rows_attach(worker.shared->rows);
	host_arena_init(&worker.arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&worker.monitor);
	if (!worker.shared->own_kernels)
		(void) blas_load(path != NULL && path[0] != '\0' ? path : NULL,
		                 &reason);
	report_status(
		data_import(&worker.arena, &worker.rows->arena, &shared_rows_exchange,
	                dsa_get_address(worker.rows->area, worker.shared->image),
	                &data),
		NULL, "training");
	report_status(linear_plan(&worker.arena, data, worker.shared->own_kernels,
	                          &worker.plan),
	              NULL, "training");
	pass = join_team(worker.shared);
	while (pass != TEAM_STOP &&
	       (pass = next_pass(worker.shared, pass)) != TEAM_STOP)
	{
		uint32 n_models = worker.shared->n_models;
		NumStatus status = n_models > 0 ? worker_pass_many(&worker, n_models)
		                                : worker_pass(&worker);

		if (status != NUM_OK)
			pg_atomic_write_u32(&worker.shared->status, (uint32) status);
		pg_write_barrier();
		pg_atomic_fetch_add_u32(&worker.shared->n_done, 1);
		ConditionVariableSignal(&worker.shared->done);
	}
}

/* ---- the leader ---- */

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
	size_t bytes = lay_request(plan, NULL, &arrays);
	TeamRequest *to;
	size_t vector = linear_stride(plan) * sizeof(double);
	size_t cells = linear_n_cells(plan) * sizeof(double);

	if (!DsaPointerIsValid(shared->request))
		shared->request = allocate(area, LINEAR_MANY * bytes);
	to = (TeamRequest *) ((char *) dsa_get_address(area, shared->request) +
	                      m * bytes);
	lay_request(plan, to, &arrays);
	to->request = *request;
	to->has_curvature = request->cell_curvature != NULL;
	to->has_factor = request->cell_factor != NULL;
	to->has_loss_curvature = request->cell_loss_curvature != NULL;
	to->has_hessian = team->has_hessian;
	to->has_jacobian = team->has_jacobian;
	to->has_losses =
		shared->n_models > 0 ? team->many_has_losses : team->has_losses;
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
		ConditionVariableTimedSleep(&shared->done, NAP_MS, PG_WAIT_EXTENSION);
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
	team->shared->n_models = 0;
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
launch(const Dataset *data, SharedRows *rows, int n_workers, bool own_kernels,
       TeamShared **made)
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
	shared->image = share_image(data, rows);
	shared->own_kernels = own_kernels;
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
team_begin(const Dataset *data, SharedRows *rows, int n_workers,
           bool own_kernels)
{
	Team *team = palloc0(sizeof(Team));
	ParallelContext *context;
	TeamShared *shared;

	EnterParallelMode();
	context =
		launch(data, rows, Min(n_workers, MOST_WORKERS), own_kernels, &shared);
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
	team->passes.pass = team_pass;
	team->passes.pass_many = team_pass_many;
	team->passes.host = team;
	return team;
}

LinearTeam *
team_of_passes(Team *team)
{
	return &team->passes;
}

int
team_size(const Team *team)
{
	return team->n_workers;
}

void
team_end(Team *team)
{
	call_workers(team, TEAM_STOP);
	WaitForParallelWorkersToFinish(team->context);
	DestroyParallelContext(team->context);
	ExitParallelMode();
}
