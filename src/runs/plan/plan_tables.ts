/**
 * A plan as tables and sentences.
 *
 * @module
 */

import { formatBytes, formatCount } from "../../base/text.ts";
import type { Table } from "../../report/table.ts";
import { GPUS } from "./gpus.ts";
import type { StorePlan, TeacherPlan } from "./plan_types.ts";

/** What is computed in, in words. */
const WORDS = { float32: "float32", tf32: "TF32", half: "two bytes" } as const;

/** A plan as tables: by architecture, by choice, by card. */
export function planTables(plan: StorePlan): Table[] {
  return [teachersTable(plan), choicesTable(plan), cardsTable(plan)];
}

function teachersTable({ teachers, work, machines, bytes, gpuHours }: StorePlan): Table {
  const groups = Map.groupBy(
    teachers,
    ({ architecture, side, rowBytes }) => `${architecture} ${side} ${rowBytes}`,
  );
  return {
    title: `${formatCount(work.images)} images x ${work.views} ${
      work.views === 1 ? "view" : "views"
    }, ${teachers.length} ${
      teachers.length === 1 ? "teacher" : "teachers"
    }, ${work.dtype}, ${machines.gpus} x ${GPUS[machines.gpu].title} (${WORDS[machines.compute]}, ${
      speedText(machines)
    })`,
    columns: [
      { title: "architecture" },
      { title: "side", kind: "count" },
      { title: "teachers", kind: "count" },
      { title: "values (10^6)", kind: "number", digits: 0 },
      { title: "multiply-adds (10^9)", kind: "number", digits: 1 },
      { title: "bytes a row", kind: "count" },
      { title: "in the store", kind: "number" },
      { title: "images/s", kind: "count" },
      { title: "card hours", kind: "number", digits: 1 },
    ],
    rows: [
      ...[...groups.values()].map((group) => rowOf(group)),
      {
        cells: ["all", null, teachers.length, null, null, null, formatBytes(bytes), null, gpuHours],
        strong: true,
      },
    ],
  };
}

function speedText({ measured, efficiency }: StorePlan["machines"]): string {
  const count = Object.keys(measured).length;
  return count > 0 ? `as measured for ${count}` : `${efficiency} of the peak`;
}

function rowOf(group: readonly TeacherPlan[]): (string | number)[] {
  const [one] = group;
  const sum = (of: (teacher: TeacherPlan) => number): number =>
    group.reduce((all, teacher) => all + of(teacher), 0);
  return [
    one.architecture,
    one.side,
    group.length,
    one.params / 1e6,
    one.multiplyAdds / 1e9,
    one.rowBytes,
    formatBytes(sum(({ bytes }) => bytes)),
    one.imagesPerSecond,
    sum(({ gpuHours }) => gpuHours),
  ];
}

function choicesTable({ choices }: StorePlan): Table {
  return {
    title: "Other choices, the rest as planned",
    columns: [
      { title: "choice" },
      { title: "in the store", kind: "number" },
      { title: "hours to fill", kind: "number", digits: 1 },
    ],
    rows: choices.map(({ title, bytes, hours, offered }) => [
      offered ? title : `${title} (the store keeps none)`,
      formatBytes(bytes),
      hours,
    ]),
  };
}

/** The hours of the same work on as many of every card. */
function cardsTable({ teachers, work, machines }: StorePlan): Table {
  const operations = teachers.reduce((sum, { multiplyAdds }) => sum + 2 * multiplyAdds, 0) *
    work.images * work.views;
  const efficiency = machines.efficiency;
  return {
    title:
      `Hours to fill with ${machines.gpus} of each, at ${efficiency} of the peak, without waiting for images`,
    columns: [
      { title: "card" },
      ...(["float32", "tf32", "half"] as const).map((dtype) => ({
        title: WORDS[dtype],
        kind: "number" as const,
        digits: 1,
      })),
    ],
    rows: Object.values(GPUS).map(({ title, teraflops }) => [
      title,
      ...(["float32", "tf32", "half"] as const).map((dtype) =>
        operations / (teraflops[dtype] * 1e12 * efficiency) / 3600 / machines.gpus
      ),
    ]),
    note: 'Teachers compute in float32 today; "two bytes" is bfloat16, on a T4 float16.',
  };
}

/** What a plan comes to, in sentences. */
export function planSentences(plan: StorePlan): string[] {
  const { machines, work, weights, simulated, studentHours } = plan;
  const { gpus, gpu, read, decode } = machines;
  const cards = gpus === 1 ? `One ${GPUS[gpu].title}` : `${gpus} x ${GPUS[gpu].title}`;
  const sentences = [
    `${cards} ${gpus === 1 ? "fills" : "fill"} it in ${
      hoursText(plan.hours)
    }; the longest share takes ${(100 * plan.imbalance).toFixed(1)} % more than the mean one.`,
    plan.inTurn
      ? `The weights take ${formatBytes(weights.all)} in float32, the largest ${
        formatBytes(weights.largest)
      }, and the card has ${
        GPUS[gpu].gigabytes
      } GB: set resident to 1, and the teachers work in turn. Images are decoded for each of them, at ${
        formatCount(decode)
      } a second and card.`
      : `The weights take ${
        formatBytes(weights.all)
      } in float32 and fit on the card together; images are decoded once for all, at ${
        formatCount(decode)
      } a second and card.`,
    `An epoch with the teachers live takes ${
      hoursText(plan.liveHoursPerEpoch)
    }, reading an epoch's rows ${hoursText(plan.readHoursPerEpoch)} at ${
      formatBytes(read)
    } a second and card: ${
      plan.breakEvenEpochs === Infinity
        ? "storing never pays."
        : `storing pays from epoch ${Math.floor(plan.breakEvenEpochs) + 1} on.`
    }`,
  ];
  if (studentHours !== null && work.student !== null) {
    sentences.push(
      `The student (${work.student.architecture}, ${work.epochs} ${
        work.epochs === 1 ? "epoch" : "epochs"
      }, ${WORDS[work.studentCompute]}) then learns in ${hoursText(studentHours)}.`,
    );
  }
  if (simulated !== null) {
    const { hours, failures, lostHours, twice } = simulated;
    sentences.push(
      `With ${machines.failures} failures an hour of each machine it takes ${
        hoursText(hours)
      }: ${failures} of them lose ` +
        `${hoursText(lostHours)} of work on shards at hand, and ${
          twice === 0 ? "no finished shard is" : `${twice} finished shards are`
        } done twice.`,
    );
  }
  return sentences;
}

function hoursText(hours: number): string {
  if (hours < 1 / 60) return `${(hours * 3600).toPrecision(2)} s`;
  if (hours < 1) return `${(hours * 60).toPrecision(2)} min`;
  return `${hours < 100 ? hours.toFixed(1) : formatCount(Math.round(hours))} h`;
}
