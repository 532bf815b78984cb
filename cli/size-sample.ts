/** `headroom size --sample`: measures the events, plans with them, and reads the compression where the plan says that batches really are. */
import { PayloadError } from '../bench/workload/file-payload.ts';
import { samplePayload } from '../bench/sample/payload-sample.ts';
import type { SampleRecord } from '../results/sample-record.ts';
import { sampleText } from '../results/render/sample-text.ts';
import type { MeasuredInputs } from '../sizing/config-file.ts';
import type { MeasuredTopic } from '../sizing/config/topic-reader.ts';
import { planFor } from '../sizing/plan.ts';
import { sampleInputs } from '../sizing/sample-inputs.ts';
import { input, type SizedTopic, type SizingInputs } from '../sizing/sizing-inputs.ts';
import { CliError } from './cli-error.ts';

export interface SampleRequest {
  /** Each `FILE` or `TOPIC=FILE`. */
  readonly samples: readonly string[];
  /** Where the key is, `PATH` or `TOPIC=PATH`; without one the topic's key, where the file has such a field. */
  readonly keyPaths: readonly string[];
  readonly read: (measured: MeasuredInputs) => Promise<SizingInputs>;
}

export interface SampledInputs {
  readonly inputs: SizingInputs;
  /** By topic. */
  readonly samples: ReadonlyMap<string, SampleRecord>;
}

interface NamedWord {
  /** Undefined: for the only topic. */
  readonly topic: string | undefined;
  readonly word: string;
}

export async function sampledInputs({ samples: words, keyPaths, read }: SampleRequest): Promise<SampledInputs> {
  const [files, keys] = [namedWords('--sample', words), namedWords('--sample-key', keyPaths)];
  const readWith = (measuredOf: (name: string | undefined) => MeasuredTopic): Promise<SizingInputs> => {
    const [first] = files;
    return read(first?.topic === undefined ? { topic: measuredOf(undefined) } : { topics: new Map(files.map(({ topic }) => [topic as string, measuredOf(topic)])) });
  };
  // Topics, keys and codecs come from the file, which may leave sizes to the samples.
  const draft = await read({ every: { recordBytes: input('record.size', 'record size', 1, 'bytes', { source: 'assumed', why: 'to be measured' }) } });
  const samples = new Map<string, SampleRecord>();
  const fills = new Map<string, number>();
  for (const { topic: name, word: path } of files) {
    const topic = topicOf(draft, name);
    const keyPath = keys.find((each) => each.topic === undefined || each.topic === topic.name)?.word;
    samples.set(topic.name, measure({ path, keyPath, topicKey: topic.keys.kind === 'none' ? undefined : topic.keys.name }));
    fills.set(topic.name, topic.producer.batchBytes.value);
  }
  const readSampled = (): Promise<SizingInputs> =>
    readWith((name) => {
      const topic = topicOf(draft, name);
      return sampleInputs(samples.get(topic.name) as SampleRecord, { codec: topic.producer.compression, fillBytes: fills.get(topic.name) as number });
    });
  const full = await readSampled();
  const plan = planFor(full, { isBrief: true, draws: 500 });
  for (const name of samples.keys()) fills.set(name, (plan.values.find(({ id }) => id === `${name}.batch.records`)?.value ?? 1) * topicOf(full, name).recordBytes.value);
  return { inputs: await readSampled(), samples };
}

export function sampleSections(samples: ReadonlyMap<string, SampleRecord>, options: { width: number; isColored: boolean }): string {
  return [...samples.values()].map((sample) => `\n${sampleText(sample, options)}`).join('');
}

/** Throws CliError for two that mean the same topic. */
function namedWords(flag: string, words: readonly string[]): NamedWord[] {
  const named = words.map((text): NamedWord => {
    const [, topic, word = text] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    return { topic, word };
  });
  const topics = named.map(({ topic }) => topic);
  if (named.length > 1 && topics.includes(undefined)) throw new CliError(`${flag}: where there are several, each names its topic: TOPIC=${flag === '--sample' ? 'FILE' : 'PATH'}`, 2);
  const twice = topics.find((topic, at) => topics.indexOf(topic) !== at);
  if (twice !== undefined) throw new CliError(`${flag}: ${twice} is there twice; the first file and the second would both be its events`, 2);
  return named;
}

function topicOf({ topics }: SizingInputs, name: string | undefined): SizedTopic {
  const names = topics.map((each) => each.name).join(', ');
  const found = name === undefined ? topics[0] : topics.find((each) => each.name === name);
  if (found === undefined) throw new CliError(`--sample: there is no topic ${name}; there are ${names}`, 2);
  if (name === undefined && topics.length > 1) throw new CliError(`--sample: of which topic? write TOPIC=FILE; there are ${names}`, 2);
  return found;
}

/** A key that the user did not name for the sample may be missing in it. */
function measure({ path, keyPath, topicKey }: { path: string; keyPath: string | undefined; topicKey: string | undefined }): SampleRecord {
  try {
    return samplePayload({ path, key: keyPath ?? topicKey });
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    if (keyPath !== undefined || topicKey === undefined || !error.message.includes(topicKey)) throw new CliError(`--sample: ${error.message}`, 2, error);
  }
  const sample = samplePayload({ path });
  return { ...sample, warnings: [...sample.warnings, `the topic's key ${topicKey} is not in it: how its keys are spread was not measured; name the field with --sample-key`] };
}
