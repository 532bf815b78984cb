import { describe, expect, it } from 'vitest';
import { validateRun } from '../../results/run-schema.ts';
import { closedLoopRun, damagedLogRun, externalRun, faultRun, runWithoutRecords, sampleRun } from './sample-run.ts';

describe('validateRun', () => {
  it('accepts a run of each kind, as it comes back from JSON', () => {
    for (const run of [sampleRun(), runWithoutRecords(), closedLoopRun(), externalRun(), faultRun(), damagedLogRun()]) {
      const value: unknown = JSON.parse(JSON.stringify(run));
      expect(validateRun(value)).toEqual({ kind: 'valid', run });
    }
  });

  it('keeps fields that it does not know', () => {
    const value = { ...sampleRun(), colour: 'blue' };
    expect(validateRun(value)).toEqual({ kind: 'valid', run: value });
  });

  it.each<[string, (run: Record<string, any>) => void, string]>([
    ['a field is missing', (run) => delete run['measured'].throughput.batches, 'measured.throughput.batches'],
    ['a count is negative', (run) => (run['measured'].groups[1].records = -1), 'measured.groups.1.records'],
    ['a number is text', (run) => (run['seed'] = '1'), 'seed'],
    ['a rate was NaN and became null', (run) => (run['measured'].throughput.achievedPerSecond = null), 'measured.throughput.achievedPerSecond'],
    ['a kind is unknown', (run) => (run['configuration'].load.kind = 'sideways'), 'configuration.load.kind'],
    ['an event lacks its time', (run) => delete run['measured'].events[0].atMs, 'measured.events.0.atMs'],
    ['the date is no date', (run) => (run['startedAt'] = 'yesterday'), 'startedAt'],
    ['a histogram is empty text', (run) => (run['measured'].latency.publish.hdrBase64 = ''), 'measured.latency.publish.hdrBase64'],
    ['the verdict is missing', (run) => delete run['verification'].passed, 'verification.passed'],
  ])('names the place when %s', (_, damage, path) => {
    const value = structuredClone(faultRun()) as unknown as Record<string, any>;
    damage(value);
    const validation = validateRun(value);
    expect(validation.kind).toBe('invalid');
    expect(validation.kind === 'invalid' && validation.problems.some((problem) => problem.startsWith(`${path}: `))).toBe(true);
  });

  it('lists a few problems and counts the others', () => {
    const validation = validateRun({ schemaVersion: 1 });
    expect(validation.kind === 'invalid' ? validation.problems.at(-1) : '').toMatch(/^and \d+ more$/);
  });

  it.each([
    [{ ...sampleRun(), schemaVersion: 99 }, /99.*newer headroom/],
    [{ ...sampleRun(), schemaVersion: 'one' }, /"one"/],
    [{}, /no schemaVersion/],
    [null, /no schemaVersion/],
    [[], /no schemaVersion/],
    ['text', /no schemaVersion/],
  ])('refuses other versions and other things', (value, problem) => {
    const validation = validateRun(value);
    expect(validation.kind === 'invalid' ? validation.problems.join() : 'valid').toMatch(problem);
  });
});
