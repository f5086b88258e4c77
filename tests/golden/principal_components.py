"""The first two principal components of features, by scikit-learn, for tests/evaluation/embed_test.ts.

    python tests/golden/principal_components.py

Needs scikit-learn and NumPy. The features are those of cka.json, which tests/golden/cka.py writes.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.decomposition import PCA

here = Path(__file__)
features = json.loads(here.with_name("cka.json").read_text())["features"]
points = [PCA(2, svd_solver="full").fit_transform(np.array(x)).tolist() for x in features]
out = {"scikit-learn": sklearn.__version__, "points": points}
here.with_name("principal_components.json").write_text(json.dumps(out) + "\n")
