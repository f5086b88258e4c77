import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import * as distill from "../../src/distill/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const path = fromFileUrl(new URL("../golden/voting.safetensors", import.meta.url));

test("votes and losses are PyTorch's", () => {
  const golden = torch.loadSafetensors(path, { device });
  const features = golden.features.unbind(0).map((f) => f.clone().requiresGrad_());
  const weights = golden.weights.toArray() as number[];
  const student = golden.student.clone().requiresGrad_();

  const { consensus, target, agreement } = distill.voteFeatures(features, { weights });
  assertEquals(consensus.toArray(), golden.consensus.toArray());
  assertClose(target, golden.target);
  assertClose(agreement, golden.agreement);
  const mse = distill.featureTransferLoss(student, target, { distance: "mse" });
  assertClose(mse, golden.mse);
  const gradients = torch.grad([mse], [...features, student], { retainGraph: true });
  assertClose(torch.stack(gradients.slice(0, -1) as torch.Tensor[]), golden.features_gradient);
  assertClose(gradients.at(-1)!, golden.student_gradient);
  for (const [distance, key] of [["l1", "l1"], ["smoothL1", "smooth_l1"], ["cosine", "cosine"]]) {
    const value = distill.featureTransferLoss(student, target, {
      distance: distance as distill.Distance,
    });
    assertClose(value, golden[key]);
  }
  assertClose(
    distill.reconstructionLoss(features.map(() => student), features),
    golden.reconstruction,
  );

  const logits = golden.logits.unbind(0);
  const vote = distill.voteLogits(logits);
  assertEquals(vote.pseudoClass.toArray(), golden.pseudo_class.toArray());
  assertClose(vote.votes, golden.votes);
  assertClose(vote.probabilities, golden.probabilities);
  assertClose(vote.margin, golden.margin);
  const z = golden.z.clone().requiresGrad_();
  const transfer = distill.logitTransferLoss(z, vote, { alpha1: 1.5, alpha2: 0.25 });
  assertClose(transfer, golden.logit_transfer);
  assertClose(torch.grad([transfer], [z])[0]!, golden.logit_transfer_gradient);
  assertClose(distill.kdLoss(z, logits, { temperature: 4 }), golden.kd);
  assertClose(distill.entropyLoss(z), golden.entropy);
});
