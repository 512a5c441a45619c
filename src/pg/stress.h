/*
 * stress.h
 *    One call of fairpg.stress(): what was asked, and what is tried.
 *
 * Internal to stress.c, stress_plan.c and stress_count.c.
 */
#ifndef FAIRPG_PG_STRESS_H
#define FAIRPG_PG_STRESS_H

#include "pg/change.h"

typedef enum StressScenario
{
	STRESS_BASELINE,
	STRESS_GROUP_MIX,
	STRESS_THRESHOLD,
	STRESS_LABEL_NOISE,
	STRESS_MISSING_FEATURE,
	STRESS_SHIFTED_FEATURE
} StressScenario;

#define STRESS_SCENARIOS (STRESS_SHIFTED_FEATURE + 1)

/* Amounts of one scenario. */
typedef struct StressAmounts
{
	double *values;
	int n;
} StressAmounts;

/* A feature of the model that the source has. */
typedef struct StressFeature
{
	const char *name;
	uint8 input;       /* EncodeClass */
	double sd;         /* of numbers; NaN: there is none */
	const char *level; /* of categories: the most frequent one, or NULL */
} StressFeature;

/* One thing that is tried. */
typedef struct StressItem
{
	StressScenario scenario;
	const char *subject;
	double amount; /* NaN: none */
	int variant;   /* that decides; 0: the decisions as they are */
	int attribute; /* whose group it strikes; -1: everybody */
	int group;
	int label; /* label_noise: the one that turns into the other */
} StressItem;

typedef struct StressCall
{
	ChangeCall change;

	bool asked[STRESS_SCENARIOS];
	StressAmounts amounts[STRESS_SCENARIOS];
	int n_features;
	StressFeature *features;
	char **groups; /* that are struck, "sex: female"; NULL: all that follow */
	int n_groups;
	bool intersections; /* strike their groups as well */
	bool by_group;      /* features are missing in each group as well */

	int n_variants;
	int variant_column; /* among the values of a base */
	List *items;        /* of StressItem */
} StressCall;

/* stress_plan.c: the features that scenarios are about; what is tried with
 * them, and with thresholds, as variants of decisions; then, once the groups are
 * known, everything. */
extern void stress_read_features(StressCall *call, JsonbContainer *names);
extern void stress_add_variants(StressCall *call);
extern void stress_make_items(StressCall *call, const ChangeCounts *counts);
extern const char *stress_scenario_name(StressScenario scenario);

/* stress_count.c: the two tables of every group of an attribute. */
extern void
stress_tables(const ChangeReport *report, int attribute, FairPaired *tables);

#endif
