#!/usr/bin/env python3
"""Figures of scores by group, independent of fairpg.

    python3 calibration.py > calibration.json

Needs numpy, scikit-learn and statsmodels.  The table is that of
test/tap/calibration.sh, made by the same integer arithmetic: a label y, a score
p within 0 and 1 in thousandths, a group g of three, a whole weight w.

    auc, brier, log_loss      scikit-learn's metrics, plain and with sample_weight
    slope, intercept          statsmodels' GLM (binomial, frequency weights) of y
                              on logit(p), with the ends of the 95 percent Wald
                              intervals; plain only, as fairpg takes weights for
                              no more rows than they are worth
    offset                    the same with logit(p) as the offset
"""
import json
import sys

import numpy as np
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score


def make_table():
    i = np.arange(1, 901)
    p = (5 + i * 7919 % 991) / 1000.0
    y = ((i * 104729 % 997) / 997.0 < 0.2 + 0.7 * p - 0.1 * (i % 3)).astype(int)
    group = np.array(['u', 'v', 'w'])[i * 37 % 11 // 4]
    weight = 1.0 + i % 4
    return p, y, group, weight


def figures(p, y, weight):
    logit = np.log(p / (1 - p))
    result = {}
    for name, w in (('plain', np.ones_like(p)), ('weighted', weight)):
        fit = sm.GLM(y, sm.add_constant(logit), family=sm.families.Binomial(),
                     freq_weights=w).fit(tol=1e-14, maxiter=200)
        fixed = sm.GLM(y, np.ones_like(p), family=sm.families.Binomial(),
                       freq_weights=w, offset=logit).fit(tol=1e-14, maxiter=200)
        result[name] = {
            'auc': roc_auc_score(y, p, sample_weight=w),
            'brier': brier_score_loss(y, p, sample_weight=w),
            'log_loss': log_loss(y, p, sample_weight=w),
            'calibration_intercept': fit.params[0],
            'calibration_slope': fit.params[1],
            'calibration_offset': fixed.params[0]}
        if name == 'plain':
            ends = fit.conf_int()
            result['low'] = {'calibration_intercept': ends[0][0],
                             'calibration_slope': ends[1][0],
                             'calibration_offset': fixed.conf_int()[0][0]}
            result['high'] = {'calibration_intercept': ends[0][1],
                              'calibration_slope': ends[1][1],
                              'calibration_offset': fixed.conf_int()[0][1]}
    return result


def main():
    p, y, group, weight = make_table()
    document = {'made_by': 'scikit-learn %s, statsmodels %s, numpy %s'
                % (sklearn.__version__, statsmodels.__version__, np.__version__)}
    for name in ('u', 'v', 'w'):
        rows = group == name
        document[name] = figures(p[rows], y[rows], weight[rows])
    json.dump(document, sys.stdout, indent=1)
    print()


main()
