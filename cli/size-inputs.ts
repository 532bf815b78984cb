/** What a plan is made of, as the commands are told it: a configuration, stored runs and samples of events that fill what it leaves out. */
import type { SampleRecord } from '../results/sample-record.ts';
import type { MeasuredInputs } from '../sizing/config-file.ts';
import type { Measurements } from '../sizing/measured/measurements.ts';
import type { SizingInputs } from '../sizing/sizing-inputs.ts';
import { CliError } from './cli-error.ts';
import type { NamedSample } from './size-sample.ts';

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
  /** Of --sample and of the configuration, by topic. */
  readonly samples: ReadonlyMap<string, SampleRecord>;
}

/** Throws CliError (usage). */
export async function planInputs(path: string, { from, sample = [], sampleKey = [] }: InputFlags): Promise<PlanInputs> {
  const measured = from === undefined ? undefined : await measuredBy(from);
  const named = await samplesNamedIn(path);
  if (sample.length === 0 && named.every((each) => each.path === null)) {
    if (sampleKey.length > 0) throw new CliError('--sample-key says where the key is in a sample, and there is none', EXIT_USAGE);
    const [keyOnly] = named;
    if (keyOnly !== undefined) throw new CliError(`${keyOnly.at}: sampleKey says where the key is in a sample, and ${keyOnly.topic} has none: add sample: FILE, or --sample`, EXIT_USAGE);
    return { inputs: await inputsFrom(path, { measured }), measured, samples: new Map() };
  }
  const { sampledInputs } = await import('./size-sample.ts');
  return { ...(await sampledInputs({ samples: sample, keyPaths: sampleKey, named, read: (sampled) => inputsFrom(path, { measured, sampled }) })), measured };
}

/** For a flag that may be repeated. */
export function collected(word: string, all: readonly string[] = []): readonly string[] {
  return [...all, word];
}

/** What the configuration says of samples, with the paths as they are from here. */
async function samplesNamedIn(path: string): Promise<readonly NamedSample[]> {
  const { dirname, isAbsolute, join } = await import('node:path');
  const { configSamples } = await import('../sizing/config-file.ts');
  const found = await readConfig(path, (text) => configSamples(text));
  return found.map(({ topic, path: file, keyPath, place }) => ({ topic, keyPath, path: file === null || isAbsolute(file) ? file : join(dirname(path), file), at: `${path}:${place.line}:${place.column}` }));
}

async function inputsFrom(path: string, { measured, sampled = {} }: { measured: Measurements | undefined; sampled?: MeasuredInputs }): Promise<SizingInputs> {
  const { readSizingConfig } = await import('../sizing/config-file.ts');
  const { measuredRecords, withMeasurements } = await import('../sizing/measured/measured-inputs.ts');
  return readConfig(path, (text) => {
    const given = readSizingConfig(text, { todayMs: Date.now(), measured: { ...(measured === undefined ? {} : measuredRecords(measured)), ...sampled } });
    return measured === undefined ? given : withMeasurements(given, measured);
  });
}

/** Throws CliError for what cannot be read, and for what is wrong in it with its place. */
async function readConfig<T>(path: string, read: (text: string) => T): Promise<T> {
  const { readFile } = await import('node:fs/promises');
  const { SizingConfigError } = await import('../sizing/config-file.ts');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`, EXIT_USAGE);
  });
  try {
    return read(text);
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
