#!/usr/bin/env python3
"""Coefficients of a ridged logistic fit on Adult, independent of fairpg.

    python3 adult_logistic.py DATA_FOLDER > adult_logistic.json

Needs numpy and adult_train.csv.  Minimises

    mean over rows of log(1 + exp(z)) - y z   +   l2 / 2 * sum of w_j ** 2

with z = intercept + sum of w_j x_j, where the sum of squares leaves out the
intercept.  Numbers are standardised by their mean and their population standard
deviation; each category has one indicator for every level that occurs, NULL
("?" in the file) being a level of its own, and no level is left out.  Newton
steps in float64 with the exact Hessian, until no element of the gradient is
larger than 1e-13.  The result is stated in raw units: the estimate of a number
belongs to the number itself, and the intercept takes up what the means shifted.
"""
import argparse
import csv
import json
import os
import sys

import numpy as np

NUMBERS = ['age', 'education_num', 'capital_gain', 'capital_loss',
           'hours_per_week']
CATEGORIES = ['workclass', 'education', 'marital_status', 'occupation',
              'relationship', 'race', 'sex', 'native_country']


def read_rows(folder):
    with open(os.path.join(folder, 'adult_train.csv'), newline='') as file:
        return list(csv.DictReader(file))


def design(rows):
    """The matrix, and for each column (term, level, mean, sd)."""
    columns, terms = [], []
    for name in NUMBERS:
        x = np.array([float(row[name]) for row in rows])
        mean, sd = x.mean(), x.std()
        columns.append((x - mean) / sd)
        terms.append((name, None, mean, sd))
    for name in CATEGORIES:
        values = np.array([row[name] for row in rows])
        for level in sorted(set(values)):
            columns.append((values == level).astype(float))
            terms.append((name, level, 0.0, 1.0))
    return np.column_stack([np.ones(len(rows))] + columns), terms


def objective(x, y, ridge, w):
    z = x @ w
    return np.mean(np.logaddexp(0, z) - y * z) + 0.5 * np.sum(ridge * w * w)


def fit(x, y, l2, tolerance=1e-13):
    """Newton with step halving; the weights, the steps, the last gradient."""
    n, k = x.shape
    ridge = np.full(k, l2)
    ridge[0] = 0
    w = np.zeros(k)
    for step in range(100):
        p = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (p - y) / n + ridge * w
        if np.max(np.abs(gradient)) <= tolerance:
            return w, step, np.max(np.abs(gradient))
        hessian = (x * (p * (1 - p))[:, None]).T @ x / n + np.diag(ridge)
        direction = np.linalg.solve(hessian, gradient)
        size, here = 1.0, objective(x, y, ridge, w)
        # near the end the objective no longer shows progress; take the step
        while (size > 1e-6 and np.max(np.abs(gradient)) > 1e-9 and
               not objective(x, y, ridge, w - size * direction) <= here):
            size /= 2
        w = w - size * direction
    raise SystemExit('no convergence: gradient %g' % np.max(np.abs(gradient)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder')
    parser.add_argument('--l2', type=float, default=1e-4)
    arguments = parser.parse_args()
    rows = read_rows(arguments.folder)
    y = np.array([row['income'].startswith('>50K') for row in rows], float)
    x, terms = design(rows)
    w, steps, gradient = fit(x, y, arguments.l2)

    intercept = w[0]
    answer = []
    for weight, (term, level, mean, sd) in zip(w[1:], terms):
        intercept -= weight * mean / sd
        answer.append({
            'term': term,
            'level': None if level == '?' else level,
            'level_kind': ('null' if level == '?' else
                           None if level is None else 'value'),
            'estimate': weight / sd})
    answer.insert(0, {'term': '(intercept)', 'level': None,
                      'level_kind': None, 'estimate': intercept})
    json.dump({
        'made_by': 'adult_logistic.py --l2 %g, numpy %s' % (
            arguments.l2, np.__version__),
        'objective': 'mean log-loss + l2/2 * sum of squared weights of '
                     'standardised numbers and of level indicators',
        'l2': arguments.l2,
        'rows': len(rows),
        'newton_steps': steps,
        'largest_gradient': gradient,
        'mean_log_loss': objective(x, y, np.zeros(len(w)), w),
        'coefficients': answer}, sys.stdout, indent=1)
    print()


if __name__ == '__main__':
    main()
