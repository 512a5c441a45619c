/*
 * audit_model.c
 *    The chapters on how a model came about.
 */
#include "report/audit_chapters.h"

#include "report/frontier_plot.h"
#include "report/training_plot.h"

void
frontier_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *points = &findings->frontier;

	if (points->n == 0)
	{
		paragraph_begin(writer, NULL);
		writer_text(writer, "No frontier was computed for this model. ");
		writer_leaf(writer, "code", NULL, "fairpg.frontier()");
		writer_text(writer, " trains one model for each of several bounds.");
		writer_close(writer);
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "One model for each bound, measured on the rows in n: the "
	            "further left a mark, the smaller the largest gap between two "
	            "groups; how high it stands is what the bound costs, or does "
	            "not. Where intervals overlap, rows do not tell the bounds "
	            "apart.");
	frontier_plot(writer, points->items[0].metric, points->items, points->n);
}

void
training_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *list = &findings->iterations;

	if (list->n == 0)
	{
		writer_leaf(writer, "p", NULL,
		            "No training is on record: the decisions were made by "
		            "something that fairpg did not train, or the method has no "
		            "iterations.");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "Loss and largest gap in every iteration of the training, on "
	            "the rows that the iteration read. The stored model is the "
	            "iteration in a ring; in hollow marks bounds were not kept, or "
	            "not looked at yet. "
	            "These figures guided the search: how the model does on other "
	            "rows is said in the chapters before.");
	training_plot(writer, list->items, list->n);
}
