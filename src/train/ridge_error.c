/*
 * ridge_error.c
 *    Standard errors of plain least squares.
 *
 * Reference: Draper and Smith, Applied Regression Analysis, 1998, chapter 5.
 */
#include "train/ridge_error.h"

#include <math.h>

NumStatus
ridge_errors(const Gram *gram, double squares, double l2, Information *of,
             double **std_error)
{
	const Dataset *data = of->data;
	double left = gram->total - std_error_free_params(data);
	double sd;
	NumStatus status;

	*std_error = NULL;
	if (!(left > 0))
		return NUM_OK;
	of->weight = gram->total;
	for (uint32_t i = 0; i < of->n; i++)
	{
		const double *from = gram->sets[0].xx + i * gram->stride;
		double *row = of->matrix + i * of->stride;

		for (uint32_t j = 0; j <= i; j++)
			row[j] = from[j] / gram->total;
		row[i] += i > 0 ? l2 : 0;
	}
	status = std_errors_of(of, std_error);
	sd = data->label_sd * sqrt(squares / left);
	for (uint32_t j = 0; j < data->n_params && *std_error != NULL; j++)
		(*std_error)[j] *= sd;
	return status;
}
