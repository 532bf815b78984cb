/** A what-if question as a file: read again it gives the plan that the page shows. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import { changedConfig } from '../../../sizing/page/changed-config.ts';
import { changedInputs, controlsOf, problemsOf, textAt, type Changes } from '../../../sizing/page/controls.ts';
import { wholeConfig } from '../../../sizing/page/whole-config.ts';
import { yamlText } from '../../../sizing/page/yaml-text.ts';
import { planFor } from '../../../sizing/plan.ts';

const OPTIONS = { draws: 200, isBrief: true } as const;
const NAMES = ['clickstream', 'ingest-layer', 'shop'] as const;

function exampleText(name: string): string {
  return readFileSync(new URL(`../../../examples/${name}-size.yaml`, import.meta.url), 'utf8');
}

/** Of both: what the page computes, and what its configuration gives when it is read as a file. */
function plansOf(text: string, changes: Changes) {
  const inputs = readSizingConfig(text);
  const written = yamlText(changedConfig(wholeConfig(text), inputs, changes));
  return { asked: planFor(changedInputs(inputs, changes), OPTIONS), read: planFor(readSizingConfig(written), OPTIONS) };
}

describe.each(NAMES)('the configuration of %s', (name) => {
  const text = exampleText(name);
  const controls = controlsOf(readSizingConfig(text));

  it('gives the same plan without a change', () => {
    const { asked, read } = plansOf(text, new Map());
    expect(read.choices).toEqual(asked.choices);
    expect(read.values).toEqual(asked.values);
  });

  it('gives what the page shows, whatever is changed in it', () => {
    const someChanges = fc.uniqueArray(fc.tuple(fc.constantFrom(...controls), fc.integer({ min: 0, max: 1000 })), { selector: ([{ id }]) => id, minLength: 1, maxLength: 5 }).map((moved) => new Map(moved.map(([control, position]) => [control.id, textAt(control, position)])));
    fc.assert(
      fc.property(someChanges, (changes) => {
        if (problemsOf(controls, changes).size > 0) return;
        const { asked, read } = plansOf(text, changes);
        expect(read.decisions.map(({ id, value }) => [id, value])).toEqual(asked.decisions.map(({ id, value }) => [id, value]));
        for (const [at, { id, value }] of asked.values.entries()) {
          expect(read.values[at]?.id).toBe(id);
          expect(Math.abs((read.values[at]?.value ?? 0) - value)).toBeLessThanOrEqual(1e-9 * Math.abs(value));
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('data as YAML', () => {
  it('is read back as the same data', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constantFrom('5k/s', '7 d', '60 %', '64 KiB', 'true', 'null', '3', '1e5', '0x10', '~', '- a', 'a: b', '2026-11-28'));
    const key = fc.string().filter((name) => name !== '__proto__');
    const data = fc.dictionary(key, fc.oneof(scalar, fc.array(scalar), fc.dictionary(key, scalar)), { minKeys: 1 });
    fc.assert(
      fc.property(data, (map) => {
        expect(parse(yamlText(map))).toEqual({ ...map });
      }),
    );
  });
});
