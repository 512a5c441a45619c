/*
 * analyses.h
 *    What can be found out about the rows of an evaluation.
 *
 * An analysis is a SQL function that reads a source and returns rows.  Most of
 * its arguments are those of the evaluation; the caller may give the others.
 * Internal to analyses.c and analysis_*.c.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_ANALYSES_H
#define FAIRPG_PG_ANALYSES_H

#include "executor/spi.h"
#include "utils/jsonb.h"

#include "pg/source.h"

/* An evaluation as fairpg_catalog.evaluation has it. */
typedef struct Evaluated
{
	int64 number;
	char *model; /* NULL: decisions or scores of somebody else */
	int version;
	char *family;    /* of the model */
	char **features; /* of the model */
	int n_features;
	char *from; /* the source, a relation with its schema */
	char *label;
	char *positive;
	char **protected_names;
	int n_protected;
	char *decision;
	char *score;
	char *prediction;
	double threshold;
	char *weight;
	double level;
	int64 seed;
	int min_group;
	bool has_loss; /* its scores, if there are any, are probabilities */
	Source source;
} Evaluated;

/* What an argument of an analysis takes from the evaluation. */
typedef enum AnalysisInput
{
	/* these make the evaluation: nobody may give others */
	FROM_SOURCE,
	FROM_DECIDED_SOURCE, /* the source and what the model decides, if one does */
	FROM_LABEL,
	FROM_POSITIVE,
	FROM_DECISION,
	FROM_OWN_DECISION, /* of evaluations without a model */
	FROM_SCORE,
	FROM_THRESHOLD,
	FROM_WEIGHT,
	FROM_MODEL,
	FROM_VERSION,
	/* the caller may give others from here on */
	FROM_PROTECTED,
	FROM_COLUMNS, /* those of the protected attributes */
	FROM_SEX,
	FROM_RACE,
	FROM_FEATURES,
	FROM_EXCLUDE, /* decisions and scores are no features */
	FROM_LEVEL,
	FROM_SEED,
	FROM_OPTIONS
} AnalysisInput;

#define MAY_BE_GIVEN FROM_PROTECTED

typedef struct AnalysisArgument
{
	const char *name;
	AnalysisInput from;
} AnalysisArgument;

typedef struct Analysis
{
	const char *name;     /* also that of the view in fairpg_report */
	const char *function; /* in schema fairpg; its columns are columns of
	                       * fairpg_catalog.analysis_row */
	const AnalysisArgument *arguments; /* ends with a NULL name */
	/* why it does not apply; NULL: it does */
	const char *(*skip)(const Evaluated *evaluated, Jsonb *given);
	const char *only_check; /* keep rows with this check_name; NULL: all */
} Analysis;

/* analysis_table.c: all of them, ending with a NULL name, in the order in which
 * they are made; the names of all in a list, for hints. */
extern const Analysis analysis_table[];
extern char *analysis_names(void);

/* analysis_call.c: a call of the function behind an analysis. */
typedef struct AnalysisCall
{
	const Analysis *analysis;
	Jsonb *given;     /* further arguments of the caller, an object or NULL */
	Jsonb *arguments; /* all of them */
	char *statement;
	int n_parameters;
	Oid *types;
	Datum *values;
} AnalysisCall;

/* Whether the caller has given an argument. */
extern bool analysis_given(Jsonb *given, const char *argument);

/* The columns that the protected attributes are of, each once, and the ones
 * among them that are named as sex and race usually are, or NULL. */
extern char **analysis_columns(const Evaluated *evaluated, int *n);
extern char *analysis_sex(const Evaluated *evaluated);
extern char *analysis_race(const Evaluated *evaluated);

/* Fills in arguments and statement from the evaluation and what was given; an
 * error for arguments that the function does not have, or that may not be
 * given. */
extern void analysis_prepare(const Evaluated *evaluated, AnalysisCall *call);

/* analysis_store.c: the evaluation, without its source; an error when it does
 * not exist. */
extern void analysis_read(int64 number, Evaluated *evaluated);

/* The rows of an analysis in place of those it has; returns how many.  Between
 * SPI_connect() and SPI_finish(). */
extern int64
analysis_store(const Evaluated *evaluated, const AnalysisCall *call,
               SPITupleTable *rows, uint64 n_rows, double seconds);

#endif
