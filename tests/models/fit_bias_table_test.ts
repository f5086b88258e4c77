import { assertEquals } from "@std/assert";
import { fitBiasTable, fitBiasTables } from "../../src/models/parts/fit_bias_table.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { uniform } from "../parity/parity.ts";
import golden from "../golden/bias_tables.json" with { type: "json" };

test("tables for windows of another size are timm's", () => {
  for (const { before, after, first, sums } of golden) {
    const fitted = fitBiasTable(uniform("table", [(2 * before - 1) ** 2, 2]), after);
    const places = (2 * after - 1) ** 2;
    assertEquals(fitted.shape, [places, 2]);
    if (first) assertClose(fitted.select(1, 0), torch.tensor(first), { atol: 1e-5 });
    const weights = uniform("places", [places]).unsqueeze(1);
    assertClose(fitted.mul(weights).sum([0]), torch.tensor(sums), { atol: 1e-4, rtol: 1e-4 });
  }
});

test("a table that fits, or is no square, is passed on as it is", () => {
  for (const rows of [49, 50, 1]) {
    const table = torch.zeros([rows, 2]);
    assertEquals(fitBiasTable(table, 4) === table, true);
  }
  const own = {
    "a.relative_position_bias_table": torch.zeros([25, 2]),
    "b.weight": torch.zeros([3]),
  };
  const state = {
    "a.relative_position_bias_table": torch.zeros([2, 3, 3]),
    "b.weight": torch.zeros([4]),
    "c.relative_position_bias_table": torch.zeros([49, 2]),
  };
  // What cannot be meant for the model is refused where it is loaded, by its name.
  const found = fitBiasTables(state, own);
  for (const [key, tensor] of Object.entries(state)) assertEquals(found[key] === tensor, true, key);
});
