/**
 * How votes went, as plain numbers.
 *
 * @module
 */

/** How often one teacher was of the majority's opinion. */
export interface TeacherAgreement {
  /** The teacher's name. */
  teacher: string;
  /** The share, from 0 to 1. */
  agreement: number;
  /** What the share comes to where teachers vote at random: see `signChance` and `ClassChances`. */
  chance: number;
}

/** How often one teacher's signs were those of the consensus. */
export interface ConsensusAgreement extends TeacherAgreement {
  /**
   * What the share comes to where each teacher's images are shuffled, so that only how often each element is positive is left;
   * null where that was not looked at. More than `chance` where elements are mostly of one sign.
   */
  shuffled: number | null;
}

/** How the votes of an epoch went. */
export interface VoteSummary {
  /** How many images were voted on. */
  images: number;
  /** For each teacher the share of feature elements whose sign was the consensus sign; empty without features voting. */
  consensus: ConsensusAgreement[];
  /**
   * The share of feature elements on which as many teachers are positive as negative; 0 without features voting. With few
   * teachers it is large, and `featureTies` decides much.
   */
  ties: number;
  /**
   * For each predictive teacher the share, of the images that it voted on, whose pseudo class was its own; empty without
   * predictive ones.
   */
  pseudoClass: TeacherAgreement[];
  /**
   * For each two predictive teachers, in the order of `pseudoClass`, the share of the images that both voted on for which
   * their classes were the same; null where there was none.
   */
  alike: (number | null)[][];
  /** The share of images on which several classes had most votes. */
  classTies: number;
  /** How far the pseudo class was ahead of the next class, as a share of the votes. */
  margin: {
    /** The mean over the images. */
    mean: number;
    /** The share of images in ten equal bins from 0 to 1. */
    histogram: number[];
  };
}

/** The mean over teachers of what they agree to, of chance, and of what is left with images shuffled. */
export interface MeanAgreement {
  /** How many teachers there are. */
  readonly teachers: number;
  /** The mean share on which they agree with the vote. */
  readonly agreement: number;
  /** The mean of what chance gives. */
  readonly chance: number;
  /** The mean of what shuffled images give; null where that was not looked at. */
  readonly shuffled: number | null;
}

/** The mean over teachers. */
export function meanAgreement(
  shares: readonly (TeacherAgreement & Partial<ConsensusAgreement>)[],
): MeanAgreement {
  const mean = (pick: (share: typeof shares[number]) => number | null | undefined) =>
    shares.reduce((sum, share) => sum + (pick(share) ?? NaN), 0) / shares.length;
  const shuffled = mean((share) => share.shuffled);
  return {
    teachers: shares.length,
    agreement: mean(({ agreement }) => agreement),
    chance: mean(({ chance }) => chance),
    shuffled: Number.isNaN(shuffled) ? null : shuffled,
  };
}

/** How far beyond chance a vote has to be to say something, as a share of what is possible; ours. */
const LEAST_BEYOND = 0.05;

/**
 * Agreement beyond chance as a share of what is possible, (a - c) / (1 - c): 0 at chance, 1 where all always agree. The larger
 * of the two chances counts. NaN where all agree by chance too: one teacher alone, or one class.
 */
export function beyondChance({ agreement, chance, shuffled }: MeanAgreement): number {
  const by = Math.max(chance, shuffled ?? 0);
  return by < 1 ? (agreement - by) / (1 - by) : NaN;
}

/** What a user has to know of votes that say nothing, a sentence or two for each kind; none where all is well. */
export function voteWarnings(
  votes: VoteSummary,
): { kind: "consensus" | "pseudoClass"; text: string }[] {
  if (votes.images === 0) return [];
  const [consensus, classes] = [votes.consensus, votes.pseudoClass].map(meanAgreement);
  const found: ReturnType<typeof voteWarnings> = [];
  if (beyondChance(consensus) < LEAST_BEYOND) {
    const isAtChance = beyondChance({ ...consensus, shuffled: null }) < LEAST_BEYOND;
    const told = `the ${consensus.teachers} teachers' signs are those of the consensus in ${
      againstChance(consensus)
    }`;
    const text = isAtChance
      ? `Features voting is at chance: ${told}. Such a vote drops elements at random. A larger beta3 draws the encoders ` +
        `into one space; featureVoting: false takes the plain mean.`
      : `Features voting says nothing of the images: ${told}. Elements are mostly of one sign, whatever the image. Where ` +
        `the student's features are never negative, as after a ReLU, studentProjection lets the space have both signs; ` +
        `featureVoting: false takes the plain mean.`;
    found.push({ kind: "consensus", text });
  }
  if (beyondChance(classes) < LEAST_BEYOND) {
    found.push({
      kind: "pseudoClass",
      text:
        `Logits voting is at chance: the ${classes.teachers} voters' classes are the pseudo class in ` +
        `${
          againstChance(classes)
        }. Look at the order of their classes and at what their images are normalized by.`,
    });
  }
  return found;
}

/** "56.7 % of cases, 57.2 % by chance". */
export function againstChance({ agreement, chance, shuffled }: MeanAgreement): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `${percent(agreement)} of cases, where chance is ${percent(chance)}` +
    (shuffled === null ? "" : ` and shuffled images give ${percent(shuffled)}`);
}
