/** Counts that are chosen again for a changed input are those of choosing everything anew. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import { ChosenBefore, chooseAll } from '../../../sizing/model/choosing.ts';
import { CountSearch } from '../../../sizing/model/count-search.ts';
import { drawnInputs } from '../../../sizing/model/draws.ts';
import { jointShare } from '../../../sizing/model/held-share.ts';
import type { CountChoice } from '../../../sizing/model/sheet.ts';
import { sheetOf } from '../../../sizing/plan.ts';

const DRAWN = { draws: 200, seed: 1 };

describe.each(['clickstream', 'ingest-layer', 'shop'])('the counts of %s', (name) => {
  const sheet = sheetOf(readSizingConfig(readFileSync(new URL(`../../../examples/${name}-size.yaml`, import.meta.url), 'utf8')));
  const inputs = [...sheet.inputs.values()];

  it('are the same whether what a change leaves alone is computed again or not', () => {
    const options = { share: 0.9, fixed: new Map([['brokers', 12]].slice(name === 'shop' ? 0 : 1) as [string, number][]) };
    const before = new ChosenBefore(sheet, drawnInputs(sheet, DRAWN), options);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.constantFrom(...inputs), fc.double({ min: 0.2, max: 5, noNaN: true })), { selector: ([{ id }]) => id, maxLength: 3 }), (moved) => {
        const changes = new Map(moved.map(([{ id, value }, factor]) => [id, value * factor]));
        const anew = chooseAll(sheet, new Map([...drawnInputs(sheet, DRAWN), ...changes]), options);
        expect(before.with(changes)).toEqual(anew.map(({ id, value, heldShare }) => ({ id, value, heldShare })));
      }),
      { numRuns: 30 },
    );
  });

  it('are enough in the share that all their constraints together say, in whatever order counts are tried', () => {
    const values = drawnInputs(sheet, DRAWN);
    const chosen = chooseAll(sheet, values, { share: 0.9 });
    const shareOf = (choice: CountChoice, count: number): number => {
      const tried = new Map(values).set(choice.id, count);
      sheet.evaluate(sheet.between([choice.id], sheet.constraintsOf(choice.id).flatMap(({ demand, capacity }) => [demand, capacity])), tried);
      return jointShare(sheet.constraintsOf(choice.id), tried);
    };
    for (const choice of sheet.choices.values()) {
      if (choice.kind === 'level') continue;
      const value = chosen.find(({ id }) => id === choice.id)?.value ?? 0;
      const search = new CountSearch(sheet, choice, values);
      for (const share of [0.5, 0.995, 0.005]) search.smallest(share);
      for (const count of [value, value + choice.step, Math.max(choice.step, value - choice.step), value * 3, value]) expect(search.heldShare(count), choice.id).toBe(shareOf(choice, count));
    }
  });
});
