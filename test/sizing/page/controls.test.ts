/** What-if questions: their texts are read back as they were written, and give the plan that a file with the same values gives. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import { changedInputs, changesFrom, controlsOf, hashOf, parsedControl, positionOf, problemsOf, textAt } from '../../../sizing/page/controls.ts';
import { givenText } from '../../../sizing/page/given-text.ts';
import { pageView, viewSteps } from '../../../sizing/page/page-view.ts';
import { planFor } from '../../../sizing/plan.ts';
import { parseQuantity, UnitError } from '../../../sizing/units.ts';

const TEXT = readFileSync(new URL('../../../examples/clickstream-size.yaml', import.meta.url), 'utf8');
const inputs = readSizingConfig(TEXT);
const controls = controlsOf(inputs);

describe('a value as text', () => {
  it.each([
    [100_000, 'records/s', '100k/s'],
    [65_536, 'bytes', '64 KiB'],
    [4e12, 'bytes', '4 TB'],
    [230, 'bytes', '230 B'],
    [1.25e9, 'bytes/s', '1.25 GB/s'],
    [604_800, 'seconds', '7 d'],
    [0.01, 'seconds', '10 ms'],
    [3, 'count', '3'],
  ] as const)('of %d %s is %s', (value, unit, text) => {
    expect(givenText(value, unit)).toBe(text);
  });

  it('is read back as the value, whatever it is', () => {
    const units = fc.constantFrom('records/s', 'bytes', 'bytes/s', 'seconds', 'ratio');
    fc.assert(fc.property(units, fc.double({ min: 1e-2, max: 1e13, noNaN: true }), (unit, value) => Math.abs(parseQuantity(givenText(value, unit), unit) - value) <= value * 1e-11));
  });
});

describe('the controls of a plan', () => {
  it('have the values as written, and sliders that stand there', () => {
    for (const control of controls) {
      expect(parsedControl(control, control.text)).toBeCloseTo(control.value, 12);
      if (control.form.kind === 'log') expect(textAt(control, positionOf(control, control.value))).toBe(control.text);
    }
  });

  it('give what a file with the changed values gives', () => {
    const changes = new Map([['clickstream.rate.peak', '150k/s'], ['clickstream.retention', '3 d'], ['clickstream.enrichment.consumer.rate', '8k/s'], ['broker.network.out', '2.5 GB/s']]);
    const file = TEXT.replace('rate: 100k/s ', 'rate: 150k/s ').replace('retention: 7 d', 'retention: 3 d').replace('enrichment: 5k/s', 'enrichment: 8k/s').replace('network: 10 Gbit/s', 'network: 20 Gbit/s');
    const [asked, written] = [planFor(changedInputs(inputs, changes)), planFor(readSizingConfig(file))];
    expect(asked.decisions).toEqual(written.decisions);
    expect(asked.values).toEqual(written.values);
    expect(asked.constraints).toEqual(written.constraints);
  });

  it('ask for another certainty', () => {
    const changed = changedInputs(inputs, new Map([['certainty', '99 %']]));
    expect(changed.certaintyShare).toBe(0.99);
    expect(planFor(changed).choices.find(({ id }) => id === 'disk.perBroker')?.heldShare).toBeCloseTo(0.99, 3);
  });

  it('say what is wrong with a text, and never compute with it', () => {
    expect(problemsOf(controls, new Map([['clickstream.rate.peak', '150k']])).get('clickstream.rate.peak')).toMatch(/150k/);
    expect(problemsOf(controls, new Map([['utilization', '160 %']])).get('utilization')).toMatch(/more than the whole/);
    expect(problemsOf(controls, new Map([['clickstream.min.insync.replicas', '4']])).get('clickstream.min.insync.replicas')).toMatch(/no write/);
    expect(problemsOf(controls, new Map([['clickstream.rate.peak', '150k/s']])).size).toBe(0);
    expect(() => changedInputs(inputs, new Map([['clickstream.rate.peak', 'fast']]))).toThrow(UnitError);
  });

  it('travel in an address, which leaves out what it does not know', () => {
    const changes = new Map([['clickstream.rate.peak', '150k/s'], ['utilization', '55 %']]);
    expect(changesFrom(`#${hashOf(changes)}&nonsense=1&=&%E0%A4%A`, controls)).toEqual(changes);
    expect(changesFrom('#growth', controls).size).toBe(0);
  });
});

describe('the view of a plan', () => {
  const view = pageView(inputs);

  it('spreads each choice over the draws, with the share of the chosen one as the plan has it', () => {
    for (const { id, value, heldShare } of view.plan.choices) {
      const steps = view.spreads.find(({ choiceId }) => choiceId === id)?.steps ?? [];
      expect(steps.find(({ count }) => count === value)?.enoughShare).toBeCloseTo(heldShare, 9);
      expect(steps.map(({ enoughShare }) => enoughShare)).toEqual(steps.map(({ enoughShare }) => enoughShare).toSorted((a, b) => a - b));
    }
  });

  it('comes in steps, the plan alone first, of which the last is all of it', () => {
    const [first, ...rest] = [...viewSteps(inputs)];
    expect(first?.plan).toEqual({ ...view.plan, sensitivities: [], alternatives: [] });
    expect(first?.peers).toBeNull();
    expect(rest.at(-1)).toEqual(view);
  });

  it('is the plan alone, with fewer draws, while a value is dragged', () => {
    const quick = pageView(inputs, { isQuick: true, asWritten: view.plan });
    expect(quick.plan.certainty.draws).toBeLessThan(view.plan.certainty.draws);
    expect(quick.spreads).toEqual([]);
    expect(quick.asWritten).toBe(view.plan);
  });
});
