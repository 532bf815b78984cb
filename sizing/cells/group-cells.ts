/** One consumer group in the sheet: how many consumers it needs, at the tip and when it has fallen behind. */
import type { Sheet } from '../model/sheet.ts';
import type { SizedGroup } from '../sizing-inputs.ts';

export interface GroupRateCells {
  readonly name: string;
  readonly consumerRate: string;
  /** Records/s to take while catching up; null: no such wish. */
  readonly catchUpRate: string | null;
}

export interface GroupCells {
  readonly name: string;
  readonly consumers: string;
}

export function groupRateCells(sheet: Sheet, { at, group, rate }: { at: string; group: SizedGroup; rate: string }): GroupRateCells {
  const consumerRate = sheet.input(group.consumerRate);
  if (group.catchUp === null) return { name: group.name, consumerRate, catchUpRate: null };
  const { outage, recovery } = group.catchUp;
  const catchUpRate = sheet.cell(`${at}.${group.name}.catchup.rate`, {
    label: `rate of ${group.name} while it catches up`,
    unit: 'records/s',
    text: 'rate + rate * outage / recovery',
    terms: { rate, outage: sheet.input(outage), recovery: sheet.input(recovery) },
    reference: 'lag / (consumed - produced) turned round: what is produced meanwhile and the lag over the time given',
  });
  return { name: group.name, consumerRate, catchUpRate };
}

export function groupCells(sheet: Sheet, { at, group, rate, partitions, rates }: { at: string; group: SizedGroup; rate: string; partitions: string; rates: GroupRateCells }): GroupCells {
  const id = `${at}.${group.name}.consumers`;
  const consumers = sheet.choose({ kind: 'count', id, label: `consumers of ${group.name}`, least: 1, most: partitions, step: 1 });
  const busiestOf = (name: string, label: string, of: string): string =>
    sheet.cell(`${at}.${group.name}.${name}`, { label, unit: 'records/s', text: 'ceil(partitions / consumers) * rate / partitions', terms: { partitions, consumers, rate: of }, reference: 'a group is as fast as its busiest member' });
  sheet.constrain({ id: `${id}.busiest`, what: `the busiest consumer of ${group.name} takes all its partitions' records`, demand: busiestOf('busiest', `records of the busiest consumer of ${group.name}`, rate), capacity: rates.consumerRate, choice: consumers });
  const concurrency = sheet.cell(`${at}.${group.name}.concurrency`, { label: `consumers of ${group.name} that are busy`, unit: 'count', text: 'rate / consumerRate', terms: { rate, consumerRate: rates.consumerRate }, reference: "Little's law: arrivals x service time" });
  sheet.constrain({ id: `${id}.littles-law`, what: `${group.name} has as many consumers as are busy`, demand: concurrency, capacity: consumers, choice: consumers });
  if (rates.catchUpRate !== null) {
    const demand = busiestOf('catchup.busiest', `records of the busiest consumer of ${group.name} while it catches up`, rates.catchUpRate);
    sheet.constrain({ id: `${id}.lag.catchup`, what: `${group.name} catches up in time`, demand, capacity: rates.consumerRate, choice: consumers });
  }
  return { name: group.name, consumers };
}
