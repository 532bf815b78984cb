/** The inputs that a what-if question may change: each with its name, the text that stands for it, its range, and the inputs that move with it. */
import { topicId } from '../../results/plan-ids.ts';
import type { PlanQuantity } from '../../results/plan-record.ts';
import { overridden, type SizedTopic, type SizingInputs } from '../sizing-inputs.ts';
import { parseQuantity, UnitError, type GivenUnit } from '../units.ts';
import { givenText } from './given-text.ts';

export interface Control {
  /** Of the input; names it in the address of the page. */
  readonly id: string;
  /** Inputs that get the same value. */
  readonly also: readonly string[];
  readonly name: string;
  /** Name of the topic; null: the whole cluster. */
  readonly topic: string | null;
  readonly unit: GivenUnit;
  readonly value: number;
  readonly text: string;
  readonly form: ControlForm;
}

/** log: a tenth to ten times the value · share: 1 to 100 % · whole: 1 to `most` · factor: 0 to `most`, in hundredths. */
export type ControlForm = { readonly kind: 'log' } | { readonly kind: 'share' } | { readonly kind: 'whole'; readonly most: number } | { readonly kind: 'factor'; readonly most: number };

/** Control id to the text that was written. */
export type Changes = ReadonlyMap<string, string>;

export const CERTAINTY_ID = 'certainty';
const REPLICATION_MOST = 7;
const SKEW_MOST = 2;
const GROWTH_MOST = 3;
const POSITIONS = 1000;

export function controlsOf(inputs: SizingInputs): Control[] {
  const { cluster, growth, certaintyShare, loadFactor } = inputs;
  const whole = (most: number): ControlForm => ({ kind: 'whole', most });
  const isOneNetwork = cluster.networkInBytesPerSecond.value === cluster.networkOutBytesPerSecond.value;
  const controls = [
    ...inputs.topics.flatMap(topicControls),
    ...(growth === null ? [control(null, loadFactor, { kind: 'log' })] : [control(null, growth.perYear, { kind: 'factor', most: GROWTH_MOST }), control(null, growth.horizon, { kind: 'log' })]),
    { id: CERTAINTY_ID, also: [], name: 'certainty (share of the draws)', topic: null, unit: 'ratio' as const, value: certaintyShare, text: givenText(certaintyShare, 'ratio', { isShare: true }), form: { kind: 'share' } as const },
    control(null, cluster.utilization, { kind: 'share' }),
    control(null, cluster.degradedUtilization, { kind: 'share' }),
    control(null, cluster.diskBytes, { kind: 'log' }),
    control(null, cluster.diskBytesPerSecond, { kind: 'log' }),
    control(null, cluster.networkOutBytesPerSecond, { kind: 'log' }, isOneNetwork ? { name: 'network of a broker', also: [cluster.networkInBytesPerSecond.id] } : {}),
    ...(isOneNetwork ? [] : [control(null, cluster.networkInBytesPerSecond, { kind: 'log' })]),
    control(null, cluster.cores, whole(128)),
  ];
  return controls.filter((each) => each !== null);
}

function topicControls(topic: SizedTopic): (Control | null)[] {
  const { name, peakRate, averageRate, keys, retention, replicationFactor, minInsyncReplicas } = topic;
  const isOneRate = averageRate.id === peakRate.id;
  const of = (quantity: PlanQuantity, form: ControlForm = { kind: 'log' }, rest: { also?: readonly string[]; name?: string } = {}): Control | null => control(name, quantity, form, rest);
  return [
    of(peakRate),
    ...(isOneRate ? [] : [of(averageRate)]),
    of(topic.recordBytes),
    of(topic.compressionRatio),
    ...(retention.localSeconds !== null ? [of(retention.localSeconds)] : retention.seconds !== null ? [of(retention.seconds)] : []),
    ...topic.groups.map(({ consumerRate }) => of(consumerRate)),
    of(topic.partitionBytesPerSecond),
    ...(keys.kind === 'law' ? [of(keys.exponent, { kind: 'factor', most: SKEW_MOST })] : keys.kind === 'hottest' ? [of(keys.share, { kind: 'share' })] : []),
    of(replicationFactor, { kind: 'whole', most: REPLICATION_MOST }),
    of(minInsyncReplicas, { kind: 'whole', most: REPLICATION_MOST }),
    of(topic.producer.batchBytes),
  ];
}

const UNITS: readonly string[] = ['records/s', 'bytes', 'bytes/s', 'seconds', 'ratio', 'count'] satisfies readonly GivenUnit[];

function control(topic: string | null, quantity: PlanQuantity, form: ControlForm, { also = [], name = quantity.name }: { also?: readonly string[]; name?: string } = {}): Control | null {
  const { id, value } = quantity;
  const unit = quantity.unit === 'cores' ? 'count' : quantity.unit;
  if (!UNITS.includes(unit)) return null;
  const given = unit as GivenUnit;
  return { id, also, name, topic, unit: given, value, text: givenText(value, given, { isShare: form.kind === 'share' || id === 'growth.perYear' }), form };
}

/** Throws UnitError, also for a value that makes no sense here. */
export function parsedControl({ unit, form }: Control, text: string): number {
  const value = parseQuantity(text, unit);
  if (value <= 0 && form.kind !== 'factor') throw new UnitError(`"${text}" must be more than 0`);
  if (form.kind === 'share' && value > 1) throw new UnitError(`"${text}" is more than the whole: write it as ${value <= 100 ? value : 60} %`);
  return value;
}

/** What was written and cannot be: control id to the reason. */
export function problemsOf(controls: readonly Control[], changes: Changes): Map<string, string> {
  const problems = new Map<string, string>();
  for (const each of controls) {
    const text = changes.get(each.id);
    if (text === undefined) continue;
    try {
      parsedControl(each, text);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      problems.set(each.id, error.message);
    }
  }
  if (problems.size > 0) return problems;
  const valueOf = (id: string): number | undefined => {
    const found = controls.find((each) => each.id === id);
    return found === undefined ? undefined : parsedControl(found, changes.get(id) ?? found.text);
  };
  for (const { id, topic } of controls) {
    const at = topicId(topic ?? '');
    const [replicas, inSync] = [valueOf(`${at}.replication.factor`), valueOf(`${at}.min.insync.replicas`)];
    const [average, peak] = [valueOf(`${at}.rate.average`), valueOf(`${at}.rate.peak`)];
    if (id === `${at}.rate.peak` && average !== undefined && peak !== undefined && average > peak) problems.set(id, 'less than the average rate');
    if (id === `${at}.min.insync.replicas` && inSync !== undefined && replicas !== undefined && inSync > replicas) problems.set(id, `more than the replication factor ${replicas}: no write would ever be accepted`);
  }
  return problems;
}

/** The inputs with the changes in them; a changed value counts as certain. */
export function changedInputs(inputs: SizingInputs, changes: Changes): SizingInputs {
  const values = new Map<string, { value: number }>();
  let { certaintyShare } = inputs;
  for (const each of controlsOf(inputs)) {
    const text = changes.get(each.id);
    if (text === undefined) continue;
    const value = parsedControl(each, text);
    if (each.id === CERTAINTY_ID) certaintyShare = value;
    else for (const id of [each.id, ...each.also]) values.set(id, { value });
  }
  return { ...overridden(inputs, values), certaintyShare };
}

/** Place of a slider, 0 to 1000, and back to a text of two digits; the middle of a logarithmic one is the value as written. */
export function positionOf({ form, value }: Control, now: number): number {
  switch (form.kind) {
    case 'log':
      return Math.min(POSITIONS, Math.max(0, (POSITIONS / 2) * (1 + Math.log10(now / value))));
    case 'share':
      return now * POSITIONS;
    case 'whole':
      return form.most === 1 ? 0 : ((now - 1) / (form.most - 1)) * POSITIONS;
    case 'factor':
      return (now / form.most) * POSITIONS;
  }
}

export function textAt({ form, value, unit, text, id }: Control, position: number): string {
  const share = position / POSITIONS;
  switch (form.kind) {
    case 'log': {
      if (position === POSITIONS / 2) return text;
      const at = Number((value * 10 ** (2 * share - 1)).toPrecision(2));
      return givenText(unit === 'count' ? Math.max(1, Math.round(at)) : at, unit);
    }
    case 'share':
      return givenText(Math.max(1, Math.round(share * 100)) / 100, unit, { isShare: true });
    case 'whole':
      return String(Math.round(1 + share * (form.most - 1)));
    case 'factor':
      return givenText(Math.round(share * form.most * 100) / 100, unit, { isShare: id === 'growth.perYear' });
  }
}

/** The changes as the part of an address behind its #, and back; unknown names are left out. */
export function hashOf(changes: Changes): string {
  return [...changes].map(([id, text]) => `${encodeURIComponent(id)}=${encodeURIComponent(text)}`).join('&');
}

export function changesFrom(hash: string, controls: readonly Control[]): Map<string, string> {
  const pairs = hash.replace(/^#/, '').split('&').map((pair) => pair.split('=').map(decoded));
  return new Map(pairs.flatMap(([id, text]) => (id !== undefined && text !== undefined && controls.some((each) => each.id === id) ? [[id, text]] : [])));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
