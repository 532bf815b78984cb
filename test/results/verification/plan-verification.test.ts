import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listResults, outcomeWords, readResult } from '../../../results/result-reader.ts';
import { writeResult } from '../../../results/result-store.ts';
import { RunStore } from '../../../results/run-store.ts';
import { measuredQuantities } from '../../../results/verification/measured-quantities.ts';
import { earlierOn, standingOf, verdictOf, verificationRow, type PlanVerification, type VerificationRow } from '../../../results/verification/plan-verification.ts';
import { earlierText, verificationText } from '../../../results/verification/verification-text.ts';
import { sampleRun } from '../sample-run.ts';

const PLAIN = { width: 100, isColored: false };
const EXPECTED = { value: 0.02, low: 0.01, high: 0.06 };
const HOST = { cpuModel: 'AMD EPYC', coreCount: 2, kernel: 'Linux 6.18' };
const inside = verificationRow('publish.p99', EXPECTED, 0.03);
const outside = verificationRow('publish.p99', EXPECTED, 0.08);

function verification({ rows = [inside], factor = 2.5, records = 'confirmed', ...changes }: Partial<PlanVerification> & { factor?: number } = {}): PlanVerification {
  return {
    kind: 'planVerification', schemaVersion: 1, id: '20261128-030000-vvvvvv', startedAt: '2026-11-28T03:00:00.000Z', commandLine: ['headroom', 'size', 't.yaml', '--verify'], headroom: { version: '0.1.0', commit: null, isDirty: null },
    host: HOST, plan: { name: 'ingest', id: 'abcdef012345', topic: 'clicks' }, target: 'embedded', runId: '20261128-030001-rrrrrr', kept: ['20 partitions'], basis: { kind: 'assumed' },
    scale: { plannedPerSecond: 100_000, ratePerSecond: 100_000 / factor, factor, maximumPerSecond: 73_000, loadShare: 0.55, limitedBy: factor > 1 ? 'machine' : 'plan', groups: [{ name: 'fraud', planned: 20, members: 8 }] },
    rows, records, verdict: verdictOf({ rows, records, factor }), warnings: [], notes: [], ...changes,
  };
}

describe('the verdict', () => {
  it('is verified at the planned peak, and says by how much it extrapolates below it', () => {
    expect(verdictOf({ rows: [inside], records: 'confirmed', factor: 1 })).toEqual({ kind: 'verified', better: [] });
    expect(verdictOf({ rows: [inside], records: 'confirmed', factor: 2.5 })).toEqual({ kind: 'extrapolated', factor: 2.5, better: [] });
  });

  const early = verificationRow('publish.p50', EXPECTED, 0.005);

  it('is refuted by what is worse than its interval, whatever the scale and whatever is better', () => {
    expect(verdictOf({ rows: [inside, outside, early], records: 'confirmed', factor: 1 })).toEqual({ kind: 'refuted', worse: ['publish.p99'], better: ['publish.p50'] });
  });

  it('is not refuted by what is better than its interval, and says that it lies outside', () => {
    expect(early.isInside).toBe(false);
    expect(verdictOf({ rows: [inside, early], records: 'confirmed', factor: 1 })).toEqual({ kind: 'verified', better: ['publish.p50'] });
    expect(verdictOf({ rows: [inside, early], records: 'confirmed', factor: 2.5 })).toEqual({ kind: 'extrapolated', factor: 2.5, better: ['publish.p50'] });
  });

  it.each([
    ['rate.held', 'worse', 'worse'], ['publish.p50', 'better', 'worse'], ['publish.p99', 'better', 'worse'], ['wire.bytes', 'better', 'worse'],
    ['disk.bytes', 'better', 'worse'], ['cpu.broker', 'better', 'worse'], ['consumers.held', 'worse', 'worse'],
  ] as const)('knows which side of its interval is worse for %s', (quantity, below, above) => {
    expect([0.005, 0.03, 0.08].map((measured) => standingOf(verificationRow(quantity, EXPECTED, measured)))).toEqual([below, 'inside', above]);
  });

  it('is refuted by records that were not found, and not by what cannot be seen', () => {
    expect(verdictOf({ rows: [inside], records: 'notConfirmed', factor: 1 })).toEqual({ kind: 'refuted', worse: [], better: [] });
    const unseen = [verificationRow('cpu.broker', EXPECTED, null), verificationRow('consumers.held', null, 1)];
    expect(unseen.map(({ isInside, logRatio }) => [isInside, logRatio])).toEqual([[null, null], [null, null]]);
    expect(verdictOf({ rows: unseen, records: 'confirmed', factor: 1 })).toEqual({ kind: 'verified', better: [] });
  });
});

describe('what a run says', () => {
  it('is each quantity by its own definition, and nothing where brokers and disks are hidden', () => {
    const run = sampleRun();
    const { throughput, brokers, groups } = run.measured;
    const found = measuredQuantities(run, 3 * 50 * throughput.total.acknowledgedRecords);
    expect(found['disk.bytes']).toBeCloseTo(50, 9);
    expect(found['wire.bytes']).toBe(throughput.compressedBytes / throughput.acknowledgedRecords);
    expect(found['cpu.broker']).toBeCloseTo((brokers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) * 1e6) / throughput.acknowledgedRecords, 9);
    expect(found['consumers.held']).toBe(Math.min(...groups.map(({ records }) => records)) / throughput.acknowledgedRecords);
    expect(measuredQuantities({ ...run, measured: { ...run.measured, brokers: [], groups: [] } }, null)).toMatchObject({ 'disk.bytes': null, 'cpu.broker': null, 'consumers.held': null });
  });
});

describe('a stored verification', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headroom-verification-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is read again as it was written, among the results and not among the runs', async () => {
    const record = verification({ rows: [inside, outside] });
    await writeResult(directory, { kind: 'verification', id: record.id, result: record });
    await writeResult(directory, { kind: 'micro', id: 'other', result: {} });
    const [found, ...others] = await listResults(directory, 'verification');
    expect(others).toEqual([]);
    if (found?.kind !== 'verification') throw new Error('it is a verification');
    expect(found.result).toEqual(record);
    expect(outcomeWords(found)).toEqual({ name: 'ingest', words: 'clicks refuted: publish.p99 at 40,000 records/s' });
    expect(await new RunStore(directory).ids()).toEqual([]);
  });
});

describe('a verification stored before better and worse were told apart', () => {
  it('is judged again by its rows', () => {
    const { verdict: _, ...record } = verification({ rows: [inside, verificationRow('cpu.broker', EXPECTED, 0.005)] });
    const read = readResult('verification-old.json', JSON.stringify({ ...record, verdict: { kind: 'refuted', outside: [{ quantity: 'cpu.broker', side: 'below' }] } }));
    expect(read).toMatchObject({ kind: 'verification', result: { verdict: { kind: 'extrapolated', better: ['cpu.broker'] } } });
    if (read.kind !== 'verification') throw new Error('it is one');
    expect(outcomeWords(read).words).toBe('clicks extrapolated with room at 40,000 records/s');
  });
});

describe('earlier verifications', () => {
  const of = (measured: number, changes: Partial<PlanVerification> = {}): PlanVerification => verification({ rows: [verificationRow('publish.p99', EXPECTED, measured)] as readonly VerificationRow[], ...changes });

  const OWN = { name: 'ingest', id: 'abcdef012345' };

  it('are those of the same processors and brokers, summed up by measured over predicted', () => {
    const stored = [of(0.01), of(0.02), of(0.08), of(9, { host: { ...HOST, coreCount: 8 } }), of(9, { target: 'external' })];
    const earlier = earlierOn(HOST, { plan: OWN, stored });
    expect(earlier).toMatchObject({ same: { count: 3, refutedCount: 1, ratios: [{ quantity: 'publish.p99', count: 3 }] }, changed: null, others: null });
    const [ratio] = earlier?.same?.ratios ?? [];
    expect(ratio?.median).toBeCloseTo(1, 9);
    expect([ratio?.low, ratio?.high].map((each) => each?.toFixed(3))).toEqual(['0.500', '4.000']);
    expect(earlierOn({ cpuModel: 'other', coreCount: 2 }, { plan: OWN, stored })).toBeNull();
  });

  it('keep apart what was this plan, what was this plan with other inputs, and what was another', () => {
    const stored = [of(0.01), of(0.02, { plan: { ...OWN, id: '000000000000', topic: 'clicks' } }), of(0.08, { plan: { name: 'shop', id: OWN.id, topic: 'orders' } })];
    const earlier = earlierOn(HOST, { plan: OWN, stored });
    expect([earlier?.same, earlier?.changed, earlier?.others].map((summary) => [summary?.count, summary?.refutedCount, summary?.ratios[0]?.median.toFixed(2)])).toEqual([[1, 0, '0.50'], [1, 0, '1.00'], [1, 1, '4.00']]);
    const words = earlierText(earlier as NonNullable<typeof earlier>, PLAIN).replaceAll(/\s+/g, ' ');
    expect(words).toContain('1 of this plan, none refuted; measured over predicted: publish p99 0.500. 1 of this plan with other inputs, none refuted;');
    expect(words).toContain('1 of other plans, 1 refuted;');
  });

  it('count those of a machine that did something else, and leave them out of the ratios', () => {
    const earlier = earlierOn(HOST, { plan: OWN, stored: [of(0.01), of(9, { warnings: ['other-load'] })] });
    expect(earlier).toMatchObject({ same: { count: 2, disturbedCount: 1, ratios: [{ quantity: 'publish.p99', count: 1, median: 0.5 }] } });
    expect(verificationText(of(0.01, { warnings: ['machine-drifted'] }), PLAIN).replaceAll(/\s+/g, ' ')).toContain('Repeat it on a quiet one.');
  });

  it('are told with the plan, which they do not change', () => {
    const earlier = earlierOn(HOST, { plan: OWN, stored: [of(0.01), of(0.08)] });
    if (earlier === null) throw new Error('there are two');
    const words = earlierText(earlier, PLAIN).replaceAll(/\s+/g, ' ');
    expect(words).toContain('Earlier verifications on this machine; no interval above is widened by them: 2 of this plan, 1 refuted; measured over predicted: publish p99 1.41 (0.500 - 4).');
  });
});

describe('the report', () => {
  it('names what lies outside and that inputs were assumed', () => {
    const text = verificationText(verification({ rows: [inside, outside] }), PLAIN).replaceAll(/\s+/g, ' ');
    expect(text).toContain('Refuted: worse than predicted is publish p99. On a cluster like this one the plan would provide too little. What was assumed may be at fault: headroom bench calibrate measures it, and --from plans with that.');
    expect(text).toContain('NO, worse');
    expect(text).toContain('rest on assumed inputs, and their intervals are wide');
    expect(text).toContain('Scaled down by 2.50: 100,000 -> 40,000 records/s, 55 % of the 73,000 records/s predicted for this machine; members fraud 20 -> 8.');
  });

  it('says how far a plan is beyond what was run', () => {
    expect(verificationText(verification(), PLAIN)).toContain('Extrapolated by 2.50 x: everything inside its interval, at 40,000 records/s');
    expect(verificationText(verification({ factor: 1 }), PLAIN)).toContain('Verified: everything inside its interval, at the planned peak.');
  });

  it('does not call it a failure when something is better than predicted', () => {
    const text = verificationText(verification({ factor: 1, rows: [inside, verificationRow('cpu.broker', EXPECTED, 0.005)] }), PLAIN).replaceAll(/\s+/g, ' ');
    expect(text).toContain('no, better');
    expect(text).toContain('Verified, with room: everything else inside its interval, and better than predicted is broker CPU, at the planned peak. That was planned too carefully: there is more room than the plan says.');
    expect(text).not.toMatch(/refuted/i);
  });
});
