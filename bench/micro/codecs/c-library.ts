/**
 * The codecs' C libraries as the system has them, each in a process of its own: a small program, built when the contest opens, whose
 * loop and clock are C. Where compiler, header or library are missing, the answer is which.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type CCodec = 'zstd' | 'lz4' | 'snappy';
export type Direction = 'compress' | 'open';

export type CLibrary =
  | {
      readonly kind: 'measurable';
      /** Undefined where the library does not say it to C. */
      readonly version: string | undefined;
      readonly compressedBytes: number;
      /** Nanoseconds of each timing of `runs` runs. */
      time(direction: Direction, options: { runs: number; timeMs: number }): Promise<number[]>;
      close(): Promise<void>;
    }
  | { readonly kind: 'missing'; readonly reason: string };

/** Of Debian and its like, where a header is missing. */
const PACKAGES: Record<CCodec, { readonly header: string; readonly name: string }> = {
  zstd: { header: 'zstd.h', name: 'libzstd-dev' },
  lz4: { header: 'lz4.h', name: 'liblz4-dev' },
  snappy: { header: 'snappy-c.h', name: 'libsnappy-dev' },
};
type Program = ChildProcessByStdio<Writable, Readable, null>;

const WARM_UP_SHARE = 0.2;
const COMPILERS = ['cc', 'gcc', 'clang'];

/** Beside this file, or in the package's sources when this file is the built one in dist/. */
const SOURCES = ['./c-codecs.c', '../../../../bench/micro/codecs/c-codecs.c'];

export async function openCLibrary(codec: CCodec, plain: Buffer, compilers: readonly string[] = COMPILERS): Promise<CLibrary> {
  const source = SOURCES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (source === undefined) return { kind: 'missing', reason: 'the source c-codecs.c' };
  const directory = await mkdtemp(join(tmpdir(), 'headroom-micro-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const program = join(directory, codec);
    const problem = await build(codec, { source, program, compilers });
    if (problem !== undefined) {
      await remove();
      return { kind: 'missing', reason: problem };
    }
    const data = join(directory, 'plain');
    await writeFile(data, plain);
    return await start(program, data, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Undefined: built. Otherwise what is missing. */
async function build(codec: CCodec, { source, program, compilers }: { source: string; program: string; compilers: readonly string[] }): Promise<string | undefined> {
  const { header, name } = PACKAGES[codec];
  for (const compiler of compilers) {
    const built = await ended(compiler, ['-O2', '-std=c99', `-DCODEC_${codec.toUpperCase()}`, source, '-o', program, `-l${codec}`]);
    if (built === undefined) continue;
    if (built.code === 0) return undefined;
    if (built.stderr.includes(`${header}:`) || built.stderr.includes(`-l${codec}`) || built.stderr.includes(`'${header}'`)) return `${name} (${header} and lib${codec})`;
    return `a compiler that builds it; ${compiler} says: ${built.stderr.split('\n').find((line) => line.includes('error')) ?? `exit code ${built.code}`}`;
  }
  return 'a C compiler (cc)';
}

/** Undefined when there is no such program. */
async function ended(command: string, parameters: readonly string[]): Promise<{ code: number; stderr: string } | undefined> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: code ?? -1, stderr };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function start(program: string, data: string, remove: () => Promise<void>): Promise<CLibrary> {
  const child = spawn(program, [data], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(child, 'spawn');
  } catch (error) {
    await remove();
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return { kind: 'missing', reason: `the permission to run programs in ${tmpdir()}` };
    throw error;
  }
  const nextLine = linesOf(child);
  const close = async (): Promise<void> => {
    child.stdin.end();
    await exited(child);
    await remove();
  };
  try {
    const [version, compressedBytes] = (await nextLine()).split(' ');
    return {
      kind: 'measurable',
      version: version === '-' ? undefined : version,
      compressedBytes: Number(compressedBytes),
      async time(direction, { runs, timeMs }) {
        const timeNs = Math.round(timeMs * 1e6);
        child.stdin.write(`${direction === 'compress' ? 'c' : 'd'} ${runs} ${Math.round(timeNs * WARM_UP_SHARE)} ${timeNs}\n`);
        return (await nextLine()).split(' ').slice(0, -1).map(Number);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One line for each call; rejects when the process ends without it. */
function linesOf(child: Program): () => Promise<string> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // A write to a process that has ended is told by its missing line.
  child.stdin.on('error', () => {});
  return async () => {
    const { value, done } = await lines.next();
    if (done !== true) return value as string;
    await exited(child);
    throw new Error(`the C library's program ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`);
  };
}

async function exited(child: Program): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
