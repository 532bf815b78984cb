/**
 * The seconds of a run as CSV (RFC 4180): one line a second of the load, warm-up and drain included, ascending. Values as they are stored,
 * microseconds, bytes and records; what was not measured is an empty field. Groups and brokers are columns, `lagRecords.<group>`.
 */
import type { Run, SecondRecord } from '../run.ts';

type Value = number | string | null | undefined;

interface CsvColumn {
  readonly name: string;
  readonly value: (second: SecondRecord) => Value;
}

export function secondsCsv(run: Run): string {
  const columns = columnsOf(run);
  const lines = [columns.map(({ name }) => name), ...run.measured.seconds.map((second) => columns.map(({ value }) => value(second)))];
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function columnsOf({ measured, configuration }: Run): CsvColumn[] {
  const { measureStartSecond, measureEndSecond } = measured;
  const groups = [...new Set([...configuration.groups.map(({ name }) => name), ...measured.seconds.flatMap(({ lagRecordsByGroup }) => Object.keys(lagRecordsByGroup))])];
  const brokerIds = [...new Set(measured.brokerSamples.map(({ brokerId }) => brokerId))].sort((a, b) => a - b);
  const samples = new Map(measured.brokerSamples.map((sample) => [`${sample.brokerId} ${sample.second}`, sample]));
  return [
    { name: 'second', value: ({ second }) => second },
    { name: 'isMeasured', value: ({ second }) => (second >= measureStartSecond && second < measureEndSecond ? 1 : 0) },
    { name: 'acknowledgedRecords', value: ({ acknowledgedRecords }) => acknowledgedRecords },
    { name: 'acknowledgedBytes', value: ({ acknowledgedBytes }) => acknowledgedBytes },
    { name: 'failedRecords', value: ({ failedRecords }) => failedRecords },
    { name: 'p50Us', value: ({ p50Us }) => p50Us },
    { name: 'p99Us', value: ({ p99Us }) => p99Us },
    { name: 'maxUs', value: ({ maxUs }) => maxUs },
    ...groups.flatMap((group): CsvColumn[] => [
      { name: `consumedRecords.${group}`, value: ({ consumedRecordsByGroup }) => consumedRecordsByGroup[group] },
      { name: `lagRecords.${group}`, value: ({ lagRecordsByGroup }) => lagRecordsByGroup[group] },
    ]),
    ...brokerIds.flatMap((id): CsvColumn[] => [
      { name: `cpuCores.broker${id}`, value: ({ second }) => samples.get(`${id} ${second}`)?.cpuCores },
      { name: `rssBytes.broker${id}`, value: ({ second }) => samples.get(`${id} ${second}`)?.rssBytes },
    ]),
  ];
}

function field(value: Value): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
