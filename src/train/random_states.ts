/**
 * The random numbers of all devices that a run computes on.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";

/** The CPU, and the devices that tensors lie on. */
export function devicesOf(tensors: Iterable<Tensor>): Device[] {
  const devices = new Set<Device>(["cpu"]);
  for (const tensor of tensors) devices.add(tensor.device);
  return [...devices];
}

/** The state of each device's random numbers. */
export function getRandomStates(devices: readonly Device[]): Map<Device, Tensor> {
  return new Map(devices.map((device) => [device, torch.getRngState(device)]));
}

/** Puts states back. */
export function setRandomStates(states: ReadonlyMap<Device, Tensor>): void {
  for (const [device, state] of states) torch.setRngState(state, device);
}

/** Does something without a trace in the random numbers. */
export async function withoutTrace<T>(
  devices: readonly Device[],
  work: () => T | Promise<T>,
): Promise<T> {
  const states = getRandomStates(devices);
  for (const state of states.values()) torch.keep(state);
  try {
    return await work();
  } finally {
    setRandomStates(states);
    for (const state of states.values()) state.dispose();
  }
}
