/** F20, what the brokers that are left carry more when one is lost, as Aiven states it; and when a zone is lost. */
import type { Peer } from '../peer.ts';

export const aivenScaling: Peer = {
  name: 'Aiven scaling guide',
  source: 'aiven/devportal, horizontal-vertical-scaling.rst',
  knownFlaws: ['the load is taken to spread evenly over those that are left', 'disks are not taken over: the replicas are missing until the broker is back'],
};

/** Share that each of the others gets on top: 1 / (N - 1). Throws RangeError with fewer than 2. */
export function survivorExtraLoad(brokers: number): number {
  if (brokers < 2) throw new RangeError(`nobody is left of ${brokers}`);
  return 1 / (brokers - 1);
}

/** What a broker is used to when one of them is down. */
export function survivorUtilization({ utilization, brokers }: { utilization: number; brokers: number }): number {
  return utilization * (1 + survivorExtraLoad(brokers));
}

/** Factor on each broker's load when one of the zones is lost: A / (A - 1). Throws RangeError with fewer than 2. */
export function zoneLossFactor(zones: number): number {
  return 1 + survivorExtraLoad(zones);
}
