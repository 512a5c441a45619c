#!/usr/bin/env python3
"""Intervals, tests and adjusted p-values, independent of fairpg.

    python3 statistics.py > statistics.json

Needs numpy, scipy, statsmodels and mpmath.  Tables are drawn with a fixed
seed: a successes of n1 against b of n2, from a handful of rows to millions,
with counts of zero and of all among them.

    wilson, clopper_pearson     of a/n1: statsmodels and scipy's beta quantiles
    newcombe, miettinen_nurminen, koopman, katz, walter
                                of both: statsmodels' confint_proportions_2indep;
                                score intervals by bisection with 40 digits
    fisher                      sums of exact rational probabilities up to 2000
                                rows, of 40 digits beyond; ties are exact there
    mcnemar                     a against b, sums of exact binomial probabilities
    mantel_haenszel             statsmodels' StratifiedTable
    adjusted                    statsmodels' multipletests
"""
import json
import math
from fractions import Fraction

import mpmath
import numpy as np
import scipy
import scipy.stats
import statsmodels
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (confint_proportions_2indep, proportion_confint,
                                          proportions_ztest)

mpmath.mp.dps = 40
SIZES = [3, 8, 50, 1000, 20000, 3000000]


def tables(random):
    for n1 in SIZES:
        for n2 in SIZES:
            for rates in ((0, 0.3), (0.4, 0), (1, 0.8), (0.5, 0.5), (0.03, 0.05), (0.7, 0.6)):
                a, b = (int(random.binomial(n, r)) for n, r in zip((n1, n2), rates))
                yield a, n1, b, n2
    for n in (1, 2, 10, 60):
        yield 0, n, 0, n
        yield n, n, n, n
        yield 0, n, n, n


def likeliest(a, n1, b, n2, compare, value):
    """The most likely rates with that difference (Miettinen and Nurminen, appendix) or ratio."""
    if compare == 'ratio':
        whole = (n1 + n2) * value
        half = (n1 * value + a + n2 + b * value) / 2
        q = (half - mpmath.sqrt(half ** 2 - whole * (a + b))) / whole
        return value * q, q
    l3, l2 = n1 + n2, (n1 + 2 * n2) * value - (n1 + n2) - (a + b)
    l1 = (n2 * value - (n1 + n2) - 2 * b) * value + a + b
    l0 = b * value * (1 - value)
    c = l2 ** 3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3 ** 2) + l0 / (2 * l3)
    p = (1 if c >= 0 else -1) * mpmath.sqrt(abs(l2 ** 2 / (3 * l3) ** 2 - l1 / (3 * l3)))
    angle = 0 if p == 0 else mpmath.acos(max(-1, min(1, c / p ** 3)))
    q = 2 * p * mpmath.cos((mpmath.pi + angle) / 3) - l2 / (3 * l3)
    return min(max(q + value, mpmath.mpf(0)), mpmath.mpf(1)), min(max(q, mpmath.mpf(0)), mpmath.mpf(1))


def score_interval(a, n1, b, n2, compare, correction):
    z = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf('0.95'))
    a, n1, b, n2 = (mpmath.mpf(x) for x in (a, n1, b, n2))

    def statistic(value):
        p, q = likeliest(a, n1, b, n2, compare, value)
        times = value if compare == 'ratio' else 1
        off = a / n1 - times * b / n2 - (value if compare == 'diff' else 0)
        variance = p * (1 - p) / n1 + times ** 2 * q * (1 - q) / n2
        if correction:
            variance *= (n1 + n2) / (n1 + n2 - 1)
        return mpmath.sign(off) * 1e9 if variance <= 0 else off / mpmath.sqrt(variance)

    def crossing(target, low, high, of=lambda x: x):
        low, high = mpmath.mpf(low), mpmath.mpf(high)
        for _ in range(75):
            middle = (low + high) / 2
            if statistic(of(middle)) > target:
                low = middle
            else:
                high = middle
        return float(of((low + high) / 2))

    p, q = a / n1, b / n2
    if compare == 'diff':
        return [crossing(z, -1, p - q), crossing(-z, p - q, 1)]
    middle = mpmath.log(p / q) if p > 0 and q > 0 else None
    return [0.0 if p == 0 else crossing(z, -60, 60 if middle is None else middle, mpmath.exp),
            None if q == 0 else crossing(-z, -60 if middle is None else middle, 60, mpmath.exp)]


def two_tails(weights, seen):
    """Exact and mid-p from exact weights in a dictionary."""
    total = sum(weights.values())
    less = sum(w for w in weights.values() if w < weights[seen])
    same = sum(w for w in weights.values() if w == weights[seen])
    return [float((less + same) / total), float((less + same / 2) / total)]


def fisher(a, n1, b, n2):
    m = a + b
    low, high = max(0, m - n2), min(n1, m)
    if n1 + n2 <= 2000:
        return two_tails({x: Fraction(math.comb(n1, x) * math.comb(n2, m - x))
                          for x in range(low, high + 1)}, a)
    # quotients of neighbours, from the table seen outwards
    at, weight = {a: mpmath.mpf(1)}, mpmath.mpf(1)
    for x in range(a, high):
        weight = weight * (n1 - x) * (m - x) / ((x + 1) * (n2 - m + x + 1))
        at[x + 1] = weight
        if weight < mpmath.mpf(10) ** -30 and x > a + (high - low) // 10 + 3000:
            break
    weight = mpmath.mpf(1)
    for x in range(a, low, -1):
        weight = weight * x * (n2 - m + x) / ((n1 - x + 1) * (m - x + 1))
        at[x - 1] = weight
        if weight < mpmath.mpf(10) ** -30 and x < a - (high - low) // 10 - 3000:
            break
    near = {x: (mpmath.mpf(1) if abs(w - 1) < mpmath.mpf(10) ** -25 else w) for x, w in at.items()}
    return two_tails(near, a)


def mcnemar(a, b):
    n = a + b
    return two_tails({x: Fraction(math.comb(n, x)) for x in range(n + 1)}, a)


def describe(a, n1, b, n2):
    row = {'a': a, 'n1': n1, 'b': b, 'n2': n2}
    row['wilson'] = list(proportion_confint(a, n1, method='wilson'))
    row['clopper_pearson'] = [
        0.0 if a == 0 else float(scipy.stats.beta.ppf(0.025, a, n1 - a + 1)),
        1.0 if a == n1 else float(scipy.stats.beta.ppf(0.975, a + 1, n1 - a))]
    two = {'difference': {}, 'ratio': {}}
    two['difference']['newcombe'] = list(
        confint_proportions_2indep(a, n1, b, n2, compare='diff', method='newcomb'))
    two['difference']['miettinen_nurminen'] = score_interval(a, n1, b, n2, 'diff', True)
    two['ratio']['koopman'] = score_interval(a, n1, b, n2, 'ratio', False)
    two['ratio']['miettinen_nurminen'] = score_interval(a, n1, b, n2, 'ratio', True)
    if a > 0 and b > 0:
        two['ratio']['katz'] = list(
            confint_proportions_2indep(a, n1, b, n2, compare='ratio', method='log'))
    two['ratio']['walter'] = list(
        confint_proportions_2indep(a, n1, b, n2, compare='ratio', method='log-adjusted'))
    row.update(two)
    if n1 + n2 <= 50000:
        row['fisher'] = fisher(a, n1, b, n2)
    if a + b <= 500:
        row['mcnemar'] = mcnemar(a, b)
    if 0 < a + b < n1 + n2:
        row['z'] = [float(x) for x in proportions_ztest([a, b], [n1, n2])]
    return row


def strata(random):
    for n_strata in (1, 2, 5, 40):
        cells = []
        for _ in range(n_strata):
            n1, n2 = (int(x) for x in random.integers(2, 80, 2))
            cells.append([int(random.binomial(n1, 0.3)), n1, int(random.binomial(n2, 0.45)), n2])
        table = StratifiedTable([np.array([[a, n1 - a], [b, n2 - b]]) for a, n1, b, n2 in cells])
        test = table.test_null_odds(correction=False)
        yield {'cells': cells, 'statistic': float(test.statistic), 'p': float(test.pvalue),
               'odds_ratio': float(table.oddsratio_pooled), 'ratio': float(table.riskratio_pooled)}


def adjusted(random):
    for n in (1, 2, 7, 100):
        p = np.round(random.random(n) ** 3, 3)
        yield {'p': p.tolist(), **{name: multipletests(p, method=method)[1].tolist() for name, method in
               (('holm', 'holm'), ('benjamini_hochberg', 'fdr_bh'), ('benjamini_yekutieli', 'fdr_by'))}}


def main():
    random = np.random.default_rng(20261127)
    made_by = 'statistics.py, numpy %s, scipy %s, statsmodels %s' % (
        np.__version__, scipy.__version__, statsmodels.__version__)
    parts = {'rows': [describe(*t) for t in tables(random)],
             'strata': list(strata(random)), 'adjusted': list(adjusted(random))}
    # a line each, so that a change shows
    print('{"made_by": %s' % json.dumps(made_by))
    for name, items in parts.items():
        print(',"%s": [\n%s]' % (name, ',\n'.join(json.dumps(item) for item in items)))
    print('}')


main()
