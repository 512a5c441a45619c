#!/usr/bin/env python3
"""Coefficients and standard errors of small logistic fits, independent of fairpg.

    python3 standard_errors.py > standard_errors.json

Needs numpy and statsmodels.  The table is that of test/tap/standard_errors.sh,
made by the same integer arithmetic: numbers x (with NULLs) and k, a date as
days since 2000-01-01, a category of three values, a whole weight w.

    plain     no ridge: statsmodels' Logit, whose standard errors come from the
              inverse of the observed information
    weighted  the same with w as frequency weights: statsmodels' GLM
    ridge     minimises mean log-loss + l2 / 2 * (sum of squares of the
              standardised numbers', the flag's and all levels' coefficients);
              the covariance is the inverse of the penalised information on the
              plane where the levels sum to zero, taken from the bordered matrix
              [[A, c], [c', 0]], c being 1 for the levels

Levels are coded to sum to zero.  A NULL x counts as the mean of the others and
sets a flag; the estimate of "null" is what both together add to the score.
"""
import json
import sys

import numpy as np
import statsmodels
import statsmodels.api as sm

L2 = 0.02
LEVELS = ['u', 'v', 'w']
TERMS = [('(intercept)', None, None), ('x', None, None), ('x', None, 'null'),
         ('k', None, None), ('since', None, None)]
TERMS += [('c', level, 'value') for level in LEVELS]


def make_table():
    i = np.arange(1, 601)
    x = (i * 7919 % 101) / 2.0
    null = i % 17 == 0
    k = i * 104729 % 97 - 48.0
    since = 7000.0 + i * 31 % 700
    c = (i * 37 % 11) // 4
    noise = i * 7907 % 211 - 105.0
    y = x - k / 3 + 12 * c + noise / 2 + (since - 7350) / 40 > 35
    weight = 1.0 + i % 4
    return x, null, k, since, c, y.astype(float), weight


def combinations(fill):
    """What is stored, as combinations of intercept, x, flag, k, since and the
    effects of the first two levels."""
    rows = np.zeros((len(TERMS), 7))
    rows[0, 0] = rows[1, 1] = rows[3, 3] = rows[4, 4] = 1
    rows[2, 1], rows[2, 2] = fill, 1
    rows[5, 5] = rows[6, 6] = 1
    rows[7, 5:7] = -1
    return rows


def design(weight):
    x, null, k, since, c, y, _ = make_table()
    fill = np.average(x[~null], weights=weight[~null])
    x = np.where(null, fill, x)
    effects = np.column_stack([(c == l).astype(float) - (c == 2) for l in (0, 1)])
    return np.column_stack([np.ones(len(x)), x, null, k, since, effects]), y, fill


def answer(estimate, covariance, rows):
    values = rows @ estimate
    errors = np.sqrt(np.diag(rows @ covariance @ rows.T))
    return [{'term': term, 'level': level, 'level_kind': kind,
             'estimate': value, 'std_error': error, 'z': value / error}
            for (term, level, kind), value, error
            in zip(TERMS, values, errors)]


def plain():
    x, y, fill = design(np.ones(600))
    fit = sm.Logit(y, x).fit(disp=0, method='newton', tol=1e-14, maxiter=100)
    return answer(fit.params, fit.cov_params(), combinations(fill))


def weighted():
    weight = make_table()[-1]
    x, y, fill = design(weight)
    fit = sm.GLM(y, x, family=sm.families.Binomial(),
                 freq_weights=weight).fit(tol=1e-14, maxiter=100)
    return answer(fit.params, fit.cov_params(), combinations(fill))


def ridge():
    """In one-hot coding, 1, numbers standardised, flag, three levels."""
    x, y, fill = design(np.ones(600))
    c = make_table()[4]
    numbers = x[:, [1, 3, 4]]
    mean, sd = numbers.mean(axis=0), numbers.std(axis=0)
    hot = np.column_stack([c == l for l in range(3)]).astype(float)
    x = np.column_stack([x[:, 0], (numbers - mean) / sd, x[:, 2], hot])
    penalty = np.diag([0.0] + [L2] * (x.shape[1] - 1))
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (p - y) / len(y) + penalty @ w
        hessian = (x * (p * (1 - p))[:, None]).T @ x / len(y) + penalty
        w = w - np.linalg.solve(hessian, gradient)
    border = np.zeros(len(w))
    border[5:] = 1
    bordered = np.block([[hessian * len(y), border[:, None]],
                         [border[None, :], np.zeros((1, 1))]])
    covariance = np.linalg.inv(bordered)[:len(w), :len(w)]
    # intercept, x, null, k, since, levels of the standardised coefficients
    rows = np.zeros((len(TERMS), len(w)))
    rows[0, 0] = 1
    rows[0, 1:4] = -mean / sd
    rows[1, 1] = 1 / sd[0]
    rows[2, 1], rows[2, 4] = fill / sd[0], 1
    rows[3, 2], rows[4, 3] = 1 / sd[1], 1 / sd[2]
    rows[5:, 5:] = np.eye(3)
    return answer(w, covariance, rows)


def main():
    json.dump({
        'made_by': 'standard_errors.py, numpy %s, statsmodels %s' % (
            np.__version__, statsmodels.__version__),
        'l2': L2,
        'plain': plain(),
        'weighted': weighted(),
        'ridge': ridge()}, sys.stdout, indent=1)
    print()


if __name__ == '__main__':
    main()
