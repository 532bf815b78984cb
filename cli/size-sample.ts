/** `headroom size --sample`, or a topic's `sample:` in the file: measures the events, plans with them, and reads the compression where the plan says that batches really are. */
import { PayloadError } from '../bench/workload/file-payload.ts';
import { samplePayload } from '../bench/sample/payload-sample.ts';
import type { SampleRecord } from '../results/sample-record.ts';
import { topicId } from '../results/plan-ids.ts';
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
  /** What the configuration says; a flag for the same topic wins. */
  readonly named: readonly NamedSample[];
  readonly read: (measured: MeasuredInputs) => Promise<SizingInputs>;
}

/** `sample:` and `sampleKey:` of a topic in the configuration. */
export interface NamedSample {
  readonly topic: string;
  readonly path: string | null;
  readonly keyPath: string | null;
  /** File, line and column. */
  readonly at: string;
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

export async function sampledInputs({ samples: words, keyPaths, named, read }: SampleRequest): Promise<SampledInputs> {
  const [files, keys] = [namedWords('--sample', words), namedWords('--sample-key', keyPaths)];
  // Topics, keys and codecs come from the file, which may leave sizes to the samples.
  const draft = await read({ every: { recordBytes: input('record.size', 'record size', 1, 'bytes', { source: 'assumed', why: 'to be measured' }) } });
  const samples = new Map<string, SampleRecord>();
  const fills = new Map<string, number>();
  for (const { topic, path, at } of topicFiles(draft, { files, named })) {
    const keyPath = keys.find((each) => each.topic === undefined || each.topic === topic.name)?.word ?? named.find((each) => each.topic === topic.name)?.keyPath ?? undefined;
    samples.set(topic.name, measure({ path, at, keyPath, topicKey: topic.keys.kind === 'none' ? undefined : topic.keys.name }));
    fills.set(topic.name, topic.producer.batchBytes.value);
  }
  const measuredOf = (name: string, sample: SampleRecord): MeasuredTopic => sampleInputs(sample, { codec: topicOf(draft, name).producer.compression, fillBytes: fills.get(name) as number });
  const readSampled = (): Promise<SizingInputs> => read({ topics: new Map([...samples].map(([name, sample]) => [name, measuredOf(name, sample)])) });
  const full = await readSampled();
  const plan = planFor(full, { isBrief: true, draws: 500 });
  for (const name of samples.keys()) fills.set(name, (plan.values.find(({ id }) => id === `${topicId(name)}.batch.records`)?.value ?? 1) * topicOf(full, name).recordBytes.value);
  return { inputs: await readSampled(), samples };
}

export function sampleSections(samples: ReadonlyMap<string, SampleRecord>, options: { width: number; isColored: boolean }): string {
  return [...samples.values()].map((sample) => `\n${sampleText(sample, options)}`).join('');
}

interface TopicFile {
  readonly topic: SizedTopic;
  readonly path: string;
  /** What named it. */
  readonly at: string;
}

function topicFiles(draft: SizingInputs, { files, named }: { files: readonly NamedWord[]; named: readonly NamedSample[] }): TopicFile[] {
  const byFlag = files.map(({ topic, word }): TopicFile => ({ topic: topicOf(draft, topic), path: word, at: '--sample' }));
  const others = named.filter(({ topic }) => !byFlag.some((each) => each.topic.name === topic));
  return [...byFlag, ...others.flatMap(({ topic, path, at }) => (path === null ? [] : [{ topic: topicOf(draft, topic), path, at: `${at}: sample` }]))];
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
function measure({ path, at, keyPath, topicKey }: { path: string; at: string; keyPath: string | undefined; topicKey: string | undefined }): SampleRecord {
  try {
    return samplePayload({ path, key: keyPath ?? topicKey });
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    if (keyPath !== undefined || topicKey === undefined || !error.message.includes(topicKey)) throw new CliError(`${at}: ${error.message}`, 2, error);
  }
  const sample = samplePayload({ path });
  return { ...sample, warnings: [...sample.warnings, `the topic's key ${topicKey} is not in it: how its keys are spread was not measured; name the field with sampleKey or --sample-key`] };
}
