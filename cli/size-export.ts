/** `headroom size CONFIG --export FORMAT`: the plan as files that other tools take, to a directory, a file, or the terminal. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plan } from '../results/plan-record.ts';
import { exportedFiles, exportFormats, type ExportFormat } from '../sizing/export/export-formats.ts';
import { exportRequest, type ExportedFile } from '../sizing/export/export-file.ts';
import { CliError } from './cli-error.ts';
import { writeOutput } from './write-output.ts';

const EXIT_NO_PLAN = 1;
const EXIT_USAGE = 2;
const ALL = 'all';

export interface SizeExport {
  /** As on the command line. */
  readonly formats: readonly string[];
  readonly out: string | undefined;
  readonly config: string;
}

/** The words of --export, several at a time or joined by commas. Throws CliError (usage). */
export function exportFormatsFrom(words: readonly string[]): ExportFormat[] {
  const known = Object.keys(exportFormats) as ExportFormat[];
  const wanted = words.flatMap((word) => word.split(',')).filter((word) => word !== '');
  return wanted.flatMap((word) => {
    if (word === ALL) return known;
    const format = known.find((each) => each === word);
    if (format === undefined) throw new CliError(`--export "${word}" is none of ${[...known, ALL].join(', ')}`, EXIT_USAGE);
    return [format];
  });
}

/** What is to be printed: the one file, or which files were written. */
export async function exportPlan(plan: Plan, { formats, out, config }: SizeExport): Promise<string> {
  const [conflict] = plan.conflicts;
  if (conflict !== undefined) throw new CliError(`--export: no plan works, so there is nothing to hand on: ${conflict.what}; ${conflict.nearest}`, EXIT_NO_PLAN);
  const { version } = (await import('../package.json', { with: { type: 'json' } })).default;
  const files = exportedFiles(exportRequest(plan, { version, config, planId: planId(plan) }), exportFormatsFrom(formats));
  if (files.length === 0) throw new CliError(`--export ${formats.join(' ')}: the plan has nothing for it; ${config} names no consumers`, EXIT_USAGE);
  const [only] = files;
  if (out === undefined) {
    if (files.length === 1 && only !== undefined) return only.text;
    throw new CliError(`--export ${formats.join(' ')} makes ${files.length} files (${files.map(({ name }) => name).join(', ')}): say where with --out DIRECTORY`, EXIT_USAGE);
  }
  const isFile = files.length === 1 && !out.endsWith('/') && (await stat(out).catch(() => undefined))?.isDirectory() !== true;
  const written = isFile && only !== undefined ? [await writeExport(only, out)] : await writeAll(files, out);
  return `${written.join('\n')}\n`;
}

/** Of what the plan rests on and says; without what a later day would change. */
export function planId({ name, certainty, inputs, choices, shape }: Plan): string {
  return createHash('sha256').update(JSON.stringify([name, certainty, inputs, choices, shape])).digest('hex').slice(0, 12);
}

async function writeAll(files: readonly ExportedFile[], directory: string): Promise<string[]> {
  await mkdir(resolve(directory), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`--out ${directory} cannot be made: ${error.code === 'EEXIST' || error.code === 'ENOTDIR' ? 'there is a file of that name' : error.message}`, EXIT_USAGE, error);
  });
  const written: string[] = [];
  for (const file of files) written.push(await writeExport(file, join(directory, file.name)));
  return written;
}

async function writeExport(file: ExportedFile, path: string): Promise<string> {
  const written = await writeOutput('--out', path, file.text);
  if (file.name.endsWith('.sh')) await chmod(written, 0o755);
  return written;
}
