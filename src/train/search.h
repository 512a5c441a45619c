/*
 * search.h
 *    The search for the model of least loss among those that keep every bound.
 *
 * Searches can go side by side: each says after every pass whether it is over,
 * and whether its next pass must bring curvature; the others can be made
 * together (newton_pass_many()).
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_SEARCH_H
#define FAIRPG_TRAIN_SEARCH_H

#include "train/newton.h"

typedef struct Search Search;

/* The point that a search has come to, and how. */
typedef struct SearchAnswer
{
	double *coef;    /* [stride] */
	double *reached; /* [n_constraints] as TrainResult */
	double loss;
	double gap;
	double accuracy; /* on the training rows */
	double violation;
	bool feasible;
	bool is_constant;
	bool converged;
	bool stopped_early; /* by the settings' rule */
	uint32_t log;
} SearchAnswer;

/* From the arena of 'newton', which has rates. */
extern NumStatus search_create(Newton *newton, Search **search);

/* Searches from newton->coef over a sample, where there is one, and begins the
 * search over all rows. */
extern NumStatus search_begin(Search *search);

/* The same from a point that is near the answer for all rows, as that of nearly
 * the same rows is: the sample only tells of the curvature there. */
extern NumStatus search_begin_near(Search *search);

/* Goes on to the end. */
extern NumStatus search_run(Search *search);

/* The same step by step: whether it is over, whether the next pass is to be
 * curved, and what follows from that pass. */
extern bool search_is_over(const Search *search);
extern bool search_wants_curvature(const Search *search);
extern NumStatus search_advance(Search *search);

/* Before another search_begin(), when the answer has been taken: from 'coef'
 * [stride], with smooth decisions of another temperature. */
extern void
search_restart(Search *search, const double *coef, double temperature);

/* The temperature of the first round: that of the settings; where labels are
 * classes it is sharper as the scores of the plain model, of which the last pass
 * was, lie closer together, since of many classes the smooth decisions of the
 * usual one say hardly which score is greatest. */
extern double search_first_temperature(const Newton *newton);

/* The temperature at which to search once more when 'answer' has come of round
 * number 'round', from 0, or 0 for not at all; the search knows what else it is
 * to do in that round.  'flat' is search_scores_are_flat() and 'plain_loss' the loss of the plain model, where
 * all rounds begin. */
extern double
search_next_temperature(Search *search, const SearchAnswer *answer, int round,
                        bool flat, double plain_loss);

/* Whether the scores of the plain model, of which the last pass was, lie so
 * close together that a sigmoid of temperature 1 is nearly a straight line over
 * them. */
extern bool search_scores_are_flat(const Newton *newton);

/* Room for an answer; the search's answer into it. */
extern NumStatus search_answer_create(const Newton *newton, NumArena *arena,
                                      SearchAnswer *answer);
extern void search_take_answer(const Search *search, SearchAnswer *answer);

/* Goes back to the answer of the search before, unless the one with sharper
 * decisions that followed is better: it alone keeps all bounds, or neither does
 * and it is closer; or it is more accurate by more than a standard error, or
 * about as accurate at a clearly smaller loss.  What it finds fits the training
 * rows better, and rows not seen worse. */
extern void search_prefer(Search *search, const SearchAnswer *first);

extern TrainOutcome search_outcome(const SearchAnswer *answer);

#endif
