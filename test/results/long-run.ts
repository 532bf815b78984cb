/** Ten minutes with six consumer groups: as much as a page should have to hold. */
import type { Run, SecondRecord } from '../../results/run.ts';
import { sampleRun } from './sample-run.ts';

const GROUP_COUNT = 6;
const SECOND_COUNT = 606;

export function longRun(): Run {
  const run = sampleRun();
  const { measured, configuration } = run;
  const names = Array.from({ length: GROUP_COUNT }, (_, at) => `group-${at}`);
  const byGroup = (valueOf: (group: number) => number): Record<string, number> => Object.fromEntries(names.map((name, at) => [name, valueOf(at)]));
  const seconds = Array.from({ length: SECOND_COUNT }, (_, second): SecondRecord => ({
    ...(measured.seconds[second % 25] as SecondRecord),
    second,
    publishBuckets: { first: 30, counts: Array.from({ length: 25 }, (_each, at) => 1000 + ((second * at * 37) % 9000)) },
    consumedRecordsByGroup: byGroup((group) => 99_000 + ((group * second) % 1000)),
    lagRecordsByGroup: byGroup((group) => (second * 131 * (group + 1)) % 51_000),
  }));
  const groups = names.flatMap((name, at) => [measured.groups[at % 2]].flatMap((group) => (group === undefined ? [] : [{ ...group, name }])));
  const brokerSamples = [1, 2, 3].flatMap((brokerId) => seconds.map(({ second }) => ({ second, brokerId, cpuCores: 0.2 + (second % 10) / 100, rssBytes: 130_000_000 + second })));
  return {
    ...run,
    configuration: { ...configuration, durationSeconds: 600, groups: names.map((name) => ({ name, memberCount: 2, serviceTimeUs: 0, properties: {} })) },
    measured: { ...measured, measureEndSecond: 605, groups, seconds, brokerSamples },
  };
}
