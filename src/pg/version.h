/*
 * version.h
 *    What the store says of a version of a model, for those who measure it.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_VERSION_H
#define FAIRPG_PG_VERSION_H

#include "fmgr.h"
#include "utils/jsonb.h"

typedef struct VersionSpec
{
	int version;
	Jsonb *constraints; /* as pg/constraints.h writes them */
	double threshold;
	char *label;
	char *positive; /* NULL: the label is boolean, or 0 and 1 */
	char *weight;   /* NULL: none */
	char **protected_names;
	int n_protected;
	char *min_group; /* option of the training, or NULL */
	bool of_numbers; /* the family predicts numbers */
	int n_classes;   /* or so many classes */
	char **classes;  /* by name, in the order of the model */
} VersionSpec;

/* Argument 'number', the version of a model: 0 where it is NULL; an error for
 * one that cannot be. */
extern int version_arg(FunctionCallInfo fcinfo, int number, const char *model);

/* Reads the version, 0 for the newest, into CurrentMemoryContext; between
 * SPI_connect() and SPI_finish(). */
extern void version_read(const char *model, int version, VersionSpec *spec);

/* A text argument, or what the version has where it is NULL. */
extern char *
version_text_arg(FunctionCallInfo fcinfo, int number, char *otherwise);

#endif
