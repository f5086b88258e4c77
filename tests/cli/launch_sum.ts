/** Adds up the ranks of all processes that were started together, over and over; rank 1 may kill itself. */

import { torch } from "../../mod.ts";

const [rounds, killedAt] = Deno.args.map(Number);
using group = torch.distributed.initProcessGroup({ timeout: 60 });
let total = 0;
for (let round = 0; round < rounds; round++) {
  if (group.rank === 1 && round === killedAt) Deno.kill(Deno.pid, "SIGKILL");
  using rank = torch.tensor([group.rank]);
  total += torch.distributed.allReduce(rank).item() as number;
}
console.log(`rank ${group.rank} of ${group.size}, on its machine ${group.localRank}: ${total}`);
