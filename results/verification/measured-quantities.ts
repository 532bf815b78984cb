/** What a run says about each quantity that a plan predicts. Pure. */
import type { Run } from '../run.ts';
import type { VerifiedQuantity } from './plan-verification.ts';

/** `logBytes`: what the topic's replicas take on disk after the run; null where the disks cannot be seen. */
export function measuredQuantities(run: Run, logBytes: number | null): Readonly<Record<VerifiedQuantity, number | null>> {
  const { throughput, latency, brokers, groups } = run.measured;
  const { publish } = latency;
  const { acknowledgedRecords: records } = throughput;
  const slowest = Math.min(...groups.map((group) => group.records / records));
  return {
    'rate.held': throughput.offeredPerSecond === null ? null : throughput.achievedPerSecond / throughput.offeredPerSecond,
    'publish.p50': inSeconds(publish.summary.p50Us),
    'publish.p99': inSeconds(publish.summary.p99Us),
    'wire.bytes': records === 0 ? null : throughput.compressedBytes / records,
    'disk.bytes': logBytes === null ? null : logBytes / run.configuration.topic.replicationFactor / throughput.total.acknowledgedRecords,
    'cpu.broker': brokers.length === 0 || records === 0 ? null : (brokers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / records) * 1e6,
    'consumers.held': groups.length === 0 || records === 0 ? null : slowest,
  };
}

function inSeconds(us: number | null): number | null {
  return us === null ? null : us / 1e6;
}
