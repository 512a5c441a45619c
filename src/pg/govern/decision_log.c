/*
 * decision_log.c
 *    The log of decisions: a decision is made and written down in one call.
 *
 * A service logs thousands of decisions a second, so this is no call of
 * governance: it runs as the caller, who has been granted INSERT on the log.
 * What such a right is good for is narrow all the same.  A trigger takes rows
 * from log_decision() alone, so what stands in the log is what the model gave
 * for that input, by the version that served that subject.
 *
 * Writers wait for nobody: numbers are handed out by the hundred, and no row of
 * another table is locked.  So a statement that began before a deployment ended
 * may log after it; the row names the deployment that it saw.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/pathnodes.h"
#include "nodes/primnodes.h"
#include "nodes/supportnodes.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "pg/export.h"
#include "pg/govern/govern.h"
#include "pg/govern/serving.h"
#include "pg/predict_reasons.h"
#include "pg/predict_state.h"
#include "pg/rows.h"
#include "pg/store.h"

/* Arguments of log_decision(). */
#define ARG_MODEL 0
#define ARG_SUBJECT 1
#define ARG_INPUT 2
#define ARG_ATTRIBUTES 3
#define ARG_REGION 4

/* Columns that are written, in the order of the statement. */
enum
{
	COLUMN_DECISION,
	COLUMN_AT,
	COLUMN_MODEL,
	COLUMN_VERSION,
	COLUMN_DEPLOYMENT,
	COLUMN_SLOT,
	COLUMN_SUBJECT,
	COLUMN_INPUT,
	COLUMN_SCORE,
	COLUMN_CUTOFF,
	COLUMN_DECIDED,
	COLUMN_REGION,
	COLUMN_REASONS,
	DECISION_COLUMNS
};

/* A statement that is prepared once in a session.  Names in it are qualified,
 * so the search_path of the caller does not matter. */
typedef struct Statement
{
	const char *text;
	int n_parameters;
	Oid types[DECISION_COLUMNS];
	SPIPlanPtr plan; /* NULL: not yet */
} Statement;

static Statement insert_decision = {
	"INSERT INTO fairpg_catalog.decision"
	" (decision, at, model, version, deployment, slot, subject_digest,"
	"  input_digest, score, cutoff, decided, region, reasons)"
	" OVERRIDING SYSTEM VALUE"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	13,
	{ INT8OID, TIMESTAMPTZOID, TEXTOID, INT4OID, INT8OID, TEXTOID, BYTEAOID,
	  BYTEAOID, FLOAT8OID, FLOAT8OID, BOOLOID, TEXTOID, TEXTARRAYOID },
	NULL
};

static Statement insert_attributes = {
	"INSERT INTO fairpg_catalog.decision_attribute"
	" (decision, at, attribute, group_name)"
	" SELECT $1, $2, a.key, coalesce(a.value, '(unknown)')"
	" FROM pg_catalog.jsonb_each_text($3) AS a",
	3,
	{ INT8OID, TIMESTAMPTZOID, JSONBOID },
	NULL
};

/* Whether a statement of log_decision() is running. */
static bool is_logging = false;

/* The store that has been looked at, by its table of versions, and for whom. */
static Oid checked_store = InvalidOid;
static Oid checked_user = InvalidOid;

static void
check_store(void)
{
	Oid store = store_version_table();
	Oid user = GetUserId();

	if (OidIsValid(store) && store == checked_store && user == checked_user)
		return;
	store_require(STORE_TO_LOG);
	checked_store = store;
	checked_user = user;
}

static void
run_statement(Statement *statement, Datum *values, const char *nulls,
              int expected)
{
	bool before = is_logging;
	int result = 0;

	if (statement->plan == NULL)
	{
		SPIPlanPtr plan = SPI_prepare(statement->text, statement->n_parameters,
		                              statement->types);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "statement of the log could not be prepared");
		statement->plan = plan;
	}
	is_logging = true;
	PG_TRY();
	{
		result = SPI_execute_plan(statement->plan, values, nulls, false, 0);
	}
	PG_FINALLY();
	{
		is_logging = before;
	}
	PG_END_TRY();
	if (result != expected)
		elog(ERROR, "statement of the log failed: %s",
		     SPI_result_code_string(result));
}

static void
require_arguments(FunctionCallInfo fcinfo)
{
	static const struct
	{
		int number;
		const char *name;
	} needed[] = { { ARG_MODEL, "model" },
		           { ARG_SUBJECT, "subject" },
		           { ARG_INPUT, "input" } };

	for (int i = 0; i < (int) lengthof(needed); i++)
		if (PG_ARGISNULL(needed[i].number))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("argument \"%s\" must not be null",
			                       needed[i].name)));
	if (!PG_ARGISNULL(ARG_ATTRIBUTES) &&
	    !JB_ROOT_IS_OBJECT(PG_GETARG_JSONB_P(ARG_ATTRIBUTES)))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
		                errmsg("argument \"attributes\" must be a JSON object"),
		                errhint("Such as {\"sex\": \"f\"}.")));
}

/* The deployment that serves the subject, or an error. */
static Deployment
choose_deployment(const Serving *serving, text *model, text *subject)
{
	const Deployment *chosen;

	if (serving->newest > 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("model \"%s\" is under no policy",
		                       text_to_cstring(model)),
		                errdetail("Decisions of deployed versions are logged."),
		                errhint("Put it under one with fairpg.govern().")));
	chosen = serving_choose(serving, subject);
	if (chosen == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("model \"%s\" has no version in service for this "
		                "subject",
		                text_to_cstring(model)),
		         errdetail("There is a canary without a champion, and the "
		                   "subject is not of its share."),
		         errhint("fairpg.assign() is NULL for such subjects.")));
	return *chosen;
}

static Datum
make_bytes(const uint8 *bytes, Size size)
{
	bytea *result = palloc(VARHDRSZ + size);

	SET_VARSIZE(result, VARHDRSZ + size);
	memcpy(VARDATA(result), bytes, size);
	return PointerGetDatum(result);
}

static Datum
digest_of(const char *salt, text *what)
{
	uint8 digest[SUBJECT_DIGEST_BYTES];

	serving_digest(salt, what, digest);
	return make_bytes(digest, sizeof(digest));
}

/* The number of a new decision.  Who may add rows may take one, as with any
 * identity; to be told which, by RETURNING, would take a right to read. */
static Datum
next_number(void)
{
	Oid sequence = get_relname_relid("decision_decision_seq",
	                                 get_namespace_oid(STORE_SCHEMA, false));

	if (!OidIsValid(sequence))
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("sequence \"%s.decision_decision_seq\" is missing",
		                STORE_SCHEMA)));
	return Int64GetDatum(nextval_internal(sequence, false));
}

static void
write_rows(Datum *values, const char *nulls, const Datum *attributes)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run_statement(&insert_decision, values, nulls, SPI_OK_INSERT);
	if (attributes != NULL)
	{
		Datum more[3] = { values[COLUMN_DECISION], values[COLUMN_AT],
			              *attributes };

		run_statement(&insert_attributes, more, NULL, SPI_OK_INSERT);
	}
	SPI_finish();
}

/* Lets the version that serves the subject decide: fills in what is written. */
static void
decide_row(FunctionCallInfo fcinfo, PredictState *state, Datum *values,
           char *nulls)
{
	text *model = PG_GETARG_TEXT_PP(ARG_MODEL);
	text *subject = PG_GETARG_TEXT_PP(ARG_SUBJECT);
	Datum input = PG_GETARG_DATUM(ARG_INPUT);
	const Serving *serving = serving_find(model);
	Deployment chosen = choose_deployment(serving, model, subject);
	double score;

	values[COLUMN_MODEL] = PointerGetDatum(model);
	values[COLUMN_VERSION] = Int32GetDatum(chosen.version);
	values[COLUMN_DEPLOYMENT] = Int64GetDatum(chosen.number);
	values[COLUMN_SLOT] = CStringGetTextDatum(
		chosen.number == serving->canary.number ? "canary" : "champion");
	values[COLUMN_SUBJECT] = digest_of(serving->subject_salt, subject);
	values[COLUMN_INPUT] =
		digest_of("", DatumGetTextPP(DirectFunctionCall1(row_to_json, input)));

	predict_use_version(state, model, chosen.version);
	predict_check_decides(state);
	predict_take_row(state, input);
	score = binding_probability(state->binding, state->values);
	values[COLUMN_SCORE] = Float8GetDatum(score);
	values[COLUMN_DECIDED] =
		BoolGetDatum(binding_decision(state->binding, state->values, score));
	if (state->compiled->model->n_members > 0)
		nulls[COLUMN_CUTOFF] = 'n';
	else
		values[COLUMN_CUTOFF] =
			Float8GetDatum(binding_threshold(state->binding, state->values));
	if (DatumGetBool(values[COLUMN_DECIDED]) ||
	    !predict_principal_reasons(state, &values[COLUMN_REASONS]))
		nulls[COLUMN_REASONS] = 'n';
}

/*
 * log_decision(model text, subject text, input record, attributes jsonb,
 *              region text)
 * returns (decision bigint, version integer, score float8, decided boolean)
 *
 * Decides by the version that serves the subject, and writes that down: one row
 * of the log, and one for each attribute.  Raises an error where no version
 * serves the subject, and those of decide().
 */
FAIRPG_FUNCTION(fairpg_log_decision);
Datum
fairpg_log_decision(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	Datum values[DECISION_COLUMNS] = { 0 };
	char nulls[DECISION_COLUMNS];
	Datum result[4];
	bool result_nulls[lengthof(result)] = { false };
	Datum attributes;

	require_arguments(fcinfo);
	check_store();
	memset(nulls, ' ', sizeof(nulls));
	decide_row(fcinfo, state, values, nulls);
	values[COLUMN_DECISION] = next_number();
	values[COLUMN_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[COLUMN_REGION] = PG_ARGISNULL(ARG_REGION)
	                            ? CStringGetTextDatum("")
	                            : PG_GETARG_DATUM(ARG_REGION);
	attributes = PG_GETARG_DATUM(ARG_ATTRIBUTES);
	write_rows(values, nulls,
	           PG_ARGISNULL(ARG_ATTRIBUTES) ? NULL : &attributes);

	predict_use_result(fcinfo, state, lengthof(result));
	result[0] = values[COLUMN_DECISION];
	result[1] = values[COLUMN_VERSION];
	result[2] = values[COLUMN_SCORE];
	result[3] = values[COLUMN_DECIDED];
	return HeapTupleGetDatum(
		heap_form_tuple(state->result, result, result_nulls));
}

/* The call whose column a target is; NULL: it is none. */
static Node *
call_of(const TargetEntry *target, Oid function)
{
	FieldSelect *field = (FieldSelect *) target->expr;

	if (!IsA(field, FieldSelect) || !IsA(field->arg, FuncExpr) ||
	    ((FuncExpr *) field->arg)->funcid != function)
		return NULL;
	return (Node *) field->arg;
}

/*
 * log_decision_support(internal) returns internal
 *
 * The parser makes of (f(x)).* a call for each column.  Of a function that
 * writes, that is never what was meant.
 */
FAIRPG_FUNCTION(fairpg_log_decision_support);
Datum
fairpg_log_decision_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestSimplify *simplify = (SupportRequestSimplify *) request;
	ListCell *cell;
	List *seen = NIL;

	if (!IsA(request, SupportRequestSimplify) || simplify->root == NULL ||
	    simplify->root->parse == NULL)
		PG_RETURN_POINTER(NULL);
	foreach (cell, simplify->root->parse->targetList)
	{
		Node *call =
			call_of(lfirst_node(TargetEntry, cell), simplify->fcall->funcid);

		if (call == NULL)
			continue;
		if (list_member(seen, call))
			ereport(ERROR,
			        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			         errmsg("fairpg.log_decision() would write a decision for "
			                "each of its columns"),
			         errhint("Call it in FROM: SELECT d.* FROM applications a, "
			                 "LATERAL fairpg.log_decision(...) d.")));
		seen = lappend(seen, call);
	}
	PG_RETURN_POINTER(NULL);
}

/* The name of a table, or of that which it is a partition of. */
static const char *
whole_table(Relation table)
{
	if (!table->rd_rel->relispartition)
		return RelationGetRelationName(table);
	return get_rel_name(get_partition_parent(RelationGetRelid(table), false));
}

/*
 * decision_guarded() returns trigger
 *
 * Of the tables of the log.  With an argument, rows may be added by anybody who
 * has the right.
 */
FAIRPG_FUNCTION(fairpg_decision_guarded);
Datum
fairpg_decision_guarded(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		                errmsg("fairpg.decision_guarded() must be fired before "
		                       "the event")));
	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
	{
		if (!is_logging && data->tg_trigger->tgnargs == 0)
			ereport(ERROR,
			        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			         errmsg("rows of table \"%s.%s\" are written by "
			                "fairpg.log_decision() alone",
			                STORE_SCHEMA, whole_table(data->tg_relation))));
	}
	else if (!govern_is_acting())
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		                errmsg("rows of table \"%s.%s\" stay as they were "
		                       "written",
		                       STORE_SCHEMA, whole_table(data->tg_relation)),
		                errhint("Use fairpg.override_decision(), "
		                        "fairpg.purge_decisions() or "
		                        "fairpg.purge_attributes().")));
	if (TRIGGER_FIRED_FOR_STATEMENT(data->tg_event))
		return PointerGetDatum(NULL);
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event)
	                           ? data->tg_newtuple
	                           : data->tg_trigtuple);
}
