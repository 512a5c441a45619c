/*
 * stats_image.h
 *    What the types of statistics share: the frame around their bytes, and the
 *    arguments of their aggregates.
 *
 * A value is a varlena whose data is
 *
 *     bytes 0-1  "fp"
 *     byte 2     the kind: 'o', 'f', 's', 'g' or 'e'
 *     byte 3     version of the layout, now 1
 *     bytes 4-7  length of all of it, little-endian
 *     bytes 8-   the payload
 *
 * with nothing in it that depends on the machine.  Text is the hexadecimal
 * form of these bytes, binary is the bytes; so a value survives any dump, any
 * network and any other fairpg exactly.  Values may come from anybody, so
 * whoever takes one calls stats_payload() and gets bytes that the kind's own
 * check has accepted.
 */
#ifndef FAIRPG_PG_STATS_IMAGE_H
#define FAIRPG_PG_STATS_IMAGE_H

#include "fmgr.h"

#include "fair/interval.h"
#include "num/status.h"
#include "pg/compat.h"

#define STATS_FRAME_BYTES 8

typedef struct StatsKind
{
	char letter;
	const char *type_name; /* for messages */
	bool (*valid)(const uint8 *payload, Size n_bytes);
} StatsKind;

/* A value with room for a payload of 'n_bytes', which is not filled. */
extern struct varlena *stats_make(const StatsKind *kind, Size n_bytes);

/* The payload of a value that stats_make() has made. */
static inline uint8 *
stats_inside(struct varlena *value)
{
	return (uint8 *) VARDATA(value) + STATS_FRAME_BYTES;
}

/* Fills in the frame of a value of 'value_bytes' that lies in memory of the
 * caller's, and returns where its payload goes. */
extern uint8 *stats_frame(const StatsKind *kind, void *value, Size value_bytes);

/* The payload of any value that claims to be of this kind; raises an error
 * unless it is.  'value' is detoasted, and the payload is a part of it. */
extern uint8 *
stats_payload(const StatsKind *kind, struct varlena *value, Size *n_bytes);

/* The four functions of the type. */
extern Datum stats_in(const StatsKind *kind, FunctionCallInfo fcinfo);
extern Datum stats_out(const StatsKind *kind, FunctionCallInfo fcinfo);
extern Datum stats_recv(const StatsKind *kind, FunctionCallInfo fcinfo);
extern Datum stats_send(const StatsKind *kind, FunctionCallInfo fcinfo);

/* The memory context of the aggregate that calls; raises an error when none
 * does, since then the state may not be changed in place. */
extern MemoryContext stats_aggregate_context(FunctionCallInfo fcinfo);

/*
 * The context for expanded states of that aggregate, one for the states of
 * all its groups.  With one for each, the server, which adds up the memory of
 * a hash table of groups with every new group, would walk through all of them
 * each time.  Nobody may delete a single state: the aggregates hand out
 * read-only ones, and give the same one back as long as they run.
 */
extern MemoryContext stats_state_context(FunctionCallInfo fcinfo);

/* Argument 'number' as a row's weight, which is 1 where the function has no
 * such argument.  NULL, NaN, a negative number or more than FAIR_MAX_WEIGHT
 * is an error. */
extern double stats_weight(FunctionCallInfo fcinfo, int number);

/* A boolean argument as 0 or 1, NULL as -1. */
extern int stats_boolean(FunctionCallInfo fcinfo, int number);

/* Argument 'number' as the level of an interval, which must lie between 0
 * and 1; 0.95 where the function has no such argument. */
extern double stats_level(FunctionCallInfo fcinfo, int number);

/* Argument 'number' as the name of a method; the default one where the
 * function has no such argument.  Raises an error that lists the known ones. */
extern const FairIntervalMethod *
stats_method(FunctionCallInfo fcinfo, int number, FairEstimand estimand);

/* Raises an error unless merging or counting went well. */
extern void stats_check(NumStatus status);

#endif
