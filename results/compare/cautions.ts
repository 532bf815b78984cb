/** What casts doubt on a comparison without forbidding it: drift, several changes at once, other machines, disturbed or odd runs. */
import { calibrationChanges, changeWords, type ProbeName } from '../calibration.ts';
import type { Calibration } from '../host-record.ts';
import type { Run } from '../run.ts';
import { outlierIndices } from '../statistics/outliers.ts';
import { median } from '../statistics/sample.ts';
import { detectWarmUp } from '../statistics/warm-up.ts';
import type { Caution, MetricComparison, SideName } from './comparison.ts';
import type { PropertyDifferences } from './property-differences.ts';
import { EQUIVALENCE_RUNS_MIN, RUNS_MIN } from './verdict.ts';

export interface CautionInputs {
  readonly baseline: readonly Run[];
  readonly candidate: readonly Run[];
  readonly isPaired: boolean;
  readonly differences: PropertyDifferences;
  readonly metrics: readonly MetricComparison[];
}

/** Fewer values have no meaningful spread. */
const OUTLIER_VALUES_MIN = 4;

export function cautionsOf(inputs: CautionInputs): Caution[] {
  return [...differenceCautions(inputs), ...calibrationCautions(inputs), ...orderCautions(inputs), ...repeatCautions(inputs), ...warningCautions(inputs), ...outlierCautions(inputs), ...warmUpCautions(inputs)];
}

function* differenceCautions({ baseline, candidate, differences: { configuration, environment, mixed } }: CautionInputs): Generator<Caution> {
  if (configuration.length > 1) {
    yield { code: 'several-differences', sentence: `The configurations differ in ${configuration.length} properties: what changed cannot be put down to one of them.` };
  }
  const isClean = [...baseline, ...candidate].every(({ headroom }) => headroom.isDirty === false && headroom.commit !== null);
  if (configuration.length === 0 && environment.length === 0) {
    yield {
      code: 'no-difference',
      sentence: isClean
        ? 'Configuration, versions and host are the same: this compares a thing with itself, and any difference shows the noise.'
        : 'Configuration, versions and host are recorded as the same; the code may still differ, because it was not all committed.',
    };
  }
  const hosts = environment.filter(({ property }) => property.startsWith('host.')).map(({ property }) => property.slice('host.'.length));
  if (hosts.length > 0) yield { code: 'host-differs', sentence: `The hosts differ (${hosts.join(', ')}): so does everything measured on them.` };
  const versions = environment.filter(({ property }) => property.startsWith('headroom.')).map(({ property }) => property.slice('headroom.'.length));
  if (versions.length > 0 && configuration.length > 0) yield { code: 'version-differs', sentence: `headroom itself differs (${versions.join(', ')}) besides the configuration.` };
  if (environment.some(({ property }) => property === 'seed')) yield { code: 'seed-differs', sentence: 'The seeds differ: the sides did not send the same records.' };
  for (const side of ['baseline', 'candidate'] as const) {
    const properties = mixed.filter((each) => each.side === side).map(({ property }) => property);
    if (properties.length > 0) yield { code: 'mixed-side', sentence: `The ${side} runs differ among themselves in ${properties.join(', ')}: they are not repeats of one thing.` };
  }
}

/** The same work on both sides' machines, as each run's calibrations found it; the median stands for a side. */
function* calibrationCautions({ baseline, candidate }: CautionInputs): Generator<Caution> {
  const changes = calibrationChanges(medianCalibration(baseline), medianCalibration(candidate)).filter(({ isDrift }) => isDrift);
  if (changes.length > 0) {
    yield { code: 'calibration-differs', sentence: `The machine did the same work at another speed for the candidate runs (${changes.map(changeWords).join(', ')}): part of any difference may be the machine's.` };
  }
}

/** Null where the runs hold none, or of different work. */
function medianCalibration(runs: readonly Run[]): Calibration | null {
  const all = runs.flatMap(({ machine: { before, after } }) => [before?.calibration, after?.calibration].filter((each) => each !== null && each !== undefined));
  const [first] = all;
  if (first === undefined || all.some(({ workVersion }) => workVersion !== first.workVersion)) return null;
  const medianOf = (probe: ProbeName): number | null => {
    const known = all.flatMap((each) => (each[probe] === null ? [] : [each[probe]]));
    return known.length === 0 ? null : median(known);
  };
  return { ...first, cpuLoopUs: medianOf('cpuLoopUs'), memoryCopyUs: medianOf('memoryCopyUs'), crc32Us: medianOf('crc32Us'), fileSyncUs: medianOf('fileSyncUs'), loopbackUs: medianOf('loopbackUs') };
}

function* repeatCautions({ baseline, candidate }: CautionInputs): Generator<Caution> {
  const least = Math.min(baseline.length, candidate.length);
  if (least < RUNS_MIN) yield { code: 'few-repeats', sentence: `${least === 1 ? 'One run' : `${least} runs`} a side cannot carry a verdict: repeat each side ${RUNS_MIN} times at least, ${EQUIVALENCE_RUNS_MIN} to 10 times to be told that there is no difference.` };
}

/** Drift of the machine (heat, neighbours, a fuller disk) passes for a difference unless the sides alternate in time. */
function* orderCautions({ baseline, candidate, isPaired }: CautionInputs): Generator<Caution> {
  const [before, after] = [baseline.map(startMs), candidate.map(startMs)];
  const isApart = Math.max(...before) < Math.min(...after) || Math.max(...after) < Math.min(...before);
  if (isApart && before.length + after.length > 2) {
    yield { code: 'not-interleaved', sentence: 'One side ran wholly before the other: a drift of the machine would pass for a difference. Alternate them (A B B A ...).' };
  }
  if (isPaired && pairsOverlap(before, after)) {
    yield { code: 'pairs-apart', sentence: 'Between the two runs of a pair lie runs of other pairs: what drifted between them does not cancel.' };
  }
}

function pairsOverlap(before: readonly number[], after: readonly number[]): boolean {
  const spans = before.map((start, at): [number, number] => [Math.min(start, after[at] as number), Math.max(start, after[at] as number)]);
  const ordered = spans.toSorted((a, b) => a[0] - b[0]);
  return ordered.some(([from], at) => at > 0 && from < (ordered[at - 1] as [number, number])[1]);
}

/** One caution a code, with how many runs of each side carry it. */
function warningCautions({ baseline, candidate }: CautionInputs): Caution[] {
  const codes = new Map<string, string>();
  for (const { warnings } of [...baseline, ...candidate]) {
    for (const { code, cause } of warnings) if (!codes.has(code)) codes.set(code, cause);
  }
  const count = (runs: readonly Run[], code: string): string => `${runs.filter(({ warnings }) => warnings.some((each) => each.code === code)).length} of ${runs.length}`;
  return [...codes].map(([code, cause]) => ({ code, sentence: `${count(baseline, code)} baseline and ${count(candidate, code)} candidate runs carry this warning, as: ${cause}.` }));
}

/** A run far from its side in several metrics is one odd run, said once. */
function* outlierCautions({ baseline, candidate, metrics }: CautionInputs): Generator<Caution> {
  const sides: readonly [SideName, readonly Run[]][] = [['baseline', baseline], ['candidate', candidate]];
  for (const [side, runs] of sides) {
    if (runs.length < OUTLIER_VALUES_MIN) continue;
    const labelsByRun = runs.map((): string[] => []);
    for (const metric of metrics) {
      for (const at of outlierIndices(metric[side].values.map(Math.log))) labelsByRun[at]?.push(metric.label);
    }
    for (const [at, labels] of labelsByRun.entries()) {
      const first = at === 0 ? ', the first of its side' : '';
      if (labels.length > 0) yield { code: 'outlier', sentence: `${side} run ${runs[at]?.id}${first} lies far from the others in ${labels.join(', ')}. It is counted like any other.` };
    }
  }
}

/** Runs whose measured window still begins with a warm-up, by the medians of its seconds. */
function* warmUpCautions({ baseline, candidate }: CautionInputs): Generator<Caution> {
  for (const { id, measured } of [...baseline, ...candidate]) {
    const window = measured.seconds.filter(({ second }) => second >= measured.measureStartSecond && second < measured.measureEndSecond);
    const p50Us = window.flatMap((second) => (second.p50Us === null ? [] : [second.p50Us]));
    const warmUp = detectWarmUp(p50Us);
    if (warmUp.kind === 'unsettled') yield { code: 'unsettled', sentence: `Run ${id} did not settle within its measured window (p50 by second): use a longer --duration.` };
    else if (warmUp.kind === 'found' && warmUp.cutIntervals > 0) {
      yield { code: 'warm-up', sentence: `Run ${id} still warmed up for about ${warmUp.cutIntervals} s of its measured window (p50 by second): use a longer --warmup.` };
    }
  }
}

function startMs({ startedAt }: Run): number {
  return Date.parse(startedAt);
}
