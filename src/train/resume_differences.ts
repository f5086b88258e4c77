/**
 * What happens where a run is not what its checkpoint says: an error that lists the differences, or it goes on with the
 * new settings, or with the old ones. Old ones can be put back of optimizers only.
 */
export type ResumeDifferences = "error" | "new" | "old";
