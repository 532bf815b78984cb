/** A partition log in a real temporary folder, over each kind of real files that this machine has, with a clock that the test sets. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment, Files } from '../../../engine/environment.ts';
import { createHostEnvironment } from '../../../engine/host/host-environment.ts';
import { createMappedFiles } from '../../../engine/host/mapped-files.ts';
import { createPortableFiles } from '../../../engine/host/portable-files.ts';
import { parseTopicConfig } from '../../../engine/log/log-config.ts';
import type { LogConfig } from '../../../engine/log/log-config.ts';
import { PartitionLog } from '../../../engine/log/partition-log.ts';
import type { AppendResult, PartitionLogOptions } from '../../../engine/log/partition-log.ts';
import { native } from '../../../engine/native/native.ts';
import { SAMPLE_TIME_MS, sampleBatch } from './sample-batch.ts';
import type { SampleBatchOptions } from './sample-batch.ts';

export const fileKinds: { kind: string; files: Files }[] = [{ kind: 'portable', files: createPortableFiles() }];
if (native !== undefined) fileKinds.push({ kind: 'mapped', files: createMappedFiles(native) });

export const TOPIC_ID = Buffer.from('00112233445546778899aabbccddeeff', 'hex');

/** Small segments, Kafka's defaults otherwise. */
export function smallLogConfig(changes: Partial<LogConfig> = {}): LogConfig {
  return { ...parseTopicConfig(new Map()), segmentBytes: 16 * 1024, indexIntervalBytes: 512, ...changes };
}

export class LogFixture {
  readonly root: string;
  readonly directory: string;
  readonly environment: Environment;
  nowMs = SAMPLE_TIME_MS;
  private readonly opened: PartitionLog[] = [];

  constructor(files: Files) {
    this.root = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-log-'));
    this.directory = path.join(this.root, 'clicks-0');
    const host = createHostEnvironment();
    this.environment = { ...host, files, clock: { ...host.clock, nowMs: () => this.nowMs } };
  }

  open(options: Partial<PartitionLogOptions> = {}): PartitionLog {
    const log = PartitionLog.open(this.environment, {
      directory: this.directory,
      topic: 'clicks',
      partition: 0,
      topicId: TOPIC_ID,
      config: smallLogConfig(),
      cleanShutdown: false,
      ...options,
    });
    this.opened.push(log);
    return log;
  }

  /** Another directory with the same bytes, as a power cut or a backup would leave it. */
  copyDirectory(name: string, directory = this.directory): string {
    const copy = path.join(this.root, name, 'clicks-0');
    fs.cpSync(directory, copy, { recursive: true });
    return copy;
  }

  files(directory = this.directory): string[] {
    return fs.readdirSync(directory).sort();
  }

  dispose(): void {
    for (const log of this.opened) log.close({ clean: false });
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

export function append(log: PartitionLog, options: SampleBatchOptions & { epoch?: number } = {}): AppendResult {
  return log.appendAsLeader(sampleBatch(options), { leaderEpoch: options.epoch ?? 0, isInternal: false });
}

/** Everything from `from` up to `upTo`, however it is stored, with at most `maxBytes` per read. */
export async function readAll(log: PartitionLog, options: { from?: number; upTo?: number; maxBytes?: number } = {}): Promise<Buffer> {
  const upTo = options.upTo ?? log.logEndOffset;
  const parts: Buffer[] = [];
  let offset = options.from ?? log.logStartOffset;
  while (offset < upTo) {
    const bytes = await readOnce(log, offset, { upTo, maxBytes: options.maxBytes ?? 1024 });
    if (bytes.length === 0) break;
    parts.push(bytes);
    offset = lastOffsetOf(bytes) + 1;
  }
  return Buffer.concat(parts);
}

export async function readOnce(log: PartitionLog, offset: number, options: { upTo?: number; maxBytes?: number; minOneBatch?: boolean } = {}): Promise<Buffer> {
  const { upTo = log.logEndOffset, maxBytes = 1024, minOneBatch = true } = options;
  const result = log.read(offset, { upTo, maxBytes, minOneBatch });
  if (result.kind === 'cold') return result.read();
  if (result.kind === 'outOfRange') throw new Error(`offset ${offset} is out of range`);
  return Buffer.concat(result.chunks);
}

export function baseOffsetsOf(bytes: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) offsets.push(Number(bytes.readBigInt64BE(at)));
  return offsets;
}

function lastOffsetOf(bytes: Buffer): number {
  let last = -1;
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) last = Number(bytes.readBigInt64BE(at)) + bytes.readInt32BE(at + 23);
  return last;
}
