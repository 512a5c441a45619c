/*
 * ranking_rows.c
 *    What fairpg.ranking_audit() is told of desired shares, and its rows.
 *
 * First all lists together, then for each attribute its groups in the order of
 * their names and what is said of all of them.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "fair/interval.h"
#include "num/special.h"
#include "pg/ranking.h"

/* Desired shares are to add up to 1 within this: they are written by hand. */
#define SUM_SLACK 1e-6

/* ---- desired shares ---- */

/* The group of that name, which is added where it does not occur. */
static int
target_group(RankingAttribute *attribute, char *name)
{
	int n = attribute->n_groups;

	for (int g = 0; g < n; g++)
		if (strcmp(attribute->names[g], name) == 0)
			return g;
	attribute->names =
		repalloc(attribute->names, sizeof(char *) * (Size) (n + 1));
	attribute->scored =
		repalloc(attribute->scored, sizeof(uint64) * (Size) (n + 1));
	attribute->unscored =
		repalloc(attribute->unscored, sizeof(uint64) * (Size) (n + 1));
	attribute->targets =
		repalloc(attribute->targets, sizeof(double) * (Size) (n + 1));
	attribute->names[n] = name;
	attribute->scored[n] = attribute->unscored[n] = 0;
	attribute->targets[n] = 0;
	attribute->n_groups++;
	return n;
}

static double
target_share(const char *attribute, const char *group, const JsonbValue *value)
{
	double share = NAN;

	if (value->type == jbvNumeric)
		share = DatumGetFloat8(DirectFunctionCall1(
			numeric_float8, NumericGetDatum(value->val.numeric)));
	if (!(share > 0 && share <= 1))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("desired share of group \"%s\" of \"%s\" must be a "
		                "number greater than 0, and at most 1",
		                group, attribute)));
	return share;
}

/* The shares of one attribute: every group that occurs, and they add up. */
static void
check_targets(const char *name, const RankingAttribute *attribute)
{
	double sum = 0;

	for (int g = 0; g < attribute->n_groups; g++)
	{
		if (attribute->targets[g] == 0)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("argument \"targets\" has no share of group \"%s\" "
			                "of \"%s\"",
			                attribute->names[g], name),
			         errhint("Every group that occurs needs one; leave rows "
			                 "out with a query as source.")));
		sum += attribute->targets[g];
	}
	if (!(fabs(sum - 1) <= SUM_SLACK))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("desired shares of \"%s\" add up to %g, not 1",
		                       name, sum)));
}

/* Reads {"women": 0.5, "men": 0.5}. */
static void
read_shares(const char *name, JsonbContainer *object,
            RankingAttribute *attribute)
{
	JsonbIterator *walk = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue item;
	char *group = NULL;

	attribute->targets =
		palloc0(sizeof(double) * (Size) Max(attribute->n_groups, 1));
	while ((token = JsonbIteratorNext(&walk, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			group = pnstrdup(item.val.string.val, item.val.string.len);
		else if (token == WJB_VALUE)
		{
			int g = target_group(attribute, group);

			attribute->targets[g] = target_share(name, group, &item);
		}
	}
	check_targets(name, attribute);
}

void
ranking_targets(RankingCall *call)
{
	AuditCall *audit = &call->audit;
	JsonbIterator *walk;
	JsonbIteratorToken token;
	JsonbValue item;
	int at = -1;

	if (call->targets == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(call->targets))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"targets\" must be an object"),
		         errhint("For example {\"sex\": {\"female\": 0.5, \"male\": "
		                 "0.5}}.")));
	walk = JsonbIteratorInit(&call->targets->root);
	while ((token = JsonbIteratorNext(&walk, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			char *name = pnstrdup(item.val.string.val, item.val.string.len);

			for (at = audit->n_attributes - 1; at >= 0; at--)
				if (strcmp(audit->attributes[at].name, name) == 0)
					break;
			if (at < 0)
				ereport(ERROR,
				        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				         errmsg("argument \"targets\" names \"%s\", which "
				                "argument \"protected\" does not",
				                name)));
		}
		else if (token == WJB_VALUE)
		{
			if (item.type != jbvBinary ||
			    !JsonContainerIsObject(item.val.binary.data))
				ereport(ERROR,
				        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				         errmsg("desired shares of \"%s\" must be an object",
				                audit->attributes[at].name)));
			read_shares(audit->attributes[at].name, item.val.binary.data,
			            &call->attributes[at]);
		}
	}
}

/* ---- rows ---- */

typedef struct RankingRow
{
	const char *kind;
	const char *attribute;
	const char *group_name;
	const char *metric;
	uint64 k; /* 0: all places */
	double value;
	double low;
	double high;
	double n;
	const char *flag;
	const char *reason;
} RankingRow;

static void
put_row(Rows *rows, const RankingRow *of)
{
	RowMaker row;

	row_begin_among(&row, rows);
	row_put_text(&row, of->kind);
	row_put_text(&row, of->attribute);
	row_put_text(&row, of->group_name);
	row_put_text(&row, of->metric);
	row_put_count(&row, (int64) of->k);
	row_put_end(&row, of->value);
	row_put_end(&row, of->low);
	row_put_end(&row, of->high);
	row_put(&row, Int64GetDatum((int64) rint(of->n)));
	row_put_text(&row, of->flag);
	row_put_text(&row, of->reason);
	row_end_among(&row, rows);
}

/* The skew of a group, its ends those of its share among the places. */
static RankingRow
skew_of(const FairRanked *ranked, int g, int k, double level)
{
	const FairRankedGroup *group = &ranked->groups[g];
	double share = group->at[k] / ranked->places[k];
	double desired = group->desired[k] / ranked->places[k];
	RankingRow row = { .metric = "skew_at_k",
		               .k = ranked->k[k],
		               .n = ranked->places[k] };

	row.value = row.low = row.high = NAN;
	if (!(desired > 0))
	{
		row.reason = "no row of the group has a score";
		return row;
	}
	fair_wilson(share, ranked->places[k], level, &row.low, &row.high);
	row.value = share > 0 ? num_log(share / desired) : -INFINITY;
	row.low = row.low > 0 ? num_log(row.low / desired) : -INFINITY;
	row.high = num_log(row.high / desired);
	if (!(share > 0))
		row.reason = "none of the group is among the first k";
	return row;
}

/* Share and skew of a group at every k. */
static void
put_places(RankingCall *call, int a, int g, const char *flag, Rows *rows)
{
	RankingAttribute *attribute = &call->attributes[a];
	const FairRanked *ranked = &attribute->ranked;

	for (int k = 0; k < call->n_k; k++)
	{
		RankingRow row = { .metric = "share_at_k",
			               .k = call->k[k],
			               .value = ranked->groups[g].at[k] / ranked->places[k],
			               .n = ranked->places[k] };

		fair_wilson(row.value, row.n, call->audit.level, &row.low, &row.high);
		for (int skew = 0; skew < 2; skew++)
		{
			row.kind = "group";
			row.attribute = call->audit.attributes[a].name;
			row.group_name = attribute->names[g];
			row.flag = flag;
			put_row(rows, &row);
			row = skew_of(ranked, g, k, call->audit.level);
		}
	}
}

static void
put_group(RankingCall *call, int a, int g, Rows *rows)
{
	RankingAttribute *attribute = &call->attributes[a];
	const FairRankedGroup *group = &attribute->ranked.groups[g];
	double all = attribute->ranked.all_places;
	RankingRow row = { .kind = "group",
		               .attribute = call->audit.attributes[a].name,
		               .group_name = attribute->names[g],
		               .metric = "desired_share",
		               .value = attribute->targets != NULL
		                            ? attribute->targets[g]
		                            : group->rows / all,
		               .low = NAN,
		               .high = NAN,
		               .n = group->rows,
		               .flag = group->rows < call->audit.min_group ? "small"
		                                                           : NULL };

	put_row(rows, &row);
	put_places(call, a, g, row.flag, rows);
	row.metric = "exposure_ratio";
	row.value = group->desired_exposure > 0
	                ? group->exposure / group->desired_exposure
	                : NAN;
	if (isnan(row.value))
		row.reason = "no row of the group has a score";
	put_row(rows, &row);
	row.metric = "n_unscored";
	row.value = (double) attribute->unscored[g];
	row.n = (double) (attribute->unscored[g] + attribute->scored[g]);
	row.flag = row.reason = NULL;
	put_row(rows, &row);
}

/* The least skew of any group, or the largest; its ends as those of the least of
 * several rates: one of them alone, the other for all groups together. */
static void
put_extreme(RankingCall *call, int a, int k, bool largest, Rows *rows)
{
	RankingAttribute *attribute = &call->attributes[a];
	double sign = largest ? -1 : 1;
	double wide = 1 - (1 - call->audit.level) / Max(attribute->n_groups, 1);
	RankingRow result = { .kind = "attribute",
		                  .attribute = call->audit.attributes[a].name,
		                  .metric = largest ? "max_skew_at_k" : "min_skew_at_k",
		                  .k = call->k[k],
		                  .value = NAN,
		                  .low = INFINITY,
		                  .high = INFINITY,
		                  .n = attribute->ranked.places[k] };

	for (int g = 0; g < attribute->n_groups; g++)
	{
		RankingRow row = skew_of(&attribute->ranked, g, k, call->audit.level);
		RankingRow all = skew_of(&attribute->ranked, g, k, wide);

		if (isnan(row.value))
			continue;
		if (!(sign * row.value >= sign * result.value))
		{
			result.value = row.value;
			result.group_name = attribute->names[g];
			result.reason = row.reason;
		}
		result.low = fmin(result.low, largest ? -row.high : row.low);
		result.high = fmin(result.high, largest ? -all.low : all.high);
	}
	if (largest)
	{
		double low = -result.high;

		result.high = -result.low;
		result.low = low;
	}
	put_row(rows, &result);
}

/* What is said of all groups of an attribute. */
static void
put_attribute(RankingCall *call, int a, Rows *rows)
{
	const FairRanked *ranked = &call->attributes[a].ranked;
	double m = (double) ranked->n_lists;
	double mean = ranked->ndkl / m;
	double error =
		sqrt(fmax(ranked->ndkl_squared / m - mean * mean, 0) / fmax(m - 1, 0));
	double half = num_normal_quantile(0.5 + call->audit.level / 2) * error;
	RankingRow row = { .kind = "attribute",
		               .attribute = call->audit.attributes[a].name,
		               .metric = "ndkl",
		               .value = mean,
		               .low = m > 1 ? fmax(mean - half, 0) : NAN,
		               .high = m > 1 ? mean + half : NAN,
		               .n = ranked->all_places };

	for (int k = 0; k < call->n_k; k++)
		for (int largest = 0; largest < 2; largest++)
			put_extreme(call, a, k, largest == 1, rows);
	put_row(rows, &row);
	row.metric = "infeasible_index";
	row.value = (double) ranked->infeasible;
	row.low = row.high = NAN;
	put_row(rows, &row);
}

void
ranking_report(RankingCall *call, Rows *rows)
{
	const FairRanked *any = &call->attributes[0].ranked;
	RankingRow row = { .kind = "overall",
		               .metric = "n_lists",
		               .value = (double) any->n_lists,
		               .low = NAN,
		               .high = NAN,
		               .n = any->all_places };

	if (any->n_lists == 0)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("score column \"%s\" is null in all rows",
		                       call->audit.score)));
	put_row(rows, &row);
	for (int a = 0; a < call->audit.n_attributes; a++)
	{
		for (int g = 0; g < call->attributes[a].n_groups; g++)
			put_group(call, a, g, rows);
		put_attribute(call, a, rows);
	}
}
