/*
 * predict_state.h
 *    What a call site of predict() and its like keeps from row to row.
 *
 * Internal to predict.c, predict_state.c, predict_variants.c, predict_reasons.c
 * and the log of decisions.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_PREDICT_STATE_H
#define FAIRPG_PG_PREDICT_STATE_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "fmgr.h"

#include "pg/encode.h"
#include "pg/predict_bind.h"
#include "pg/snapshot_mark.h"

typedef struct PredictState
{
	MemoryContext owner; /* of the state; as long as the expression lives */
	bool decides;        /* bound to what decisions take, too */

	/* the model: by name ... */
	char *name;
	int name_length;
	int version; /* asked for; 0: the newest */
	SnapshotMark mark;
	CompiledModel *pinned;
	/* ... or by value, with the argument it was made from */
	char *given;
	Size given_bytes;

	CompiledModel *compiled; /* either; NULL: none yet */

	/* the binding */
	MemoryContext binding_context; /* emptied when the binding changes */
	Binding *binding;              /* NULL: none yet */
	uint64 row_identifier;
	TupleDesc row;
	TupleDesc result; /* of examine() and the like; as long as the state */
	Encoder *label;   /* of examine_class(), likewise; NULL: none yet */
	Datum *row_values;
	bool *row_nulls;
	NullableDatum *values;
	void *extra; /* a function's own, as long as the binding; NULL: none yet */

	struct PredictState *other; /* that of another version; NULL: none yet */
} PredictState;

/* The state of a call site; 'decides' says whether bindings are to. */
extern PredictState *predict_state(FunctionCallInfo fcinfo, bool decides);

/* Sees to it that the state has the model that arguments name, or that the
 * caller does (version 0: what serves) or hands over. */
extern void predict_use_model(FunctionCallInfo fcinfo, PredictState *state,
                              int model_arg, int version_arg);
extern void predict_use_version(PredictState *state, text *name, int version);
extern void predict_use_artifact(PredictState *state, Datum artifact);

/* Binds the model to a row and takes the row apart, into state->values; or
 * to the values of predict_columns(), which are arguments. */
extern void predict_take_row(PredictState *state, Datum row);
extern void predict_use_columns(FunctionCallInfo fcinfo, PredictState *state);

/* The type of the rows that the function returns, to state->result. */
extern void
predict_use_result(FunctionCallInfo fcinfo, PredictState *state, int n_columns);

/* Errors unless the model decides, has one score for a row, has classes. */
extern void predict_check_decides(const PredictState *state);
extern void predict_check_score(const PredictState *state);
extern void predict_check_classes(const PredictState *state);

static inline bool
predict_decides(const PredictState *state)
{
	return state->compiled->model->family == MODEL_LOGISTIC;
}

#endif
