/*
 * extract_plan.c
 *    Which columns are read, and what each of them is for.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/train/extract_plan.h"

StaticAssertDecl(SOURCE_MAX_CROSSED == DATA_MAX_CROSSED,
                 "one limit for training and audits");

#define DEFAULT_MAX_LEVELS 256

static bool
in_list(const char *name, char **list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void
check_list(char **list, int n, const char *argument)
{
	for (int i = 0; i < n; i++)
		if (in_list(list[i], list, i))
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
			                errmsg("argument \"%s\" names \"%s\" twice",
			                       argument, list[i])));
}

/* Place of a source column among those read, which it joins if need be. */
static int
read_column(ReadPlan *plan, const char *name, const char *role)
{
	int place = source_column(&plan->source, name, role);
	Form_pg_attribute att = TupleDescAttr(plan->source.columns, place);
	ReadColumn *column;

	for (int i = 0; i < plan->n_columns; i++)
		if (strcmp(plan->columns[i].name, name) == 0)
			return i;
	column = &plan->columns[plan->n_columns];
	memset(column, 0, sizeof(*column));
	column->name = pstrdup(NameStr(att->attname));
	column->type = att->atttypid;
	column->protected_at = -1;
	encoder_init(&column->encoder, att->atttypid, CurrentMemoryContext);
	return plan->n_columns++;
}

static void
check_split_type(const ReadColumn *column)
{
	if (column->encoder.input == ENCODE_NONE ||
	    column->encoder.input == ENCODE_ARRAY)
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("split column \"%s\" of type %s cannot tell rows apart",
		                column->name, format_type_be(column->type)),
		         errhint("Use a query as source that makes a text of it.")));
}

/* The end of a name between double quotes, and the name, with pairs of quotes
 * inside taken for one; NULL when there is no such name. */
static char *
unquote_name(char *text, char **name)
{
	char *to = text;

	*name = text;
	if (*text != '"')
		return NULL;
	for (char *c = text + 1; *c != '\0'; c++)
	{
		if (*c == '"' && *++c != '"')
		{
			*to = '\0';
			return c;
		}
		*to++ = *c;
	}
	return NULL;
}

/* Takes NAME=VALUE apart.  A name with an equals sign stands between double
 * quotes, and any other may. */
static bool
parse_split_column(ReadPlan *plan, const char *text)
{
	char *name;
	char *equals = unquote_name(pstrdup(text), &name);

	if (equals == NULL || *equals != '=')
	{
		name = pstrdup(text);
		equals = strchr(name, '=');
	}
	if (equals == NULL || equals == name)
		return false;
	*equals = '\0';
	plan->split_kind = SPLIT_COLUMN;
	plan->split_name = name;
	plan->split_value = equals + 1;
	plan->split = read_column(plan, name, "split");
	check_split_type(&plan->columns[plan->split]);
	if (plan->split == plan->label)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("split column \"%s\" is the label column", name),
		                errdetail("All rows held out would have one label.")));
	return true;
}

static void
parse_split(ReadPlan *plan)
{
	const char *split = plan->request->split;
	char *end;

	plan->split = -1;
	plan->split_kind = SPLIT_NONE;
	if (split == NULL || strcmp(split, "none") == 0)
		return;
	if (strncmp(split, "hash:", 5) == 0)
	{
		plan->split_kind = SPLIT_HASH;
		plan->split_share = strtod(split + 5, &end);
		if (end != split + 5 && *end == '\0' && plan->split_share > 0 &&
		    plan->split_share < 1)
			return;
	}
	else if (strncmp(split, "column:", 7) == 0 &&
	         parse_split_column(plan, split + 7))
		return;
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("split \"%s\" is not understood", split),
	         errhint("It is 'hash:F' with the held-out share F between 0 and "
	                 "1, 'column:NAME=VALUE' with the value of the held-out "
	                 "rows, where a NAME that has an equals sign stands "
	                 "between double quotes, or 'none'.")));
}

/* Reads a value given as text the way the column's type does, and encodes it
 * the way its rows will be. */
static void
encode_constant(ReadColumn *column, const char *value, double *number,
                const char **text, uint32 *length)
{
	Oid input;
	Oid param;
	Datum datum;

	getTypeInputInfo(column->type, &input, &param);
	datum = OidInputFunctionCall(input, pstrdup(value), param, -1);
	switch (column->encoder.input)
	{
		case ENCODE_NUMBER:
		case ENCODE_DATE:
		case ENCODE_TIMESTAMP:
			*number = encoder_number(&column->encoder, datum);
			break;
		default:
			*text = pstrdup(value);
			*text = encoder_text(&column->encoder, datum, length);
			break;
	}
}

static void
resolve_label(ReadPlan *plan)
{
	const ExtractRequest *request = plan->request;
	ReadColumn *label;

	plan->label = read_column(plan, request->label, "label");
	label = &plan->columns[plan->label];
	if (request->label_kind == DATA_LABEL_NUMBER)
	{
		if (label->encoder.input != ENCODE_NUMBER)
			ereport(ERROR,
			        (errcode(ERRCODE_DATATYPE_MISMATCH),
			         errmsg("label column \"%s\" of type %s is not a number",
			                label->name, format_type_be(label->type)),
			         errhint("Family \"logistic\" learns labels of two "
			                 "values.")));
		return;
	}
	if (label->encoder.input == ENCODE_NONE ||
	    label->encoder.input == ENCODE_ARRAY)
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("label column \"%s\" of type %s cannot be a label",
		                label->name, format_type_be(label->type)),
		         errhint("Use a query as source that makes a %s of it.",
		                 request->label_kind == DATA_LABEL_CLASS ? "text"
		                                                         : "boolean")));
	if (request->label_kind == DATA_LABEL_CLASS)
	{
		if (label->encoder.input == ENCODE_BOOLEAN)
			ereport(ERROR,
			        (errcode(ERRCODE_DATATYPE_MISMATCH),
			         errmsg("label column \"%s\" is boolean, which is two "
			                "classes",
			                label->name),
			         errdetail("Family \"multinomial\" tells three or more "
			                   "apart."),
			         errhint("Use family => 'logistic'.")));
		return;
	}
	plan->label_by_value = request->positive != NULL;
	if (plan->label_by_value)
		encode_constant(label, request->positive, &plan->label_number,
		                &plan->label_text, &plan->label_length);
	else if (label->encoder.input != ENCODE_BOOLEAN &&
	         label->encoder.input != ENCODE_NUMBER)
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("label column \"%s\" is neither boolean nor 0 and 1",
		                label->name),
		         errhint("Say which value is the positive one, for example "
		                 "positive => 'yes'.")));
}

static void
resolve_weight(ReadPlan *plan)
{
	ReadColumn *weight;

	plan->weight = -1;
	if (plan->request->weight == NULL)
		return;
	plan->weight = read_column(plan, plan->request->weight, "weight");
	weight = &plan->columns[plan->weight];
	if (weight->encoder.input != ENCODE_NUMBER)
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("weight column \"%s\" is not a number", weight->name),
		         errhint("Use a query as source that makes a number of it.")));
}

/* Adds a column to an attribute, and to the protected ones if it is new. */
static void
add_protected(ReadPlan *plan, const char *name, DataAttributeSpec *spec)
{
	int at = read_column(plan, name, "protected");
	ReadColumn *column = &plan->columns[at];

	if (at == plan->label)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("protected column \"%s\" is the label column", name),
		         errdetail("All rows of a group would have one label.")));
	if (column->encoder.input == ENCODE_NONE ||
	    column->encoder.input == ENCODE_ARRAY)
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("protected column \"%s\" of type %s cannot "
		                "define groups",
		                name, format_type_be(column->type)),
		         errhint("Use a query as source that makes a text of "
		                 "it, such as src.%s::text AS %s.",
		                 quote_identifier(name), quote_identifier(name))));
	if (column->protected_at < 0)
		column->protected_at = (int) plan->spec.n_protected++;
	spec->columns[spec->n_columns++] = (uint32_t) column->protected_at;
}

static void
resolve_protected(ReadPlan *plan)
{
	const ExtractRequest *request = plan->request;
	DataAttributeSpec *specs =
		palloc0(sizeof(DataAttributeSpec) * Max(request->n_protected, 1));

	check_list(request->protected_attributes, request->n_protected,
	           "protected");
	for (int i = 0; i < request->n_protected; i++)
	{
		char *names[SOURCE_MAX_CROSSED];
		int n =
			source_attribute(&plan->source, request->protected_attributes[i],
		                     "protected", names);

		specs[i].name = request->protected_attributes[i];
		for (int c = 0; c < n; c++)
			add_protected(plan, names[c], &specs[i]);
	}
	plan->spec.attributes = specs;
	plan->spec.n_attributes = (uint32) request->n_protected;
}

static bool
has_other_role(const ReadPlan *plan, const char *name)
{
	for (int i = 0; i < plan->n_columns; i++)
		if (strcmp(plan->columns[i].name, name) == 0)
			return true;
	return in_list(name, plan->request->exclude, plan->request->n_exclude);
}

/* The columns that the model may see. */
static void
resolve_features(ReadPlan *plan)
{
	const ExtractRequest *request = plan->request;
	int n_before = plan->n_columns;

	check_list(request->features, request->n_features, "features");
	check_list(request->exclude, request->n_exclude, "exclude");
	for (int i = 0; i < request->n_exclude; i++)
		source_column(&plan->source, request->exclude[i], "excluded");
	for (int i = 0; i < request->n_features; i++)
	{
		int at = read_column(plan, request->features[i], "feature");

		if (in_list(request->features[i], request->exclude, request->n_exclude))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("column \"%s\" is both listed and excluded",
			                       request->features[i])));
		if (at == plan->label || at == plan->weight || at == plan->split)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("column \"%s\" cannot be a feature: it is the "
			                "%s column",
			                request->features[i],
			                at == plan->label    ? "label"
			                : at == plan->weight ? "weight"
			                                     : "split")));
		if (plan->columns[at].encoder.input == ENCODE_NONE)
			ereport(ERROR,
			        (errcode(ERRCODE_DATATYPE_MISMATCH),
			         errmsg("column \"%s\" of type %s cannot be a feature",
			                request->features[i],
			                format_type_be(plan->columns[at].type)),
			         errhint("Use a query as source that makes a number, a "
			                 "text or a float8[] of it.")));
		plan->columns[at].is_feature = true;
	}
	for (int i = 0; request->n_features == 0 && i < plan->source.columns->natts;
	     i++)
	{
		Form_pg_attribute att = TupleDescAttr(plan->source.columns, i);
		int at;

		if (has_other_role(plan, NameStr(att->attname)))
			continue;
		at = read_column(plan, NameStr(att->attname), "feature");
		if (plan->columns[at].encoder.input != ENCODE_NONE)
		{
			plan->columns[at].is_feature = true;
			continue;
		}
		plan->n_columns--;
		plan->warnings = lappend(
			plan->warnings,
			psprintf("column \"%s\" is left out: type %s cannot be a feature",
		             NameStr(att->attname), format_type_be(att->atttypid)));
	}
	for (int i = 0; i < plan->n_columns; i++)
		if (plan->columns[i].is_feature)
			return;
	(void) n_before;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("no feature columns are left"),
	                errhint("List them in features.")));
}

/* Length of the arrays in a column, from the first row that has one. */
static int
elements_of_array(const ReadPlan *plan, const ReadColumn *column)
{
	const char *name = quote_identifier(column->name);
	bool was_read_only = XactReadOnly;
	bool null;
	int length = 0;

	/* as when all rows are read: no function in the source may write */
	XactReadOnly = true;
	SPI_connect();
	if (SPI_execute(psprintf("SELECT pg_catalog.array_length(src.%s, 1) FROM "
	                         "%s WHERE src.%s IS NOT NULL LIMIT 1",
	                         name, plan->source.from, name),
	                true, 1) == SPI_OK_SELECT &&
	    SPI_processed == 1)
	{
		Datum value = SPI_getbinval(SPI_tuptable->vals[0],
		                            SPI_tuptable->tupdesc, 1, &null);

		if (!null)
			length = DatumGetInt32(value);
	}
	XactReadOnly = was_read_only;
	SPI_finish();
	if (length < 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("array column \"%s\" has no elements", column->name),
		         errhint("Leave it out with exclude; rows of an embedding may "
		                 "be NULL, but not all of them.")));
	return length;
}

static void
describe_feature(ReadPlan *plan, ReadColumn *column, DataColumnSpec *specs)
{
	EncodeClass input = column->encoder.input;

	column->first = (int) plan->spec.n_columns;
	for (int e = 0; e < column->n_elements; e++)
	{
		DataColumnSpec *spec = &specs[plan->spec.n_columns++];

		spec->source = column->name;
		spec->name = input == ENCODE_ARRAY
		                 ? psprintf("%s[%d]", column->name, e + 1)
		                 : column->name;
		spec->element = input == ENCODE_ARRAY ? (uint32) e + 1 : 0;
		spec->input = (uint8) input;
		spec->kind = input == ENCODE_TEXT || input == ENCODE_BOOLEAN
		                 ? DATA_CATEGORY
		                 : DATA_NUMBER;
	}
}

static void
describe_features(ReadPlan *plan)
{
	DataColumnSpec *specs;
	int n = 0;

	for (int i = 0; i < plan->n_columns; i++)
	{
		ReadColumn *column = &plan->columns[i];

		if (!column->is_feature)
			continue;
		column->n_elements = column->encoder.input == ENCODE_ARRAY
		                         ? elements_of_array(plan, column)
		                         : 1;
		n += column->n_elements;
	}
	specs = palloc0(sizeof(DataColumnSpec) * (n + 2));
	for (int i = 0; i < plan->n_columns; i++)
		if (plan->columns[i].is_feature)
			describe_feature(plan, &plan->columns[i], specs);
	plan->n_features = (int) plan->spec.n_columns;
	/* a label that is a number or a class goes the same way, behind them */
	plan->spec.label = plan->request->label_kind;
	if (plan->spec.label != DATA_LABEL_BINARY)
	{
		plan->columns[plan->label].n_elements = 1;
		plan->spec.label_column = plan->spec.n_columns;
		describe_feature(plan, &plan->columns[plan->label], specs);
	}
	if (plan->spec.label == DATA_LABEL_CLASS)
		specs[plan->spec.label_column].kind = DATA_CATEGORY;
	plan->spec.columns = specs;
	if (plan->request->draws && plan->key >= 0)
	{
		plan->spec.drawn = true;
		plan->spec.draw_column = plan->spec.n_columns++;
		specs[plan->spec.draw_column].name = "";
		specs[plan->spec.draw_column].source = "";
		specs[plan->spec.draw_column].kind = DATA_NUMBER;
	}
}

static NullKind
find_nulls(const char *nulls)
{
	static const char *const names[] = { [NULLS_FLAG] = "indicator",
		                                 [NULLS_FILL] = "impute",
		                                 [NULLS_DROP] = "drop",
		                                 [NULLS_REJECT] = "reject" };

	if (nulls == NULL)
		return NULLS_FLAG;
	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(nulls, names[i]) == 0)
			return (NullKind) i;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("option \"nulls\" must be indicator, impute, reject "
	                       "or drop")));
	return NULLS_FLAG;
}

static char *
make_statement(const ReadPlan *plan)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (int i = 0; i < plan->n_columns; i++)
		appendStringInfo(&sql, "%ssrc.%s", i > 0 ? ", " : "",
		                 quote_identifier(plan->columns[i].name));
	appendStringInfo(&sql, " FROM %s", plan->source.from);
	return sql.data;
}

void
extract_plan(const ExtractRequest *request, ReadPlan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->request = request;
	plan->nulls = find_nulls(request->nulls);
	source_open(request->source, &plan->source);
	plan->columns =
		palloc0(sizeof(ReadColumn) * (plan->source.columns->natts + 1));
	resolve_label(plan);
	resolve_weight(plan);
	parse_split(plan);
	if (plan->split_kind == SPLIT_COLUMN)
		encode_constant(&plan->columns[plan->split], plan->split_value,
		                &plan->split_number, &plan->split_text,
		                &plan->split_length);
	plan->key =
		request->key == NULL ? -1 : read_column(plan, request->key, "key");
	resolve_protected(plan);
	resolve_features(plan);
	describe_features(plan);
	plan->spec.weighted = plan->weight >= 0;
	plan->spec.keyed = plan->key >= 0;
	plan->spec.seed = (uint64) request->seed;
	plan->spec.held_out_share =
		plan->split_kind == SPLIT_HASH ? plan->split_share : 0;
	plan->spec.null_flags = plan->nulls == NULLS_FLAG;
	plan->spec.max_levels =
		(uint32) (request->max_levels > 1 ? request->max_levels
	                                      : DEFAULT_MAX_LEVELS);
	plan->spec.n_folds = (uint32) request->n_folds;
	plan->spec.monitor = request->monitor;
	plan->spec.max_groups =
		(uint32) (request->max_groups > 0 ? request->max_groups : INT16_MAX);
	plan->statement = make_statement(plan);
}
