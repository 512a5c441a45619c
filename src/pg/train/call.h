/*
 * call.h
 *    One call of fairpg.train(): what was asked, and what came of it.
 *
 * Internal to src/pg/train.
 */
#ifndef FAIRPG_PG_TRAIN_CALL_H
#define FAIRPG_PG_TRAIN_CALL_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "portability/instr_time.h"
#include "utils/jsonb.h"

#include "data/dataset.h"
#include "model/model.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "pg/constraints.h"
#include "pg/judge.h"
#include "pg/store.h"
#include "pg/train/extract.h"
#include "train/certificate.h"
#include "train/family.h"
#include "train/margin.h"
#include "train/train.h"

/* Arguments of fairpg.train() in the order of its declaration. */
enum
{
	TRAIN_ARG_MODEL,
	TRAIN_ARG_SOURCE,
	TRAIN_ARG_LABEL,
	TRAIN_ARG_POSITIVE,
	TRAIN_ARG_PROTECTED,
	TRAIN_ARG_FEATURES,
	TRAIN_ARG_EXCLUDE,
	TRAIN_ARG_FAMILY,
	TRAIN_ARG_FAIRNESS,
	TRAIN_ARG_MAX_GAP,
	TRAIN_ARG_MIN_RATIO,
	TRAIN_ARG_MAX_LOSS,
	TRAIN_ARG_METHOD,
	TRAIN_ARG_PENALTY,
	TRAIN_ARG_WEIGHT,
	TRAIN_ARG_SPLIT,
	TRAIN_ARG_SEED,
	TRAIN_ARG_OPTIONS,
	TRAIN_ARG_COMMENT,
	TRAIN_ARGS /* how many there are */
};

typedef struct TrainCall
{
	/* arguments */
	char *model;
	const TrainFamily *family;
	char *fairness; /* the criteria's names */
	char *method_name;
	char *split;
	char *comment;
	ConstraintList constraints; /* none: a plain model */
	bool has_penalty;
	double penalty;
	int64 seed;
	Jsonb *options;
	ExtractRequest extract;
	char *kept;                  /* all of them as JSON (replay.h) */
	const struct Replay *replay; /* what this repeats; NULL: nothing */

	/* options */
	double l2;
	double l1;
	char **signed_columns; /* option monotone: columns, and */
	signed char *signs;    /* their signs, +1 or -1 */
	int n_signed;
	double temperature; /* NaN: not given */
	double threshold;
	int iterations;
	int min_group;
	bool deterministic;
	TrainSolver solver;
	TrainEarlyStop early_stop; /* patience 0: not asked for */
	double tighten;  /* standard errors that bounds are tightened by */
	int cross_fit;   /* folds to measure the optimism of bounds with; 0: none */
	char *undefined; /* "error" or "skip" */
	bool has_start;  /* option start, and */
	int start;       /* the version it names, 0: the newest */

	bool is_job; /* passes are made without a snapshot, and so by this process
	              * alone; the version is stored by another transaction */

	/* resolved */
	const TrainMethod *method; /* NULL: plain */
	bool uses_blas;
	struct Team *team; /* processes that share passes; NULL: only this one */

	/* what came of it */
	const Model *start_model; /* of the version that start names */
	NumArena *arena;          /* of all calls that share the rows */
	NumMonitor monitor;
	Dataset *data;
	ExtractReport report;
	TrainResult result;
	TrainMargin *margins; /* [n_margins] what bounds were tightened by */
	int n_margins;        /* 0: by nothing */
	Model *compiled;
	uint8_t *artifact;
	size_t artifact_bytes;
	Certificate train_part;
	Certificate held_out;      /* rows is 0 without a held-out part */
	const Certificate *judged; /* the part that quality figures are of */
	bool out_of_fold;          /* train_part is of models that have not seen the
	                            * rows */
	FigureSettings figures;    /* how its figures are made */
	Judgements judgements;     /* of that part */
	double expected_gap;       /* of a mixture, of that part; else NaN */
	List *warnings;            /* of char * */
	instr_time begun;
	double fit_seconds;
	double certify_seconds;
	double seconds;
	size_t memory_bytes; /* highest, with shared memory */
	int version;
} TrainCall;

/* train_args.c: fills the first part; raises on anything that is wrong before
 * a row is read. */
extern void train_read_call(FunctionCallInfo fcinfo, TrainCall *call);

/* train.c: the steps of a training, in their order; train_store() follows
 * the certificate.  From the arguments to what was asked; to call->data, with
 * the memory of the run in 'context' and the rights that 'use' takes; (train_fit()
 * to call->result and call->compiled;) to the certificates and the verdict; when
 * nobody looks at the rows any more, their memory counted and temporary files
 * ended, which train_certified() does; and what other processes see given back. */
extern void train_begin(TrainCall *call, FunctionCallInfo fcinfo,
                        const struct Replay *replay);
extern void train_extract(TrainCall *call, StoreUse use, MemoryContext context);
extern void train_certified(TrainCall *call);
extern void train_end_rows(TrainCall *call);
extern void train_release(TrainCall *call);

/* A whole training with the arguments of fairpg.train(); 'what' is the
 * function that was called, and 'replay' is NULL unless it repeats another
 * call.  Returns a fairpg.train_result. */
extern Datum train_run(FunctionCallInfo fcinfo, const char *what,
                       const struct Replay *replay);

/* train_family.c: raises an error for criteria, methods and options that are
 * not for models of the call's family. */
extern void train_check_family(const TrainCall *call);

/* train_family.c: raises an error when the sums of every group would not fit,
 * and says how many would. */
extern void train_check_memory(const TrainCall *call);

/* train_fit.c: from call->data to call->result and call->compiled; raises on
 * groups that cannot be constrained.  call->team stays until train_fit_end(). */
extern void train_fit(TrainCall *call);

/* Its beginning: the settings of the fit, and call->team.  And its end. */
extern void train_fit_begin(TrainCall *call, TrainSettings *settings);
extern void train_fit_end(TrainCall *call);

/* When all rows have been read (ExtractRequest.have_read): starts the team, so
 * that it is there for the dataset and when the fit begins. */
extern struct FinishTeam *
train_have_read(void *host, const struct ExtractReport *report);

/* What call->compiled does to the training rows and, unless that is NULL, to
 * those held out. */
extern NumStatus
train_certify_rows(TrainCall *call, Certificate *train, Certificate *held_out);

/* The model of call->result, into call->compiled. */
extern void train_compile(TrainCall *call);

/* "source loans", for messages; and the time since an instant. */
extern char *train_describe_source(const TrainCall *call);
extern double train_seconds_since(instr_time start);

/* train_tighten.c: reads option "tighten", NULL when it was not given; and, with
 * that or "cross_fit", searches for the bounds, tightens them, and searches
 * for those, into call->result and call->margins. */
extern void train_read_tighten(const JsonbValue *tighten, TrainCall *call);
extern void train_tighten(TrainCall *call, const TrainSettings *settings);

/* The margins as a JSON array; null without any. */
extern void train_write_margins(StringInfo json, const TrainCall *call);

/* train_signs.c: reads option "monotone", NULL when it was not given; refuses
 * columns that the source does not have; and finds the signs of the columns of
 * call->data (TrainSettings.signs), refusing what is no number the model sees. */
extern void train_read_signs(Jsonb *monotone, TrainCall *call);
extern void train_check_signs(const TrainCall *call);
extern const signed char *train_find_signs(const TrainCall *call);

/* train_early_stop.c: reads option "early_stop", NULL when it was not given. */
extern void train_read_early_stop(Jsonb *option, TrainEarlyStop *early_stop);

/* train_start.c: reads option "start", NULL when it was not given; finds the
 * version it names, so that call->start is its number, and refuses one that is
 * not there or of another family; and its coefficients as those of call->data
 * (TrainSettings.start), NULL without the option. */
extern void train_read_start(const JsonbValue *start, TrainCall *call);
extern void train_load_start(TrainCall *call);
extern const double *train_find_start(TrainCall *call);

/* train_cells.c: what method reweigh could not balance or has few rows of, as
 * warnings; and its cells as rows of the store.  Nothing without cells. */
extern void train_warn_of_cells(TrainCall *call);
extern void train_store_cells(const TrainCall *call);

/* train_judge.c: the verdict, and the warnings that come with the fit. */
extern void train_judge(TrainCall *call);

/* The same file: draws the intervals that the store will ask for, at a time when
 * there is nothing better to do. */
extern void train_draw_intervals(TrainCall *call);

/* Whether the model decides, or predicts, alike for all rows of a part. */
extern bool train_decides_alike(const TrainCall *call, const Certificate *part);

/* The classes of the label, [call->data->n_classes]. */
extern const char **train_class_names(const TrainCall *call);

/* The judgement that stands for all of them in the answer: NaN and NULL
 * without constraints. */
extern Judgement train_chosen(const TrainCall *call);

/* The groups of every attribute in a part: [call->data->n_attributes]. */
extern FigureAttribute *
train_groups(const TrainCall *call, const Certificate *part);

/* train_groups.c: gives the model the thresholds by group that the method
 * found, and says what that means. */
extern void train_set_groups(TrainCall *call);

/* train_mixture.c: makes the model a mixture of the members that the method
 * found, and says what that means; and the gap of its expected decisions in the
 * judged part, NaN without a mixture. */
extern void train_set_members(TrainCall *call);
extern double train_expected_gap(const TrainCall *call);

/* train_store.c: the rows of the new version; sets call->version. */
extern void train_store(TrainCall *call);

/* The whole call as JSON text: what it takes to make it again, and how long the
 * parts took. */
extern char *train_describe_call(const TrainCall *call);

/* A part of the data as an evaluation: of the new version where 'frontier' is
 * 0, else of that point of a frontier. */
extern void
train_store_evaluation(const TrainCall *call, const Certificate *part,
                       int64 frontier, int point);

/* A list of char * as an array. */
extern char **train_text_array(List *texts, int *n);

#endif
