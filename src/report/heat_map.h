/*
 * heat_map.h
 *    A metric of every combination of two attributes.
 */
#ifndef FAIRPG_REPORT_HEAT_MAP_H
#define FAIRPG_REPORT_HEAT_MAP_H

#include "report/findings.h"
#include "report/writer.h"

/* The name of a combination in its parts: "female, black" as "female" and
 * "black", and 'female, "a, b"' as "female" and "a, b"; rows whose name has no
 * second part are in a row of their own. */
extern void heat_map(Writer *writer, const char *metric, const char *attribute,
                     const Finding *rows, int n_rows);

#endif
