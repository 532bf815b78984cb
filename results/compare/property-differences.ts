/**
 * In what two sets of runs differ beside their results: every property of the configuration, and versions, host and seed. Properties
 * appear under Kafka's names; a directory or a topic's name that was made for one run only is left out, and so is the run's name.
 */
import type { Run } from '../run.ts';
import type { PropertyDifference, SideName } from './comparison.ts';

export interface MixedProperty {
  readonly side: SideName;
  readonly property: string;
}

export interface PropertyDifferences {
  readonly configuration: readonly PropertyDifference[];
  readonly environment: readonly PropertyDifference[];
  /** Properties of the configuration that differ among the runs of one side. */
  readonly mixed: readonly MixedProperty[];
}

export function propertyDifferences({ baseline, candidate }: { baseline: readonly Run[]; candidate: readonly Run[] }): PropertyDifferences {
  const configurations = { baseline: baseline.map(configurationOf), candidate: candidate.map(configurationOf) };
  return {
    configuration: differencesOf(configurations),
    environment: differencesOf({ baseline: baseline.map(environmentOf), candidate: candidate.map(environmentOf) }).filter(isKnownOnBothSides),
    mixed: (['baseline', 'candidate'] as const).flatMap((side) =>
      propertiesOf(configurations[side])
        .filter((property) => valuesOf(configurations[side], property).length > 1)
        .map((property) => ({ side, property })),
    ),
  };
}

/** What one side's runs do not say (older files) is not known to differ. Without a limit, a limit is null. */
function isKnownOnBothSides({ property, baseline, candidate }: PropertyDifference): boolean {
  return LIMITS.includes(property) || (baseline.some((value) => value !== null) && candidate.some((value) => value !== null));
}

const LIMITS = ['host.cgroupCpuCores', 'host.cgroupMemoryBytes'];

type Leaves = ReadonlyMap<string, string | null>;

function differencesOf({ baseline, candidate }: { baseline: readonly Leaves[]; candidate: readonly Leaves[] }): PropertyDifference[] {
  return propertiesOf([...baseline, ...candidate]).flatMap((property) => {
    const [before, after] = [valuesOf(baseline, property), valuesOf(candidate, property)];
    const isSame = before.length === after.length && before.every((value) => after.includes(value));
    return isSame ? [] : [{ property, baseline: before, candidate: after }];
  });
}

function propertiesOf(runs: readonly Leaves[]): string[] {
  return [...new Set(runs.flatMap((leaves) => [...leaves.keys()]))];
}

/** Each once, in order of appearance. */
function valuesOf(runs: readonly Leaves[], property: string): (string | null)[] {
  return [...new Set(runs.map((leaves) => leaves.get(property) ?? null))];
}

function configurationOf({ configuration }: Run): Leaves {
  const { name: _name, target, topic, ...others } = configuration;
  // A topic that was made for one run has a name of that run.
  const { name: topicName, ...ofTopic } = topic;
  const rest = { ...others, topic: topic.useExisting ? { name: topicName, ...ofTopic } : ofTopic };
  if (target.kind === 'external' || target.dataDirectory.kind === 'kept') return leavesOf({ ...rest, target });
  return leavesOf({ ...rest, target: { ...target, dataDirectory: { kind: target.dataDirectory.kind } } });
}

function environmentOf({ headroom, host, seed }: Run): Leaves {
  return leavesOf({ headroom, host, seed });
}

function leavesOf(root: object): Leaves {
  const leaves = new Map<string, string | null>();
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) leaves.set(propertyName(path), value === null ? null : String(value));
    else for (const [key, below] of entriesOf(value)) visit(path === '' ? key : `${path}.${key}`, below);
  };
  visit('', root);
  return leaves;
}

/** Of a list of named things, by name: an added group must not shift the others. */
function entriesOf(value: object): [string, unknown][] {
  if (!Array.isArray(value)) return Object.entries(value);
  return value.map((item: unknown, at): [string, unknown] => {
    const isNamed = typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string';
    return [isNamed ? String(item.name) : String(at), item];
  });
}

function propertyName(path: string): string {
  return path
    .replace(/^producerProperties\./, 'producer ')
    .replace(/^topic\.properties\./, 'topic ')
    .replace(/^target\.brokerProperties\./, 'broker ')
    .replace(/^groups\.([^.]+)\.properties\./, 'group $1 ');
}
