/*
 * govern.c
 *    Calls of governance: who may make them, and that they run as the owner of
 *    the store.
 *
 * What such a call does is a PL/pgSQL function that anybody can read: that of
 * fairpg.approve() is fairpg.do_approve().  It needs rights on tables that
 * nobody else has, so that there is no way around it.  Here it gets them: the
 * arguments are handed over, and the function runs as the role that owns the
 * store, with no more rights than that role has and without a way back to
 * others.  Triggers and defaults of the tables, which are the owner's to make,
 * cannot reach the rights of the caller.
 *
 * Called directly, the second function runs as the caller, like any function,
 * and fails on the first table; but for the owner, who could write to the
 * tables anyway.
 *
 * Identity is no argument: what has been done by whom, is asked of the session
 * (actor.c).
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "pg/compat.h"
#include "pg/export.h"
#include "pg/govern/actor.h"
#include "pg/govern/govern.h"
#include "pg/rows.h"
#include "pg/statement.h"
#include "pg/store.h"

/* What the texts of numbers, times and bytes depend on, of which digests are
 * made. */
static const char *const pinned_settings[][2] = {
	{ "search_path", "pg_catalog, pg_temp" },
	{ "extra_float_digits", "1" },
	{ "DateStyle", "ISO, YMD" },
	{ "IntervalStyle", "postgres" },
	{ "TimeZone", "UTC" },
	{ "bytea_output", "hex" },
};

static int
pin_settings(void)
{
	int nest_level = NewGUCNestLevel();

	for (int i = 0; i < (int) lengthof(pinned_settings); i++)
		(void) set_config_option(pinned_settings[i][0], pinned_settings[i][1],
		                         PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
		                         true, 0, false);
	return nest_level;
}

/* Calls that this session is inside of. */
static int n_acting = 0;

bool
govern_is_acting(void)
{
	return n_acting > 0;
}

/* Who may make a call; NULL: everybody. */
typedef struct GovernedCall
{
	const char *name;
	const char *duty;
} GovernedCall;

static const GovernedCall calls[] = {
	{ "create_policy", "analyst" },
	{ "activate_policy", "approver" },
	{ "withdraw_policy", "approver" },
	{ "govern", "admin" },
	{ "map_person", "admin" },
	{ "assign_duty", "admin" },
	{ "add_contributor", "analyst" },
	{ "withdraw_contributor", "admin" },
	{ "review", "reviewer" },
	{ "approve", "approver" },
	{ "reject", "reviewer" },
	{ "request_waiver", "analyst" },
	{ "grant_waiver", "approver" },
	{ "deploy", "operator" },
	{ "suspend", "operator" },
	{ "retire", "operator" },
	{ "rollback", "operator" },
	{ "describe", "analyst" },
	{ "publish", "analyst" },
	{ "gate_report", NULL },
	{ "version_status", NULL },
	{ "challenge", NULL },
	{ "challenge_status", NULL },
	{ "challenge_receipt", NULL },
	{ "answer_challenge", "ombudsman" },
	{ "close_challenge", "ombudsman" },
	{ "consult", "analyst" },
	{ "respond_consultation", "analyst" },
	{ "open_incident", "operator" },
	{ "assess_incident", "reviewer" },
	{ "report_incident", "operator" },
	{ "mitigate_incident", "operator" },
	{ "close_incident", "reviewer" },
	{ "plan_remediation", "operator" },
	{ "finish_remediation", "operator" },
	{ "add_note", "analyst" },
	{ "seal", NULL },
	{ "verify", NULL },
	{ "audit_head", NULL },
	{ "publish_head", "auditor" },
	{ "receipt", "auditor" },
	{ "export_record", "auditor" },
	{ "guard_report", "auditor" },
	{ "erase_event", "admin" },
	{ "post_restore", "admin" },
	{ "override_decision", "ombudsman" },
	{ "purge_decisions", "admin" },
	{ "purge_attributes", "admin" },
};

static const GovernedCall *
find_call(const char *name)
{
	for (int i = 0; i < (int) lengthof(calls); i++)
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	elog(ERROR, "\"%s\" is not a call of governance", name);
	return NULL;
}

/* The role that owns the store. */
static Oid
store_owner(void)
{
	store_require(STORE_TO_GOVERN);
	return store_schema_owner();
}

/* The roles that have a duty; as the owner, between SPI_connect() and
 * SPI_finish().  Without any, it is the owner's own. */
static bool
has_duty(Oid user, Oid owner, const char *duty)
{
	Parameters parameters = { 0 };
	Oid role;

	add_text(&parameters, duty);
	run("SELECT role_name FROM fairpg_catalog.duty WHERE duty = $1",
	    &parameters, SPI_OK_SELECT);
	if (SPI_processed == 0)
		return compat_has_role(user, owner);
	role = get_role_oid(
		SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), true);
	return OidIsValid(role) && compat_has_role(user, role);
}

/*
 * Duties are those of the role that has logged in.  Inside of a function that
 * runs as somebody else, a call would be made by who wrote it, and in the name
 * of who happens to run it.
 */
static void
require_duty(const GovernedCall *call, Oid owner)
{
	if (!has_duty(GetSessionUserId(), owner, call->duty))
		ereport(ERROR,
		        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		         errmsg("permission denied for fairpg.%s()", call->name),
		         errdetail("It takes the duty \"%s\".", call->duty),
		         errhint("Roles that have it are members of the role that "
		                 "fairpg_catalog.duty names, or else of the owner of "
		                 "the store.")));
}

static void
refuse_borrowed_rights(const GovernedCall *call)
{
	if (call->duty != NULL &&
	    (InLocalUserIdChange() || InSecurityRestrictedOperation()))
		ereport(ERROR,
		        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		         errmsg("fairpg.%s() cannot be called by a function that runs "
		                "as somebody else",
		                call->name),
		         errhint("Call it from the session of the person who acts.")));
}

/* "SELECT * FROM fairpg.do_approve($1, $2)", with the arguments. */
static char *
body_statement(FunctionCallInfo fcinfo, const char *name,
               Parameters *parameters)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT * FROM fairpg.%s(",
	                 quote_identifier(psprintf("do_%s", name)));
	for (int i = 0; i < PG_NARGS(); i++)
	{
		parameters->types[i] = get_fn_expr_argtype(fcinfo->flinfo, i);
		parameters->values[i] = fcinfo->args[i].value;
		parameters->nulls[i] = fcinfo->args[i].isnull ? 'n' : ' ';
		appendStringInfo(&sql, "%s$%d", i > 0 ? ", " : "", i + 1);
	}
	parameters->n = PG_NARGS();
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

/* What the body has answered: rows of a set, one row, or a single value. */
static Datum
take_answer(FunctionCallInfo fcinfo, MemoryContext caller)
{
	MemoryContext spi;
	TupleDesc columns;
	RowMaker row;
	Datum answer;
	Rows rows;

	if (get_func_retset(fcinfo->flinfo->fn_oid))
	{
		rows_begin(&rows, fcinfo, SPI_tuptable->tupdesc->natts);
		for (uint64 i = 0; i < SPI_processed; i++)
			tuplestore_puttuple(rows.store, SPI_tuptable->vals[i]);
		return (Datum) 0;
	}
	if (SPI_processed != 1)
		elog(ERROR, "a call of governance has no answer");
	if (get_call_result_type(fcinfo, NULL, &columns) == TYPEFUNC_SCALAR)
	{
		answer = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
		                       &fcinfo->isnull);
		if (fcinfo->isnull)
			return (Datum) 0;
		return SPI_datumTransfer(
			answer, TupleDescAttr(SPI_tuptable->tupdesc, 0)->attbyval,
			TupleDescAttr(SPI_tuptable->tupdesc, 0)->attlen);
	}
	spi = MemoryContextSwitchTo(caller);
	row_begin(&row, fcinfo);
	for (int c = 0; c < row.columns->natts; c++)
	{
		bool null;
		Datum value = SPI_getbinval(SPI_tuptable->vals[0],
		                            SPI_tuptable->tupdesc, c + 1, &null);

		if (null)
			row_put_null(&row);
		else
			row_put(&row, value);
	}
	answer = row_end(&row);
	MemoryContextSwitchTo(spi);
	return answer;
}

/*
 * govern(arguments of the function it is declared as)
 *
 * Runs the function of the same name behind "do_" as the owner of the store.
 */
FAIRPG_FUNCTION(fairpg_govern);
Datum
fairpg_govern(PG_FUNCTION_ARGS)
{
	const GovernedCall *call = find_call(get_func_name(fcinfo->flinfo->fn_oid));
	MemoryContext caller = CurrentMemoryContext;
	Parameters parameters = { 0 };
	Oid owner = store_owner();
	Datum answer = (Datum) 0;
	int security;
	int nest_level;
	Oid user;

	refuse_borrowed_rights(call);
	nest_level = pin_settings();
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE |
	                                  SECURITY_RESTRICTED_OPERATION);
	SPI_connect();
	if (call->duty != NULL)
		require_duty(call, owner);
	n_acting++;
	PG_TRY();
	{
		run(body_statement(fcinfo, call->name, &parameters), &parameters,
		    SPI_OK_SELECT);
		answer = take_answer(fcinfo, caller);
	}
	PG_FINALLY();
	{
		n_acting--;
	}
	PG_END_TRY();
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	AtEOXact_GUC(true, nest_level);
	return answer;
}

/*
 * require_current() returns void
 *
 * A gate decides by what there is: incidents, reviews, measurements, persons.
 * At isolation levels with one snapshot for the whole transaction that can be
 * what there was, and nothing that was added since makes a row that is locked
 * here another one.  So whatever has been committed since is an error.
 */
FAIRPG_FUNCTION(fairpg_require_current);
Datum
fairpg_require_current(PG_FUNCTION_ARGS)
{
	Snapshot own;
	Snapshot latest;
	TransactionId xid;

	if (!IsolationUsesXactSnapshot())
		PG_RETURN_VOID();
	own = GetTransactionSnapshot();
	latest = GetLatestSnapshot();
	for (xid = own->xmin; TransactionIdPrecedes(xid, latest->xmax);)
	{
		CHECK_FOR_INTERRUPTS();
		if (XidInMVCCSnapshot(xid, own) && !XidInMVCCSnapshot(xid, latest) &&
		    !TransactionIdIsCurrentTransactionId(xid) &&
		    TransactionIdDidCommit(xid))
			ereport(ERROR,
			        (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			         errmsg("could not serialize access due to transactions "
			                "that were committed since this one began"),
			         errdetail("What a version is judged by may be among what "
			                   "they wrote."),
			         errhint("Try again in a new transaction, or at READ "
			                 "COMMITTED.")));
		TransactionIdAdvance(xid);
	}
	PG_RETURN_VOID();
}
