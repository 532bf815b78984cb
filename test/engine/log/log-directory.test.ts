import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHostEnvironment } from '../../../engine/host/host-environment.ts';
import { LogDirectory, writePartitionMetadata } from '../../../engine/log/log-directory.ts';
import { TopicConfigError, parseTopicConfig, topicProperties } from '../../../engine/log/log-config.ts';

const environment = createHostEnvironment();
let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-directory-'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

it('keeps its identity, checkpoints and partitions over a restart', () => {
  const directory = LogDirectory.open(environment, path.join(root, 'broker-1'));
  expect(directory.readMetaProperties()).toBeUndefined();
  const owner = { clusterId: 'c', nodeId: 1 };
  directory.claim(owner);
  const meta = directory.readMetaProperties();
  expect(meta).toMatchObject(owner);
  directory.writeCheckpoint('replication-offset-checkpoint', new Map([['my-topic 3', 17], ['a.b 0', 0]]), { durable: true });
  const partition = directory.partitionPath('my-topic', 3);
  fs.mkdirSync(partition);
  writePartitionMetadata(environment, partition, Buffer.alloc(16, 9));

  const again = LogDirectory.open(environment, directory.path);
  again.claim(owner);
  expect(again.readMetaProperties()).toEqual(meta);
  expect(() => again.claim({ clusterId: 'c', nodeId: 2 })).toThrow('belongs to broker 1 of cluster c');
  expect(() => again.claim({ clusterId: 'd', nodeId: 1 })).toThrow('choose another directory');
  expect(again.readCheckpoint('replication-offset-checkpoint')).toEqual(new Map([['my-topic 3', 17], ['a.b 0', 0]]));
  expect(again.readCheckpoint('recovery-point-offset-checkpoint').size).toBe(0);
  expect(again.listPartitions()).toEqual([{ topic: 'my-topic', partition: 3, directory: partition, topicId: Buffer.alloc(16, 9) }]);
  expect(fs.readFileSync(path.join(directory.path, 'replication-offset-checkpoint'), 'utf8')).toBe('0\n2\nmy-topic 3 17\na.b 0 0\n');
});

it('tells a clean stop once', () => {
  const directory = LogDirectory.open(environment, root);
  expect(directory.takeCleanShutdownMarker()).toBe(false);
  directory.writeCleanShutdownMarker(42);
  expect(directory.readCleanShutdownEpoch()).toBe(42);
  expect(directory.takeCleanShutdownMarker()).toBe(true);
  expect(directory.takeCleanShutdownMarker()).toBe(false);
});

it('deletes a partition, also one whose deletion was interrupted', () => {
  const directory = LogDirectory.open(environment, root);
  for (const name of ['t-0', 't-1', 't-2.0badc0de-delete']) fs.mkdirSync(path.join(root, name));
  directory.deletePartition('t', 0);
  LogDirectory.open(environment, root);
  expect(fs.readdirSync(root)).toEqual(['t-1']);
});

it('reads every topic property with Kafka’s default', () => {
  const config = parseTopicConfig(new Map());
  expect(config).toMatchObject({ segmentBytes: 1073741824, retentionMs: 604800000, indexIntervalBytes: 4096, maxMessageBytes: 1048588, cleanupPolicy: ['delete'], minInsyncReplicas: 1 });
  expect(parseTopicConfig(new Map([['retention.ms', '5']]), new Map([['retention.ms', '6'], ['segment.ms', '7']]))).toMatchObject({ retentionMs: 5, segmentMs: 7 });
  for (const property of topicProperties) expect(() => parseTopicConfig(new Map([[property.name, property.default]]))).not.toThrow();
});

it.each([
  ['retention.ms', 'x', /whole number/],
  ['retention.bytes', '-2', /at least -1/],
  ['segment.bytes', '14', /at least 1048576/],
  ['segment.bytes', '2147483648', /at most/],
  ['cleanup.policy', 'delete,burn', /a list of/],
  ['message.timestamp.type', 'createtime', /one of/],
  ['min.cleanable.dirty.ratio', '1.5', /at most 1/],
  ['unclean.leader.election.enable', 'yes', /true or false/],
  ['retention.ms', '9223372036854775808', /64-bit/],
  ['retention.hours', '5', /unknown/],
])('refuses %s=%s', (name, value, message) => {
  expect(() => parseTopicConfig(new Map([[name, value]]))).toThrow(message);
  expect(() => parseTopicConfig(new Map([[name, value]]))).toThrow(TopicConfigError);
});
