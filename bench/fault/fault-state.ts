/**
 * What a broker process is to suffer, as a small file beside its data that it looks at every few milliseconds: so it reaches a process that is
 * only just starting, or stopped, as well as one that runs.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LinkState {
  /** Each way. */
  readonly delayMs: number;
  /** Each way, over all connections of the link; null: no limit. */
  readonly bytesPerSecond: number | null;
  readonly isCut: boolean;
}

export interface FaultState {
  readonly diskDelayMs: number;
  /** By who is at the other end: a broker's id, or `clients`. */
  readonly links: Readonly<Record<string, LinkState>>;
}

export const CLIENTS = 'clients';
export const HEALTHY: FaultState = { diskDelayMs: 0, links: {} };

/** Whole or not at all. */
export function writeFaultState(dataDirectory: string, brokerId: number, state: FaultState): void {
  const path = pathOf(dataDirectory, brokerId);
  writeFileSync(`${path}.tmp`, JSON.stringify(state));
  renameSync(`${path}.tmp`, path);
}

export function readFaultState(dataDirectory: string, brokerId: number): FaultState {
  try {
    return JSON.parse(readFileSync(pathOf(dataDirectory, brokerId), 'utf8')) as FaultState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return HEALTHY;
    throw error;
  }
}

export function removeFaultState(dataDirectory: string, brokerId: number): void {
  rmSync(pathOf(dataDirectory, brokerId), { force: true });
}

/** What several faults at once come to: delays add up, the lowest rate counts, one cut cuts. */
export function combined(states: readonly FaultState[]): FaultState {
  const links: Record<string, LinkState> = {};
  for (const [peer, link] of states.flatMap((state) => Object.entries(state.links))) {
    const before = links[peer] ?? { delayMs: 0, bytesPerSecond: null, isCut: false };
    const rates = [before.bytesPerSecond, link.bytesPerSecond].filter((rate) => rate !== null);
    links[peer] = { delayMs: before.delayMs + link.delayMs, bytesPerSecond: rates.length === 0 ? null : Math.min(...rates), isCut: before.isCut || link.isCut };
  }
  return { diskDelayMs: states.reduce((sum, { diskDelayMs }) => sum + diskDelayMs, 0), links };
}

function pathOf(dataDirectory: string, brokerId: number): string {
  return join(dataDirectory, `faults-${brokerId}.json`);
}
