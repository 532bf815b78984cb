import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRuns, type CompareOptions } from '../../../results/compare/compare-runs.ts';
import type { Comparison, MetricComparison } from '../../../results/compare/comparison.ts';
import type { Run, RunConfiguration, SecondRecord } from '../../../results/run.ts';
import { closedLoopRun, externalRun, sampleReading } from '../sample-run.ts';
import { exactRun } from './synthetic-runs.ts';

const FAST: CompareOptions = { resampleCount: 400 };

describe('a metric', () => {
  it('has one value a run, the medians, their ratio and the interval around it', () => {
    const { metrics } = comparedP50s([100, 110, 90, 105], [200, 220, 180, 210]);
    const p50 = metricOf(metrics, 'publish.p50');
    expect(p50).toMatchObject({ baseline: { values: [100, 110, 90, 105], median: 102.5 }, candidate: { values: [200, 220, 180, 210], median: 205 }, ratio: 2 });
    expect(p50.interval?.low).toBeGreaterThan(1.5);
    expect(p50.interval?.high).toBeLessThan(2.6);
    expect(p50.pValue).toBeCloseTo(2 / 70, 12);
    expect(metricOf(metrics, 'publish.p99').baseline.values).toEqual([300, 330, 270, 315]);
  });

  it('takes the geometric mean over pairs where runs were measured side by side', () => {
    const { metrics, isPaired } = comparedP50s([100, 200, 400, 800], [200, 100, 800, 1600], { isPaired: true });
    expect(isPaired).toBe(true);
    expect(metricOf(metrics, 'publish.p50').ratio).toBeCloseTo((2 * 0.5 * 2 * 2) ** 0.25, 12);
    expect(metricOf(metrics, 'publish.p50').pValue).toBeCloseTo(10 / 16, 12);
    // Plain percentiles would begin at three of the low pair and one of the others: 0.71.
    expect(metricOf(metrics, 'publish.p50').interval?.low).toBeLessThan(0.6);
  });

  it('is corrected over the metrics that have different values, and over no others', () => {
    const { metrics, criteria } = comparedP50s(around(100), around(200));
    const varying = metrics.filter(({ baseline, candidate }) => new Set([...baseline.values, ...candidate.values]).size > 1);
    expect(varying.map(({ id }) => id)).toEqual(['publish.p50', 'publish.p99', 'publish.p99.9', 'publish.max', 'endToEnd.realtime.p50', 'endToEnd.realtime.p99', 'endToEnd.sink.p50', 'endToEnd.sink.p99']);
    expect(criteria.testCount).toBe(varying.length);
    for (const { pValue, pValueCorrected } of varying) expect(pValueCorrected).toBeCloseTo(pValue * varying.length, 12);
    expect(metricOf(metrics, 'cpu.brokers')).toMatchObject({ ratio: 1, interval: { low: 1, high: 1 }, pValue: 1, pValueCorrected: 1, verdict: { kind: 'equivalent' } });
  });

  it('T29: counts CPU in seconds a million records, of the brokers and of the load workers alone', () => {
    const run = exactRun(100);
    const { metrics } = compared([run], [exactRun(100)]);
    const millions = run.measured.throughput.acknowledgedRecords / 1e6;
    expect(metricOf(metrics, 'cpu.brokers').baseline.median).toBeCloseTo(6 / millions, 12);
    const load = run.measured.generator.workers.filter(({ name }) => name.startsWith('load')).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    expect(metricOf(metrics, 'cpu.load').baseline.median).toBeCloseTo(load / millions, 12);
  });

  it('T16: is left out by name and reason when a run lacks it: closed loops have no latency, external brokers no CPU', () => {
    const closed = compared([{ ...closedLoopRun(), id: 'a' }], [{ ...closedLoopRun(), id: 'b' }]);
    expect(closed.metrics.map(({ id }) => id)).toEqual(['throughput.sent', 'throughput.acknowledged', 'wire.bytesPerRecord', 'cpu.brokers', 'cpu.load']);
    expect(closed.notCompared).toContainEqual({ metric: 'publish.p99', reason: expect.stringMatching(/run a .*closed loop/) });
    const external = compared([{ ...externalRun(), warnings: [], id: 'a' }], [exactRun(100)]);
    expect(external.notCompared).toEqual([{ metric: 'cpu.brokers', reason: expect.stringMatching(/run a .*cannot be seen/) }]);
  });

  it('that lies above the histogram or is 0 has no ratio and says so', () => {
    const above = exactRun(100);
    const publish = { ...above.measured.latency.publish, summary: { ...above.measured.latency.publish.summary, maxUs: null, overflowCount: 3 } };
    const measured = { ...above.measured, latency: { ...above.measured.latency, publish } };
    const { notCompared } = compared([exactRun(100)], [{ ...above, measured }, exactRun(0)]);
    expect(notCompared).toContainEqual({ metric: 'publish.max', reason: expect.stringMatching(/above .* s, where the histogram ends/) });
    expect(notCompared).toContainEqual({ metric: 'publish.p50', reason: expect.stringMatching(/has 0/) });
  });

  it('can be chosen, and an unknown one is named beside those that are there', () => {
    expect(comparedP50s(around(100), around(130), { metricIds: ['publish.p99'] })).toMatchObject({ criteria: { testCount: 1 }, metrics: [{ id: 'publish.p99' }] });
    expect(() => comparedP50s([1], [1], { metricIds: ['p99'] })).toThrow(/"p99".*publish\.p99/);
  });
});

describe('the verdict', () => {
  it.each([
    ['worse', around(100), around(130)],
    ['better', around(100), around(70)],
    ['equivalent', around(100), around(100.5)],
  ])('is %s when the whole interval says so', (kind, baseline, candidate) => {
    const { metrics } = comparedP50s(baseline, candidate);
    for (const id of ['publish.p50', 'publish.max', 'endToEnd.sink.p99']) expect(metricOf(metrics, id).verdict, id).toEqual({ kind });
  });

  it('is better for more throughput and worse for less', () => {
    const withRate = (rate: number): Run => {
      const run = exactRun(100);
      return { ...run, measured: { ...run.measured, throughput: { ...run.measured.throughput, achievedPerSecond: rate } } };
    };
    const [slow, fast] = [around(1e5).map(withRate), around(2e5).map(withRate)];
    expect(metricOf(compared(slow, fast).metrics, 'throughput.acknowledged').verdict).toEqual({ kind: 'better' });
    expect(metricOf(compared(fast, slow).metrics, 'throughput.acknowledged').verdict).toEqual({ kind: 'worse' });
  });

  it('is undecided with fewer than 4 runs a side, however large the difference or small the noise', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 3 }), fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 5 }), (baseline, candidate) => {
        for (const { verdict } of comparedP50s(baseline, candidate, { resampleCount: 50 }).metrics) expect(verdict).toMatchObject({ kind: 'undecided', cause: 'tooFewRuns' });
      }),
      { numRuns: 40 },
    );
  });

  it('needs 6 runs a side to call equivalent what 4 or 5 show as equal', () => {
    const equal = (count: number) => metricOf(comparedP50s(around(100).slice(0, count), around(100).slice(0, count)).metrics, 'publish.p50').verdict;
    expect(equal(4)).toMatchObject({ kind: 'undecided', cause: 'tooFewForEquivalence', runsNeeded: 6 });
    expect(equal(5)).toMatchObject({ kind: 'undecided', cause: 'tooFewForEquivalence' });
    expect(equal(6)).toEqual({ kind: 'equivalent' });
  });

  it('says that 4 runs a side cannot be significant over many metrics, and how many can: 2 of 924 times 8 is below 0.05', () => {
    const [baseline, candidate] = [around(100).slice(0, 4), around(150).slice(0, 4)];
    expect(metricOf(comparedP50s(baseline, candidate).metrics, 'publish.p50').verdict).toEqual({ kind: 'undecided', cause: 'tooFewForSignificance', runsNeeded: 6 });
    expect(metricOf(comparedP50s(baseline, candidate, { metricIds: ['publish.p50'] }).metrics, 'publish.p50').verdict).toEqual({ kind: 'worse' });
  });

  it('is undecided across the margin, and asks for more runs the closer the change lies to it', () => {
    const noisy = (center: number): number[] => [0.85, 0.9, 0.95, 1.05, 1.1, 1.15].map((factor) => factor * center);
    const needed = (ratio: number): number => {
      const { verdict } = metricOf(comparedP50s(noisy(100), noisy(100 * ratio)).metrics, 'publish.p50');
      if (verdict.kind !== 'undecided') throw new Error(verdict.kind);
      expect(verdict.cause).toBe('acrossMargin');
      return verdict.runsNeeded ?? Number.POSITIVE_INFINITY;
    };
    expect(needed(1.12)).toBeGreaterThan(6);
    expect(needed(1.09)).toBeGreaterThan(needed(1.12));
    expect(needed(1.05)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is mirrored when the sides are exchanged', () => {
    const mirrored = { better: 'worse', worse: 'better', equivalent: 'equivalent', undecided: 'undecided' };
    for (const center of [70, 100.5, 130]) {
      const there = metricOf(comparedP50s(around(100), around(center)).metrics, 'publish.p50');
      const back = metricOf(comparedP50s(around(center), around(100)).metrics, 'publish.p50');
      expect(back.verdict.kind).toBe(mirrored[there.verdict.kind]);
      expect(back.ratio).toBeCloseTo(1 / there.ratio, 12);
      expect(back.pValue).toBe(there.pValue);
    }
  });

  it('of a comparison survives JSON and comes again the same', () => {
    const runs = [around(100).map((p50) => exactRun(p50)), around(120).map((p50) => exactRun(p50))] as const;
    const first = compared(...runs);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(compared(...runs)).toEqual(first);
  });
});

describe('runs that must not be compared', () => {
  const sound = around(100).map((p50) => exactRun(p50));
  const warned = (code: string): Run => exactRun(100, { id: `warned-${code}`, warnings: [{ code, cause: 'a cause', effect: '', remedy: '' }] });

  it.each([
    ['failed', exactRun(100, { id: 'x', status: { kind: 'failed', reason: 'the broker died' } }), /broker died/],
    ['partial', exactRun(100, { id: 'x', status: { kind: 'partial', reason: 'Ctrl-C' } }), /Ctrl-C/],
    ['generator-saturated', warned('generator-saturated'), /a cause/],
    ['rate-not-reached', warned('rate-not-reached'), /a cause/],
    ['unsent-records', warned('unsent-records'), /a cause/],
  ])('are refused by name: %s, unless allowed', (code, run, reason) => {
    expect(compareRuns(sound, [run], FAST)).toEqual({ kind: 'refused', refusals: [{ side: 'candidate', runId: run.id, code, reason: expect.stringMatching(reason), canBeAllowed: true }] });
    expect(compareRuns(sound, [run], { ...FAST, allowsInvalid: true }).kind).toBe('compared');
  });

  it('include those whose verification failed', () => {
    const { verification } = exactRun(100);
    if (verification.kind === 'skipped') throw new Error('the sample run is verified');
    const outcome = compareRuns(sound, [exactRun(100, { verification: { ...verification, passed: false } })], FAST);
    expect(outcome).toMatchObject({ kind: 'refused', refusals: [{ code: 'verification-failed' }] });
  });

  it('include a run named twice, which nothing allows', () => {
    const [first] = sound as [Run];
    const outcome = compareRuns(sound, [first], { ...FAST, allowsInvalid: true });
    expect(outcome).toMatchObject({ kind: 'refused', refusals: [{ side: 'candidate', runId: first.id, code: 'repeated', canBeAllowed: false }] });
  });

  it('do not include runs with other warnings, which are counted among the cautions', () => {
    const { cautions } = compared(sound, [warned('other-load'), exactRun(100)]);
    expect(cautions).toContainEqual({ code: 'other-load', sentence: '0 of 8 baseline and 1 of 2 candidate runs carry this warning, as: a cause.' });
  });
});

describe('differences', () => {
  it('T21: list every property that differs under its Kafka name, and where a run has none', () => {
    const changes = { acks: '1', 'linger.ms': '99', 'new.property': 'x' };
    const { configurationDifferences, cautions } = compared([exactRun(100), exactRun(100)], [changed(changes), changed(changes)]);
    const { producerProperties } = exactRun(100).configuration;
    const expected = Object.entries(changes).map(([name, value]) => ({ property: `producer ${name}`, baseline: [producerProperties[name] ?? null], candidate: [value] }));
    expect(configurationDifferences).toHaveLength(3);
    expect(configurationDifferences).toEqual(expect.arrayContaining(expected));
    expect(cautions.map(({ code }) => code)).toContain('several-differences');
  });

  it('name groups, so that an added one does not shift the others', () => {
    const run = exactRun(100);
    const added = { name: 'a new one', memberCount: 1, serviceTimeUs: 0, properties: {} };
    const { configurationDifferences } = compared([exactRun(100)], [{ ...run, configuration: { ...run.configuration, groups: [added, ...run.configuration.groups] } }]);
    expect(configurationDifferences.map(({ property }) => property)).toEqual(['groups.a new one.name', 'groups.a new one.memberCount', 'groups.a new one.serviceTimeUs']);
  });

  it('leave out the name and the directory made for one run', () => {
    const configuration = (path: string): RunConfiguration => {
      const { configuration: sample } = exactRun(100);
      return { ...sample, name: path, target: { ...sample.target, dataDirectory: { path, kind: 'temporary' } } as RunConfiguration['target'] };
    };
    const { configurationDifferences, baseline } = compared([exactRun(1, { configuration: configuration('/a') })], [exactRun(1, { configuration: configuration('/b') })]);
    expect(configurationDifferences).toEqual([]);
    expect(baseline.names).toEqual(['/a']);
  });

  it('of host, version and seed stand apart, each with a caution', () => {
    const run = exactRun(100);
    const { environmentDifferences, cautions } = compared([exactRun(100)], [{ ...changed({ acks: '1' }), seed: 2, host: { ...run.host, coreCount: 64 }, headroom: { ...run.headroom, commit: 'ffff' } }]);
    expect(environmentDifferences.map(({ property }) => property)).toEqual(['headroom.commit', 'host.coreCount', 'seed']);
    expect(cautions.map(({ code }) => code)).toEqual(expect.arrayContaining(['host-differs', 'version-differs', 'seed-differs']));
  });

  it('that are none make it a comparison of a thing with itself', () => {
    expect(compared([exactRun(1)], [exactRun(1)]).cautions).toContainEqual({ code: 'no-difference', sentence: expect.stringMatching(/with itself/) });
  });

  it('within a side are a caution', () => {
    const { cautions } = compared([exactRun(1), changed({ acks: '0' })], [exactRun(1)]);
    expect(cautions).toContainEqual({ code: 'mixed-side', sentence: expect.stringMatching(/^The baseline runs .*producer acks/) });
  });
});

describe('cautions', () => {
  const at = (cpuLoopUs: number): Run => ({ ...exactRun(100), machine: { before: sampleReading({ cpuLoopUs }), after: sampleReading({ cpuLoopUs }) } });

  it('tell of a machine that did the same work at another speed for the other side, by the medians', () => {
    const { cautions } = compared([at(3000), at(3000), at(9000)], [at(3900), at(3900), at(3000)]);
    expect(cautions).toContainEqual({ code: 'calibration-differs', sentence: expect.stringMatching(/CPU loop 30 % slower/) as string });
    expect(codes([at(3000)], [at(3010)])).not.toContain('calibration-differs');
    expect(codes([at(3000)], [{ ...at(3900), machine: { before: null, after: null } }])).not.toContain('calibration-differs');
  });

  it('tell of too few repeats for a verdict', () => {
    const runs = (count: number): Run[] => Array.from({ length: count }, () => exactRun(100));
    expect(compared(runs(3), runs(5)).cautions).toContainEqual({ code: 'few-repeats', sentence: expect.stringMatching(/^3 runs a side/) as string });
    expect(codes(runs(4), runs(4))).not.toContain('few-repeats');
  });

  it('take what older runs do not say of their host for no difference, but a limit that was not there for one', () => {
    const run = exactRun(100);
    const unknown = { ...exactRun(100), host: { ...run.host, clockSource: null, hypervisor: null, disk: null } };
    expect(compared([run], [unknown]).environmentDifferences).toEqual([]);
    const limited = { ...exactRun(100), host: { ...run.host, cgroupCpuCores: 1.5 } };
    expect(compared([run], [limited]).environmentDifferences).toMatchObject([{ property: 'host.cgroupCpuCores', baseline: [null], candidate: ['1.5'] }]);
    expect(codes([run], [limited])).toContain('host-differs');
  });

  const codes = (baseline: readonly Run[], candidate: readonly Run[], options: CompareOptions = {}): string[] => compared(baseline, candidate, options).cautions.map(({ code }) => code);
  const startedAt = (minute: number): Run => exactRun(100, { startedAt: `2026-08-05T10:${String(minute).padStart(2, '0')}:00.000Z` });

  it('say when one side ran wholly before the other, and not when they alternate', () => {
    expect(codes([startedAt(1), startedAt(2)], [startedAt(3), startedAt(4)])).toContain('not-interleaved');
    expect(codes([startedAt(1), startedAt(4)], [startedAt(2), startedAt(3)])).not.toContain('not-interleaved');
  });

  it('say when pairs were not measured side by side', () => {
    expect(codes([startedAt(1), startedAt(2)], [startedAt(3), startedAt(4)], { isPaired: true })).toContain('pairs-apart');
    expect(codes([startedAt(1), startedAt(4)], [startedAt(2), startedAt(3)], { isPaired: true })).not.toContain('pairs-apart');
  });

  it('name a run that lies far from its side, once, and that it is counted', () => {
    const { cautions } = comparedP50s([...around(100), 500], around(100));
    const outliers = cautions.filter(({ code }) => code === 'outlier');
    expect(outliers).toHaveLength(1);
    expect(outliers[0]?.sentence).toMatch(/baseline run .* publish p50, publish p99.*counted like any other/);
  });

  it('T20: name a run whose window begins with a warm-up', () => {
    const run = exactRun(100);
    const [second] = externalRun().measured.seconds as [SecondRecord];
    const seconds = Array.from({ length: 60 }, (_, at) => ({ ...second, second: at, p50Us: (at < 10 ? 500 : 100) + (at % 2) }));
    const warming = { ...run, measured: { ...run.measured, measureStartSecond: 0, measureEndSecond: 60, seconds } };
    expect(compared([exactRun(100)], [warming]).cautions).toContainEqual({ code: 'warm-up', sentence: expect.stringMatching(new RegExp(`${run.id} .*about 10 s`)) });
  });
});

describe('options out of range', () => {
  it.each([
    [[], [1], {}, /each side/],
    [[1], [1], { alpha: 0 }, /alpha/],
    [[1], [1], { minDifference: -0.1 }, /smallest difference/],
    [[1], [1, 1], { isPaired: true }, /as many/],
  ])('are refused: %j against %j with %j', (baseline, candidate, options, message) => {
    expect(() => comparedP50s(baseline, candidate, options)).toThrow(message);
  });
});

/** Eight values within 1 % of `center`. */
function around(center: number): number[] {
  return [0.99, 1.01, 1, 0.995, 1.005, 0.9925, 1.0075, 1.002].map((factor) => center * factor);
}

function changed(properties: Record<string, string>): Run {
  const run = exactRun(100);
  return { ...run, configuration: { ...run.configuration, producerProperties: { ...run.configuration.producerProperties, ...properties } } };
}

function comparedP50s(baseline: readonly number[], candidate: readonly number[], options: CompareOptions = {}): Comparison {
  return compared(baseline.map((p50) => exactRun(p50)), candidate.map((p50) => exactRun(p50)), options);
}

function compared(baseline: readonly Run[], candidate: readonly Run[], options: CompareOptions = {}): Comparison {
  const outcome = compareRuns(baseline, candidate, { ...FAST, ...options });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusals));
  return outcome.comparison;
}

function metricOf(metrics: readonly MetricComparison[], id: string): MetricComparison {
  const metric = metrics.find((each) => each.id === id);
  if (metric === undefined) throw new Error(`no ${id} among ${metrics.map((each) => each.id).join(', ')}`);
  return metric;
}
