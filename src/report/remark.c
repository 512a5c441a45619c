/*
 * remark.c
 *    What there is to say of a finding besides its numbers.
 */
#include "report/remark.h"

#include <math.h>
#include <stddef.h>

#include "report/number.h"

#define P_DECIMALS 4

void
finding_groups(Writer *writer, const Finding *finding)
{
	if (finding->note != NULL)
		writer_name(writer, finding->note);
	if (finding->reference == NULL)
		return;
	writer_text(writer, finding->note == NULL ? "against " : " against ");
	writer_name(writer, finding->reference);
}

bool
finding_has_remark(const Finding *finding)
{
	return finding->note != NULL || finding->reference != NULL ||
	       !isnan(finding->p_adjusted) || finding->verdict != NULL ||
	       finding->flag != NULL || finding->reason != NULL;
}

void
finding_remark(Writer *writer, const Finding *finding)
{
	bool any = finding->note != NULL || finding->reference != NULL;

	finding_groups(writer, finding);
	if (!isnan(finding->p_adjusted))
	{
		char text[NUMBER_CHARS];

		number_plain(text, finding->p_adjusted, P_DECIMALS);
		writer_text(writer, any ? ", p " : "p ");
		writer_text(writer,
		            finding->p_adjusted < 0.5e-4 ? "below 0.0001" : text);
		any = true;
	}
	if (finding->verdict != NULL)
		writer_texts(writer, any ? ", " : "", finding->verdict, NULL);
	any = any || finding->verdict != NULL;
	if (finding->flag != NULL)
		writer_texts(writer, any ? "; " : "", finding->flag, NULL);
	any = any || finding->flag != NULL;
	if (finding->reason == NULL)
		return;
	writer_text(writer, !any ? NULL : finding->flag != NULL ? ": " : "; ");
	writer_text(writer, finding->reason);
}
