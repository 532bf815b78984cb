import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCLibrary, type CCodec } from '../../../bench/micro/codecs/c-library.ts';
import { clickstreamRecords } from '../../../bench/micro/sample-batches.ts';

const records = clickstreamRecords(64 * 1024);
const { TMPDIR } = process.env;
/** Of the compilers that are made up here, and the temporary directory of what is tested. */
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-c-library-'));
  mkdirSync(join(directory, 'tmp'));
  process.env['TMPDIR'] = join(directory, 'tmp');
});

afterEach(() => {
  const left = readdirSync(join(directory, 'tmp'));
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
  rmSync(directory, { recursive: true });
  expect(left).toEqual([]);
});

it.for<CCodec>(['zstd', 'lz4', 'snappy'])('times %s in C, in both directions, and gives back what went in', async (codec, { skip }) => {
  const library = await openCLibrary(codec, records);
  if (library.kind === 'missing') return skip(`${library.reason} is missing`);
  try {
    expect(library.compressedBytes).toBeGreaterThan(0);
    expect(library.compressedBytes).toBeLessThan(records.length / 2);
    for (const direction of ['compress', 'open'] as const) {
      const single = await library.time(direction, { runs: 1, timeMs: 5 });
      const several = await library.time(direction, { runs: 50, timeMs: 5 });
      for (const ns of [...single, ...several]) expect(ns).toBeGreaterThan(0);
      // Timings fill the time that was asked for, and fifty runs take longer than the shortest of one.
      expect(single.reduce((sum, ns) => sum + ns, 0)).toBeGreaterThanOrEqual(5e6 * 0.9);
      expect(Math.min(...several)).toBeGreaterThan(Math.min(...single) * 10);
    }
  } finally {
    await library.close();
  }
});

it('says that there is no compiler', async () => {
  expect(await openCLibrary('zstd', records, [join(directory, 'none')])).toEqual({ kind: 'missing', reason: 'a C compiler (cc)' });
});

it.each([
  ['a header', 'c-codecs.c:10:10: fatal error: lz4.h: No such file or directory', 'liblz4-dev (lz4.h and liblz4)'],
  ['a header, in clang’s words', "c-codecs.c:10:10: fatal error: 'lz4.h' file not found", 'liblz4-dev (lz4.h and liblz4)'],
  ['a library', '/usr/bin/ld: cannot find -llz4: No such file or directory', 'liblz4-dev (lz4.h and liblz4)'],
])('names the package when %s is missing', async (_what, message, reason) => {
  expect(await openCLibrary('lz4', records, [compilerThatSays(message)])).toEqual({ kind: 'missing', reason });
});

it('repeats what a compiler says that fails for another reason', async () => {
  const compiler = compilerThatSays('cc1: error: out of memory');
  expect(await openCLibrary('snappy', records, [compiler])).toEqual({ kind: 'missing', reason: `a compiler that builds it; ${compiler} says: cc1: error: out of memory` });
});

it('says that programs may not be run', async () => {
  const compiler = scriptOf('compiler', 'while [ "$1" != -o ]; do shift; done; : > "$2"');
  expect(await openCLibrary('zstd', records, [compiler])).toEqual({ kind: 'missing', reason: `the permission to run programs in ${join(directory, 'tmp')}` });
});

it('rejects when the program ends without an answer, and removes it', async () => {
  const compiler = scriptOf('compiler', 'while [ "$1" != -o ]; do shift; done; printf "#!/bin/sh\\nexit 3\\n" > "$2"; chmod +x "$2"');
  await expect(openCLibrary('zstd', records, [compiler])).rejects.toThrow('ended with exit code 3');
});

function compilerThatSays(message: string): string {
  return scriptOf('compiler', `echo "${message}" >&2; exit 1`);
}

function scriptOf(name: string, body: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
