/** `headroom dump-log`: what logs hold and whether it is sound, of headroom's brokers and of Kafka's. */
import { Command } from 'commander';
import type { PartitionDump } from '../engine/log/log-dump.ts';
import type { Page } from '../results/render/page.ts';
import { CliError } from './cli-error.ts';

interface DumpFlags {
  readonly batches?: boolean;
  readonly records?: boolean;
  readonly shallow?: boolean;
  readonly json?: boolean;
}

const EXIT_FINDINGS = 1;
const VALUE_SHOWN_BYTES = 200;

export function dumpLogCommand(): Command {
  return new Command('dump-log')
    .description('print and check the segments, batches, records, indexes and snapshots of partition logs')
    .argument('<path...>', 'partition directories, or directories that hold them (log.dirs, --data-dir)')
    .option('--batches', 'print every batch')
    .option('--records', 'print every record')
    .option('--shallow', 'do not open compressed batches: check lengths, CRCs, offsets and indexes only')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom dump-log ./data                                every partition of every broker below
  $ headroom dump-log ./data/broker-1/clicks-0 --batches
  $ headroom dump-log /var/lib/kafka/data/clicks-0 --records | less

Exit codes: 0 sound, 1 something is wrong, 2 usage, 3 a file cannot be read.`,
    )
    .action(runDumpLog);
}

async function runDumpLog(paths: string[], flags: DumpFlags): Promise<void> {
  const { dumpPartition } = await import('../engine/log/log-dump.ts');
  const { createPortableFiles } = await import('../engine/host/portable-files.ts');
  const { openReadOnly } = await import('../engine/host/read-only-file.ts');
  const { StorageError } = await import('../engine/environment.ts');
  const { createPage } = await import('../results/render/page.ts');
  const { outputWidth } = await import('./output-width.ts');
  const pc = (await import('picocolors')).default;
  const page = createPage({ width: outputWidth(), isColored: pc.isColorSupported });
  const files = createPortableFiles();
  const dumps: PartitionDump[] = [];
  try {
    const directories = await partitionDirectories(paths);
    if (directories.length === 0) throw new CliError(`${paths.join(', ')}: no directory with segments (00000000000000000000.log) below`, 2);
    const printBatch = flags.batches === true || flags.records === true ? await batchPrinter(flags.records === true) : undefined;
    for (const directory of directories) {
      if (printBatch !== undefined) process.stdout.write(`${directory}\n`);
      const dump = dumpPartition(directory, { files, openReadOnly, isDeep: flags.shallow !== true, ...(printBatch === undefined ? {} : { visit: printBatch }) });
      dumps.push(dump);
      if (flags.json !== true) process.stdout.write(await partitionText(dump, page));
    }
  } catch (error) {
    const isEnvironment = error instanceof StorageError || /^E[A-Z]+$/.test((error as NodeJS.ErrnoException).code ?? '');
    throw isEnvironment ? new CliError((error as Error).message, 3) : error;
  }
  process.stdout.write(flags.json === true ? `${JSON.stringify(dumps, undefined, 1)}\n` : await totalText(dumps));
  if (dumps.some(({ findings }) => findings.length > 0)) process.exitCode = EXIT_FINDINGS;
}

/** The directories themselves, or those below that hold segments, in order. */
async function partitionDirectories(paths: readonly string[]): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const found: string[] = [];
  const visit = async (directory: string): Promise<void> => {
    const entries = (await readdir(directory, { withFileTypes: true }).catch(refused(directory))).toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    if (entries.some(({ name }) => /^\d{20}\.log$/.test(name))) found.push(directory);
    for (const entry of entries) if (entry.isDirectory()) await visit(join(directory, entry.name));
  };
  for (const path of paths) await visit(path);
  return found;
}

/** What is mistyped is usage; what is there and cannot be read is the environment. */
function refused(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    if (error.code === 'ENOENT') throw new CliError(`${path}: there is no such directory`, 2);
    if (error.code === 'ENOTDIR') throw new CliError(`${path} is no directory: name the partition's directory, or one above it`, 2);
    throw error;
  };
}

async function batchPrinter(isWithRecords: boolean): Promise<(batch: { position: number; bytes: Buffer; at: number }) => void> {
  const header = await import('../engine/record/record-batch.ts');
  const { forEachRecord } = await import('../engine/record/record-reader.ts');
  const text = (bytes: Buffer, start: number, end: number): string => (start < 0 ? 'null' : JSON.stringify(bytes.toString('utf8', start, Math.min(end, start + VALUE_SHOWN_BYTES))));
  return ({ position, bytes, at }) => {
    const attributes = header.readAttributes(bytes, at);
    const baseOffset = header.readBaseOffset(bytes, at);
    const kinds = [header.compressionOf(attributes), ...(header.isControl(attributes) ? ['control'] : []), ...(header.isTransactional(attributes) ? ['transactional'] : [])];
    const producer = header.readProducerId(bytes, at) < 0 ? '' : ` producer ${header.readProducerId(bytes, at)} epoch ${header.readProducerEpoch(bytes, at)} sequence ${header.readBaseSequence(bytes, at)}`;
    const time = timeText(header.readMaxTimestamp(bytes, at));
    process.stdout.write(`  ${baseOffset}-${baseOffset + header.readLastOffsetDelta(bytes, at)} at ${position}: ${header.readRecordCount(bytes, at)} records, ${header.batchSizeInBytes(bytes, at)} B, ${kinds.join(', ')}, epoch ${header.readPartitionLeaderEpoch(bytes, at)}, ${time}${producer}\n`);
    if (!isWithRecords) return;
    try {
      forEachRecord(bytes, at, (record) => {
        process.stdout.write(`    ${record.offset} ${timeText(record.timestampMs)} key ${text(record.bytes, record.keyStart, record.keyEnd)} value ${text(record.bytes, record.valueStart, record.valueEnd)}\n`);
      });
    } catch (error) {
      process.stdout.write(`    ${(error as Error).message}\n`);
    }
  };
}

async function partitionText({ directory, segments, epochs, snapshots, findings }: PartitionDump, page: Page): Promise<string> {
  const { heading, sentence, table } = await import('../results/render/page.ts');
  const { bytesText, countText } = await import('../results/render/number-text.ts');
  const columns = ['segment', 'next offset', 'batches', 'records', 'bytes', 'ahead', 'codecs', 'newest', 'index', 'timeindex'].map((head, at) => ({ head, align: at === 6 || at === 7 ? ('left' as const) : ('right' as const) }));
  const rows = segments.map((segment) => [
    countText(segment.baseOffset),
    countText(segment.nextOffset),
    countText(segment.batches),
    countText(segment.records),
    bytesText(segment.bytes),
    segment.preallocatedBytes === 0 ? '' : bytesText(segment.preallocatedBytes),
    Object.keys(segment.codecs).join(' '),
    segment.largestTimestampMs < 0 ? '' : timeText(segment.largestTimestampMs).slice(0, 19),
    segment.offsetIndexEntries === undefined ? 'none' : countText(segment.offsetIndexEntries),
    segment.timeIndexEntries === undefined ? 'none' : countText(segment.timeIndexEntries),
  ]);
  const lines = [
    ...heading(page, directory),
    ...table(page, columns, rows),
    ...(epochs.length === 0 ? [] : sentence(page, `leader epochs ${epochs.map(({ epoch, startOffset }) => `${epoch} from ${startOffset}`).join(', ')}`)),
    ...(snapshots.length === 0 ? [] : sentence(page, `producer snapshots ${snapshots.map(({ offset, producers }) => `at ${offset} (${producers})`).join(', ')}`)),
    ...findings.flatMap(({ file, problem }) => sentence(page, `! ${file}: ${problem}`, { hanging: 2, paint: page.colors.red })),
  ];
  return `${lines.join('\n')}\n\n`;
}

async function totalText(dumps: readonly PartitionDump[]): Promise<string> {
  const { bytesText, counted, countText } = await import('../results/render/number-text.ts');
  const segments = dumps.flatMap((dump) => dump.segments);
  const sum = (valueOf: (segment: (typeof segments)[number]) => number): number => segments.reduce((total, segment) => total + valueOf(segment), 0);
  const findings = dumps.reduce((total, dump) => total + dump.findings.length, 0);
  const held = `${counted(dumps.length, 'partition')}, ${counted(segments.length, 'segment')}, ${countText(sum(({ batches }) => batches))} batches, ${countText(sum(({ records }) => records))} records, ${bytesText(sum(({ bytes }) => bytes))}`;
  return `${held}: ${findings === 0 ? 'sound' : counted(findings, 'problem')}\n`;
}

function timeText(timestampMs: number): string {
  return timestampMs < 0 || timestampMs > 8.64e15 ? String(timestampMs) : new Date(timestampMs).toISOString();
}
