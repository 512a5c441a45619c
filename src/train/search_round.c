/*
 * search_round.c
 *    Rounds of a search: what is tried when an answer is a poor one.
 *
 * A round is a search from the plain model.  The first one has smooth decisions
 * of temperature 1 (where labels are classes one by their scores).  Sharper ones follow where those serve badly; and where
 * small groups let all of these fail, rounds that count their rows
 * (few_rows.h), and one that looks at points on the way of each step.
 */
#include "train/search.h"

#include <math.h>
#include <string.h>

#include "train/search_private.h"

/* A sigmoid of temperature 1 hardly bends over scores where its mean slope is
 * above this (a quarter at most). */
#define FLAT 0.14

/* Temperatures of the smooth decision that follow the hard one more closely
 * than 1 does, for scores that lie close together and for answers that cost
 * much. */
#define SHARP 0.15
#define HALF_SHARP 0.5
#define NEARLY_SHARP 0.2
/* Where labels are classes: so far as the greatest score is ahead of the next
 * one, times this, and no sharper than that. */
#define MARGIN_PART 0.5
#define LEAST_TEMPERATURE 0.005
/* in which rows of small groups are counted, less and more sharply */
#define COUNTING_ROUNDS 2
/* An answer costs much when its loss is so many times that of the plain model.
 * A smooth error of temperature 1 tells more of how sure the scores are than of
 * how often they are wrong, so rates of errors are doubted sooner. */
#define DEAR 1.15
#define DEAR_ERRORS 1.03
/* a loss that makes up for a slightly lower accuracy on the training rows */
#define CLEARLY_LESS 0.95

void
search_restart(Search *search, const double *coef, double temperature)
{
	Newton *newton = search->newton;

	rate_log_hold(&newton->rate_log);
	newton->temperature = temperature;
	memcpy(newton->coef, coef, newton->stride * sizeof(double));
	memset(newton->multiplier, 0, newton->rates->n_active * sizeof(double));
	memset(newton->cell_curvature, 0, newton->n_cells * sizeof(double));
}

NumStatus
search_answer_create(const Newton *newton, NumArena *arena,
                     SearchAnswer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->coef = arena_alloc(arena, newton->stride, sizeof(double));
	answer->reached = arena_alloc(
		arena, (size_t) newton->settings->n_constraints, sizeof(double));
	return answer->coef == NULL || answer->reached == NULL ? NUM_NO_MEMORY
	                                                       : NUM_OK;
}

void
search_take_answer(const Search *search, SearchAnswer *answer)
{
	const Newton *newton = search->newton;

	memcpy(answer->coef, newton->best, newton->stride * sizeof(double));
	memcpy(answer->reached, newton->best_reached,
	       (size_t) newton->settings->n_constraints * sizeof(double));
	answer->loss = newton->best_loss;
	answer->gap = newton->best_gap;
	answer->accuracy = newton->best_accuracy;
	answer->violation = newton->best_violation;
	answer->feasible = newton->best_feasible;
	answer->is_constant = newton->best_is_constant;
	answer->converged = search->converged;
	answer->stopped_early = newton->early_stop.stops;
	answer->log = newton->best_log;
}

/* Back to the answer before search_restart(). */
static void
give_answer(Search *search, const SearchAnswer *answer)
{
	Newton *newton = search->newton;

	memcpy(newton->best, answer->coef, newton->stride * sizeof(double));
	memcpy(newton->best_reached, answer->reached,
	       (size_t) newton->settings->n_constraints * sizeof(double));
	newton->best_loss = answer->loss;
	newton->best_gap = answer->gap;
	newton->best_accuracy = answer->accuracy;
	newton->best_violation = answer->violation;
	newton->best_feasible = answer->feasible;
	newton->best_is_constant = answer->is_constant;
	newton->best_log = answer->log;
	search->converged = answer->converged;
	rate_log_restore(&newton->rate_log);
}

/* Whether the answer that the newton holds is better than the one before. */
static bool
is_better(const Newton *newton, const SearchAnswer *first)
{
	double n = (double) newton->data->part[DATA_TRAIN].n_rows;
	double doubt = sqrt(first->accuracy * (1 - first->accuracy) / n);

	if (newton->best_feasible != first->feasible)
		return newton->best_feasible;
	if (!first->feasible)
		return newton->best_violation < first->violation;
	if (newton->best_accuracy > first->accuracy + doubt)
		return true;
	return newton->best_accuracy > first->accuracy - doubt &&
	       newton->best_loss < CLEARLY_LESS * first->loss;
}

void
search_prefer(Search *search, const SearchAnswer *first)
{
	if (!is_better(search->newton, first))
		give_answer(search, first);
}

/* How much an answer may cost, as a multiple of the plain model's loss. */
static double
dear(const Newton *newton)
{
	return newton->rates->of_errors ? DEAR_ERRORS : DEAR;
}

double
search_first_temperature(const Newton *newton)
{
	double margin;

	if (newton->classes == NULL || !newton->settings->tries_sharper)
		return newton->settings->temperature;
	margin = newton_class_margin(newton);
	return fmax(fmin(MARGIN_PART * margin, newton->settings->temperature),
	            LEAST_TEMPERATURE);
}

/* The temperature after a round that failed, of labels that are classes: sharper
 * than it, and then the usual one. */
static double
class_next_temperature(const Newton *newton, int round)
{
	double usual = newton->settings->temperature;

	if (round == 0)
		return newton->temperature / 4;
	return round == 1 && 4 * newton->temperature < usual ? usual : 0;
}

double
search_next_temperature(Search *search, const SearchAnswer *answer, int round,
                        bool flat, double plain_loss)
{
	const Newton *newton = search->newton;
	bool failed = !answer->feasible || answer->is_constant;
	bool poor = failed || answer->loss > dear(newton) * plain_loss;

	if (!newton->settings->tries_sharper || !newton->rates->of_decisions ||
	    answer->stopped_early || newton->max_iterations == 0)
		return 0;
	if (newton->classes != NULL)
		return class_next_temperature(newton, failed ? round : 2);
	if (round == 0 && flat)
		return SHARP;
	if (round == 0 && poor)
		return HALF_SHARP;
	if (round == 1 && !flat && poor)
		return failed ? SHARP : NEARLY_SHARP;
	if (!poor || search->looks || !few_rows_matter(newton->rates))
		return 0;
	if (search->counting_rounds++ == 0)
		return HALF_SHARP;
	if (!failed)
		return 0;
	search->looks = search->counting_rounds > COUNTING_ROUNDS;
	return SHARP;
}

TrainOutcome
search_outcome(const SearchAnswer *answer)
{
	if (!answer->feasible)
		return TRAIN_INFEASIBLE;
	if (answer->converged)
		return TRAIN_CONVERGED;
	return answer->stopped_early ? TRAIN_EARLY_STOP : TRAIN_ITERATION_LIMIT;
}

bool
search_scores_are_flat(const Newton *newton)
{
	const LinearSums *sums = newton->sums;
	double curvature = newton->learns ? sums->diagonal[0] : sums->hessian[0];

	return curvature / sums->weight > FLAT;
}
