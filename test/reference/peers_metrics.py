#!/usr/bin/env python3
"""Metrics of small tables by the functions that other tools have for them.

    python3 peers_metrics.py > peers_metrics.json

Needs fairlearn, aif360 and smclarify (with --no-deps, and pyfunctional).  Tables
are drawn with a fixed seed and stored with the figures: groups of unlike sizes,
scores with ties, weights, groups that lack a label or a decision.

    [table, weighted, tool, figure, group, value]

is a figure; group is null for one of the whole table.  A value is null where
the tool has none, and "undefined" where it has one although a denominator is
empty.  Of such a table, what compares groups in a metric is the tool's own figure
of the groups that have the metric: the others are left out in fairpg.
"""
import inspect
import json
import math
import sys
import warnings

import aif360
import aif360.metrics
import aif360.sklearn.metrics as style
import fairlearn
import fairlearn.metrics as fair
import numpy as np
import pandas
import sklearn
import sklearn.metrics as skl
from aif360.datasets import BinaryLabelDataset
from smclarify.bias import metrics as clarify

warnings.simplefilter("ignore")
np.seterr(all="ignore")

OF_DECISIONS = {
    "selection_rate": fair.selection_rate, "true_positive_rate": fair.true_positive_rate,
    "false_positive_rate": fair.false_positive_rate, "true_negative_rate": fair.true_negative_rate,
    "false_negative_rate": fair.false_negative_rate, "accuracy_score": skl.accuracy_score,
    "zero_one_loss": skl.zero_one_loss, "precision_score": skl.precision_score,
    "recall_score": skl.recall_score, "f1_score": skl.f1_score,
    "balanced_accuracy_score": skl.balanced_accuracy_score}
OF_SCORES = {"roc_auc_score": skl.roc_auc_score, "log_loss": skl.log_loss,
             "brier_score_loss": skl.brier_score_loss}
OF_NUMBERS = {
    "mean_prediction": fair.mean_prediction, "mean_absolute_error": skl.mean_absolute_error,
    "mean_squared_error": skl.mean_squared_error, "r2_score": skl.r2_score}
# what a group must have, so that the metric means something
NEEDS = {"true_positive_rate": "positive", "false_negative_rate": "positive", "recall_score": "positive",
         "false_positive_rate": "negative", "true_negative_rate": "negative",
         "precision_score": "selected", "balanced_accuracy_score": "both", "f1_score": "any"}


def draw(random, groups, rows, weights=True):
    """A table: each group with its own rates, the first one the largest."""
    share = 1 / np.arange(1, len(groups) + 1)
    grp = random.choice(groups, rows, p=share / share.sum())
    own = {g: r for g, r in zip(groups, random.uniform(0.3, 0.7, len(groups)))}
    label = random.random(rows) < [own[g] for g in grp]
    score = np.clip(np.round(random.beta(2 + 2 * label, 3 - label) * 20) / 20, 0.05, 0.95)
    number = np.round(random.normal(100, 30, rows), 2)
    return pandas.DataFrame({
        "grp": grp, "label": label.astype(int), "decision": (score >= 0.5).astype(int), "score": score,
        "weight": np.round(random.uniform(0.1, 3, rows), 3) if weights else 1.0,
        "number": number, "predicted": np.round(number * 0.7 + random.normal(30, 12, rows), 2)})


def lacking():
    """Groups without positive labels, negative labels, positive decisions, with nothing else."""
    cells = {"all": "TP TP TP FP FN TN TN", "no_positive": "FP TN TN", "no_negative": "TP TP FN",
             "not_selected": "FN TN TN", "selected": "TP TP FP", "nothing": "TN TN", "one": "TP"}
    rows = [(g, int(c in ("TP", "FN")), int(c in ("TP", "FP"))) for g, all_ in cells.items() for c in all_.split()]
    table = pandas.DataFrame(rows, columns=["grp", "label", "decision"])
    return table.assign(score=table.decision * 0.5 + 0.25, weight=1.0, number=table.label * 1.0,
                        predicted=table.decision * 1.0)


def has(metric, rows):
    counts = {"positive": rows.label.sum(), "negative": (1 - rows.label).sum(), "selected": rows.decision.sum()}
    counts["both"] = min(counts["positive"], counts["negative"])
    counts["any"] = max(counts["positive"], counts["selected"])
    return counts.get(NEEDS.get(metric), 1) > 0


def fairlearn_figures(table, weight):
    kinds = [(OF_DECISIONS, "label", "decision"), (OF_SCORES, "label", "score"), (OF_NUMBERS, "number", "predicted")]
    whole = all(has("balanced_accuracy_score", rows) and rows.decision.sum() for _, rows in table.groupby("grp"))
    for metrics, truth, guess in kinds if whole else kinds[:1]:
        for name, metric in metrics.items():
            def frame(rows):
                more = {} if weight is None else {"sample_params": {"sample_weight": weight[rows.index]}}
                return fair.MetricFrame(metrics=metric, y_true=rows[truth], y_pred=rows[guess],
                                        sensitive_features=rows.grp, **more)
            for group, value in frame(table).by_group.items():
                yield name, group, value if has(name, table[table.grp == group]) else "undefined"
            yield name, None, frame(table).overall
            kept = table[table.grp.map(lambda g: has(name, table[table.grp == g]))]
            yield f"{name}.difference", None, frame(kept).difference()
            yield f"{name}.ratio", None, frame(kept).ratio()
            yield f"{name}.group_min", None, frame(kept).group_min()
            yield f"{name}.group_max", None, frame(kept).group_max()
            if whole:
                yield f"{name}.difference to_overall", None, frame(kept).difference(method="to_overall")
                yield f"{name}.ratio to_overall", None, frame(kept).ratio(method="to_overall")
    for group, value in fair.MetricFrame(metrics=fair.count, y_true=table.label, y_pred=table.decision,
                                         sensitive_features=table.grp).by_group.items():
        yield "count", group, value
    given = {"y_true": table.label, "y_pred": table.decision, "sensitive_features": table.grp, "sample_weight": weight}
    for name in ("demographic_parity", "equal_opportunity", "equalized_odds") if whole else ("demographic_parity",):
        for kind in ("difference", "ratio"):
            function = getattr(fair, f"{name}_{kind}")
            for method in ("between_groups", "to_overall"):
                yield f"{name}_{kind} {method}", None, function(**given, method=method)
            if name == "equalized_odds":
                yield f"{name}_{kind} mean", None, function(**given, agg="mean")
    if whole:
        for name in fair.__all__:
            if name.endswith(("_group_min", "_group_max")):
                kind = name.rsplit("_", 2)[0]
                truth, guess = (("number", "predicted") if kind in OF_NUMBERS else
                                ("label", "score" if kind in OF_SCORES else "decision"))
                yield name, None, getattr(fair, name)(table[truth], table[guess], sensitive_features=table.grp,
                                                      sample_weight=weight)
            elif name.endswith(("_difference", "_ratio")) and name.rsplit("_", 1)[0] in OF_DECISIONS:
                yield name, None, getattr(fair, name)(**given)


def aif360_class_figures(table, weight):
    """ClassificationMetric and BinaryLabelDatasetMetric; group A is privileged."""
    groups = sorted(set(table.grp))
    frame = pandas.DataFrame({"grp": table.grp.map(groups.index).astype(float), "label": table.label.astype(float),
                              "weight": 1.0 if weight is None else weight})
    true = BinaryLabelDataset(df=frame, label_names=["label"], protected_attribute_names=["grp"],
                              instance_weights_name="weight")
    decided = true.copy()
    decided.labels = table.decision.to_numpy(float).reshape(-1, 1)
    decided.scores = table.score.to_numpy(float).reshape(-1, 1)
    sides = {"unprivileged_groups": [{"grp": float(i)} for i in range(1, len(groups))],
             "privileged_groups": [{"grp": 0.0}]}
    both = aif360.metrics.ClassificationMetric(true, decided, **sides)
    labels = aif360.metrics.BinaryLabelDatasetMetric(true, **sides)
    for metric, of in ((both, ""), (labels, "labels ")):
        for name, method in inspect.getmembers(metric, inspect.ismethod):
            arguments = inspect.signature(method).parameters
            if name.startswith("_") or name in ("consistency", "rich_subgroup") or (
                    of and name not in vars(aif360.metrics.BinaryLabelDatasetMetric)) or (
                    # weights are overlooked there
                    weight is not None and ("entropy" in name or "theil" in name or "variation" in name)):
                continue
            if "privileged" in arguments:
                for group, privileged in ((None, None), ("A", True), ("others", False)):
                    value = method(privileged=privileged)
                    if not isinstance(value, dict):
                        yield of + name, group, value
            elif "alpha" in arguments:
                for alpha in (1, 2, 3):
                    yield f"{of}{name} {alpha}", None, method(alpha=alpha)
            elif not [p for p in arguments.values() if p.default is p.empty]:
                yield of + name, None, method()


def aif360_style_figures(table, weight):
    """aif360.sklearn.metrics; group A is privileged."""
    index = pandas.Index(table.grp, name="grp")
    true = pandas.Series(table.label.to_numpy(), index=index)
    decided, score = table.decision.to_numpy(), table.score.to_numpy()
    weights = {} if weight is None else {"sample_weight": weight.to_numpy()}
    sided = {"prot_attr": "grp", "priv_group": "A"}
    for name in ("statistical_parity_difference", "mean_difference", "disparate_impact_ratio",
                 "equal_opportunity_difference", "average_odds_difference", "average_odds_error",
                 "average_predictive_value_difference", "class_imbalance"):
        yield name, None, getattr(style, name)(true, decided, **sided, **weights)
    if table.grp.nunique() == 2:
        yield "kl_divergence", None, style.kl_divergence(true, decided, **sided, **weights)
        yield "kl_divergence of labels", None, style.kl_divergence(true, **sided, **weights)
    for name in ("conditional_demographic_disparity", "smoothed_edf", "df_bias_amplification"):
        yield name, None, getattr(style, name)(true, decided, prot_attr="grp", **weights)
    for name in ("specificity_score", "false_omission_rate_error", "selection_rate", "base_rate",
                 "false_negative_rate_error", "false_positive_rate_error", "sensitivity_score"):
        yield name, None, getattr(style, name)(true, decided, **weights)
    for name in ("statistical_parity_difference", "equal_opportunity_difference"):
        for value, group in zip(*style.one_vs_rest(getattr(style, name), true, decided, prot_attr="grp",
                                                   return_groups=True, **weights)):
            yield f"one_vs_rest {name}", group, value
    for name in ("generalized_fpr", "generalized_fnr"):
        yield name, None, getattr(style, name)(true, score, **weights)
    if weight is None:
        for alpha in (1, 2, 3):
            yield f"generalized_entropy_error {alpha}", None, style.generalized_entropy_error(true, decided, alpha)
            yield (f"between_group_generalized_entropy_error {alpha}", None,
                   style.between_group_generalized_entropy_error(true, decided, prot_attr="grp", alpha=alpha))
        b = 1 + decided - table.label.to_numpy()
        yield "theil_index", None, style.theil_index(b)
        yield "coefficient_of_variation", None, style.coefficient_of_variation(b)


def clarify_figures(table, weight):
    """Facet d is all but group A; no weights."""
    if weight is not None:
        return
    facet, label, decision = table.grp != "A", table.label == 1, table.decision == 1
    for name in ("CI", "DPL", "KL", "JS", "LP", "TVD", "KS", "CDDL", "DPPL", "DI", "DCA", "DCR", "RD", "SD", "DAR",
                 "DRR", "AD", "TE", "GE", "CDDPL"):
        known = {"feature": table.grp, "sensitive_facet_index": facet, "positive_label_index": label,
                 "positive_predicted_label_index": decision, "label": table.label, "group_variable": table.score}
        function = getattr(clarify, name)
        yield name, None, function(**{p: known[p] for p in inspect.signature(function).parameters})


def written(value):
    return value if isinstance(value, str) else float(value) if math.isfinite(value) else None


def main():
    random = np.random.default_rng(20261127)
    tables = {"two": draw(random, ["A", "D"], 150), "five": draw(random, ["A", "B", "C", "D", "E"], 220),
              "lacking": lacking()}
    figures = []
    for name, table in tables.items():
        for weight in (None, table.weight) if name != "lacking" else (None,):
            for tool, of in (("fairlearn", fairlearn_figures), ("aif360", aif360_class_figures),
                             ("aif360.sklearn", aif360_style_figures), ("clarify", clarify_figures)):
                if name != "lacking" or tool == "fairlearn":
                    figures += [[name, weight is not None, tool, figure, group, written(value)]
                                for figure, group, value in of(table, weight)]
    document = {
        "made_by": f"peers_metrics.py, Python {sys.version.split()[0]}, fairlearn {fairlearn.__version__},"
                   f" aif360 {aif360.__version__}, smclarify 0.5, scikit-learn {sklearn.__version__}",
        "columns": list(tables["two"]),
        "tables": {name: table.values.tolist() for name, table in tables.items()}, "figures": figures}
    text = json.dumps(document, separators=(",", ":"))
    print(text.replace("]],", "]],\n").replace("],[", "],\n["))


if __name__ == "__main__":
    main()
