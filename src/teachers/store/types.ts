/**
 * What a store is made of, and what it says.
 *
 * @module
 */

import type { Spec } from "../../base/spec.ts";
import type { Teacher } from "../teacher.ts";

/** How numbers are stored: two bytes each, or four. */
export type StoredDType = "float16" | "float32";

/** What the store asks of a teacher. */
export type StorableTeacher =
  & Pick<
    Teacher,
    "name" | "featureDim" | "numClasses" | "view" | "spec" | "see" | "release"
  >
  & Partial<Pick<Teacher, "labelMap" | "patchDim">>;

/** The size of a map. */
export type MapSize = readonly [channels: number, rows: number, columns: number];

/** A share of the work: that of number `index`, from 0, of `of` shares. */
export interface Part {
  /** The share's number, from 0. */
  readonly index: number;
  /** How many shares there are. */
  readonly of: number;
}

/** The place of a shard in its entry. */
export interface ShardPlace {
  /** The variant's number. */
  readonly variant: number;
  /** The shard's number within the variant. */
  readonly shard: number;
}

/** The sizes of an entry. */
export interface EntrySizes {
  /** How many images there are. */
  readonly images: number;
  /** How many variants of each. */
  readonly variants: number;
  /** The width of the features. */
  readonly featureDim: number;
  /** The number of classes; null if the teacher gives no logits. */
  readonly numClasses: number | null;
  /** The size of the patches; absent if none are stored. */
  readonly patches?: MapSize;
  /** How numbers are stored. */
  readonly dtype: StoredDType;
  /** How many images a shard has; the last of a variant may have fewer. */
  readonly shardImages: number;
}

/** What decides the numbers of an entry. */
export interface EntryKey {
  /** The teacher's spec. */
  readonly teacher: Spec;
  /** The pixels' spec. */
  readonly pixels: Spec;
  /** How numbers are stored. */
  readonly dtype: StoredDType;
  /** The number of channels of the patches; absent if none are stored. */
  readonly patches?: number;
}

/** What an entry holds. */
export interface EntryDescription extends EntrySizes {
  /** What decides its numbers. */
  readonly key: EntryKey;
  /** The teacher's name. */
  readonly teacher: string;
  /** The data set's name, if it has one. */
  readonly data: string | null;
}

/** What is read of an entry's file. */
export interface EntryFile extends EntryDescription {
  /** When the entry was made, in ISO 8601. */
  readonly created: string;
}

/** What was evicted. */
export interface Pruned {
  /** The bytes that the store had before. */
  readonly before: number;
  /** The bytes that it has now: more than asked for if the rest is in use. */
  readonly after: number;
  /** How many shards were removed. */
  readonly shards: number;
}

/** An entry of a store in a few words. */
export interface StoreListing {
  /** The name of its folder, the fingerprint of its key. */
  readonly id: string;
  /** The entry's folder. */
  readonly folder: string;
  /** The teacher's name; empty if the entry cannot be read. */
  readonly teacher: string;
  /** The data set's name, if it has one. */
  readonly data: string | null;
  /** How many images there are. */
  readonly images: number;
  /** How many variants of each. */
  readonly variants: number;
  /** How numbers are stored; null if the entry cannot be read. */
  readonly dtype: StoredDType | null;
  /** The bytes of its files. */
  readonly bytes: number;
  /** The share of its shards that are there, from 0 to 1. */
  readonly complete: number;
  /** When the entry was last used; null if it never was. */
  readonly lastUsed: Date | null;
  /** Why the entry cannot be read, such as another version; null if it can. */
  readonly problem: string | null;
}

/** What `Store.verify` found. */
export interface StoreVerified {
  /** How many shards were read. */
  readonly shards: number;
  /** How many bytes all files have. */
  readonly bytes: number;
  /** What is damaged, or of another version: files, or folders of entries, each with the reason. */
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
  /** Whether what is damaged was removed. */
  readonly removed: boolean;
}

/** Options of `Store.verify`. */
export interface VerifyOptions {
  /** Removes what is damaged, and entries of other versions: filling makes it anew. False by default. */
  remove?: boolean;
  /** Ends the work between two shards: its reason is thrown. */
  signal?: AbortSignal;
  /** Called after every shard with the number of shards that were read. */
  onProgress?: (shards: number) => void;
}
