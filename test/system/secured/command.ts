/** `headroom` as a user runs it, in a directory where nothing else stores runs. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PLAIN_ENVIRONMENT } from '../../plain-environment.ts';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

export function headroom(words: readonly string[], options: { cwd: string; env?: Readonly<Record<string, string>> }): Promise<Ended> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const child = spawn(process.execPath, [main, ...words], { cwd: options.cwd, env: { ...PLAIN_ENVIRONMENT, ...options.env } });
    const ended = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text));
    child.once('close', (code) => resolve({ code, ...ended, elapsedMs: performance.now() - startMs }));
  });
}

/** As short as it can be: what is checked is never the speed. */
export const SHORT = ['--rate', '2k', '--warmup', '0', '--duration', '2', '--partitions', '4', '--groups', 'none'];
