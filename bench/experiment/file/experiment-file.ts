/**
 * An experiment file: YAML, checked against its schema, with every error at its line and column. Reading it starts nothing; variants.ts makes
 * the runs of it.
 */
import { nearestName } from './nearest-name.ts';
import { settingPath, withoutDottedKeys } from './dotted-keys.ts';
import { experimentSchema, settingsSchema, type ExperimentSpec, type Settings } from './experiment-schema.ts';
import { countOf, durationSeconds, shareOf } from './quantities.ts';
import { readWith, unknownKeyError } from './schema-errors.ts';
import { metricIds, parseThreshold, thresholdMetricIds, type Threshold } from '../thresholds.ts';
import { childOf, ExperimentFileError, keyPlaceOf, placeOf, readYamlTree, type Tree, type TreeMap } from './yaml-tree.ts';

export interface Experiment {
  readonly name: string;
  readonly description: string;
  readonly base: Settings;
  readonly profiles: readonly Layer[];
  /** Each value of a setting as a layer of its own. */
  readonly matrix: readonly { readonly setting: string; readonly layers: readonly Layer[] }[];
  /** A profile's or variant's name; undefined: the first variant. */
  readonly baseline: string | undefined;
  /** Blocks; `auto`: as many as the noise of the first asks for, so that a change of `detect` is found. */
  readonly repeats: number | 'auto';
  readonly detect: number;
  readonly budgetSeconds: number | undefined;
  readonly metricIds: readonly string[];
  readonly minDifference: number;
  readonly thresholds: readonly Threshold[];
  readonly published: ExperimentSpec['published'] | undefined;
  readonly notes: readonly string[];
}

/** Named settings that are laid over others. */
export interface Layer {
  readonly name: string;
  readonly settings: Settings;
}

/** With `repeats: auto` and no budget of its own. */
export const AUTO_BUDGET_SECONDS = 360;
export const METRICS_DEFAULT = ['throughput.acknowledged', 'publish.p99', 'wire.bytesPerRecord', 'cpu.brokers'];
export const MIN_DIFFERENCE_DEFAULT = 0.05;

/** Throws ExperimentFileError. */
export function readExperiment(text: string): Experiment {
  const tree = nested(readYamlTree(text));
  const spec = readWith(experimentSchema, tree);
  const groups = groupNames(spec);
  return {
    name: spec.name,
    description: spec.description ?? '',
    base: spec.base ?? {},
    profiles: Object.entries(spec.profiles ?? {}).map(([name, settings]) => ({ name, settings })),
    matrix: matrixOf(spec, tree),
    baseline: spec.baseline,
    repeats: repeatsOf(spec, tree),
    detect: detectOf(spec, tree),
    budgetSeconds: spec.budget === undefined ? undefined : durationSeconds(spec.budget),
    metricIds: metricsOf(spec, { tree, groups }),
    minDifference: minDifferenceOf(spec),
    thresholds: thresholdsOf(spec, { tree, groups }),
    published: publishedOf(spec, { tree, groups }),
    notes: [],
  };
}

/** Dotted keys of base and of each profile taken apart. */
function nested(tree: TreeMap): TreeMap {
  return {
    ...tree,
    entries: tree.entries.map((entry) => {
      if (entry.key === 'base') return { ...entry, value: withoutDottedKeys(entry.value) };
      if (entry.key !== 'profiles' || entry.value.kind !== 'map') return entry;
      // A profile without settings (`none:`) is base as it stands.
      const profiles = entry.value.entries.map((profile) => ({ ...profile, value: isEmpty(profile.value) ? emptyMap(profile.value) : withoutDottedKeys(profile.value) }));
      return { ...entry, value: { ...entry.value, entries: profiles } };
    }),
  };
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === 'leaf' && tree.value === null;
}

function emptyMap({ place }: Tree): TreeMap {
  return { kind: 'map', place, entries: [] };
}

/** Each value is checked as if it stood in base. */
function matrixOf(spec: ExperimentSpec, tree: TreeMap): Experiment['matrix'] {
  const matrix = childOf(tree, 'matrix');
  return Object.entries(spec.matrix ?? {}).map(([setting, values]) => {
    const keyPlace = matrix?.kind === 'map' ? keyPlaceOf(matrix, setting) : tree.place;
    const items = childOf(matrix, setting);
    const layers = values.map((value, at): Layer => {
      const item = items?.kind === 'list' ? (items.items[at] as Tree) : tree;
      const assigned: TreeMap = { kind: 'map', place: keyPlace, entries: [{ key: setting, keyPlace, value: item }] };
      return { name: `${shortName(setting)}=${value}`, settings: readWith(settingsSchema, withoutDottedKeys(assigned)) };
    });
    const twice = layers.findIndex(({ name }, at) => layers.findIndex((each) => each.name === name) !== at);
    if (twice >= 0) throw new ExperimentFileError(`${setting}: ${String(values[twice])} stands there twice`, placeOf(tree, ['matrix', setting, twice]));
    return { setting, layers };
  });
}

/** `producer.linger.ms` is linger.ms: Kafka's names are known without their section. */
function shortName(setting: string): string {
  const [section, ...rest] = settingPath(setting);
  return section === 'consumers' || rest.length === 0 ? setting : rest.join('.');
}

function repeatsOf({ repeats = 'auto' }: ExperimentSpec, tree: Tree): number | 'auto' {
  if (repeats === 'auto') return 'auto';
  const value = countOf(repeats);
  if (value < 1) throw new ExperimentFileError('repeats: at least 1', placeOf(tree, ['repeats']));
  return value;
}

function minDifferenceOf({ minDifference }: ExperimentSpec): number {
  return minDifference === undefined ? MIN_DIFFERENCE_DEFAULT : shareOf(minDifference);
}

function detectOf(spec: ExperimentSpec, tree: Tree): number {
  const minDifference = minDifferenceOf(spec);
  if (spec.detect === undefined) return 2 * minDifference;
  const detect = shareOf(spec.detect);
  if (detect <= minDifference) throw new ExperimentFileError(`detect: a change is called when it is beyond minDifference, ${minDifference * 100} %: what is to be found must be larger`, placeOf(tree, ['detect']));
  if (spec.repeats !== undefined && spec.repeats !== 'auto') throw new ExperimentFileError('detect: goes with repeats: auto', placeOf(tree, ['detect']));
  return detect;
}

function metricsOf({ metrics }: ExperimentSpec, { tree, groups }: { tree: TreeMap; groups: readonly string[] }): readonly string[] {
  const known = metricIds(groups);
  for (const [at, metric] of (metrics ?? []).entries()) {
    if (!known.includes(metric)) throw new ExperimentFileError(unknownMetric(metric, known), placeOf(tree, ['metrics', at]));
  }
  return metrics ?? METRICS_DEFAULT;
}

function thresholdsOf({ thresholds = {} }: ExperimentSpec, { tree, groups }: { tree: TreeMap; groups: readonly string[] }): Threshold[] {
  const known = thresholdMetricIds(groups);
  return Object.entries(thresholds).flatMap(([metric, expressions]) => {
    if (!known.includes(metric)) throw unknownKeyError(metric, { path: ['thresholds'], known, tree });
    return [expressions].flat().map((expression, at) => {
      try {
        return parseThreshold(metric, expression);
      } catch (error) {
        const path = Array.isArray(expressions) ? ['thresholds', metric, at] : ['thresholds', metric];
        throw new ExperimentFileError(`${metric}: ${(error as Error).message}`, placeOf(tree, path));
      }
    });
  });
}

function publishedOf({ published }: ExperimentSpec, { tree, groups }: { tree: TreeMap; groups: readonly string[] }): Experiment['published'] {
  const known = metricIds(groups);
  for (const [variant, figures] of Object.entries(published?.figures ?? {})) {
    const unknown = Object.keys(figures).find((metric) => !known.includes(metric));
    if (unknown !== undefined) throw unknownKeyError(unknown, { path: ['published', 'figures', variant], known, tree });
  }
  return published;
}

function unknownMetric(metric: string, known: readonly string[]): string {
  const nearest = nearestName(metric, known);
  return `${metric}: no such metric; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`}`;
}

/** Groups of base and profiles; without any named, those that a run has by default. */
function groupNames({ base = {}, profiles = {} }: ExperimentSpec): string[] {
  const named = [base, ...Object.values(profiles)].flatMap(({ consumers }) => (typeof consumers === 'object' ? Object.keys(consumers) : []));
  return [...new Set([...named, ...(base.consumers === undefined ? ['realtime', 'sink'] : [])])];
}
