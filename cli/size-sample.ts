/** `headroom size --sample`: measures the events, plans with them, and reads the compression where the plan says that batches really are. */
import { PayloadError } from '../bench/workload/file-payload.ts';
import { samplePayload } from '../bench/sample/payload-sample.ts';
import type { SampleRecord } from '../results/sample-record.ts';
import { sampleText } from '../results/render/sample-text.ts';
import type { MeasuredInputs } from '../sizing/config-file.ts';
import { planFor } from '../sizing/plan.ts';
import { sampleInputs } from '../sizing/sample-inputs.ts';
import { input, type SizedTopic, type SizingInputs } from '../sizing/sizing-inputs.ts';
import { CliError } from './cli-error.ts';

export interface SampleRequest {
  /** `FILE` or `TOPIC=FILE`. */
  readonly sample: string;
  /** Where the key is; undefined: the topic's key, where the file has such a field. */
  readonly keyPath: string | undefined;
  readonly read: (measured: MeasuredInputs) => Promise<SizingInputs>;
}

export interface SampledInputs {
  readonly inputs: SizingInputs;
  readonly sample: SampleRecord;
}

export async function sampledInputs({ sample: named, keyPath, read }: SampleRequest): Promise<SampledInputs> {
  const [, topicName, path = named] = /^([\w.-]+)=(.+)$/.exec(named) ?? [];
  const measuredAs = (measured: NonNullable<MeasuredInputs['topic']>): MeasuredInputs => (topicName === undefined ? { topic: measured } : { topics: new Map([[topicName, measured]]) });
  // Key and codec come from the file, which may leave the size to the sample.
  const draft = await read(measuredAs({ recordBytes: input('record.size', 'record size', 1, 'bytes', { source: 'assumed', why: 'to be measured' }) }));
  const topic = topicOf(draft, topicName);
  const sample = measure({ path, keyPath, topicKey: topic.keys.kind === 'none' ? undefined : topic.keys.name });
  const codec = topic.producer.compression;
  const full = await read(measuredAs(sampleInputs(sample, { codec, fillBytes: topic.producer.batchBytes.value })));
  const plan = planFor(full, { isBrief: true, draws: 500 });
  const recordsPerBatch = plan.values.find(({ id }) => id === `${topic.name}.batch.records`)?.value ?? 1;
  const fillBytes = recordsPerBatch * topicOf(full, topicName).recordBytes.value;
  return { inputs: await read(measuredAs(sampleInputs(sample, { codec, fillBytes }))), sample };
}

export function sampleSection(sample: SampleRecord, options: { width: number; isColored: boolean }): string {
  return `\n${sampleText(sample, options)}`;
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
