/** Loads a model in a process of its own and says what it sees: `predict_child.ts <model> <photograph>`. */

import { predict } from "../../src/evaluation/mod.ts";
import * as models from "../../src/models/mod.ts";

const [path, photograph] = Deno.args;
using model = models.load(path);
const { className, label, probabilities } = await predict(model, photograph);
console.log(JSON.stringify({ className, label, probabilities: [...probabilities] }));
