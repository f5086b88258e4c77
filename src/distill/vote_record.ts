/**
 * How votes went, as fields of metrics.
 *
 * @module
 */

import { teacherField } from "../report/teacher_fields.ts";
import { meanAgreement, type TeacherAgreement, type VoteSummary } from "./vote_summary.ts";

/** With more voters, a record of every two of them would be larger than all else. */
const MOST_VOTERS = 32;

/**
 * What an epoch's record has of its votes. Where features were voted on: `consensus`, `consensusChance` and
 * `consensusShuffled`, means over teachers, and `featureTies`; where classes were: `pseudoClass`, `pseudoClassChance`,
 * `voteMargin`, `voteHistogram` (ten shares), `voteTies`, and `voteAlike`, the shares of images on which each two voters chose
 * the same class, row after row (NaN where they never both voted; up to 32 voters). Each teacher's own agreement is under its name, with `alike`
 * for the mean share on which it chose as another voter did.
 */
export function voteRecord(votes: VoteSummary): Record<string, number | readonly number[]> {
  const { consensus, ties, pseudoClass, alike, classTies, margin } = votes;
  return {
    ...(consensus.length > 0 && { ...means("consensus", consensus), featureTies: ties }),
    ...(pseudoClass.length > 0 && {
      ...means("pseudoClass", pseudoClass),
      voteMargin: margin.mean,
      voteHistogram: margin.histogram,
      voteTies: classTies,
      ...(alike.length <= MOST_VOTERS && {
        voteAlike: alike.flat().map((share) => share ?? NaN),
      }),
    }),
    ...byTeacher("consensus", consensus),
    ...byTeacher("pseudoClass", pseudoClass),
    ...byTeacher("alike", likeOthers(votes)),
  };
}

/** For each voter the mean share of images on which it chose as another one did; those with whom it never voted are left out. */
function likeOthers(
  { pseudoClass, alike }: VoteSummary,
): Pick<TeacherAgreement, "teacher" | "agreement">[] {
  return pseudoClass.flatMap(({ teacher }, i) => {
    const others = alike[i].filter((share, j): share is number => j !== i && share !== null);
    if (others.length === 0) return [];
    return [{ teacher, agreement: others.reduce((sum, share) => sum + share, 0) / others.length }];
  });
}

function means(field: string, shares: readonly TeacherAgreement[]): Record<string, number> {
  const { agreement, chance, shuffled } = meanAgreement(shares);
  return {
    [field]: agreement,
    [`${field}Chance`]: chance,
    ...(shuffled !== null && { [`${field}Shuffled`]: shuffled }),
  };
}

function byTeacher(
  field: string,
  shares: readonly Pick<TeacherAgreement, "teacher" | "agreement">[],
): Record<string, number> {
  return Object.fromEntries(
    shares.map(({ teacher, agreement }) => [teacherField(teacher, field), agreement]),
  );
}
