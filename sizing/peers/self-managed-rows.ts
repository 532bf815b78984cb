/** The rows of calculators for brokers of one's own: Red Hat, syalioune, purbon. */
import type { PeerRow } from '../../results/peers/peers-record.ts';
import { counted, countText, decimalBytesText, significant } from '../../results/render/number-text.ts';
import { purbonSizing, purbonSpreadsheet } from './community/purbon.ts';
import { syalioune, syaliouneCompressionRatios, syaliouneSizing } from './community/syalioune.ts';
import { DAY_SECONDS, HOUR_SECONDS, MB, TB } from './peer.ts';
import { amountOf, rowOf, type PeerDemand } from './peer-demand.ts';
import { redHatAmq, redHatSizing } from './vendors/red-hat-amq.ts';

const HOT_HOURS = 24;

export function selfManagedRows(demand: PeerDemand): PeerRow[] {
  const { compressionRatio, retentionHours } = demand.workload;
  return [
    redHatRow(demand, { id: 'redhat.10gbe', networkGigabitsPerSecond: 10, diskMegabytesPerSecond: 400 }),
    redHatRow(demand, { id: 'redhat.1gbe', networkGigabitsPerSecond: 1, diskMegabytesPerSecond: 125 }),
    syaliouneRow(demand, { id: 'syalioune', ratio: compressionRatio, hours: retentionHours, remark: `compression ${significant(compressionRatio)}:1` }),
    syaliouneRow(demand, { id: 'syalioune.lz4', ratio: syaliouneCompressionRatios.lz4, hours: retentionHours, remark: 'LZ4 assumed at 4:1' }),
    ...(HOT_HOURS < retentionHours ? [syaliouneRow(demand, { id: 'syalioune.hot', ratio: syaliouneCompressionRatios.lz4, hours: HOT_HOURS, remark: `${HOT_HOURS} h hot tier, LZ4 assumed at 4:1` })] : []),
    purbonRow(demand),
  ];
}

function redHatRow({ workload, averageShare, producedBytesPerSecond, retentionSeconds }: PeerDemand, { id, networkGigabitsPerSecond, diskMegabytesPerSecond }: { id: string; networkGigabitsPerSecond: number; diskMegabytesPerSecond: number }): PeerRow {
  const answer = redHatSizing({
    producedBytesPerSecond,
    replicationFactor: workload.replicationFactor,
    groups: workload.groups,
    networkGigabitsPerSecond,
    diskBytesPerSecond: diskMegabytesPerSecond * MB,
    utilizationMax: 0.65,
    retentionDays: retentionSeconds / DAY_SECONDS,
  });
  const machine = `${networkGigabitsPerSecond} GbE, ${diskMegabytesPerSecond} MB/s disk`;
  return rowOf(redHatAmq, {
    id,
    peer: `${redHatAmq.name}, ${machine}`,
    answer: { unit: 'brokers', amounts: [amountOf(answer.brokers, { exact: answer.exact, decidedBy: answer.decidedBy })], details: [`${countText(answer.diskGigabytesPerBroker)} GB of disk a broker`, `${answer.vcpusPerBroker} vCPU a broker`] },
    decidedBy: answer.decidedBy,
    inputsAssumed: [machine, '65 % utilisation', 'safety factor 1.6', 'no lagging group', ...peakKept(averageShare)],
  });
}

function syaliouneRow({ workload, averageShare }: PeerDemand, { id, ratio, hours, remark }: { id: string; ratio: number; hours: number; remark: string }): PeerRow {
  const answer = syaliouneSizing({
    recordsPerSecond: workload.eventsPerSecond * averageShare,
    peakFactor: 1 / averageShare,
    recordBytes: workload.eventBytes,
    compressionRatio: ratio,
    replicationFactor: workload.replicationFactor,
    groups: workload.groups,
    retentionSeconds: hours * HOUR_SECONDS,
    networkBytesPerSecond: 25e9 / 8,
    diskBytesPerSecond: 500 * MB,
    diskBytes: 15 * TB,
  });
  return rowOf(syalioune, {
    id,
    peer: `${syalioune.name}, ${remark}`,
    answer: { unit: 'brokers', amounts: [amountOf(answer.brokers, { decidedBy: answer.decidedBy })], details: [`${decimalBytesText(answer.storageBytes)} of storage`, `storage alone: ${counted(answer.needs['storage'] ?? 0, 'broker')}`] },
    decidedBy: answer.decidedBy,
    inputsAssumed: ['25 GbE, 500 MB/s, 15 TB a broker', '50 % utilisation', remark],
  });
}

function purbonRow({ workload, averageShare, producedBytesPerSecond }: PeerDemand): PeerRow {
  const answer = purbonSizing({
    recordsPerSecond: workload.eventsPerSecond,
    recordBytes: producedBytesPerSecond / workload.eventsPerSecond,
    replicationFactor: workload.replicationFactor,
    groups: workload.groups,
    retentionDays: workload.retentionHours / 24,
  });
  return rowOf(purbonSpreadsheet, {
    id: 'purbon',
    answer: { unit: 'brokers', amounts: [amountOf(answer.brokers, { decidedBy: answer.decidedBy })], details: [`${countText(answer.storageGibibytes)} GiB of storage`] },
    decidedBy: answer.decidedBy,
    inputsAssumed: ['disks of 100 TiB, filled to 100 %', '550 MiB/s of disk', '1 Gb/s of network', ...peakKept(averageShare)],
  });
}

/** Of those that know one rate only. */
function peakKept(averageShare: number): string[] {
  return averageShare === 1 ? [] : ['the peak all the time, so that storage is too large'];
}
