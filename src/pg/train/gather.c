/*
 * gather.c
 *    Reading all rows of a source, with as many processes as the planner
 *    gives.
 *
 * The statement is  SELECT fairpg.gather_rows(columns ...) FROM source : an
 * aggregate whose state is a dataset's builder.  So the server's own machinery
 * decides about parallel workers, starts them, gives each a part of the rows
 * and lets them run as the caller; a partial aggregate fills blocks in shared
 * memory, and what it hands to the leader says where they are.
 *
 * The leader's own part needs no such way: its builder takes over the others.
 * And when it has, whoever asked for the rows may go on at once, inside of the
 * aggregate's end (GatherHook): the processes that read need some milliseconds
 * to go away, for which the executor will wait.
 *
 * What a worker needs beside its rows, it finds in that memory.  The setting
 * fairpg.gathering says where, which nobody but a superuser can set, and the
 * server copies settings to workers.  The aggregate works only inside
 * gather_rows(), and only on columns of the types that the plan has.
 *
 * The run is read only in two senses: SPI refuses a statement that writes, and
 * the transaction is marked read only meanwhile, so that a function in the
 * query cannot either (a failure restores the mark with the transaction).  As
 * in any read only transaction, temporary tables can be written.
 */
#include "postgres.h"

#include <math.h>

#include "access/parallel.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

#include "pg/args.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/train/gather.h"

/* columns that one call can take, with room for its other arguments */
#define CALL_COLUMNS 96

/* rows over which several processes may make passes */
#define MANY_ROWS 100000

/* Of the memory, what rows in shared memory may be expected to take: half, and
 * up to three quarters where that leaves enough for what has to be in memory
 * besides (doc/train.md). */
#define LARGE_SHARE 0.5
#define LARGEST_SHARE 0.75
#define BESIDE_ROWS (16.0 * 1024 * 1024)

/* What all processes of one gathering share, at the name that the setting
 * has. */
typedef struct SharedGathering
{
	size_t limit_bytes;
	dsm_handle files;
	char plan[FLEXIBLE_ARRAY_MEMBER];
} SharedGathering;

/* The gathering that this process takes part in; reset when the transaction
 * or the leader's call ends. */
typedef struct Gathering
{
	const ReadPlan *plan;
	NumArena *arena;
	SharedRows *shared; /* NULL: one process reads */
	SpillSet *files;    /* for what finds no room there */
	bool is_parallel;   /* so several may read */
	MemoryContext context;
	RowReader *result; /* of the leader: everything */
	const GatherHook *hook;
	ErrorContextCallback *outside; /* of errors: what is around the call */
	NullableDatum *row; /* columns of a row that take several calls */
} Gathering;

static Gathering *current = NULL;

/* The state of the aggregate in one process. */
typedef struct PartState
{
	RowReader *reader;
} PartState;

/* What a partial state is on its way to the leader. */
typedef struct PartImage
{
	RowReader *own;    /* the leader's, and no bytes; else NULL */
	const char *bytes; /* what a worker has written */
} PartImage;

static void
forget_gathering(void *arg)
{
	if (current == arg)
		current = NULL;
}

/* Makes 'context' end the gathering with itself. */
static Gathering *
begin_gathering(MemoryContext context)
{
	Gathering *gathering = MemoryContextAllocZero(context, sizeof(Gathering));
	MemoryContextCallback *callback =
		MemoryContextAlloc(context, sizeof(MemoryContextCallback));

	gathering->context = context;
	callback->func = forget_gathering;
	callback->arg = gathering;
	MemoryContextRegisterResetCallback(context, callback);
	return gathering;
}

/* In a worker: what the leader has put into shared memory. */
static void
join_gathering(void)
{
	const char *where = setting_string("fairpg.gathering");
	MemoryContext context;
	MemoryContext before;
	Gathering *gathering;
	SharedRows *shared;
	SharedGathering *found;
	unsigned long long name;
	unsigned int handle;
	NumArena *arena;

	if (!IsParallelWorker() || where == NULL ||
	    sscanf(where, "%x:%llx", &handle, &name) != 2)
		ereport(
			ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		     errmsg(
				 "fairpg.gather_rows() works only inside of fairpg.train()")));
	context = AllocSetContextCreate(TopTransactionContext, "fairpg gathering",
	                                ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(context);
	gathering = begin_gathering(context);
	shared = shared_rows_attach((dsa_handle) handle);
	found = dsa_get_address(shared->area, (dsa_pointer) name);
	arena = palloc(sizeof(NumArena));
	host_arena_init(arena, context, found->limit_bytes);
	gathering->plan = read_plan_read(found->plan);
	gathering->arena = arena;
	gathering->shared = shared;
	gathering->files = spill_set_attach(found->files);
	gathering->is_parallel = true;
	current = gathering;
	MemoryContextSwitchTo(before);
}

/* A source may call the aggregate as well, whose end would then come twice. */
static void
refuse_second_end(void)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	     errmsg("a source of fairpg.train() cannot use fairpg.gather_rows()")));
}

/* The gathering, and that the arguments from the second on are those columns
 * of its plan. */
static Gathering *
check_call(FunctionCallInfo fcinfo, int first, int n)
{
	bool fits;

	if (current == NULL)
		join_gathering();
	fits = !get_fn_expr_variadic(fcinfo->flinfo) && first >= 0 &&
	       first + n <= current->plan->n_columns && n > 0;
	for (int i = 0; i < n && fits; i++)
		fits = get_fn_expr_argtype(fcinfo->flinfo, i + 1) ==
		       current->plan->columns[first + i].type;
	if (!fits)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
		     errmsg("these are not the columns that fairpg.train() reads")));
	return current;
}

/* Number of this process among those that read. */
static uint64
own_number(void)
{
	return IsParallelWorker() ? (uint64) ParallelWorkerNumber + 1 : 0;
}

/* Stores of other processes by their number. */
static DataStore *
other_store(uint64_t number)
{
	MemoryContext before = MemoryContextSwitchTo(current->context);
	DataStore *store = spill_set_store(current->files, number, false);

	MemoryContextSwitchTo(before);
	return store;
}

/* How rows go from one process to another. */
static DataExchange
exchange_of_rows(void)
{
	DataExchange exchange = shared_rows_exchange;

	exchange.store_name = spill_set_number;
	exchange.store = other_store;
	return exchange;
}

/* A reader for the rows of this process, or for those of all. */
static RowReader *
begin_reading(Gathering *gathering, bool is_part)
{
	MemoryContext before = MemoryContextSwitchTo(gathering->context);
	DataStore *store =
		is_part ? spill_set_store(gathering->files, own_number(), true) : NULL;
	RowReader *reader = read_rows_begin(
		gathering->plan, gathering->arena,
		gathering->shared == NULL ? NULL : &gathering->shared->arena, store);

	MemoryContextSwitchTo(before);
	return reader;
}

/*
 * gather_columns(first integer, VARIADIC "any") returns boolean
 *
 * Some of the columns of a row that has more than a function can take; they
 * stay as they are until gather_rows() is called for the row.
 */
FAIRPG_FUNCTION(fairpg_gather_columns);
Datum
fairpg_gather_columns(PG_FUNCTION_ARGS)
{
	int first = PG_ARGISNULL(0) ? -1 : PG_GETARG_INT32(0);
	int n = PG_NARGS() - 1;
	Gathering *gathering = check_call(fcinfo, first, n);

	if (gathering->row == NULL)
		gathering->row = MemoryContextAllocZero(
			gathering->context,
			sizeof(NullableDatum) * (Size) gathering->plan->n_columns);
	memcpy(gathering->row + first, &fcinfo->args[1],
	       sizeof(NullableDatum) * (Size) n);
	PG_RETURN_BOOL(true);
}

/*
 * gather_row(internal, VARIADIC "any") returns internal
 *
 * Transition: one row.  Its columns are the arguments or, where they are too
 * many, what gather_columns() was given.
 */
FAIRPG_FUNCTION(fairpg_gather_row);
Datum
fairpg_gather_row(PG_FUNCTION_ARGS)
{
	PartState *state =
		PG_ARGISNULL(0) ? NULL : (PartState *) PG_GETARG_POINTER(0);
	MemoryContext context;

	if (state == NULL)
	{
		Gathering *gathering;

		if (!AggCheckCallContext(fcinfo, &context))
			elog(ERROR, "gather_row called outside of an aggregate");
		if (current == NULL)
			join_gathering();
		gathering = current;
		if (gathering->plan->n_columns <= CALL_COLUMNS)
			check_call(fcinfo, 0, PG_NARGS() - 1);
		state = MemoryContextAlloc(context, sizeof(PartState));
		state->reader = begin_reading(gathering, gathering->is_parallel);
	}
	if (current == NULL || state->reader->plan != current->plan)
		elog(ERROR, "gathering has ended");
	if (current->result != NULL)
		refuse_second_end();
	if (current->plan->n_columns > CALL_COLUMNS)
	{
		if (current->row == NULL)
			elog(ERROR, "gather_row called without columns");
		read_row(state->reader, current->row);
	}
	else
		read_row(state->reader, &fcinfo->args[1]);
	PG_RETURN_POINTER(state);
}

/* Everything that a reader has, behind a null pointer to one. */
static void
write_part(RowReader *reader, StringInfo image)
{
	DataExchange exchange = exchange_of_rows();
	RowReader *nobody = NULL;

	appendBinaryStringInfo(image, (char *) &nobody, sizeof(nobody));
	read_rows_export(reader, &exchange, image);
	if (current->files != NULL)
		spill_end(spill_set_store(current->files, own_number(), true));
}

static PartImage
read_part(const char *bytes)
{
	PartImage image = { .bytes = bytes + sizeof(image.own) };

	memcpy(&image.own, bytes, sizeof(image.own));
	return image;
}

/* gather_serialize(internal) returns bytea: what a partial state has read. */
FAIRPG_FUNCTION(fairpg_gather_serialize);
Datum
fairpg_gather_serialize(PG_FUNCTION_ARGS)
{
	PartState *state = (PartState *) PG_GETARG_POINTER(0);
	StringInfoData image;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "gather_serialize called outside of an aggregate");
	if (current == NULL || state->reader->plan != current->plan)
		elog(ERROR, "gathering has ended");
	initStringInfo(&image);
	appendStringInfoSpaces(&image, VARHDRSZ);
	if (IsParallelWorker())
		write_part(state->reader, &image);
	else
		appendBinaryStringInfo(&image, (char *) &state->reader,
		                       sizeof(state->reader));
	SET_VARSIZE(image.data, image.len);
	PG_RETURN_BYTEA_P((bytea *) image.data);
}

/* gather_deserialize(bytea, internal) returns internal */
FAIRPG_FUNCTION(fairpg_gather_deserialize);
Datum
fairpg_gather_deserialize(PG_FUNCTION_ARGS)
{
	PartImage *image = palloc(sizeof(PartImage));

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "gather_deserialize called outside of an aggregate");
	*image = read_part(VARDATA_ANY(PG_GETARG_BYTEA_PP(0)));
	PG_RETURN_POINTER(image);
}

/*
 * gather_combine(internal, internal) returns internal
 *
 * The first state is the leader's; the second has just been deserialized.
 * What the leader has read itself is that first state.  When a worker was
 * done before the leader had read anything, it comes later, and goes the way
 * of all others.
 */
FAIRPG_FUNCTION(fairpg_gather_combine);
Datum
fairpg_gather_combine(PG_FUNCTION_ARGS)
{
	PartState *state =
		PG_ARGISNULL(0) ? NULL : (PartState *) PG_GETARG_POINTER(0);
	DataExchange exchange = exchange_of_rows();
	PartImage part = { NULL };
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "gather_combine called outside of an aggregate");
	if (current == NULL || current->shared == NULL || IsParallelWorker())
		elog(ERROR, "gathering has ended");
	if (!PG_ARGISNULL(1))
		part = *(PartImage *) PG_GETARG_POINTER(1);
	if (state == NULL)
	{
		state = MemoryContextAlloc(context, sizeof(PartState));
		state->reader = part.own;
	}
	else if (part.own != NULL)
	{
		StringInfoData image;

		initStringInfo(&image);
		write_part(part.own, &image);
		part = read_part(image.data);
	}
	if (state->reader == NULL)
		state->reader = begin_reading(current, false);
	if (part.own == NULL && part.bytes != NULL)
		read_rows_import(state->reader, &exchange, part.bytes);
	PG_RETURN_POINTER(state);
}

/* Lets whoever asked for the rows go on with them.  Errors are not those of
 * the statement around the source. */
static void
call_hook(const Gathering *gathering)
{
	ErrorContextCallback *inside = error_context_stack;
	MemoryContext before = MemoryContextSwitchTo(gathering->context);
	Gathered gathered = { gathering->result, gathering->shared,
		                  gathering->files };

	error_context_stack = gathering->outside;
	gathering->hook->call(gathering->hook->host, &gathered);
	error_context_stack = inside;
	MemoryContextSwitchTo(before);
}

/* gather_final(internal) returns bigint: how many rows were read. */
FAIRPG_FUNCTION(fairpg_gather_final);
Datum
fairpg_gather_final(PG_FUNCTION_ARGS)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "gather_final called outside of an aggregate");
	if (current == NULL)
		elog(ERROR, "gathering has ended");
	if (current->result != NULL)
		refuse_second_end();
	current->result = PG_ARGISNULL(0)
	                      ? begin_reading(current, false)
	                      : ((PartState *) PG_GETARG_POINTER(0))->reader;
	call_hook(current);
	PG_RETURN_INT64((int64) current->result->counts.rows_read);
}

static void
append_columns(StringInfo sql, const ReadPlan *plan, int first, int n)
{
	for (int i = first; i < first + n; i++)
		appendStringInfo(sql, "%ssrc.%s", i > first ? ", " : "",
		                 quote_identifier(plan->columns[i].name));
}

/* The statement around the source. */
static char *
gathering_statement(const ReadPlan *plan)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT fairpg.gather_rows(");
	if (plan->n_columns <= CALL_COLUMNS)
		append_columns(&sql, plan, 0, plan->n_columns);
	else
		for (int first = 0; first < plan->n_columns; first += CALL_COLUMNS)
		{
			appendStringInfo(&sql, "%sfairpg.gather_columns(%d, ",
			                 first > 0 ? ", " : "", first);
			append_columns(&sql, plan, first,
			               Min(CALL_COLUMNS, plan->n_columns - first));
			appendStringInfoChar(&sql, ')');
		}
	appendStringInfo(&sql, ") FROM %s", plan->source.from);
	return sql.data;
}

/* A value for this call only. */
static void
set_locally(const char *name, const char *value, GucContext as)
{
	(void) set_config_option(name, value, as, PGC_S_SESSION, GUC_ACTION_SAVE,
	                         true, 0, false);
}

/* Bytes of a row while it is gathered. */
static double
row_bytes(const ReadPlan *plan)
{
	double bytes = sizeof(uint16) + (plan->weight >= 0 ? sizeof(float) : 0);

	for (uint32 c = 0; c < plan->spec.n_columns; c++)
		bytes += plan->spec.columns[c].kind == DATA_NUMBER ? sizeof(float)
		                                                   : sizeof(uint16);
	return bytes;
}

/* How the rows of a statement are best read. */
typedef enum ReadWay
{
	READ_ALONE,  /* by this process */
	READ_SHARED, /* into shared memory: several processes read them, or they are
	              * many and several will make passes */
	READ_LARGE   /* by this process alone, which can put some aside: there are
	              * too many for memory */
} ReadWay;

/* How many rows the planner expects below an aggregate. */
static double
rows_below(Plan *aggregate)
{
	Plan *rows = outerPlan(aggregate);
	double processes = 1;

	if (rows != NULL && IsA(rows, Gather))
	{
		int n_workers = ((Gather *) rows)->num_workers;

		/* as the planner reckons what the leader takes */
		processes = n_workers + Max(0, 1 - 0.3 * n_workers);
		rows = outerPlan(rows);
		if (rows != NULL && IsA(rows, Agg))
			rows = outerPlan(rows);
	}
	return rows == NULL ? 0 : processes * rows->plan_rows;
}

/* How many rows may be expected to fit into memory; infinity: any number. */
static double
most_rows(const Gathering *gathering)
{
	double limit = (double) gathering->arena->limit_bytes;

	if (gathering->arena->limit_bytes == 0)
		return INFINITY;
	return Min(LARGEST_SHARE * limit,
	           Max(LARGE_SHARE * limit, limit - BESIDE_ROWS)) /
	       row_bytes(gathering->plan);
}

static ReadWay
choose_way(Gathering *gathering, SPIPlanPtr prepared)
{
	double most = most_rows(gathering);
	CachedPlan *plan = SPI_plan_get_cached_plan(prepared);
	ReadWay way = READ_ALONE;
	ListCell *cell;

	if (plan == NULL || setting_workers() == 0)
		return READ_ALONE;
	foreach (cell, plan->stmt_list)
	{
		PlannedStmt *statement = lfirst_node(PlannedStmt, cell);
		double n = rows_below(statement->planTree);

		if (n > most)
			way = READ_LARGE;
		else if (statement->parallelModeNeeded || n >= MANY_ROWS)
			way = READ_SHARED;
		gathering->is_parallel = statement->parallelModeNeeded;
	}
	/* of a plan that is not kept no resource owner knows */
	ReleaseCachedPlan(plan, NULL);
	return way;
}

/* Puts what workers need into shared memory, and says where. */
static void
share_gathering(Gathering *gathering)
{
	MemoryContext before = MemoryContextSwitchTo(gathering->context);
	StringInfoData image;
	SharedGathering *shared;
	dsa_pointer name;

	initStringInfo(&image);
	read_plan_write(gathering->plan, &image);
	gathering->shared = shared_rows_create(gathering->arena->limit_bytes);
	/* one limit for both */
	gathering->shared->arena.limit_bytes = gathering->arena->limit_bytes;
	gathering->shared->arena.beside = gathering->arena;
	gathering->arena->beside = &gathering->shared->arena;
	name = dsa_allocate(gathering->shared->area,
	                    offsetof(SharedGathering, plan) + (Size) image.len);
	shared = dsa_get_address(gathering->shared->area, name);
	shared->limit_bytes = gathering->arena->limit_bytes;
	gathering->files = spill_set_create();
	shared->files = spill_set_handle(gathering->files);
	memcpy(shared->plan, image.data, (Size) image.len);
	set_locally("fairpg.gathering",
	            psprintf("%x:%llx",
	                     (unsigned) dsa_get_handle(gathering->shared->area),
	                     (unsigned long long) name),
	            PGC_SUSET);
	MemoryContextSwitchTo(before);
}

/* Plans the statement for so many parallel workers. */
static SPIPlanPtr
prepare(const char *statement, int n_workers)
{
	SPIPrepareOptions options = { .cursorOptions = CURSOR_OPT_PARALLEL_OK };
	SPIPlanPtr prepared;

	set_locally("max_parallel_workers_per_gather", psprintf("%d", n_workers),
	            PGC_USERSET);
	prepared = SPI_prepare_extended(statement, &options);
	if (prepared == NULL)
		elog(ERROR, "source could not be prepared: %s",
		     SPI_result_code_string(SPI_result));
	return prepared;
}

/* Runs the statement; its one row is of no interest. */
static void
run_statement(Gathering *gathering, const char *statement)
{
	SPIExecuteOptions execute = { .read_only = true };
	bool was_read_only = XactReadOnly;
	ErrorContextCallback hint;
	int nest_level = NewGUCNestLevel();
	SPIPlanPtr prepared;
	ReadWay way;
	int code;

	SPI_connect();
	prepared = prepare(statement, setting_workers());
	way = choose_way(gathering, prepared);
	if (way == READ_LARGE)
	{
		prepared = prepare(statement, 0);
		gathering->is_parallel = false;
	}
	XactReadOnly = true;
	shared_rows_hint_begin(&hint);
	if (way == READ_SHARED)
		share_gathering(gathering);
	code = SPI_execute_plan_extended(prepared, &execute);
	shared_rows_hint_end(&hint);
	XactReadOnly = was_read_only;
	if (code < 0)
		elog(ERROR, "source could not be read: %s",
		     SPI_result_code_string(code));
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
}

void
gather_rows(const ReadPlan *plan, NumArena *arena, const GatherHook *hook)
{
	Gathering *before = current;
	Gathering *gathering = begin_gathering(CurrentMemoryContext);

	gathering->plan = plan;
	gathering->arena = arena;
	gathering->hook = hook;
	gathering->outside = error_context_stack;
	current = gathering;
	run_statement(gathering, gathering_statement(plan));
	if (gathering->result == NULL)
		elog(ERROR, "gathering has not ended");
	current = before;
}
