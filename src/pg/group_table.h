/*
 * group_table.h
 *    Statistics of groups by name: the table of a running aggregate, and the
 *    bytes of a value.
 *
 * What fairness_stats and group_score_stats share.  The payload of a value is
 * the number of groups (32 bits, little-endian) and then, in the order of the
 * bytes of their names, for each group the length of its name (32 bits), the
 * name in UTF-8, and its statistics, which tell their own length.  Include after
 * postgres.h.
 */
#ifndef FAIRPG_PG_GROUP_TABLE_H
#define FAIRPG_PG_GROUP_TABLE_H

#include "fmgr.h"

/* Longest name of a group; names are values of a column that says who people
 * are, not documents. */
#define GROUP_NAME_BYTES 1024

/* ---- while an aggregate runs ---- */

typedef struct GroupSlot
{
	uint32 hash;
	uint32 name_bytes;
	char *name;  /* UTF-8 */
	void *stats; /* NULL: the group is new, and the caller's to fill */
} GroupSlot;

/* A row costs one look-up whatever the number of groups. */
typedef struct GroupTable
{
	MemoryContext context;
	int n_groups;
	int n_slots;       /* power of two, at least twice the groups */
	GroupSlot *groups; /* room for n_slots / 2 */
	int *slots;        /* number of the group + 1; 0 is free */
} GroupTable;

extern void group_table_init(GroupTable *table, MemoryContext context);

/* The group of that name, which is added where there is none; raises an error
 * beyond the limits of names and groups. */
extern GroupSlot *
group_table_find(GroupTable *table, const char *name, uint32 name_bytes);

/* All groups in the order of their names; in the table's context. */
extern GroupSlot **group_table_sorted(const GroupTable *table);

/* Argument 'number' as the name of a group, in UTF-8: text, integer or boolean
 * as GroupType says, NULL as "(unknown)"; numbers go to 'buffer'. */
typedef enum GroupType
{
	GROUP_TEXT,
	GROUP_INTEGER,
	GROUP_BOOLEAN
} GroupType;

#define GROUP_NUMBER_BYTES 12 /* "-2147483648" */

extern const char *
group_name_arg(FunctionCallInfo fcinfo, int number, GroupType type,
               char *buffer, uint32 *name_bytes);

/* ---- values ---- */

/* How one kind of statistics is read: whether valid ones begin at 'stats' and
 * lie within 'left' bytes; how many bytes valid ones are. */
typedef struct GroupStatsKind
{
	bool (*valid)(const uint8 *stats, Size left);
	Size (*bytes)(const uint8 *stats);
} GroupStatsKind;

/* One group of a value, pointing into it. */
typedef struct GroupEntry
{
	const char *name; /* not terminated */
	uint32 name_bytes;
	const uint8 *stats;
} GroupEntry;

/* Whether the bytes are a payload; every length is looked at before use. */
extern bool group_payload_valid(const GroupStatsKind *kind,
                                const uint8 *payload, Size n_bytes);

/* The groups of a valid payload, in CurrentMemoryContext; their names in UTF-8,
 * or, the second, in the encoding of the database. */
extern GroupEntry *group_payload_stored(const GroupStatsKind *kind,
                                        const uint8 *payload, int *n_groups);
extern GroupEntry *group_payload_entries(const GroupStatsKind *kind,
                                         const uint8 *payload, int *n_groups);

/* Writing one: the number of groups, then each group's name; where the next
 * thing goes. */
extern uint8 *group_payload_begin(uint8 *at, int n_groups);
extern uint8 *group_payload_name(uint8 *at, const GroupSlot *group);

/* Bytes of the payload but for the statistics. */
extern Size group_payload_overhead(const GroupTable *table);

/* Orders names by their bytes. */
extern int fairness_compare_names(const char *a, uint32 a_bytes, const char *b,
                                  uint32 b_bytes);

/* Raises an error that names the limit of fairpg.max_groups when there are
 * more groups than it allows. */
extern void fairness_check_groups(int64 n_groups);

#endif
