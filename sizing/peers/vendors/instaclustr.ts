/** F10, Instaclustr's tiered storage calculator: sums of flows over local disk and network, and the two tiers' sizes. No brokers come out. */
import { GB, type Peer } from '../peer.ts';

export const instaclustrTiered: Peer = {
  name: 'Instaclustr tiered storage',
  source: 'Instaclustr, kafka_storage.html and its blog series on tiered storage',
  knownFlaws: ['the label of its SSD/EBS checkbox says the opposite of its code', 'its blog states 5,000 MB/s of network on EBS where the code gives 13,000', 'answers flows and costs, never brokers'],
};

export interface InstaclustrInputs {
  readonly producedBytesPerSecond: number;
  readonly replicationFactor: number;
  /** Readers at the tip. */
  readonly realtimeBytesPerSecond: number;
  /** Readers behind the page cache, still on the local tier. */
  readonly delayedBytesPerSecond: number;
  /** Readers of the remote tier. */
  readonly remoteBytesPerSecond: number;
  readonly isTiered: boolean;
  /** On EBS local I/O crosses the network as well. */
  readonly disk: 'ssd' | 'ebs';
  readonly localSeconds: number;
  readonly remoteSeconds: number;
  readonly usdPerGigabyte: number;
}

export interface InstaclustrAnswer {
  readonly localBytesPerSecond: number;
  readonly networkBytesPerSecond: number;
  /** All reads over what is produced. */
  readonly fanOut: number;
  readonly localBytes: number;
  readonly remoteBytes: number;
  readonly localUsd: number;
  readonly remoteUsd: number;
}

export function instaclustrSizing(inputs: InstaclustrInputs): InstaclustrAnswer {
  const { producedBytesPerSecond, replicationFactor, realtimeBytesPerSecond, delayedBytesPerSecond, remoteBytesPerSecond } = inputs;
  const written = producedBytesPerSecond * replicationFactor;
  const tiered = inputs.isTiered ? producedBytesPerSecond : 0;
  const localBytesPerSecond = written + tiered + delayedBytesPerSecond;
  const network = written + tiered + realtimeBytesPerSecond + delayedBytesPerSecond + 2 * remoteBytesPerSecond;
  const localBytes = written * inputs.localSeconds;
  const remoteBytes = producedBytesPerSecond * inputs.remoteSeconds;
  return {
    localBytesPerSecond,
    networkBytesPerSecond: network + (inputs.disk === 'ebs' ? localBytesPerSecond : 0),
    fanOut: (realtimeBytesPerSecond + delayedBytesPerSecond + remoteBytesPerSecond) / producedBytesPerSecond,
    localBytes,
    remoteBytes,
    localUsd: (localBytes / GB) * inputs.usdPerGigabyte,
    remoteUsd: (remoteBytes / GB) * inputs.usdPerGigabyte,
  };
}
