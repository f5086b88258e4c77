"""Paired t-tests and t quantiles by scipy, for tests/report/compare_runs_test.ts.

pip install scipy==1.17.1
python tests/golden/paired_tests.py > tests/golden/paired_tests.json
"""

import json

import numpy as np
from scipy import stats

random = np.random.default_rng(8)
cases = []
for count in (3, 4, 5, 7, 10, 30, 200):
    for shift, spread in ((0.0, 0.01), (0.02, 0.01), (-0.5, 0.003), (30.0, 5.0)):
        base = random.normal(0.9, 0.02, count)
        other = base + random.normal(shift, spread, count)
        if count == 200:
            base, other = np.round(base, 4), np.round(other, 4)
        test = stats.ttest_rel(other, base)
        interval = test.confidence_interval(0.9)
        cases.append(
            {
                "base": base.tolist(),
                "other": other.tolist(),
                "mean": float(np.mean(other)),
                "deviation": float(np.std(other, ddof=1)),
                "difference": float(np.mean(other - base)),
                "p": float(test.pvalue),
                "interval90": [float(interval.low), float(interval.high)],
            }
        )
tails = [
    [t, freedom, float(2 * stats.t.sf(abs(t), freedom))]
    for freedom in (1, 2, 3, 9, 10, 57, 1000, 100000)
    for t in (0.0, 1e-3, -0.3, 1.0, 2.262, -4.7, 40.0, 1e5)
]
quantiles = [
    [p, freedom, float(stats.t.isf(p / 2, freedom))]
    for freedom in (1, 2, 4, 19, 1000)
    for p in (0.999, 0.5, 0.1, 0.05, 0.01, 1e-6)
]
print(json.dumps({"cases": cases, "tails": tails, "quantiles": quantiles}, indent=None))
