/*
 * store_names.c
 *    Names in a stored model, and the encoding of the database.
 *
 * An artifact holds names of columns, levels and groups as bytes of the
 * database that it was trained in.  A dump restored into a database of another
 * encoding converts every text, but not what stands inside a bytea; so that is
 * made up for when the artifact is read.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "pg/store.h"

/* The name, or a copy that says the same in the encoding of this database;
 * raises an error where it cannot be said. */
static const char *
convert(const char *name, int encoding)
{
	return pg_any_to_server(name, (int) strlen(name), encoding);
}

/* The order of levels in a model: NULL, values by their bytes, the pooled
 * ones. */
static int
compare_levels(const void *a, const void *b)
{
	static const int rank[] = {
		[DATA_LEVEL_NULL] = 0, [DATA_LEVEL_VALUE] = 1, [DATA_LEVEL_OTHER] = 2
	};
	const ModelLevel *x = a;
	const ModelLevel *y = b;
	int order = rank[x->kind] - rank[y->kind];

	if (order == 0 && x->kind == DATA_LEVEL_VALUE)
		order = memcmp(x->name, y->name, Min(x->length, y->length));
	return order != 0 ? order
	                  : (x->length > y->length) - (x->length < y->length);
}

static int
compare_groups(const void *a, const void *b)
{
	return strcmp(((const ModelGroup *) a)->name,
	              ((const ModelGroup *) b)->name);
}

static void
convert_column(ModelColumn *column, int encoding)
{
	column->source = convert(column->source, encoding);
	if (column->kind != DATA_CATEGORY)
		return;
	for (uint32 l = 0; l < column->n_levels; l++)
	{
		ModelLevel *level = &column->levels[l];

		CHECK_FOR_INTERRUPTS();
		if (level->kind != DATA_LEVEL_VALUE)
			continue;
		level->name = convert(level->name, encoding);
		level->length = (uint32) strlen(level->name);
	}
	/* the order of bytes may be another one */
	qsort(column->levels, column->n_levels, sizeof(ModelLevel), compare_levels);
}

void
store_convert_names(Model *model, int encoding)
{
	ModelGroups *groups = unconstify(ModelGroups *, model->groups);

	for (uint32 c = 0; c < model->n_columns; c++)
		convert_column(&model->columns[c], encoding);
	/* those of the first member are the model's own */
	for (uint32 m = 1; m < model->n_members; m++)
		for (uint32 c = 0; c < model->n_columns; c++)
			convert_column(&model->members[m].columns[c], encoding);
	for (uint32 k = 0; k < model->n_members && model->classes != NULL; k++)
	{
		model->classes[k].name = convert(model->classes[k].name, encoding);
		model->classes[k].length = (uint32) strlen(model->classes[k].name);
	}
	if (model->draw_column != NULL)
		model->draw_column = convert(model->draw_column, encoding);
	if (groups == NULL)
		return;
	groups->attribute = convert(groups->attribute, encoding);
	for (uint32 c = 0; c < groups->n_columns; c++)
		groups->columns[c] = convert(groups->columns[c], encoding);
	for (uint32 g = 0; g < groups->n_groups; g++)
		groups->groups[g].name = convert(groups->groups[g].name, encoding);
	qsort(groups->groups, groups->n_groups, sizeof(ModelGroup), compare_groups);
}
