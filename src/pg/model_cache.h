/*
 * model_cache.h
 *    Models made ready for scoring, kept in the backend.
 *
 * What is kept depends on nothing but the bytes of the model: not on the user,
 * not on the transaction.  An entry is found by name, version, SHA-256 and the
 * stored value itself, so that one which was compiled in a transaction that
 * failed does no harm, and damage that comes later is not overlooked.
 */
#ifndef FAIRPG_PG_MODEL_CACHE_H
#define FAIRPG_PG_MODEL_CACHE_H

#include "lib/ilist.h"
#include "model/score.h"
#include "num/arena.h"
#include "pg/store.h"

/* A column to read; an array has one, however many elements it has. */
typedef struct ModelSource
{
	const char *name;
	uint8 input;       /* EncodeClass of the training type */
	uint32 n_elements; /* 0: not an array */
} ModelSource;

typedef struct CompiledModel
{
	const char *name; /* "" when the model came by value */
	int version;
	uint8 sha256[32];
	char *raw; /* StoredModel.raw */
	size_t raw_bytes;
	int encoding; /* StoredModel.encoding */
	const Model *model;
	const Scorer *scorer;
	int n_sources;
	ModelSource *sources;
	int *source_of_column; /* [model->n_columns] */

	/* the cache's own */
	MemoryContext context;
	NumArena arena;
	int pins;
	dlist_node node;
} CompiledModel;

/* The model, from the cache or the store; 'version' as store_reader_open() takes
 * it.  Checks
 * the rights of the current user and raises all errors about models that do
 * not exist (NULL instead with 'missing_ok') or are damaged.  Valid until the
 * next call unless pinned. */
extern CompiledModel *
model_cache_find(const char *name, int version, bool missing_ok);

/* Keep an entry, and let it go again. */
extern void model_cache_pin(CompiledModel *compiled);
extern void model_cache_unpin(CompiledModel *compiled);

/* Compiles an artifact into a child of 'parent', outside the cache; its
 * version is 0 and the name "" when it came by value. */
extern CompiledModel *
model_compile(MemoryContext parent, const StoredModel *stored,
              const char *name);

/* What the model is called in messages: model "credit" version 3. */
extern const char *model_title(const CompiledModel *compiled);

#endif
