/** The topic that a run writes to: made for it, or an existing one when the operator says so. */
import { Admin } from '../../engine/client/admin.ts';
import type { BenchOptions } from '../bench-options.ts';
import { ExperimentError } from '../experiment-error.ts';

export interface ExperimentTopic {
  readonly name: string;
  readonly partitionCount: number;
  /** By partition: the log's end before the run. */
  readonly startOffsets: readonly number[];
  /** Deletes a topic that was made on somebody else's cluster; leaves every other. */
  close(): Promise<void>;
}

const DEFAULT_NAME = 'clickstream';

export async function prepareTopic(admin: Admin, options: BenchOptions): Promise<ExperimentTopic> {
  const { topic, target } = options;
  if (topic.useExisting) return useExisting(admin, topic.name ?? DEFAULT_NAME);
  const name = topic.name ?? (await freeName(admin, target.kind));
  if ((await admin.describeTopic(name)) !== undefined) {
    throw new ExperimentError('usage', `topic ${name} exists already: choose another --topic, or write to this one with --use-existing`);
  }
  await admin.createTopic({
    name,
    partitions: topic.partitions,
    replicationFactor: topic.replicationFactor,
    configs: { ...topic.properties },
  });
  return {
    name,
    partitionCount: topic.partitions,
    startOffsets: new Array<number>(topic.partitions).fill(0),
    close: async () => {
      if (target.kind === 'external') await admin.deleteTopic(name);
    },
  };
}

async function useExisting(admin: Admin, name: string): Promise<ExperimentTopic> {
  const description = await admin.describeTopic(name);
  if (description === undefined) throw new ExperimentError('usage', `topic ${name} does not exist: leave out --use-existing to have it made`);
  const partitionCount = description.partitions.length;
  const startOffsets = await admin.listOffsets(name, Array.from({ length: partitionCount }, (_, partition) => partition), 'latest');
  return { name, partitionCount, startOffsets, close: async () => {} };
}

/** On an own cluster the plain name, numbered when its data directory holds earlier runs; elsewhere one that nobody else uses. */
async function freeName(admin: Admin, kind: BenchOptions['target']['kind']): Promise<string> {
  if (kind === 'external') return `headroom-${new Date().toISOString().replaceAll(/[^0-9]/g, '').slice(0, 17)}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? DEFAULT_NAME : `${DEFAULT_NAME}-${number}`;
    if ((await admin.describeTopic(name)) === undefined) return name;
  }
}
