/*
 * predict_support.c
 *    What the planner makes of predict() and decide().
 *
 * A row argument costs more than the score: the executor copies the whole row
 * and the function takes it apart again.  So the planner asks this function,
 * which looks up the model and puts
 *
 *     predict_columns('credit', NULL, '{age,income}', a.age, a.income)
 *
 * in place of predict('credit', a).  EXPLAIN VERBOSE then shows what the model
 * reads.  It does so where the row is one whose columns can be named: a row of
 * a table, of a subquery, function or VALUES list, or a row expression with
 * names, as views and subqueries become when they are pulled up.  Wherever
 * something is in the way (the model is a parameter, does not exist, may not
 * be read, needs a column that is missing; the row may be NULL as a whole from
 * an outer join) the call is left alone, and gives its result or its error
 * when it runs.
 *
 * A plan made so is right for one version of the model.  It is therefore noted
 * as depending on the table of versions, so that a new version throws it away.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "pg/compat.h"
#include "pg/export.h"
#include "pg/model_cache.h"
#include "pg/predict.h"
#include "pg/store.h"

FAIRPG_FUNCTION(fairpg_predict_support);

/* The columns of the row argument: lists of String and of expressions. */
typedef struct RowColumns
{
	List *names;
	List *values;
} RowColumns;

static Node *rewrite_call(PlannerInfo *root, FuncExpr *call);
static bool list_columns(PlannerInfo *root, Node *row, RowColumns *columns);
static bool list_var_columns(PlannerInfo *root, Var *row, RowColumns *columns);
static bool is_nullable_side(Node *node, Index relation, bool nullable);
static List *list_type_names(Oid type);
static Node *find_value(const RowColumns *columns, const char *name);
static Oid find_function(Oid called);

/*
 * predict_support(internal) returns internal
 *
 * Answers SupportRequestSimplify; NULL for every other request.
 */
Datum
fairpg_predict_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestSimplify *simplify;

	if (!IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	simplify = (SupportRequestSimplify *) request;
	if (simplify->root == NULL || !ActiveSnapshotSet() ||
	    list_length(simplify->fcall->args) != PREDICT_N_ARGS)
		PG_RETURN_POINTER(NULL);
	PG_RETURN_POINTER(rewrite_call(simplify->root, simplify->fcall));
}

/* Makes the plan depend on the table of versions. */
static void
depend_on_store(PlannerInfo *root, Oid table)
{
	root->glob->relationOids =
		list_append_unique_oid(root->glob->relationOids, table);
	/* a plan for the versions of an old snapshot is not for later ones */
	if (IsolationUsesXactSnapshot())
		root->glob->transientPlan = true;
}

/* The model's name and version, when both are constants. */
static bool
read_constants(FuncExpr *call, char **model, int *version)
{
	Const *name = (Const *) list_nth(call->args, PREDICT_ARG_MODEL);
	Const *number = (Const *) list_nth(call->args, PREDICT_ARG_VERSION);

	if (!IsA(name, Const) || name->constisnull || !IsA(number, Const))
		return false;
	*model = TextDatumGetCString(name->constvalue);
	*version = number->constisnull ? 0 : DatumGetInt32(number->constvalue);
	return number->constisnull || *version > 0;
}

/* The compiled model; NULL where it does not exist or may not be read, which
 * is for the call to say, since a plan need not be run. */
static CompiledModel *
find_model(Oid table, const char *model, int version)
{
	if (pg_class_aclcheck(table, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return NULL;
	return model_cache_find(model, version, true);
}

static bool
reads_source(const CompiledModel *compiled, const char *name)
{
	for (int s = 0; s < compiled->n_sources; s++)
		if (strcmp(compiled->sources[s].name, name) == 0)
			return true;
	return false;
}

/* The columns that the call reads, each once: those of the model and, for a
 * decision, those that tell its groups apart, or draw its member. */
static List *
list_needed(const CompiledModel *compiled, bool decides)
{
	const ModelGroups *groups = decides ? compiled->model->groups : NULL;
	const char *draw = compiled->model->draw_column;
	List *names = NIL;

	for (int s = 0; s < compiled->n_sources; s++)
		names = lappend(names, unconstify(char *, compiled->sources[s].name));
	for (uint32 c = 0; groups != NULL && c < groups->n_columns; c++)
		if (!reads_source(compiled, groups->columns[c]))
			names = lappend(names, unconstify(char *, groups->columns[c]));
	if (decides && draw != NULL && !reads_source(compiled, draw))
		names = lappend(names, unconstify(char *, draw));
	return names;
}

static Node *
rewrite_call(PlannerInfo *root, FuncExpr *call)
{
	Oid table = store_version_table();
	RowColumns columns = { NIL, NIL };
	CompiledModel *compiled;
	Oid function;
	char *model;
	int version;
	List *needed;
	ListCell *cell;
	Datum *names;
	List *args;
	ArrayType *array;

	if (!OidIsValid(table))
		return NULL;
	depend_on_store(root, table);
	if (!read_constants(call, &model, &version) ||
	    !list_columns(root, list_nth(call->args, PREDICT_ARG_ROW), &columns))
		return NULL;
	function = find_function(call->funcid);
	/* the right to one of the two functions is none to the other */
	if (!OidIsValid(function) ||
	    compat_function_allowed(call->funcid, GetUserId()) != ACLCHECK_OK ||
	    compat_function_allowed(function, GetUserId()) != ACLCHECK_OK)
		return NULL;
	compiled = find_model(table, model, version);
	if (compiled == NULL)
		return NULL;
	needed = list_needed(compiled, call->funcresulttype == BOOLOID);
	if (needed == NIL ||
	    list_length(needed) > FUNC_MAX_ARGS - COLUMNS_ARG_VALUES)
		return NULL;

	names = palloc(sizeof(Datum) * list_length(needed));
	args = list_make2(copyObject(list_nth(call->args, PREDICT_ARG_MODEL)),
	                  copyObject(list_nth(call->args, PREDICT_ARG_VERSION)));
	args = lappend(args, NULL);
	foreach (cell, needed)
	{
		Node *value = find_value(&columns, lfirst(cell));

		if (value == NULL)
			return NULL;
		names[foreach_current_index(cell)] =
			CStringGetTextDatum((char *) lfirst(cell));
		args = lappend(args, copyObject(value));
	}
	array = construct_array(names, list_length(needed), TEXTOID, -1, false,
	                        TYPALIGN_INT);
	lfirst(list_nth_cell(args, COLUMNS_ARG_NAMES)) = makeConst(
		TEXTARRAYOID, -1, InvalidOid, -1, PointerGetDatum(array), false, false);
	return (Node *) makeFuncExpr(function, call->funcresulttype, args,
	                             call->funccollid, call->inputcollid,
	                             COERCE_EXPLICIT_CALL);
}

/* Names and expressions of a row's columns; false when there are none. */
static bool
list_columns(PlannerInfo *root, Node *row, RowColumns *columns)
{
	if (IsA(row, Var) && ((Var *) row)->varattno == InvalidAttrNumber)
		return list_var_columns(root, (Var *) row, columns);

	if (IsA(row, RowExpr))
	{
		RowExpr *expression = (RowExpr *) row;

		if (root->parse == NULL || root->parse->groupingSets != NIL)
			return false;
		columns->names = expression->row_typeid == RECORDOID
		                     ? expression->colnames
		                     : list_type_names(expression->row_typeid);
		columns->values = expression->args;
		/* columns that the model does not need will not be evaluated */
		return list_length(columns->names) == list_length(columns->values) &&
		       !contain_volatile_functions(row);
	}
	return false;
}

/*
 * The columns of a whole-row variable.  A row of a named type keeps the names
 * of its type, whatever aliases the query gives; a record has the aliases.
 */
static bool
list_var_columns(PlannerInfo *root, Var *row, RowColumns *columns)
{
	RangeTblEntry *entry;

	/* while a subquery is being pulled up, parent_root skips a level */
	if (row->varlevelsup > 0)
		return false;
	/* a row that an outer join or a grouping set makes NULL is NULL as a
	 * whole, which its columns would not tell */
	if (compat_var_is_nullable(row) || root->parse->groupingSets != NIL ||
	    is_nullable_side((Node *) root->parse->jointree, (Index) row->varno,
	                     false))
		return false;

	entry = rt_fetch(row->varno, root->parse->rtable);
	compat_expand_rte(entry, row, row->vartype != RECORDOID, &columns->names,
	                  &columns->values);
	if (row->vartype != RECORDOID)
		columns->names = list_type_names(row->vartype);
	return list_length(columns->names) == list_length(columns->values);
}

/* Whether a relation stands where an outer join may put NULL for its row. */
static bool
is_nullable_side(Node *node, Index relation, bool nullable)
{
	ListCell *cell;
	JoinExpr *join;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblRef))
		return nullable && (Index) ((RangeTblRef *) node)->rtindex == relation;
	if (IsA(node, FromExpr))
	{
		foreach (cell, ((FromExpr *) node)->fromlist)
			if (is_nullable_side(lfirst(cell), relation, nullable))
				return true;
		return false;
	}

	join = castNode(JoinExpr, node);
	return is_nullable_side(join->larg, relation,
	                        nullable || join->jointype == JOIN_RIGHT ||
	                            join->jointype == JOIN_FULL) ||
	       is_nullable_side(join->rarg, relation,
	                        nullable || join->jointype == JOIN_LEFT ||
	                            join->jointype == JOIN_FULL);
}

/* Names by position; "" for dropped columns, which no model can name. */
static List *
list_type_names(Oid type)
{
	TupleDesc row = lookup_rowtype_tupdesc_domain(type, -1, true);
	List *names = NIL;

	if (row == NULL)
		return NIL;
	for (int i = 0; i < row->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row, i);

		names = lappend(names,
		                makeString(attribute->attisdropped
		                               ? pstrdup("")
		                               : pstrdup(NameStr(attribute->attname))));
	}
	ReleaseTupleDesc(row);
	return names;
}

static Node *
find_value(const RowColumns *columns, const char *name)
{
	ListCell *name_cell;
	ListCell *value_cell;

	forboth (name_cell, columns->names, value_cell, columns->values)
	{
		if (strcmp(strVal(lfirst(name_cell)), name) == 0)
			return lfirst(value_cell);
	}
	return NULL;
}

/* predict_columns() for predict() and decide_columns() for decide(). */
static Oid
find_function(Oid called)
{
	Oid types[COLUMNS_ARG_VALUES + 1] = { TEXTOID, INT4OID, TEXTARRAYOID,
		                                  ANYOID };
	char *name = get_func_name(called);

	if (name == NULL)
		return InvalidOid;
	return GetSysCacheOid3(
		PROCNAMEARGSNSP, Anum_pg_proc_oid,
		CStringGetDatum(psprintf("%s_columns", name)),
		PointerGetDatum(buildoidvector(types, lengthof(types))),
		ObjectIdGetDatum(get_func_namespace(called)));
}
