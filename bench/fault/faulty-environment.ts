/**
 * The environment of a broker in a run with slow disks or bad links: loaded into the broker process in place of the host's own, which it wraps
 * (ClusterOptions.environmentModule). Until a fault begins everything goes straight through.
 */
import { dirname } from 'node:path';
import type { Environment } from '../../engine/environment.ts';
import { HEALTHY, readFaultState, type FaultState } from './fault-state.ts';
import { brokerAddress, ImpairedNetwork } from './impaired-network.ts';
import { slowFiles } from './slow-files.ts';

const LOOK_MS = 10;

export function wrapEnvironment(host: Environment, { brokerId, directory }: { brokerId: number; directory: string }): Environment {
  let state: FaultState = HEALTHY;
  let known = '';
  const network = new ImpairedNetwork(host.network, { clock: host.clock, ownHost: brokerAddress(brokerId) });
  const look = (): void => {
    const found = readFaultState(dirname(directory), brokerId);
    const text = JSON.stringify(found);
    if (text === known) return;
    known = text;
    state = found;
    network.impair(found.links);
  };
  look();
  setInterval(look, LOOK_MS).unref();
  return { ...host, network, files: slowFiles(host.files, { clock: host.clock, delayMs: () => state.diskDelayMs, stall }) };
}

const never = new Int32Array(new SharedArrayBuffer(4));

function stall(delayMs: number): void {
  Atomics.wait(never, 0, 0, delayMs);
}
