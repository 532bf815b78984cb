/** What one fault did, as rows of a label and a sentence, the same for the terminal and for the page. */
import { counted, countText, latencyText, rateText } from '../render/number-text.ts';
import type { Run } from '../run.ts';
import type { CatchUpRecord, FaultGroupRecord, FaultRecord } from './fault-record.ts';
import { faultWords } from './fault-words.ts';

const DASH = '–';

/** `1. kill -9 of the leading broker, restarted 5 s later: broker 2, 10.00 s to 15.78 s`. */
export function faultTitle({ configuration }: Run, record: FaultRecord): string {
  const fault = configuration.faults[record.fault];
  const what = fault === undefined ? 'a fault' : faultWords(fault);
  const whom = record.brokerIds.length === 0 ? '' : `: ${record.brokerIds.map((id) => `broker ${id}`).join(', ')}`;
  const until = record.healedMs === null ? '' : ` to ${secondText(record.healedMs)} s`;
  return `${what}${whom}, ${record.healedMs === null ? 'from ' : ''}${secondText(record.beganMs)} s${until}`;
}

export function faultRows({ measured }: Run, record: FaultRecord): [label: string, text: string][] {
  return [
    ['no acknowledgement', unavailabilityText(record)],
    ['publish p99', p99Text(record)],
    ['errors', errorsText(record)],
    ['leaders, ISR', replicasText(record)],
    ...record.groups.map((group): [string, string] => [`group ${group.name}`.slice(0, 24), lagText(group, measured.groups.length)]),
  ];
}

function unavailabilityText({ unavailability: { topicMs, partitionMs, partition } }: FaultRecord): string {
  if (partition === null) return 'not measured';
  return `none of the topic for ${latencyText(topicMs * 1000)}, none of partition ${partition} for ${latencyText(partitionMs * 1000)}, while records waited`;
}

function p99Text({ p99Us: { before, during, after }, p99RecoveredAfterMs }: FaultRecord): string {
  const text = (us: number | null): string => (us === null ? DASH : latencyText(us));
  const recovered =
    p99RecoveredAfterMs === null ? (before === null ? 'nothing to compare with' : 'not back at its level before in this window') : p99RecoveredAfterMs === 0 ? 'it never rose above its highest second before' : `back at its level before after ${Math.round(p99RecoveredAfterMs / 1000)} s`;
  return `${text(before)} before, ${text(during)} during, ${text(after)} after; ${recovered}`;
}

function errorsText({ errorsByName, failedRecords }: FaultRecord): string {
  const errors = Object.entries(errorsByName).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${countText(count)}`);
  const given = failedRecords === 0 ? 'no record given up' : `${counted(failedRecords, 'record')} given up`;
  return errors.length === 0 ? `none; ${given}` : `batches refused or lost on the way: ${errors.join(', ')}; ${given}`;
}

function replicasText({ leaderChanges, isr: { shrunkPartitions, shrunkAfterMs, wholeAfterMs, shortPartitionsAtEnd } }: FaultRecord): string {
  const leaders = leaderChanges === 0 ? 'no leader changed' : `${counted(leaderChanges, 'leader change')}`;
  if (shrunkPartitions === 0 || shrunkAfterMs === null) return `${leaders}; no in-sync set was seen to shrink`;
  const whole = wholeAfterMs === null ? `${counted(shortPartitionsAtEnd, 'partition')} still lacked a replica at the end of its window` : `all whole again after ${latencyText(wholeAfterMs * 1000)}`;
  return `${leaders}; ${counted(shrunkPartitions, 'in-sync set')} shrank, the first after ${latencyText(shrunkAfterMs * 1000)}; ${whole}`;
}

function lagText({ lagRecordsBefore, lagRecordsPeak, peakAfterMs, catchUp }: FaultGroupRecord, groupCount: number): string {
  if (groupCount === 0) return DASH;
  const lag = `lag ${countText(lagRecordsBefore)} before, at most ${countText(lagRecordsPeak)} records${peakAfterMs > 0 ? ` after ${Math.round(peakAfterMs / 1000)} s` : ''}`;
  return catchUp === null ? `${lag}; it did not fall behind` : `${lag}; ${catchUpText(catchUp)}`;
}

function catchUpText({ lagRecords, tookMs, consumedPerSecond, producedPerSecond, predictedMs, prediction, publishP99Us }: CatchUpRecord): string {
  const took = tookMs === null ? `${countText(lagRecords)} to catch up with, not done at the end` : `${countText(lagRecords)} caught up in ${Math.round(tookMs / 1000)} s`;
  const rates = `${rateText(consumedPerSecond)} records/s read against ${rateText(producedPerSecond)} written`;
  const predicted = predictedMs === null ? `never, by ${prediction}` : `${latencyText(predictedMs * 1000)} by ${prediction}`;
  const meanwhile = publishP99Us === null ? '' : `; publish p99 meanwhile ${latencyText(publishP99Us)}`;
  return `${took} (${rates}; lag / (read - written): ${predicted})${meanwhile}`;
}

function secondText(ms: number): string {
  return (ms / 1000).toFixed(2);
}
