/**
 * The methods by name: how recipes have them.
 *
 * @module
 */

import type { AnyTable } from "../base/options.ts";
import { Agglomerative } from "../distill/methods/agglomerative.ts";
import { AGGLOMERATIVE_OPTIONS } from "../distill/methods/agglomerative_options.ts";
import { CFL, CFL_OPTIONS } from "../distill/methods/cfl.ts";
import { CFL_PLUS_OPTIONS, CFLPlus } from "../distill/methods/cfl_plus.ts";
import { CustomKD } from "../distill/methods/custom_kd.ts";
import { CUSTOM_KD_OPTIONS } from "../distill/methods/custom_kd_options.ts";
import { DKD, DKD_OPTIONS } from "../distill/methods/dkd.ts";
import { FIT_NET_OPTIONS, FitNet } from "../distill/methods/fit_net.ts";
import { KD, KD_OPTIONS } from "../distill/methods/kd.ts";
import { LOGIT_MATCHING_OPTIONS, LogitMatching } from "../distill/methods/logit_matching.ts";
import { OFA, OFA_OPTIONS } from "../distill/methods/ofa.ts";
import { RKD, RKD_OPTIONS } from "../distill/methods/rkd.ts";
import { Rotation, ROTATION_OPTIONS } from "../distill/methods/rotation.ts";
import { SOFT_TARGET_OPTIONS, SoftTarget } from "../distill/methods/soft_target.ts";
import { Supervised, SUPERVISED_OPTIONS } from "../distill/methods/supervised.ts";
import { Uniform } from "../distill/methods/uniform.ts";
import { UNIFORM_OPTIONS } from "../distill/methods/uniform_options.ts";
import { VkD, VKD_OPTIONS } from "../distill/methods/vkd.ts";
import type { Method } from "../distill/method.ts";
import type { Needs } from "../distill/needs.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Shelf } from "../teachers/shelf.ts";

/** A method of any kind of batch and with any stages. */
// deno-lint-ignore no-explicit-any -- each method has batches and stages of its own
export type AnyMethod = Method<any, any>;

/** A method that is made of a student, a shelf and options. */
export interface NamedMethod {
  /** The declaration of its options. */
  readonly options: AnyTable;
  /** What the method asks for. */
  readonly needs: Needs;
  /** Makes the method; the options are checked. */
  // deno-lint-ignore no-explicit-any -- each has options of its own, which its table has checked
  readonly make: (student: Classifier, shelf: Shelf, options: any) => AnyMethod;
}

/** The methods by name. */
export const METHODS: Readonly<Record<string, NamedMethod>> = {
  Supervised: {
    options: SUPERVISED_OPTIONS,
    needs: Supervised.needs,
    make: (student, _, options) => new Supervised(student, options),
  },
  Rotation: {
    options: ROTATION_OPTIONS,
    needs: Rotation.needs,
    make: (student, _, options) => new Rotation(student, options),
  },
  KD: {
    options: KD_OPTIONS,
    needs: KD.needs,
    make: (student, teachers, options) => new KD({ student, teachers, ...options }),
  },
  SoftTarget: {
    options: SOFT_TARGET_OPTIONS,
    needs: SoftTarget.needs,
    make: (student, teachers, options) => new SoftTarget({ student, teachers, ...options }),
  },
  LogitMatching: {
    options: LOGIT_MATCHING_OPTIONS,
    needs: LogitMatching.needs,
    make: (student, teachers, options) => new LogitMatching({ student, teachers, ...options }),
  },
  DKD: {
    options: DKD_OPTIONS,
    needs: DKD.needs,
    make: (student, teachers, options) => new DKD({ student, teachers, ...options }),
  },
  FitNet: {
    options: FIT_NET_OPTIONS,
    needs: FitNet.needs,
    make: (student, teachers, options) => new FitNet({ student, teachers, ...options }),
  },
  OFA: {
    options: OFA_OPTIONS,
    needs: OFA.needs,
    make: (student, teachers, options) => new OFA({ student, teachers, ...options }),
  },
  RKD: {
    options: RKD_OPTIONS,
    needs: RKD.needs,
    make: (student, teachers, options) => new RKD({ student, teachers, ...options }),
  },
  VkD: {
    options: VKD_OPTIONS,
    needs: VkD.needs,
    make: (student, teachers, options) => new VkD({ student, teachers, ...options }),
  },
  CFLPlus: {
    options: CFL_PLUS_OPTIONS,
    needs: CFLPlus.needs,
    make: (student, teachers, options) => new CFLPlus({ student, teachers, ...options }),
  },
  CFL: {
    options: CFL_OPTIONS,
    needs: CFL.needs,
    make: (student, teachers, options) => new CFL({ student, teachers, ...options }),
  },
  Agglomerative: {
    options: AGGLOMERATIVE_OPTIONS,
    needs: Agglomerative.needs,
    make: (student, teachers, options) => new Agglomerative({ student, teachers, ...options }),
  },
  UNIFORM: {
    options: UNIFORM_OPTIONS,
    needs: Uniform.needs,
    make: (student, teachers, options) => new Uniform({ student, teachers, ...options }),
  },
  CustomKD: {
    options: CUSTOM_KD_OPTIONS,
    needs: CustomKD.needs,
    make: (student, teacher, options) => new CustomKD({ student, teacher, ...options }),
  },
};
