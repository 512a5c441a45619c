/*
 * predict.h
 *    Names that predict.c and its planner support share.
 */
#ifndef FAIRPG_PG_PREDICT_H
#define FAIRPG_PG_PREDICT_H

/* Arguments of predict(model, features, version) and decide(). */
#define PREDICT_ARG_MODEL 0
#define PREDICT_ARG_ROW 1
#define PREDICT_ARG_VERSION 2
#define PREDICT_N_ARGS 3

/* Those of examine_class(model, features, label, version). */
#define EXAMINE_ARG_LABEL 2
#define EXAMINE_ARG_VERSION 3

/* Arguments of predict_columns(model, version, columns, values...). */
#define COLUMNS_ARG_MODEL 0
#define COLUMNS_ARG_VERSION 1
#define COLUMNS_ARG_NAMES 2
#define COLUMNS_ARG_VALUES 3

#endif
