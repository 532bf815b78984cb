/** The command as a process: what it stores, and where. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PLAIN_ENVIRONMENT } from '../../plain-environment.ts';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const QUICK = ['--only', 'count a latency', '--rounds', '2', '--time', '1'];

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-micro-command-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function benchMicro(...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'bench-micro', ...QUICK, ...words], { encoding: 'utf8', cwd: directory, env: PLAIN_ENVIRONMENT });
  return { code: status, out: stdout, err: stderr };
}

it('stores what it prints, in results/runs, and says where', () => {
  const { code, out, err } = benchMicro('--json');
  expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('Stored in ') });
  const [name, ...others] = readdirSync(join(directory, 'results', 'runs'));
  expect(others).toEqual([]);
  const stored = JSON.parse(readFileSync(join(directory, 'results', 'runs', name as string), 'utf8')) as { kind: string; id: string; rows: unknown[] };
  expect(stored).toEqual(JSON.parse(out));
  expect(stored.kind).toBe('micro');
  expect(name).toBe(`micro-${stored.id}.json`);
  expect(stored.rows).not.toEqual([]);
});

it('stores into another directory and ends the report with the path', () => {
  const { code, out } = benchMicro('--runs-dir', 'elsewhere');
  expect(code).toBe(0);
  const [name] = readdirSync(join(directory, 'elsewhere'));
  expect(out.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^Stored in .*/elsewhere/${name as string}$`));
});

it('stores nothing with --no-store', () => {
  const { code, out } = benchMicro('--no-store');
  expect(code).toBe(0);
  expect(out).not.toContain('Stored');
  expect(existsSync(join(directory, 'results'))).toBe(false);
});
