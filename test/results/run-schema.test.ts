import { describe, expect, it } from 'vitest';
import { validateRun } from '../../results/run-schema.ts';
import type { Run } from '../../results/run.ts';
import { closedLoopRun, damagedLogRun, externalRun, faultRun, runWithoutRecords, sampleRun } from './sample-run.ts';

describe('validateRun', () => {
  it('accepts a run of each kind, as it comes back from JSON', () => {
    for (const run of [sampleRun(), runWithoutRecords(), closedLoopRun(), externalRun(), faultRun(), damagedLogRun()]) {
      const value: unknown = JSON.parse(JSON.stringify(run));
      expect(validateRun(value)).toEqual({ kind: 'valid', run });
    }
  });

  it('takes the place in an experiment, and none', () => {
    const repeat = { experimentId: '20260805-123456-k3x9qd', experiment: 'acks', variant: 'one', block: 2, position: 1 };
    expect(validateRun(sampleRun({ repeat }))).toMatchObject({ kind: 'valid', run: { repeat } });
    expect(validateRun(sampleRun({ repeat: null })).kind).toBe('valid');
    expect(validateRun(withValueAt(sampleRun({ repeat }), 'repeat.block', 'two'))).toMatchObject({ kind: 'invalid', problems: [expect.stringMatching(/^repeat\.block: /)] });
  });

  it.each([
    [null, []],
    [{ kind: 'killBroker', atSeconds: 5, restartAfterSeconds: 3 }, [{ kind: 'kill', atSeconds: 5, forSeconds: 3, broker: 'leader' }]],
    [{ kind: 'pauseBroker', atSeconds: 5, forSeconds: 0.2, which: 'all' }, [{ kind: 'pause', atSeconds: 5, forSeconds: 0.2, broker: 'all' }]],
  ])('reads the one fault of runs from before there could be several: %j', (fault, faults) => {
    const { faults: _, ...configuration } = sampleRun().configuration;
    expect(validateRun({ ...sampleRun(), schemaVersion: 1, configuration: { ...configuration, fault } })).toMatchObject({ kind: 'valid', run: { configuration: { faults } } });
    expect(validateRun({ ...sampleRun(), schemaVersion: 1, configuration: { ...configuration, fault: { kind: 'flood' } } }).kind).toBe('invalid');
  });

  it('keeps fields that it does not know', () => {
    const value = { ...sampleRun(), colour: 'blue' };
    expect(validateRun(value)).toEqual({ kind: 'valid', run: value });
  });

  it.each<[string, string, unknown]>([
    ['a field is missing', 'measured.throughput.batches', undefined],
    ['a count is negative', 'measured.groups.1.records', -1],
    ['a number is text', 'seed', '1'],
    ['a rate was NaN and became null', 'measured.throughput.achievedPerSecond', null],
    ['a kind is unknown', 'configuration.load.kind', 'sideways'],
    ['an event lacks its time', 'measured.events.0.atMs', undefined],
    ['the date is no date', 'startedAt', 'yesterday'],
    ['a histogram is empty text', 'measured.latency.publish.hdrBase64', ''],
    ['the verdict is missing', 'verification.passed', undefined],
  ])('names the place when %s', (_, path, value) => {
    const validation = validateRun(withValueAt(faultRun(), path, value));
    expect(validation.kind === 'invalid' ? validation.problems : ['valid']).toContainEqual(expect.stringMatching(`^${path}: `));
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

/** A copy in which the value at a dotted path is another one; undefined removes it, as JSON does. */
function withValueAt(run: Run, path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(run);
  const steps = path.split('.');
  const last = steps.pop() as string;
  const parent = steps.reduce((node, step) => (node as Record<string, unknown>)[step], copy) as Record<string, unknown>;
  expect(parent).toHaveProperty(last);
  parent[last] = value;
  return JSON.parse(JSON.stringify(copy));
}
