/** F7, AKalculator: virtual CPUs at 5 MiB/s produced and 15 MiB/s consumed; disk requests of 128 KiB; half of a disk free. */
import { ceiling, MIB, type Peer } from '../peer.ts';

export const aKalculator: Peer = {
  name: 'AKalculator',
  source: 'AKalculator, documentation of its method',
  knownFlaws: ['5 MiB/s a vCPU is assumed for every record size and batch', 'three of four reads are assumed to come from memory', '1,000 partitions are fixed', 'load is taken to be even'],
};

export const aKalculatorLimits = { diskBytesMax: 16 * 2 ** 40, partitions: 1000, brokersMin: 3, brokersMax: 200, diskFreeShare: 0.5 } as const;

const PRODUCE_BYTES_PER_SECOND = 5 * MIB;
const CONSUME_BYTES_PER_SECOND = 15 * MIB;
const HISTORICAL_SHARE = 0.25;
const REQUEST_BYTES = 128 * 1024;

export interface AKalculatorAnswer {
  readonly produceVcpus: number;
  /** Before it is rounded up. */
  readonly produceExact: number;
  readonly consumeVcpus: number;
  readonly consumeExact: number;
  readonly diskReadsPerSecond: number;
  readonly diskWritesPerSecond: number;
}

export function aKalculatorSizing({ producedBytesPerSecond, consumedBytesPerSecond, replicationFactor }: { producedBytesPerSecond: number; consumedBytesPerSecond: number; replicationFactor: number }): AKalculatorAnswer {
  const produceExact = producedBytesPerSecond / PRODUCE_BYTES_PER_SECOND;
  const consumeExact = consumedBytesPerSecond / CONSUME_BYTES_PER_SECOND;
  return {
    produceVcpus: ceiling(produceExact),
    produceExact,
    consumeVcpus: ceiling(consumeExact),
    consumeExact,
    diskReadsPerSecond: (consumedBytesPerSecond * HISTORICAL_SHARE) / REQUEST_BYTES,
    diskWritesPerSecond: (producedBytesPerSecond * replicationFactor) / REQUEST_BYTES,
  };
}

/** The shortest local retention that tiering allows: until the segments of all partitions roll, seconds. */
export function segmentRollSeconds({ segmentBytes, partitions, producedBytesPerSecond }: { segmentBytes: number; partitions: number; producedBytesPerSecond: number }): number {
  return (segmentBytes * partitions) / producedBytesPerSecond;
}
