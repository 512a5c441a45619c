/*
 * model.h
 *    A trained model as scoring sees it: a list of encoders with coefficients.
 *
 * A model is immutable.  It holds everything that scoring a row takes: which
 * source columns, how each value is encoded, and what each encoded value
 * contributes to the raw score z = intercept + sum of contributions, taken in
 * column order with plain double additions (no contraction), so that one row,
 * a batch and any plan give the same bits.  Of a logistic model the probability
 * is num_sigmoid(z) and the decision is probability >= threshold, where a model
 * may have a threshold for each group of a protected attribute.  A linear model
 * predicts z itself, and decides nothing.  A multinomial model has a score for
 * each class, and decides for the class of the largest.
 */
#ifndef FAIRPG_MODEL_MODEL_H
#define FAIRPG_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "data/dataset.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef enum ModelFamily
{
	MODEL_LOGISTIC = 1,
	MODEL_LINEAR = 2,
	MODEL_MULTINOMIAL = 3
} ModelFamily;

typedef struct ModelLevel
{
	DataLevelKind kind;
	const char *name; /* not terminated */
	uint32_t length;
	double coef;
} ModelLevel;

typedef struct ModelColumn
{
	const char *source; /* column to read, terminated */
	uint32_t element;   /* 0, or the 1-based array element */
	uint8_t input;      /* EncodeClass of the training type */
	DataKind kind;

	/* DATA_NUMBER: contribution coef * (double) (float) (x - pivot); a NULL
	 * contributes coef * fill, then null_coef */
	double pivot;
	float fill;
	double coef;
	double null_coef;
	double min; /* training range of x, for counting values out of range */
	double max;

	/* DATA_CATEGORY: levels in byte order, NULL first, OTHER last; a value
	 * that is no level contributes unseen_coef (OTHER's, or the mean of the
	 * coefficients weighted by how often each level occurred) */
	uint32_t n_levels;
	ModelLevel *levels;
	double unseen_coef;

	/* what the column contributes on average over the training rows, each by
	 * its weight; where the model has averages */
	double average;
} ModelColumn;

typedef struct ModelGroup
{
	const char *name; /* as training names groups: "Female, Black" */
	double threshold; /* of the probability, in [0, 2]; above 1: nobody */
} ModelGroup;

/* Thresholds by group.  The group of a row is what its columns say; a row of
 * a group that is not listed cannot be decided. */
typedef struct ModelGroups
{
	const char *attribute; /* as the user wrote it, "sex*race" */
	uint32_t n_columns;    /* 1 to MODEL_MAX_CROSSED */
	const char **columns;  /* to read, in the order of the names' parts */
	uint32_t n_groups;     /* at least 1 */
	ModelGroup *groups;    /* in the byte order of their names */
} ModelGroups;

/*
 * A model of a mixture: coefficients for the same columns and levels.  Every
 * member has a share of the decisions, and each row is decided by one of them,
 * always the same one: the draw of a row is a hash of the value of a column or,
 * where the model names none, of the raw scores that all members give the row,
 * so that rows that no member tells apart are decided alike.
 */
typedef struct ModelMember
{
	double share; /* > 0, falling; all of them sum to 1 */
	double intercept;
	ModelColumn *columns; /* [model->n_columns]; those of the first member are
	                       * the model's own, likewise its intercept */
} ModelMember;

/* A class of a multinomial model. */
typedef struct ModelClass
{
	const char *name; /* terminated; may be empty */
	uint32_t length;
} ModelClass;

#define MODEL_LEAST_CLASSES 3
#define MODEL_MOST_CLASSES 50

#define MODEL_MAX_MEMBERS 1000
#define MODEL_MAX_CROSSED 8
#define MODEL_MOST_THRESHOLD 2.0

typedef struct Model
{
	ModelFamily family;
	double threshold; /* of the probability, in (0, 1); 0: decides nothing */
	double intercept;
	uint32_t n_columns;
	ModelColumn *columns;
	const ModelGroups *groups; /* instead of 'threshold'; NULL: none */
	/* of a mixture, at least 2, or of a multinomial model, one for each class,
	 * with share 1; 0: neither */
	uint32_t n_members;
	ModelMember *members;
	ModelClass *classes;     /* [n_members] of a multinomial model, in the byte
	                          * order of their names when it was trained; NULL:
	                          * none */
	const char *draw_column; /* of mixtures; NULL: by the scores */
	uint8_t draw_input;      /* EncodeClass of it; 0: of other types */
	bool has_averages;       /* not one of a stored form that had none */
} Model;

/* Builds a model from a finished dataset and its coefficients (raw, in the
 * units of the stored columns; layout as DataColumn.first_param says).
 * 'threshold' is not looked at where the family decides nothing. */
extern NumStatus model_from_coefficients(NumArena *arena, const Dataset *data,
                                         ModelFamily family, double threshold,
                                         const double *coef, Model **result);

/* classes.c: the same of a multinomial model, with a coefficient vector for each
 * class of the dataset, [n_classes][n_params]. */
extern NumStatus model_from_classes(NumArena *arena, const Dataset *data,
                                    const double *coef, Model **result);

/* The class of the largest of the scores z [n]: of equal ones the first. */
extern uint32_t model_best_class(const double *z, uint32_t n);

/* The probability of each class, into 'probability' [n], which may be z. */
extern void
model_class_probabilities(const double *z, uint32_t n, double *probability);

/* The log-loss of a row of class 'label' in nats. */
extern double model_class_loss(const double *z, uint32_t n, uint32_t label);

/* Whether names can be told apart. */
extern bool model_classes_sound(const ModelClass *classes, uint32_t n);

/* groups.c: gives the model a copy of 'groups', put in order.
 * NUM_BAD_ARGUMENT when a count, a name or a threshold is none that the stored
 * form takes. */
extern NumStatus
model_set_groups(NumArena *arena, Model *model, const ModelGroups *groups);

/* The group of that name, or NULL. */
extern const ModelGroup *
model_find_group(const ModelGroups *groups, const char *name);

/* Whether the names of groups are in order and their thresholds in range. */
extern bool model_groups_sound(const ModelGroups *groups);

/*
 * mixture.c: makes a mixture of 'n' models of one dataset, which share their
 * memory with it.  Shares fall and sum to 1.  NUM_BAD_ARGUMENT for what the
 * stored form does not take.
 */
extern NumStatus model_mix(NumArena *arena, Model *const *models,
                           const double *shares, uint32_t n, Model **result);

/* Whether shares are in order and sum to 1. */
extern bool model_shares_sound(const ModelMember *members, uint32_t n);

/* Lets a column draw the member that decides, of which the model keeps a copy
 * of the name. */
extern NumStatus
model_draw_by(NumArena *arena, Model *model, const char *column, uint8_t input);

/* The member of a mixture that a draw in [0, 1) takes. */
extern uint32_t mixture_member(const Model *model, double draw);

/* What a mixture makes of a row with raw scores 'z' [n_members]: its
 * probability, the mean of the members'; its decision under a draw; and the
 * expectation of that over the draw, which is the share of the members that
 * decide 1. */
extern double mixture_probability(const Model *model, const double *z);
extern bool mixture_decision(const Model *model, const double *z, double draw);
extern double mixture_expectation(const Model *model, const double *z);

/* The logit of the probability, also where that rounds to 0 or 1. */
extern double mixture_logit(const Model *model, const double *z);

/* The draw of a row, in [0, 1), by its scores, and by a hash of a value: uniform
 * over rows, or values, that differ. */
extern double mixture_draw(const double *z, uint32_t n);
extern float mixture_draw_of(uint64_t hash);

/* Raw scores of one block of a dataset; 'z' has room for n_rows.  The dataset
 * must be the one the model was built from. */
extern void model_score_block(const Model *model, const Dataset *data,
                              const DataBlock *block, double *z);

/* The same by one member of a mixture, or of one class. */
extern void
model_score_member(const Model *model, uint32_t member, const Dataset *data,
                   const DataBlock *block, double *z);

/* Place of the level with these bytes, or -1 when it is none. */
extern int
model_find_level(const ModelColumn *column, const char *name, uint32_t length);

/* codec.c and codec_write.c: fixed little-endian image with magic, version, length, checksum.
 * model_encode allocates '*bytes'; model_decode checks everything it reads,
 * copies what it keeps, and answers NUM_CORRUPT with '*field' naming what is
 * wrong.  An image may have hundreds of megabytes, so the monitor (NULL: none)
 * is asked on the way. */
extern NumStatus model_encode(NumArena *arena, const Model *model,
                              uint8_t **bytes, size_t *size_bytes);
extern NumStatus
model_decode(NumArena *arena, const uint8_t *bytes, size_t size_bytes,
             NumMonitor *monitor, Model **model, const char **field);

#endif
