/*
 * palette.h
 *    The colours of pages and charts, as custom properties of CSS.
 *
 * Each has a value for light pages, which print has too, and one for dark ones.
 * Nothing is told by colour alone: marks differ in shape, lines in dashes,
 * verdicts in words.
 */
#ifndef FAIRPG_REPORT_PALETTE_H
#define FAIRPG_REPORT_PALETTE_H

#include "report/writer.h"

typedef enum PaletteRole
{
	PALETTE_GROUND, /* what 'on' colours stand on */
	PALETTE_TEXT,   /* read: contrast at least 4.5 with what it stands on */
	PALETTE_MARK,   /* told apart: contrast at least 3 (WCAG 2.2, 1.4.11) */
	PALETTE_FAINT   /* nothing is lost without it */
} PaletteRole;

typedef struct PaletteColour
{
	const char *name; /* without the two dashes */
	PaletteRole role;
	const char *on; /* name of the ground that it is seen on; NULL: a ground */
	const char *light;
	const char *dark;
} PaletteColour;

/* Colours of series, --s1 to --s6. */
#define PALETTE_SERIES 6

/* Steps of a heat map, from little to much: --h1 to --h6, with text --t1 to
 * --t6 on them. */
#define PALETTE_HEAT 6

extern int palette_count(void);
extern const PaletteColour *palette_colour(int number);

/* The rules that define all of them. */
extern void palette_rules(Writer *writer);

#endif
