/**
 * Logs whose stream of writes is cut at any byte, or whose files have flipped bits, opened again against a plain list of
 * what was appended. HEADROOM_SEED repeats a history, HEADROOM_CRASH_CASES and HEADROOM_MUTATIONS say how many cases
 * there are (npm run test:soak: 100,000 and 1,000,000).
 */
import { it } from 'vitest';
import { assert } from '../../../engine/assert.ts';
import type { Environment, Files } from '../../../engine/environment.ts';
import { parseTopicConfig } from '../../../engine/log/log-config.ts';
import { dumpPartition } from '../../../engine/log/log-dump.ts';
import { PartitionLog } from '../../../engine/log/partition-log.ts';
import { batchSizeInBytes } from '../../../engine/record/record-batch.ts';
import { MemoryFiles } from '../../simulator/memory-files.ts';
import { RecordedFiles } from '../../simulator/recorded-files.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';
import { SimulatedCluster } from '../../simulator/simulated-cluster.ts';
import { SAMPLE_TIME_MS, sampleBatch } from './sample-batch.ts';

const CASES = Number(process.env['HEADROOM_CRASH_CASES'] ?? 4000);
const MUTATIONS = Number(process.env['HEADROOM_MUTATIONS'] ?? 20_000);
const CASES_A_HISTORY = 400;
const STEPS = 40;
const DIRECTORY = '/clicks-0';
const PRODUCERS = 2;
const host = new SimulatedCluster({ seed: 1, brokerCount: 0 }).host('broker').environment;
const config = { ...parseTopicConfig(new Map()), segmentBytes: 3000, indexIntervalBytes: 300 };

interface Appended {
  readonly bytes: Buffer;
  /** Producer, and its sequence. */
  readonly producerId: number;
  readonly baseSequence: number;
  readonly epoch: number;
}

/** What must be found, and what may be found, once so much was written. */
interface Moment {
  readonly position: number;
  readonly required: readonly Appended[];
  readonly allowed: readonly Appended[];
}

const seeds = process.env['HEADROOM_SEED'] === undefined
  ? Array.from({ length: Math.ceil(CASES / (2 * CASES_A_HISTORY)) }, () => Math.floor(Math.random() * 2 ** 31))
  : [Number(process.env['HEADROOM_SEED'])];

it.each(seeds)('keeps every batch that was written whole, and no other, wherever the writes end (seed %i)', (seed) => {
  const { disk, moments, random } = writeHistory(seed);
  for (let count = 0; count < CASES_A_HISTORY; count++) {
    const position = random.nextInt(disk.position + 1);
    check(disk.at(position), momentAt(moments, position), `HEADROOM_SEED=${seed}, cut at ${position}`);
  }
});

it.each(seeds)('takes no batch with a flipped bit, and keeps those before it (seed %i)', (seed) => {
  const { disk, moments, random } = writeHistory(seed);
  for (let count = 0; count < CASES_A_HISTORY; count++) {
    const position = random.nextInt(disk.position + 1);
    const files = disk.at(position);
    const { allowed, required } = momentAt(moments, position);
    const what = `HEADROOM_SEED=${seed}, bits flipped at ${position}`;
    const damagedFrom = flipBits(files, random);
    if (damagedFrom === undefined) continue;
    const survivors = required.slice(0, damagedFrom.batch);
    check(files, { position, required: survivors, allowed }, `${what} in ${damagedFrom.name}`);
  }
});

it('refuses or takes any mutated batch whole, and is never broken by one', () => {
  const seed = Number(process.env['HEADROOM_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const random = new SeededRandom(seed);
  const logs = [0, 1].map(() => open(new MemoryFiles()));
  const original = sampleBatch({ recordCount: 3, valueBytes: 40, producerId: 7, producerEpoch: 0, baseSequence: 0 });
  for (let count = 0; count < MUTATIONS; count++) {
    const mutated = mutate(original, random);
    const [leader, follower] = logs as [PartitionLog, PartitionLog];
    const before = [leader.logEndOffset, follower.logEndOffset];
    const label = `HEADROOM_SEED=${seed}, mutation ${count}: ${mutated.toString('hex')}`;
    const answer = leader.appendAsLeader(Buffer.from(mutated), { leaderEpoch: 0, isInternal: false });
    if (answer.kind === 'appended') assert(leader.logEndOffset === answer.lastOffset + 1, label);
    else assert(leader.logEndOffset === before[0], label);
    try {
      follower.appendAsFollower(mutated);
    } catch (error) {
      assert((error as Error).name === 'ReplicatedBatchError', `${label}: ${String(error)}`);
      assert(follower.logEndOffset === before[1], label);
    }
    if (leader.logEndOffset > 200) leader.truncateFully(0);
    if (follower.logEndOffset > 200) follower.truncateFully(0);
  }
});

/** Appends of idempotent producers, rolls, truncations with a new epoch, clean restarts. */
function writeHistory(seed: number): { disk: RecordedFiles; moments: Moment[]; random: SeededRandom } {
  const random = new SeededRandom(seed);
  const disk = new RecordedFiles();
  const moments: Moment[] = [{ position: 0, required: [], allowed: [] }];
  let log = open(disk);
  let model: Appended[] = [];
  let epoch = 0;
  const note = (required: readonly Appended[], allowed = required): void => void moments.push({ position: disk.position, required: [...required], allowed: [...allowed] });
  for (let step = 0; step < STEPS; step++) {
    const action = random.nextInt(12);
    if (action < 10) {
      const producerId = random.nextInt(PRODUCERS);
      const last = model.findLast((each) => each.producerId === producerId);
      const baseSequence = last === undefined ? 0 : last.baseSequence + 1;
      const batch = sampleBatch({ valueBytes: random.nextInt(500), timestampMs: SAMPLE_TIME_MS + random.nextInt(1000), producerId, producerEpoch: 0, baseSequence });
      note(model, [...model, { bytes: stampedAs(batch, log.logEndOffset, epoch), producerId, baseSequence, epoch }]);
      const result = log.appendAsLeader(batch, { leaderEpoch: epoch, isInternal: false });
      assert(result.kind === 'appended', `step ${step}: ${JSON.stringify(result)}`);
      model = [...model, { bytes: Buffer.from(batch), producerId, baseSequence, epoch }];
      note(model);
    } else if (action === 10 && model.length > 0) {
      const kept = model.slice(0, model.length - random.nextInt(Math.min(6, model.length)));
      note(kept, model);
      log.truncateTo(kept.length);
      model = kept;
      epoch += 1;
      log.epochs.assign(epoch, log.logEndOffset);
      note(model);
    } else {
      log.close({ clean: true });
      log = open(disk, { isClean: true });
    }
  }
  return { disk, moments, random };
}

function stampedAs(batch: Buffer, baseOffset: number, leaderEpoch: number): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(BigInt(baseOffset), 0);
  copy.writeInt32BE(leaderEpoch, 12);
  return copy;
}

function momentAt(moments: readonly Moment[], position: number): Moment {
  const at = moments.findLastIndex((each) => each.position <= position);
  return moments[at] as Moment;
}

function open(files: Files, options: { isClean?: boolean } = {}): PartitionLog {
  const environment: Environment = { ...host, files };
  return PartitionLog.open(environment, { directory: DIRECTORY, topic: 'clicks', partition: 0, topicId: Buffer.alloc(16, 1), config, cleanShutdown: options.isClean === true });
}

function check(files: MemoryFiles, { required, allowed }: Moment, what: string): void {
  const log = open(files);
  const found = contentsOf(files, log);
  assert(found.length >= required.length, `${what}: ${found.length} batches, ${required.length} were written`);
  assert(found.length <= allowed.length, `${what}: ${found.length} batches, at most ${allowed.length} were begun`);
  found.forEach((bytes, at) => assert(bytes.equals((allowed[at] as Appended).bytes), `${what}: batch ${at} is not what was written`));
  for (let producerId = 0; producerId < PRODUCERS; producerId++) {
    const last = allowed.slice(0, found.length).findLast((each) => each.producerId === producerId);
    if (last === undefined) continue;
    const again = log.appendAsLeader(Buffer.from(last.bytes), { leaderEpoch: last.epoch, isInternal: false });
    assert(again.kind === 'duplicate', `${what}: a retry of sequence ${last.baseSequence} is ${again.kind}`);
  }
  log.close({ clean: true });
  const { findings } = dumpPartition(DIRECTORY, { files, openReadOnly: (path) => readerOf(files.read(path)), isDeep: true });
  assert(findings.length === 0, `${what}: ${JSON.stringify(findings)}`);
  const second = open(files);
  assert(second.logEndOffset === found.length && second.recovery.truncatedBytes === 0, `${what}: a second recovery finds ${second.logEndOffset} batches`);
}

function readerOf(bytes: Buffer): { size: number; readSync(position: number, length: number): Buffer; close(): void } {
  return { size: bytes.length, readSync: (position, length) => bytes.subarray(position, position + length), close: () => {} };
}

function contentsOf(files: MemoryFiles, log: PartitionLog): Buffer[] {
  const batches: Buffer[] = [];
  for (const name of files.list(DIRECTORY).filter((each) => each.endsWith('.log'))) {
    const bytes = files.read(`${DIRECTORY}/${name}`);
    for (let at = 0; at < bytes.length && batches.length < log.logEndOffset; at += batchSizeInBytes(bytes, at)) batches.push(bytes.subarray(at, at + batchSizeInBytes(bytes, at)));
  }
  return batches;
}

/** In one file; the number of batches before the first flipped bit. Undefined: there is no file to flip bits of. */
function flipBits(files: MemoryFiles, random: SeededRandom): { name: string; batch: number } | undefined {
  // The epoch checkpoint and partition.metadata carry no checksum, Kafka's neither.
  const names = files.list(DIRECTORY).filter((name) => /\.(log|index|timeindex|snapshot)$/.test(name) && (files.size(`${DIRECTORY}/${name}`) ?? 0) > 0);
  if (names.length === 0) return undefined;
  const name = random.pick(names);
  const bytes = files.read(`${DIRECTORY}/${name}`);
  let end = bytes.length;
  while (end > 1 && bytes[end - 1] === 0) end--;
  const starts = name.endsWith('.log') ? batchStarts(bytes.subarray(0, end)) : [];
  let first = end;
  for (let count = 1 + random.nextInt(4); count > 0; count--) {
    const at = random.nextInt(end);
    const within = at - (starts.findLast((start) => start <= at) ?? at);
    // Base offset and leader epoch are stamped by the leader, outside of what the CRC covers: by the format nobody can tell.
    if (starts.length > 0 && (within < 8 || (within >= 12 && within < 16))) continue;
    bytes.writeUInt8((bytes[at] as number) ^ (1 << random.nextInt(8)), at);
    first = Math.min(first, at);
  }
  files.replace(`${DIRECTORY}/${name}`, bytes);
  if (!name.endsWith('.log')) return { name, batch: Number.MAX_SAFE_INTEGER };
  return { name, batch: Number(name.slice(0, 20)) + starts.filter((start, at) => start <= first && (starts[at + 1] ?? end) <= first).length };
}

function batchStarts(bytes: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 0; at + 12 <= bytes.length; at += batchSizeInBytes(bytes, at)) starts.push(at);
  return starts;
}

function mutate(original: Buffer, random: SeededRandom): Buffer {
  const bytes = Buffer.from(original);
  for (let count = 1 + random.nextInt(3); count > 0; count--) {
    const at = random.nextInt(bytes.length);
    if (random.nextInt(3) === 0) bytes.writeUInt8(random.nextInt(256), at);
    else bytes.writeUInt8((bytes[at] as number) ^ (1 << random.nextInt(8)), at);
  }
  return random.nextInt(4) === 0 ? bytes.subarray(0, random.nextInt(bytes.length + 1)) : bytes;
}
