/**
 * One workload through every peer: what each answers, what decided it, and what is known to be wrong with it. Runs their published formulas,
 * not their programs. Rows whose formula needs more than the workload name what was assumed.
 */
import type { PeerRow, PeersRecord, PeersSpread, PeersWorkload } from '../../results/peers/peers-record.ts';
import { counted, decimalBytesText, significant } from '../../results/render/number-text.ts';
import { awsRows } from './aws-rows.ts';
import { capacityRows } from './capacity-rows.ts';
import { partitionRows } from './partition-rows.ts';
import { MIB } from './peer.ts';
import { demandOf, type PeerDemand } from './peer-demand.ts';
import { figuresThatDoNotHold } from './printed-figures.ts';
import { selfManagedRows } from './self-managed-rows.ts';

/** Throws RangeError for a quantity that is not positive, and for a replication factor, groups or zones that are not whole numbers. */
export function comparePeers(workload: PeersWorkload): PeersRecord {
  const demand = demandOf(workload);
  const rows = [...awsRows(demand), ...selfManagedRows(demand), ...capacityRows(demand), ...partitionRows(demand)];
  return { workload, rows, spreads: spreadsOf(rows), notes: notesOf(demand, rows), figuresThatDoNotHold: figuresThatDoNotHold() };
}

function spreadsOf(rows: readonly PeerRow[]): PeersSpread[] {
  const units = [...new Set(rows.map(({ answer }) => answer.unit))];
  return units.flatMap((unit) => {
    const answering = rows.filter(({ answer }) => answer.unit === unit && answer.amounts.length > 0);
    const values = answering.flatMap(({ answer }) => answer.amounts.map(({ value }) => value));
    return values.length === 0 ? [] : [{ unit, low: Math.min(...values), high: Math.max(...values), rowCount: answering.length }];
  });
}

function notesOf({ workload, producedBytesPerSecond }: PeerDemand, rows: readonly PeerRow[]): string[] {
  const notes = [
    `${decimalBytesText(producedBytesPerSecond)}/s are ${significant(producedBytesPerSecond / MIB)} MiB/s: the peers mix the two.`,
    'No peer shows how sure it is, and none of them runs what it recommends.',
  ];
  if (workload.zones !== 3) notes.push(`AWS's script knows 3 zones only; the workload has ${counted(workload.zones, 'zone')}.`);
  const silent = rows.filter(({ answer }) => answer.amounts.length === 0).map(({ peer }) => peer);
  if (silent.length > 0) notes.push(`No answer for so much: ${silent.join(', ')}.`);
  return notes;
}
