/*
 * predict_reasons.h
 *    The principal reasons of a decision.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_PREDICT_REASONS_H
#define FAIRPG_PG_PREDICT_REASONS_H

#include "pg/predict_state.h"

/*
 * The names, as text[], of up to four features that lower the score of the row
 * in state->values most, the weightiest first; empty where none does.  False
 * where the model cannot tell, as it has no averages.  For a state that decides.
 */
extern bool predict_principal_reasons(PredictState *state, Datum *names);

#endif
