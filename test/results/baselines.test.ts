import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Baselines, BaselineExistsError, type Baseline } from '../../results/baselines.ts';

const directory = mkdtempSync(join(tmpdir(), 'headroom-baselines-'));
const baselines = new Baselines(directory);

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function baselineOf(name: string, runIds: readonly string[]): Baseline {
  return { name, runIds, setAt: '2026-08-05T10:00:00.000Z', note: 'why' };
}

describe('Baselines', () => {
  it('T24: stay what they are until somebody replaces them', async () => {
    await baselines.set(baselineOf('main', ['a', 'b']), { replaces: false });
    await expect(baselines.set(baselineOf('main', ['c']), { replaces: false })).rejects.toThrow(BaselineExistsError);
    expect(await baselines.find('main')).toMatchObject({ kind: 'baseline', baseline: baselineOf('main', ['a', 'b']) });
    await baselines.set(baselineOf('main', ['c']), { replaces: true });
    expect(await baselines.find('main')).toMatchObject({ baseline: { runIds: ['c'] } });
  });

  it('are listed by name, damaged ones too, and forgotten one by one', async () => {
    await baselines.set(baselineOf('edge', ['x']), { replaces: false });
    writeFileSync(join(baselines.directory, 'cut.json'), '{"name":');
    writeFileSync(join(baselines.directory, 'other.json'), JSON.stringify(baselineOf('renamed', ['x'])));
    expect((await baselines.list()).map((each) => (each.kind === 'baseline' ? each.baseline.name : 'damaged'))).toEqual(['damaged', 'edge', 'main', 'damaged']);
    expect(await baselines.remove('edge')).toBe(true);
    expect(await baselines.remove('edge')).toBe(false);
    expect(await baselines.find('edge')).toBeUndefined();
  });

  it('refuse names that would leave the folder', async () => {
    await expect(baselines.set(baselineOf('../x', ['a']), { replaces: true })).rejects.toThrow(RangeError);
    await expect(baselines.find('a/b')).rejects.toThrow(/cannot name a baseline/);
  });
});
