import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planFor } from '../../../sizing/plan.ts';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import { measuredRecords, withMeasurements } from '../../../sizing/measured/measured-inputs.ts';
import { measurementsOf, type Measurements } from '../../../sizing/measured/measurements.ts';
import type { Plan } from '../../../results/plan-record.ts';
import type { Run } from '../../../results/run.ts';
import { changedInputs } from '../../../sizing/page/controls.ts';
import { pageView } from '../../../sizing/page/page-view.ts';
import { clusterDefaults, topicDefaults } from '../../../sizing/input-defaults.ts';
import { faultRun, runWithoutRecords } from '../../results/sample-run.ts';
import { pricedRun, PRICES, variedRuns } from './priced-runs.ts';

const CONFIG = 'workload: { name: clicks, rate: 100k/s, recordSize: 240 B, key: session }\nconsumers: { reader-0: 5k/s }\nproducer: { compression: zstd }\n';

function measured(runs: readonly Run[]): Measurements {
  const found = measurementsOf(runs);
  if (found === null) throw new Error('these runs measure something');
  return found;
}

function planned(runs: readonly Run[], config = CONFIG) {
  const measurements = measured(runs);
  return planFor(withMeasurements(readSizingConfig(config, { measured: measuredRecords(measurements) }), measurements), { draws: 500 });
}

describe('prices of the brokers from runs', () => {
  it('are those that made the runs', () => {
    const { prices } = measured(variedRuns());
    expect(prices).toMatchObject({ kind: 'fitted' });
    if (prices?.kind !== 'fitted') return;
    for (const [at, { price, confusedWith }] of prices.regression.terms.entries()) {
      expect(price / (PRICES[at] as number)).toBeCloseTo(1, 4);
      expect(confusedWith).toBeNull();
    }
    expect(prices.predictionError).toBeLessThan(0.001);
  });

  it('enter the plan as measured, with a factor on all of them for what left-out runs were off by', () => {
    const noise = [0.2, -0.2, 0.1, -0.1, 0.2, -0.2, 0.1, -0.1, 0.15, -0.15];
    const runs = variedRuns(noise);
    const { prices } = measured(runs);
    const input = planned(runs).inputs.find(({ id }) => id === 'cpu.request');
    if (prices?.kind !== 'fitted' || input === undefined) throw new Error('ten varied runs are fitted');
    const term = prices.regression.terms[3];
    expect(input).toMatchObject({ source: 'measured', value: term?.price, runId: '20260805-120009-aaaaaa', date: '2026-08-05' });
    expect(input.high).toBeCloseTo(term?.high ?? 0, 12);
    const unseen = planned(runs).inputs.find(({ id }) => id === 'cpu.unseen');
    const factors = prices.regression.leftOutShares.map((share) => 1 + share);
    expect(unseen).toMatchObject({ source: 'measured', value: 1, low: Math.min(...factors), high: Math.max(...factors) });
    expect(input.why).toMatch(/^least squares over 10 runs, R2 0\.\d\d; runs that were left out were off by \d+/);
  });

  it('are the assumed ones times one factor where one run cannot tell bytes from requests, and say so', () => {
    const { prices } = measured([pricedRun('20260805-120000-aaaaaa', { rate: 100_000 })]);
    expect(prices?.kind).toBe('scaled');
    if (prices?.kind !== 'scaled') return;
    const input = planned([pricedRun('20260805-120000-aaaaaa', { rate: 100_000 })]).inputs.find(({ id }) => id === 'cpu.write');
    const assumed = clusterDefaults.processor.secondsPerWrittenByte;
    expect(input).toMatchObject({ source: 'measured', value: expect.closeTo(assumed.value * prices.factor, 15), low: expect.closeTo(assumed.low * prices.factor, 15), why: expect.stringContaining('1 run cannot tell bytes from requests') });
  });

  it('are the assumed ones times one factor where nobody counted requests, which are then those to be expected', () => {
    const runs = variedRuns().map((run): Run => ({ ...run, measured: { ...run.measured, brokers: run.measured.brokers.map((broker) => ({ ...broker, requests: null })) } }));
    expect(measured(runs).prices).toMatchObject({ kind: 'scaled', runCount: 10 });
  });

  it('stay assumed where the brokers cannot be seen', () => {
    const runs = variedRuns().map((run): Run => ({ ...run, measured: { ...run.measured, brokers: [] } }));
    const plan = planned(runs);
    expect(plan.inputs.find(({ id }) => id === 'cpu.write')?.source).toBe('assumed');
    expect(plan.notes.join(' ')).toContain("The brokers' processes cannot be seen in these runs");
  });
});

describe('other inputs from runs', () => {
  it('take the place of what was assumed, and never of what was given', () => {
    const runs = [pricedRun('20260805-120000-aaaaaa', { rate: 100_000, wirePerRecord: 40 }), pricedRun('20260805-120001-aaaaaa', { rate: 100_000, wirePerRecord: 60 })];
    const assumed = planned(runs).inputs.find(({ id }) => id === 'clicks.compression');
    expect(assumed).toMatchObject({ source: 'measured', value: 5, low: 4, high: 6 });
    const given = planned(runs, CONFIG.replace('recordSize: 240 B', 'recordSize: 240 B, compressionRatio: 3x')).inputs.find(({ id }) => id === 'clicks.compression');
    expect(given).toMatchObject({ source: 'given', value: 3 });
  });

  it('give the record size that a file leaves out, under its name in the plan', () => {
    const runs = [pricedRun('20260805-120000-aaaaaa', { rate: 100_000 })];
    expect(planned(runs, CONFIG.replace(' recordSize: 240 B,', '')).inputs.find(({ id }) => id === 'clicks.record.size')).toMatchObject({ source: 'measured', value: 240 });
  });

  it('take for a partition the most that one took, from the run that shows most', () => {
    const runs = [pricedRun('20260805-120000-aaaaaa', { rate: 100_000, partitions: 20, load: 'closed' }), pricedRun('20260805-120001-aaaaaa', { rate: 50_000, partitions: 1, load: 'closed' })];
    expect(planned(runs).inputs.find(({ id }) => id === 'clicks.partition.rate')).toMatchObject({ value: 3_000_000, runId: '20260805-120001-aaaaaa', why: 'the most that a topic of one partition took, 1 closed loop' });
  });

  it('bound no partition where a rate was offered or many shared the brokers: what was seen is the low end of what is assumed', () => {
    const rateOf = (run: Run) => planned([run]).inputs.find(({ id }) => id === 'clicks.partition.rate');
    const assumed = topicDefaults.partitionBytesPerSecond('clicks');
    expect(rateOf(pricedRun('20260805-120000-aaaaaa', { rate: 100_000, partitions: 20 }))).toMatchObject({ source: 'assumed', low: assumed.low, value: assumed.value, high: assumed.high, why: expect.stringMatching(/one of 20 partitions took 300 kB\/s because no more was offered, which is no limit$/) });
    expect(rateOf(pricedRun('20260805-120000-aaaaaa', { rate: 1000, partitions: 1 }))).toMatchObject({ source: 'assumed', value: assumed.value });
    expect(rateOf(pricedRun('20260805-120000-aaaaaa', { rate: 400_000, partitions: 3, load: 'closed' }))).toMatchObject({ source: 'assumed', low: 8e6, value: assumed.value, high: assumed.high, why: expect.stringContaining('a closed loop shared the brokers among them') });
    expect(rateOf(pricedRun('20260805-120000-aaaaaa', { rate: 800_000, partitions: 1 }))).toMatchObject({ source: 'assumed', low: 48e6, value: 48e6, high: 48e6 });
  });

  it('leave a plan of several topics possible that a run of a low rate says nothing against', () => {
    const shop = readFileSync(new URL('../../../examples/shop-size.yaml', import.meta.url), 'utf8');
    expect(planned([pricedRun('20260805-120000-aaaaaa', { rate: 100_000, partitions: 20 })], shop).conflicts).toEqual([]);
  });

  it('make a load curve of runs that differ in their rate alone, rising even where one was lucky', () => {
    const runs = [[20_000, 12_000], [60_000, 11_000], [120_000, 40_000]].map(([rate = 0, p99Us = 0], at) => pricedRun(`20260805-12000${at}-aaaaaa`, { rate, p99Us, recordsPerBatch: 50 }));
    const curve = measured([...runs, pricedRun('20260805-120009-aaaaaa', { rate: 90_000, partitions: 40 })]).latency;
    expect(curve?.of).toBe('processors');
    expect(curve?.points.map(({ p99Seconds }) => p99Seconds)).toEqual([0.012, 0.012, 0.04]);
    expect(measured(runs.slice(0, 2)).latency).toBeNull();
  });

  it('fit the scalability law where six closed loops or more differ in one count alone', () => {
    const runs = [1, 2, 4, 8, 16, 32].map((partitions, at) => pricedRun(`20260805-12000${at}-aaaaaa`, { rate: (100_000 * partitions) / (1 + 0.05 * (partitions - 1) + 0.002 * partitions * (partitions - 1)), partitions, load: 'closed' }));
    const [finding] = measured(runs).scalability;
    expect(finding).toMatchObject({ by: 'partitions', pointCount: 6, measuredMost: 32 });
    expect(finding?.peakAt.value).toBeCloseTo(Math.sqrt(0.95 / 0.002), 1);
    expect(measured(runs.slice(0, 5)).scalability).toEqual([]);
  });

  it('leave out runs with faults and runs without records, and are null of nothing else', () => {
    expect(measurementsOf([faultRun(), runWithoutRecords()])).toBeNull();
    expect(measured([pricedRun('20260805-120000-aaaaaa', { rate: 1000 }), faultRun()]).leftOut).toBe(1);
  });
});

describe('an extrapolation', () => {
  it('is flagged beyond twice what was measured, in the warnings and at the quantity', () => {
    const plan = planned(variedRuns(), CONFIG.replace('100k/s', '20M/s'));
    const warned = plan.warnings.filter(({ code }) => code === 'measured.extrapolated').map(({ what }) => what.split(':')[0]);
    expect(warned).toEqual(expect.arrayContaining(['partitions', 'consumers']));
    const small = planned(variedRuns().map((run): Run => ({ ...run, measured: { ...run.measured, throughput: { ...run.measured.throughput, compressedBytes: run.measured.throughput.compressedBytes / 1000 } } })), CONFIG.replace('recordSize: 240 B', 'recordSize: 240 B, compressionRatio: 3x'));
    expect(small.warnings.some(({ what }) => what.startsWith('bytes written to a broker'))).toBe(true);
    expect(small.inputs.find(({ id }) => id === 'cpu.write')?.why).toMatch(/the plan extrapolates it by \d+/);
  });

  it('is flagged, and what was measured kept, also in a page for a value that is changed there', () => {
    const measurements = measured(variedRuns());
    const written = withMeasurements(readSizingConfig(CONFIG, { measured: measuredRecords(measurements) }), measurements);
    const embedded = JSON.parse(JSON.stringify(written)) as typeof written;
    const codes = ({ warnings }: Plan): string[] => warnings.filter(({ code }) => code === 'measured.extrapolated').map(({ what }) => what.split(':')[0] as string);
    const changed = changedInputs(embedded, new Map([['clicks.rate.peak', '20M/s']]));
    for (const options of [{ isQuick: true }, {}]) {
      const { plan } = pageView(changed, options);
      expect(codes(plan)).toEqual(expect.arrayContaining(['partitions', 'consumers']));
      for (const id of ['cpu.write', 'cpu.read', 'cpu.request']) expect(plan.inputs.find((each) => each.id === id)).toMatchObject({ source: 'measured', value: planned(variedRuns()).inputs.find((each) => each.id === id)?.value });
    }
    expect(codes(pageView(embedded).plan)).toEqual(codes(planned(variedRuns())));
  });

  it('is none up to twice', () => {
    const plan = planned([pricedRun('20260805-120000-aaaaaa', { rate: 100_000 }), ...variedRuns()]);
    expect(plan.warnings.filter(({ what }) => what.startsWith('bytes written') || what.startsWith('partitions'))).toEqual([]);
  });
});
