/*
 * guard.c
 *    Triggers that keep the record from being written in another way than by
 *    the calls of governance, and results in another way than by measuring.
 *
 * A setting that says "allowed now" could be set by anybody who may write to
 * the tables at all.  So it is a variable of this library (govern.c), or one
 * that both libraries share (store_write.c).
 *
 * Who owns the tables can drop the triggers, and a superuser can do without.
 * What they do then can be found out (doc/record.md), not prevented.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "pg/export.h"
#include "pg/govern/actor.h"
#include "pg/govern/govern.h"
#include "pg/statement.h"
#include "pg/store.h"
#include "pg/store_write.h"

static TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *name)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event))
		ereport(ERROR,
		        (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		         errmsg("fairpg.%s() must be fired before the event", name)));
	return data;
}

static void
refuse_write(const TriggerData *data)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
	         errmsg("table \"fairpg_catalog.%s\" is written by the calls of "
	                "governance alone",
	                RelationGetRelationName(data->tg_relation))));
}

/* record_guarded() returns trigger: of tables that only calls may change. */
FAIRPG_FUNCTION(fairpg_record_guarded);
Datum
fairpg_record_guarded(PG_FUNCTION_ARGS)
{
	TriggerData *data = check_trigger(fcinfo, "record_guarded");

	if (!govern_is_acting())
		refuse_write(data);
	if (TRIGGER_FIRED_FOR_STATEMENT(data->tg_event))
		return PointerGetDatum(NULL);
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event)
	                           ? data->tg_newtuple
	                           : data->tg_trigtuple);
}

/* A column of a row as text; NULL where it is. */
static char *
text_of(const TriggerData *data, HeapTuple row, const char *column)
{
	TupleDesc columns = RelationGetDescr(data->tg_relation);
	int number = SPI_fnumber(columns, column);
	bool null;
	Datum value;

	if (number <= 0)
		elog(ERROR, "column \"%s\" is missing", column);
	value = heap_getattr(row, number, columns, &null);
	return null ? NULL : TextDatumGetCString(value);
}

/* Whether the model of the row is under a policy. */
static bool
is_governed(const char *model)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	bool found;

	add_text(&parameters, model);
	/* nobody puts it under a policy meanwhile; who has an older snapshot than
	 * one that has been, fails here */
	run("SELECT FROM fairpg_catalog.model WHERE model = $1 FOR SHARE",
	    &parameters, SPI_OK_SELECT);
	run("SELECT FROM fairpg_catalog.governed_model WHERE model = $1",
	    &parameters, SPI_OK_SELECT);
	found = SPI_processed > 0;
	store_spi_end(nest_level);
	return found;
}

/* The row of a new version: who made it, and a draft where there is a policy;
 * whatever was given for these. */
static HeapTuple
sign_version(const TriggerData *data)
{
	TupleDesc columns = RelationGetDescr(data->tg_relation);
	char *model = text_of(data, data->tg_trigtuple, "model");
	bool governed = model != NULL && is_governed(model);
	Actor actor;
	int numbers[3];
	Datum values[3];
	bool nulls[3];

	actor_read(&actor);
	numbers[0] = SPI_fnumber(columns, "state");
	numbers[1] = SPI_fnumber(columns, "author_role");
	numbers[2] = SPI_fnumber(columns, "author_login");
	for (int i = 0; i < 3; i++)
		if (numbers[i] <= 0)
			elog(ERROR, "a column of table \"model_version\" is missing");
	values[0] = CStringGetTextDatum("draft");
	nulls[0] = !governed;
	values[1] = CStringGetTextDatum(actor.role);
	nulls[1] = false;
	values[2] = CStringGetTextDatum(actor.login == NULL ? "" : actor.login);
	nulls[2] = actor.login == NULL;
	return heap_modify_tuple_by_cols(data->tg_trigtuple, columns, 3, numbers,
	                                 values, nulls);
}

/*
 * model_version_guarded() returns trigger
 *
 * Training writes versions as who trains.  They begin as drafts where the model
 * has a policy, and from then on are changed by calls alone; so is the mark
 * that a version is governed at all.
 */
FAIRPG_FUNCTION(fairpg_model_version_guarded);
Datum
fairpg_model_version_guarded(PG_FUNCTION_ARGS)
{
	TriggerData *data = check_trigger(fcinfo, "model_version_guarded");
	HeapTuple row = TRIGGER_FIRED_BY_UPDATE(data->tg_event)
	                    ? data->tg_newtuple
	                    : data->tg_trigtuple;

	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
		return PointerGetDatum(sign_version(data));
	if (!govern_is_acting() &&
	    (text_of(data, data->tg_trigtuple, "state") != NULL ||
	     (TRIGGER_FIRED_BY_UPDATE(data->tg_event) &&
	      text_of(data, data->tg_newtuple, "state") != NULL)))
		ereport(ERROR,
		        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		         errmsg("a version under a policy is changed by the calls of "
		                "governance alone")));
	return PointerGetDatum(row);
}

/* What says of which model a result is: its own column, or that of the
 * frontier or evaluation that it belongs to. */
typedef struct ResultOwner
{
	const char *column;
	Oid type;
	const char *query; /* finds a row when the model is under a policy */
	SPIPlanPtr plan;   /* NULL: not yet */
} ResultOwner;

static ResultOwner result_owners[] = {
	{ "model", TEXTOID,
	  "SELECT FROM fairpg_catalog.governed_model AS g"
	  " WHERE g.model OPERATOR(pg_catalog.=) $1",
	  NULL },
	{ "frontier", INT8OID,
	  "SELECT FROM fairpg_catalog.frontier AS f"
	  " JOIN fairpg_catalog.governed_model AS g"
	  "  ON g.model OPERATOR(pg_catalog.=) f.model"
	  " WHERE f.frontier OPERATOR(pg_catalog.=) $1",
	  NULL },
	{ "evaluation", INT8OID,
	  "SELECT FROM fairpg_catalog.evaluation AS e"
	  " JOIN fairpg_catalog.governed_model AS g"
	  "  ON g.model OPERATOR(pg_catalog.=) e.model"
	  " WHERE e.evaluation OPERATOR(pg_catalog.=) $1",
	  NULL },
};

static bool
has_governed_owner(ResultOwner *owner, Datum value)
{
	bool found;

	SPI_connect();
	if (owner->plan == NULL)
	{
		SPIPlanPtr plan = SPI_prepare(owner->query, 1, &owner->type);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "query of a guard could not be prepared");
		owner->plan = plan;
	}
	if (SPI_execute_plan(owner->plan, &value, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "query of a guard failed");
	found = SPI_processed > 0;
	SPI_finish();
	return found;
}

/*
 * Whether the row is a result of a model under a policy.  Not when what it
 * belongs to has gone: then it goes with that, which was allowed.
 */
static bool
is_governed_result(const TriggerData *data, HeapTuple row)
{
	TupleDesc columns = RelationGetDescr(data->tg_relation);

	for (int i = 0; i < (int) lengthof(result_owners); i++)
	{
		int number = SPI_fnumber(columns, result_owners[i].column);
		bool null;
		Datum value;

		if (number <= 0)
			continue;
		value = heap_getattr(row, number, columns, &null);
		return !null && has_governed_owner(&result_owners[i], value);
	}
	elog(ERROR, "table \"%s\" has no results",
	     RelationGetRelationName(data->tg_relation));
	return false;
}

static void
refuse_result(const TriggerData *data, const char *detail)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
	         errmsg("table \"fairpg_catalog.%s\" is written by training and "
	                "measuring alone",
	                RelationGetRelationName(data->tg_relation)),
	         errdetail("%s", detail)));
}

/*
 * result_guarded() returns trigger: of tables of results.
 *
 * Rows come from our own statements.  They may be changed and deleted by the
 * owner of the store, but for those of models under a policy, which are
 * evidence.  Analysts have rights to both, since add_analyses() replaces rows as
 * who calls it; what they measured may become evidence by a policy to come.
 */
FAIRPG_FUNCTION(fairpg_result_guarded);
Datum
fairpg_result_guarded(PG_FUNCTION_ARGS)
{
	TriggerData *data = check_trigger(fcinfo, "result_guarded");
	bool ours = store_is_writing() || govern_is_acting();

	if (TRIGGER_FIRED_FOR_STATEMENT(data->tg_event))
	{
		if (!ours)
			refuse_result(data, TRIGGER_FIRED_BY_INSERT(data->tg_event)
			                        ? "What nothing has measured would pass "
			                          "for evidence."
			                        : "Results of models under a policy are "
			                          "evidence.");
		return PointerGetDatum(NULL);
	}
	if (!ours &&
	    !has_privs_of_role(GetUserId(), data->tg_relation->rd_rel->relowner))
		refuse_result(data, "Nobody but the owner of the store may change or "
		                    "delete results.");
	if (!ours && (is_governed_result(data, data->tg_trigtuple) ||
	              (TRIGGER_FIRED_BY_UPDATE(data->tg_event) &&
	               is_governed_result(data, data->tg_newtuple))))
		refuse_result(data, "The model is under a policy, and this is "
		                    "evidence.");
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event)
	                           ? data->tg_newtuple
	                           : data->tg_trigtuple);
}
