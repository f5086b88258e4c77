/**
 * The random numbers of all devices that something computes on.
 *
 * @module
 */

import { getRngState, setRngState } from "./random.ts";
import { keep } from "./scope.ts";
import type { Device } from "./device.ts";
import type { Tensor } from "./tensor.ts";

/** The CPU, and the devices that tensors lie on. */
export function devicesOf(tensors: Iterable<Tensor>): Device[] {
  const devices = new Set<Device>(["cpu"]);
  for (const tensor of tensors) devices.add(tensor.device);
  return [...devices];
}

/** The state of each device's random numbers. */
export function getRandomStates(devices: readonly Device[]): Map<Device, Tensor> {
  return new Map(devices.map((device) => [device, getRngState(device)]));
}

/** Puts states back. */
export function setRandomStates(states: ReadonlyMap<Device, Tensor>): void {
  for (const [device, state] of states) setRngState(state, device);
}

/** Does something without a trace in the random numbers. */
export async function withoutTrace<T>(
  devices: readonly Device[],
  work: () => T | Promise<T>,
): Promise<T> {
  const states = getRandomStates(devices);
  for (const state of states.values()) keep(state);
  try {
    return await work();
  } finally {
    setRandomStates(states);
    for (const state of states.values()) state.dispose();
  }
}
