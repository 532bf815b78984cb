/** What a plan is made of, as the commands are told it: a configuration, stored runs and samples of events that fill what it leaves out. */
import type { SampleRecord } from '../results/sample-record.ts';
import type { MeasuredInputs } from '../sizing/config-file.ts';
import type { Measurements } from '../sizing/measured/measurements.ts';
import type { SizingInputs } from '../sizing/sizing-inputs.ts';
import { CliError } from './cli-error.ts';

const EXIT_USAGE = 2;

/** The flags of `headroom size` and `headroom cluster --topics`. */
export interface InputFlags {
  readonly from?: string;
  readonly sample?: readonly string[];
  readonly sampleKey?: readonly string[];
}

export interface PlanInputs {
  readonly inputs: SizingInputs;
  /** Of --from. */
  readonly measured: Measurements | undefined;
  /** Of --sample, by topic. */
  readonly samples: ReadonlyMap<string, SampleRecord>;
}

/** Throws CliError (usage). */
export async function planInputs(path: string, { from, sample = [], sampleKey = [] }: InputFlags): Promise<PlanInputs> {
  const measured = from === undefined ? undefined : await measuredBy(from);
  if (sample.length === 0) {
    if (sampleKey.length > 0) throw new CliError('--sample-key says where the key is in a --sample, and there is none', EXIT_USAGE);
    return { inputs: await inputsFrom(path, { measured }), measured, samples: new Map() };
  }
  const { sampledInputs } = await import('./size-sample.ts');
  return { ...(await sampledInputs({ samples: sample, keyPaths: sampleKey, read: (sampled) => inputsFrom(path, { measured, sampled }) })), measured };
}

/** For a flag that may be repeated. */
export function collected(word: string, all: readonly string[] = []): readonly string[] {
  return [...all, word];
}

async function inputsFrom(path: string, { measured, sampled = {} }: { measured: Measurements | undefined; sampled?: MeasuredInputs }): Promise<SizingInputs> {
  const { readFile } = await import('node:fs/promises');
  const { readSizingConfig, SizingConfigError } = await import('../sizing/config-file.ts');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`, EXIT_USAGE);
  });
  const { measuredRecords, withMeasurements } = await import('../sizing/measured/measured-inputs.ts');
  try {
    const given = readSizingConfig(text, { todayMs: Date.now(), measured: { ...(measured === undefined ? {} : measuredRecords(measured)), ...sampled } });
    return measured === undefined ? given : withMeasurements(given, measured);
  } catch (error) {
    if (error instanceof SizingConfigError) throw new CliError(`${path}:${error.line}:${error.column}: ${error.message}`, EXIT_USAGE);
    throw error;
  }
}

async function measuredBy(references: string): Promise<Measurements> {
  const { RunStore } = await import('../results/run-store.ts');
  const { measurementsOf } = await import('../sizing/measured/measurements.ts');
  const { runsOfResults } = await import('./stored-results.ts');
  const runs = await runsOfResults(new RunStore(), references);
  const measured = measurementsOf(runs);
  if (measured === null) throw new CliError(`--from ${references}: nothing measured in ${runs.length === 1 ? 'this run' : 'these runs'} that a plan could rest on`, EXIT_USAGE);
  return measured;
}
