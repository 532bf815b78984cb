/** What the plan costs a month at the user's own prices: brokers, disks, bytes between zones. Nothing is assumed about prices. */
import { topicId } from '../../results/plan-ids.ts';
import type { Sheet } from '../model/sheet.ts';
import type { SizedCluster, SizedTopic } from '../sizing-inputs.ts';

const HOURS = 730;
const MONTH_SECONDS = HOURS * 3600;

/** `topics` with their average bytes: a month is not paid at its peak. Undefined parts have no price. */
export function costCells(sheet: Sheet, { price, zones }: SizedCluster, topics: readonly SizedTopic[]): void {
  if (price === null) return;
  const parts: string[] = [];
  if (price.brokerPerHour !== null) parts.push(sheet.cell('cost.brokers', { label: 'brokers a month', unit: 'money', text: `brokers * price * ${HOURS}`, terms: { brokers: 'brokers', price: sheet.input(price.brokerPerHour) } }));
  if (price.diskPerByteMonth !== null) parts.push(sheet.cell('cost.disk', { label: 'disks a month', unit: 'money', text: 'brokers * disk * price', terms: { brokers: 'brokers', disk: 'disk.perBroker', price: sheet.input(price.diskPerByteMonth) } }));
  if (price.crossZonePerByte !== null && zones > 1) {
    const crossing = topics.map(({ name, groups }) =>
      sheet.cell(`${topicId(name)}.crossing`, {
        label: `bytes of ${name} that cross zones, on average`,
        unit: 'bytes/s',
        text: `wire * (${zones - 1} / ${zones} * (1 + ${groups.length}) + replicationFactor - 1)`,
        terms: { wire: `${topicId(name)}.wire.mean`, replicationFactor: `${topicId(name)}.replication.factor` },
        reference: 'producers and groups meet a leader of another zone in (A - 1) / A of cases, copies always; less with rack-aware fetching (KIP-392)',
      }),
    );
    parts.push(sheet.cell('cost.zones', { label: 'bytes between zones a month, paid in both directions', unit: 'money', text: `2 * sum(crossing) * ${MONTH_SECONDS} * price`, terms: { crossing, price: sheet.input(price.crossZonePerByte) } }));
  }
  if (parts.length > 0) sheet.cell('cost', { label: 'cost a month', unit: 'money', text: 'sum(parts)', terms: { parts } });
}
