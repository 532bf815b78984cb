/** What a plan of several topics says of them in a terminal: one row each, the largest first where there are many, and warnings that many share once. Pure. */
import { topicId } from '../plan-ids.ts';
import type { Plan, PlannedTopic, PlanWarning } from '../plan-record.ts';
import { countText, counted, decimalBytesText, durationText } from './number-text.ts';
import { heading, sentence, table, type Page } from './page.ts';

const TOPICS_SHOWN = 20;
const NAMES_SHOWN = 5;

export function topicTable(page: Page, { shape: { topics }, values }: Plan): string[] {
  const columns = [
    { head: 'Topic', align: 'left' },
    { head: 'Partitions', align: 'right' },
    { head: 'RF', align: 'right' },
    { head: 'min ISR', align: 'right' },
    { head: 'Retention', align: 'left' },
    { head: 'Disk', align: 'right' },
    { head: 'Consumers', align: 'left', isFlexible: true },
  ] as const;
  const stored = new Map(values.map(({ id, value }) => [id, value]));
  const diskOf = ({ name }: PlannedTopic): number => stored.get(`${topicId(name)}.stored`) ?? 0;
  const shown = topics.length <= TOPICS_SHOWN ? topics : topics.toSorted((a, b) => diskOf(b) - diskOf(a)).slice(0, TOPICS_SHOWN);
  const rows = shown.map((topic) => [
    topic.name,
    { text: countText(topic.partitions), paint: page.colors.bold },
    countText(topic.replicationFactor),
    topic.properties['min.insync.replicas'] ?? '1',
    retentionText(topic),
    decimalBytesText(diskOf(topic)),
    topic.groups.map(({ name, consumers }) => `${name} ${countText(consumers)}`).join(', '),
  ]);
  const left = topics.length - shown.length;
  return [...heading(page, 'Topics', left === 0 ? '' : 'those that take the most disk'), ...table(page, columns, rows), ...(left === 0 ? [] : sentence(page, `and ${counted(left, 'smaller one')}: --all and --json have them`, { indent: 2, paint: page.colors.dim }))];
}

function retentionText({ properties }: PlannedTopic): string {
  const [ms, bytes, local] = [properties['retention.ms'], properties['retention.bytes'], properties['local.retention.ms']].map(Number) as [number, number, number];
  const compacted = properties['cleanup.policy'] === 'delete' ? '' : 'compacted';
  const limits = [ms > 0 ? durationText(ms / 1000) : '', bytes > 0 ? `${decimalBytesText(bytes)} a partition` : ''].filter((each) => each !== '').join(' or ');
  return `${[compacted, limits].filter((each) => each !== '').join(', ') || 'forever'}${local > 0 ? ` (${durationText(local / 1000)} local)` : ''}`;
}

/** The first of each code, and of which other topics the same is true. */
export function sharedWarnings(warnings: readonly PlanWarning[], topics: readonly PlannedTopic[]): PlanWarning[] {
  const names = topics.map(({ name }) => name);
  return [...Map.groupBy(warnings, ({ code }) => code).values()].flatMap((alike): PlanWarning[] => {
    const [first] = alike;
    const of = alike.flatMap(({ what }) => names.find((name) => what.startsWith(`${name}: `)) ?? []);
    if (first === undefined || alike.length === 1 || of.length < alike.length) return [...alike];
    const others = of.slice(1);
    const listed = `${others.slice(0, NAMES_SHOWN).join(', ')}${others.length > NAMES_SHOWN ? ` and ${others.length - NAMES_SHOWN} more` : ''}`;
    return [{ ...first, what: `${first.what}; the same, with figures of their own, of ${listed}` }];
  });
}
