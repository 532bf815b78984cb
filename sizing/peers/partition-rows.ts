/** The rows that answer partitions: syalioune's floor, max(t/p, t/c) with the figures that people type, the table of MSK Replicator. */
import type { PeerRow } from '../../results/peers/peers-record.ts';
import { significant } from '../../results/render/number-text.ts';
import { awsReplicator, replicatorPartitions } from './aws/replicator.ts';
import { syalioune, syaliounePartitions } from './community/syalioune.ts';
import { partitionsByThroughput, partitionThroughput } from './guidance/partition-throughput.ts';
import { MB } from './peer.ts';
import { amountOf, rowOf, type PeerDemand } from './peer-demand.ts';

export function partitionRows(demand: PeerDemand): PeerRow[] {
  return [
    syaliouneRow(demand),
    throughputRow(demand, { id: 'throughput.10.5', producerMegabytes: 10, consumerMegabytes: 5 }),
    throughputRow(demand, { id: 'throughput.30.30', producerMegabytes: 30, consumerMegabytes: 30 }),
    replicatorRow(demand),
  ];
}

/** It counts what comes in before compression. */
function syaliouneRow({ workload }: PeerDemand): PeerRow {
  const peakBytesPerSecond = workload.eventsPerSecond * workload.eventBytes;
  const partitions = syaliounePartitions(peakBytesPerSecond);
  const exact = peakBytesPerSecond / (30 * MB);
  const decidedBy = exact > 6 ? 'throughput' : 'floor of 6';
  return rowOf(syalioune, { id: 'syalioune.partitions', peer: `${syalioune.name}, partitions`, answer: { unit: 'partitions', amounts: [amountOf(partitions, { exact, decidedBy })], details: [] }, decidedBy, knownFlaw: syalioune.knownFlaws[1] ?? syalioune.knownFlaws[0], inputsAssumed: ['30 MB/s a partition'] });
}

function throughputRow({ producedBytesPerSecond }: PeerDemand, { id, producerMegabytes, consumerMegabytes }: { id: string; producerMegabytes: number; consumerMegabytes: number }): PeerRow {
  const { partitions, exact, decidedBy } = partitionsByThroughput({ target: producedBytesPerSecond, producer: producerMegabytes * MB, consumer: consumerMegabytes * MB });
  const reason = producerMegabytes === consumerMegabytes ? 'producer and consumer alike' : decidedBy;
  const assumed = `p = ${producerMegabytes} MB/s, c = ${consumerMegabytes} MB/s`;
  return rowOf(partitionThroughput, { id, peer: `${partitionThroughput.name}, ${assumed}`, answer: { unit: 'partitions', amounts: [amountOf(partitions, { exact, decidedBy: reason })], details: [] }, decidedBy: reason, inputsAssumed: [assumed] });
}

function replicatorRow({ producedBytesPerSecond }: PeerDemand): PeerRow {
  const found = replicatorPartitions(producedBytesPerSecond);
  const decidedBy = found === null ? 'the table ends at 1,000 MiB/s' : `the row of ${found.rowMebibytesPerSecond} MB/s`;
  const details = found === null ? [] : [`${significant(found.rowMebibytesPerSecond / found.partitions)} MB/s a partition`];
  return rowOf(awsReplicator, { id: 'msk.replicator', answer: { unit: 'partitions', amounts: found === null ? [] : [amountOf(found.partitions, { decidedBy })], details }, decidedBy, inputsAssumed: ['its MB/s are MiB/s'] });
}
