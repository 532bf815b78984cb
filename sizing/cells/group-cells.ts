/** One consumer group in the sheet: how many consumers it needs, at the tip and when it has fallen behind. */
import { groupPart } from '../../results/plan-ids.ts';
import type { Sheet } from '../model/sheet.ts';
import type { GroupKind } from '../../results/plan-record.ts';
import type { SizedGroup } from '../sizing-inputs.ts';

export interface GroupRateCells {
  readonly name: string;
  readonly consumerRate: string;
  /** Records/s to take while catching up; null: no such wish. */
  readonly catchUpRate: string | null;
}

export interface GroupCells {
  readonly name: string;
  readonly kind: GroupKind;
  readonly consumers: string;
  /** Bytes/s that it reads from disks while it catches up; null: no such wish. */
  readonly catchUpBytes: string | null;
  /** Of the changelogs of its stores, all replicas; null: no state. */
  readonly changelog: { readonly stored: string; readonly replicas: string } | null;
}

export interface GroupContext {
  /** What the topic's ids begin with. */
  readonly at: string;
  readonly group: SizedGroup;
  readonly rate: string;
  readonly partitions: string;
  readonly rates: GroupRateCells;
  readonly recordBytes: string;
  readonly compressionRatio: string;
  readonly replicationFactor: string;
}

/** Kafka Streams gives each store of each partition so much RocksDB cache (ksqlDB capacity planning). */
const STORE_CACHE_BYTES = 50e6;

export function groupRateCells(sheet: Sheet, { at, group, rate }: { at: string; group: SizedGroup; rate: string }): GroupRateCells {
  const consumerRate = sheet.input(group.consumerRate);
  if (group.catchUp === null) return { name: group.name, consumerRate, catchUpRate: null };
  const { outage, recovery } = group.catchUp;
  const catchUpRate = sheet.cell(`${at}.${groupPart(group.name)}.catchup.rate`, {
    label: `rate of ${group.name} while it catches up`,
    unit: 'records/s',
    text: 'rate + rate * outage / recovery',
    terms: { rate, outage: sheet.input(outage), recovery: sheet.input(recovery) },
    reference: 'lag / (consumed - produced) turned round: what is produced meanwhile and the lag over the time given',
  });
  return { name: group.name, consumerRate, catchUpRate };
}

export function groupCells(sheet: Sheet, { at, group, rate, partitions, rates, ...of }: GroupContext): GroupCells {
  const id = `${at}.${groupPart(group.name)}.consumers`;
  const most = group.tasksMax === null ? partitions : sheet.cell(`${id}.most`, { label: `members of ${group.name} that can work`, unit: 'count', text: 'min(partitions, tasksMax)', terms: { partitions, tasksMax: sheet.input(group.tasksMax) }, reference: 'a connector has no more tasks than partitions; many allow one' });
  const consumers = sheet.choose({ kind: 'count', id, label: `${MEMBERS[group.kind]} of ${group.name}`, least: 1, most, step: 1, isShared: false });
  const busiestOf = (name: string, label: string, wanted: string): string =>
    sheet.cell(`${at}.${groupPart(group.name)}.${name}`, { label, unit: 'records/s', text: 'ceil(partitions / consumers) * rate / partitions', terms: { partitions, consumers, rate: wanted }, reference: 'a group is as fast as its busiest member' });
  sheet.constrain({ id: `${id}.busiest`, what: `the busiest consumer of ${group.name} takes all its partitions' records`, demand: busiestOf('busiest', `records of the busiest consumer of ${group.name}`, rate), capacity: rates.consumerRate, choice: consumers });
  const concurrency = sheet.cell(`${at}.${groupPart(group.name)}.concurrency`, { label: `consumers of ${group.name} that are busy`, unit: 'count', text: 'rate / consumerRate', terms: { rate, consumerRate: rates.consumerRate }, reference: "Little's law: arrivals x service time" });
  sheet.constrain({ id: `${id}.littles-law`, what: `${group.name} has as many consumers as are busy`, demand: concurrency, capacity: consumers, choice: consumers });
  if (rates.catchUpRate === null) return { name: group.name, kind: group.kind, consumers, catchUpBytes: null, changelog: changelogCells(sheet, { at, group, partitions, ...of }) };
  const demand = busiestOf('catchup.busiest', `records of the busiest consumer of ${group.name} while it catches up`, rates.catchUpRate);
  sheet.constrain({ id: `${id}.lag.catchup`, what: `${group.name} catches up in time`, demand, capacity: rates.consumerRate, choice: consumers });
  const catchUpBytes = sheet.cell(`${at}.${groupPart(group.name)}.catchup.bytes`, { label: `read by ${group.name} while it catches up`, unit: 'bytes/s', text: 'rate * recordBytes / compressionRatio', terms: { rate: rates.catchUpRate, recordBytes: of.recordBytes, compressionRatio: of.compressionRatio } });
  return { name: group.name, kind: group.kind, consumers, catchUpBytes, changelog: changelogCells(sheet, { at, group, partitions, ...of }) };
}

const MEMBERS = { 'real-time': 'consumers', sink: 'consumers', streams: 'tasks', connect: 'tasks' } as const;

function changelogCells(sheet: Sheet, { at, group, partitions, replicationFactor }: Pick<GroupContext, 'at' | 'group' | 'partitions' | 'replicationFactor'>): GroupCells['changelog'] {
  if (group.state === null) return null;
  const id = `${at}.${groupPart(group.name)}`;
  const terms = { keys: sheet.input(group.state.keys), bytesPerKey: sheet.input(group.state.bytesPerKey), stores: sheet.input(group.state.stores) };
  const state = sheet.cell(`${id}.state`, { label: `state of ${group.name}`, unit: 'bytes', text: 'keys * bytesPerKey * stores', terms });
  sheet.cell(`${id}.cache`, { label: `cache of all instances of ${group.name}`, unit: 'bytes', text: `${STORE_CACHE_BYTES} * stores * partitions`, terms: { stores: terms.stores, partitions }, reference: 'ksqlDB capacity planning: 50 MB a store a partition' });
  return {
    stored: sheet.cell(`${id}.changelog.stored`, { label: `changelogs of ${group.name}, all replicas, and as much again that waits for compaction`, unit: 'bytes', text: '2 * state * replicationFactor', terms: { state, replicationFactor }, reference: "min.cleanable.dirty.ratio 0.5, Kafka's default" }),
    replicas: sheet.cell(`${id}.changelog.replicas`, { label: `replicas of the changelogs of ${group.name}`, unit: 'count', text: 'stores * partitions * replicationFactor', terms: { stores: terms.stores, partitions, replicationFactor } }),
  };
}
