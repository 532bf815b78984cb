/**
 * Whether a run held its rate: it came to its end, every acknowledged record was found, 99.5 % of what was offered was acknowledged, no record
 * failed or stayed unsent, the objectives were kept, no group fell behind. A run whose generator was late itself says nothing about the target.
 */
import { thresholdOutcomes, type Threshold } from '../experiment/thresholds.ts';
import { latencyText, rateText } from '../../results/render/number-text.ts';
import { median } from '../../results/statistics/sample.ts';
import type { HoldFailure } from '../../results/search/search-result.ts';
import type { Run, SecondRecord } from '../../results/run.ts';

const ACHIEVED_SHARE_MIN = 0.995;
/** A group that ends so much further behind than it began does not keep up. */
const LAG_GROWTH_SECONDS_MAX = 0.5;
const VARIANT = 'run';

export function conditionsInWords(objectives: readonly Threshold[]): string[] {
  return [
    'complete, and every acknowledged record read back',
    `at least ${ACHIEVED_SHARE_MIN * 100} % of the offered rate acknowledged, no record failed or unsent`,
    ...objectives.map(({ metric, expression }) => `${metric} ${expression}`),
    `no consumer group falls behind by more than ${LAG_GROWTH_SECONDS_MAX} s of load between the window's first and last third`,
    'the generator is not what was late',
  ];
}

/** What an open-loop run did not hold, the gravest first. */
export function holdFailures(run: Run, objectives: readonly Threshold[]): HoldFailure[] {
  if (run.status.kind !== 'complete') return [{ condition: 'completed', words: `${run.status.kind}: ${run.status.reason}` }];
  const failures = [...verified(run), ...errors(run), ...achieved(run), ...objective(run, objectives), ...lag(run)];
  const saturated = run.warnings.find(({ code }) => code === 'generator-saturated');
  // Only where something failed: a busy generator that was in time has done its part.
  return failures.length > 0 && saturated !== undefined ? [...failures, { condition: 'generator', words: saturated.cause }] : failures;
}

function* verified({ verification }: Run): Generator<HoldFailure> {
  if (verification.kind === 'done' && !verification.passed) yield { condition: 'verified', words: 'records were lost, duplicated, reordered or changed' };
}

function* errors({ measured }: Run): Generator<HoldFailure> {
  const { failedRecords, unsentRecords } = measured.throughput.total;
  if (failedRecords > 0) yield { condition: 'errors', words: `${failedRecords} records failed` };
  if (unsentRecords > 0) yield { condition: 'errors', words: `${unsentRecords} records were never sent` };
}

function* achieved({ measured }: Run): Generator<HoldFailure> {
  const { offeredPerSecond, achievedPerSecond } = measured.throughput;
  if (offeredPerSecond === null || achievedPerSecond >= offeredPerSecond * ACHIEVED_SHARE_MIN) return;
  yield { condition: 'achieved', words: `${rateText(achievedPerSecond)} of ${rateText(offeredPerSecond)} records/s were acknowledged` };
}

function* objective(run: Run, objectives: readonly Threshold[]): Generator<HoldFailure> {
  for (const { metric, expression, passed, value, unit } of thresholdOutcomes(objectives, new Map([[VARIANT, [run]]]), VARIANT)) {
    if (passed) continue;
    const found = value === null ? 'has no value' : unit === 'us' ? latencyText(value) : `${value.toPrecision(3)} ${unit}`;
    yield { condition: 'objective', words: `${metric} ${found}, not ${expression}` };
  }
}

function* lag({ measured }: Run): Generator<HoldFailure> {
  const { measureStartSecond, measureEndSecond, seconds, groups } = measured;
  const window = seconds.filter(({ second }) => second >= measureStartSecond && second < measureEndSecond);
  const third = Math.floor(window.length / 3);
  if (third === 0) return;
  const ratePerSecond = measured.throughput.achievedPerSecond;
  for (const { name } of groups) {
    const growth = medianLag(window.slice(-third), name) - medianLag(window.slice(0, third), name);
    if (growth > ratePerSecond * LAG_GROWTH_SECONDS_MAX) yield { condition: 'lag', words: `group ${name} fell ${rateText(growth)} records further behind` };
  }
}

function medianLag(seconds: readonly SecondRecord[], group: string): number {
  return median(seconds.map(({ lagRecordsByGroup }) => lagRecordsByGroup[group] ?? 0));
}
