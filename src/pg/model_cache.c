/*
 * model_cache.c
 *    Models made ready for scoring, kept in the backend.
 *
 * The store is asked for every statement, under its snapshot, which costs an
 * index scan and one row; what the cache saves is reading the artifact,
 * checking its sums and building the tables of levels.  Entries stand in a
 * list, the latest used first.  Those beyond fairpg.model_cache_size go, unless
 * a running statement has pinned them.  The list is searched from the front:
 * a session uses few models, and does so once in a statement.
 *
 * Since the key has the SHA-256 of the artifact and the value of its column
 * (for a large artifact the pointer to it, which changes whenever it is
 * written), nothing ever needs to be invalidated here.  Plans do: a plan names the columns of the version it was
 * made for.  The trigger below sends the message that makes them be made anew;
 * it is sent at commit, and not at all after a rollback.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "pg/args.h"
#include "pg/encode.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/model_cache.h"
#include "pg/report.h"
#include "pg/store.h"

FAIRPG_FUNCTION(fairpg_model_version_changed);

static dlist_head cache = DLIST_STATIC_INIT(cache);
static size_t cache_bytes = 0;

static CompiledModel *find_entry(const char *name, const StoredModel *stored);
static void shrink_cache(size_t limit_bytes);
static void check_classes(const CompiledModel *compiled);
static void list_sources(CompiledModel *compiled);

CompiledModel *
model_cache_find(const char *name, int version, bool missing_ok)
{
	StoredModel stored;
	StoreReader *reader = store_reader_open(name, version, missing_ok, &stored);
	CompiledModel *compiled;

	if (reader == NULL)
		return NULL;
	compiled = find_entry(name, &stored);
	if (compiled != NULL)
	{
		dlist_move_head(&cache, &compiled->node);
		store_reader_close(reader);
		return compiled;
	}

	store_reader_fetch(reader, &stored);
	compiled = model_compile(CurrentMemoryContext, &stored, name);
	memcpy(compiled->sha256, stored.sha256, sizeof(compiled->sha256));
	compiled->raw = MemoryContextAlloc(compiled->context, stored.raw_bytes);
	memcpy(compiled->raw, stored.raw, stored.raw_bytes);
	compiled->raw_bytes = stored.raw_bytes;
	store_reader_close(reader);

	/* from here on nothing can fail */
	shrink_cache((size_t) setting_int("fairpg.model_cache_size") * 1024);
	MemoryContextSetParent(compiled->context, CacheMemoryContext);
	dlist_push_head(&cache, &compiled->node);
	cache_bytes += compiled->arena.used_bytes;
	return compiled;
}

static CompiledModel *
find_entry(const char *name, const StoredModel *stored)
{
	dlist_iter iterator;

	dlist_foreach(iterator, &cache)
	{
		CompiledModel *compiled =
			dlist_container(CompiledModel, node, iterator.cur);

		if (compiled->version == stored->version &&
		    compiled->encoding == stored->encoding &&
		    compiled->raw_bytes == stored->raw_bytes &&
		    memcmp(compiled->raw, stored->raw, stored->raw_bytes) == 0 &&
		    memcmp(compiled->sha256, stored->sha256, sizeof(stored->sha256)) ==
		        0 &&
		    strcmp(compiled->name, name) == 0)
			return compiled;
	}
	return NULL;
}

/* Drops entries, the least recently used first. */
static void
shrink_cache(size_t limit_bytes)
{
	dlist_node *node = dlist_is_empty(&cache) ? NULL : dlist_tail_node(&cache);

	while (node != NULL && cache_bytes > limit_bytes)
	{
		CompiledModel *compiled = dlist_container(CompiledModel, node, node);

		node =
			dlist_has_prev(&cache, node) ? dlist_prev_node(&cache, node) : NULL;
		if (compiled->pins > 0)
			continue;
		dlist_delete(&compiled->node);
		cache_bytes -= compiled->arena.used_bytes;
		MemoryContextDelete(compiled->context);
	}
}

void
model_cache_pin(CompiledModel *compiled)
{
	compiled->pins++;
}

void
model_cache_unpin(CompiledModel *compiled)
{
	Assert(compiled->pins > 0);
	compiled->pins--;
}

CompiledModel *
model_compile(MemoryContext parent, const StoredModel *stored, const char *name)
{
	MemoryContext context =
		AllocSetContextCreate(parent, "fairpg model", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	CompiledModel *compiled = palloc0(sizeof(CompiledModel));
	NumMonitor monitor;
	Scorer *scorer;

	compiled->context = context;
	compiled->name = pstrdup(name);
	compiled->version = stored->version;
	compiled->encoding = stored->encoding;
	host_monitor_quiet(&monitor);
	host_arena_init(&compiled->arena, context, 0);
	compiled->model = store_decode(&compiled->arena, stored, name);
	report_status(
		scorer_build(&compiled->arena, compiled->model, &monitor, &scorer),
		&compiled->arena, "stored model");
	compiled->scorer = scorer;
	check_classes(compiled);
	list_sources(compiled);
	MemoryContextSwitchTo(before);
	return compiled;
}

/*
 * A model may come from anywhere, and its input classes decide how a Datum is
 * read: each must be one that training makes for that kind of column.
 */
static void
check_classes(const CompiledModel *compiled)
{
	for (uint32 c = 0; c < compiled->model->n_columns; c++)
	{
		const ModelColumn *column = &compiled->model->columns[c];
		bool right;

		if (column->kind == DATA_CATEGORY)
			right = column->element == 0 && (column->input == ENCODE_BOOLEAN ||
			                                 column->input == ENCODE_TEXT);
		else if (column->element > 0)
			right = column->input == ENCODE_ARRAY;
		else
			right = column->input == ENCODE_NUMBER ||
			        column->input == ENCODE_DATE ||
			        column->input == ENCODE_TIMESTAMP;
		if (!right)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			         errmsg("invalid fairpg model"),
			         errdetail("The error is in field \"input class\".")));
	}
}

/*
 * The distinct columns to read, in the order of the model, and which of them
 * each column of the model reads.  Elements of an array follow one another,
 * so only the source before needs to be compared with.
 */
static void
list_sources(CompiledModel *compiled)
{
	const Model *model = compiled->model;

	compiled->sources = palloc_extended(
		Max(model->n_columns, 1) * sizeof(ModelSource), MCXT_ALLOC_HUGE);
	compiled->source_of_column = palloc_extended(
		Max(model->n_columns, 1) * sizeof(int), MCXT_ALLOC_HUGE);
	for (uint32 c = 0; c < model->n_columns; c++)
	{
		const ModelColumn *column = &model->columns[c];
		ModelSource *last = compiled->n_sources > 0
		                        ? &compiled->sources[compiled->n_sources - 1]
		                        : NULL;

		if (column->element > 0 && last != NULL && last->n_elements > 0 &&
		    strcmp(last->name, column->source) == 0)
		{
			last->n_elements = Max(last->n_elements, column->element);
		}
		else
		{
			last = &compiled->sources[compiled->n_sources++];
			last->name = column->source;
			last->input = column->input;
			last->n_elements = column->element;
		}
		compiled->source_of_column[c] = compiled->n_sources - 1;
	}
}

const char *
model_title(const CompiledModel *compiled)
{
	if (compiled->version == 0)
		return "the given model";
	return psprintf("model \"%s\" version %d", compiled->name,
	                compiled->version);
}

/*
 * model_version_changed() returns trigger
 *
 * Makes cached plans of all sessions that predict be planned again once this
 * transaction commits.
 */
Datum
fairpg_model_version_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
		        (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		         errmsg("fairpg.model_version_changed() can only be called as "
		                "a trigger")));
	/* before a row, a null pointer would make the row vanish */
	if (!TRIGGER_FIRED_AFTER(((TriggerData *) fcinfo->context)->tg_event))
		ereport(ERROR,
		        (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		         errmsg("fairpg.model_version_changed() must be fired after "
		                "the event")));
	CacheInvalidateRelcache(((TriggerData *) fcinfo->context)->tg_relation);
	/* an AFTER trigger answers a null pointer, which is not SQL NULL */
	PG_RETURN_POINTER(NULL);
}
