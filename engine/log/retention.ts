/** How many of a log's oldest segments retention wants to go (Kafka's UnifiedLog.deleteOldSegments). */
import type { LogConfig } from './log-config.ts';
import type { LogSegment } from './log-segment.ts';

export interface RetainedLog {
  readonly config: LogConfig;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly highWatermark: number;
  readonly nowMs: number;
}

/**
 * Below the log's start, then over retention.bytes, then over retention.ms; with cleanup.policy=compact alone only the first. Oldest first, up
 * to the first one that does not qualify, that reaches above the high watermark, or that is last and empty.
 */
export function retiredSegmentCount(segments: readonly LogSegment[], log: RetainedLog): number {
  const { config, nowMs } = log;
  let count = whileQualifies(segments, log, 0, (_segment, next) => next !== undefined && next.baseOffset <= log.logStartOffset);
  if (!config.cleanupPolicy.includes('delete')) return count;
  if (config.retentionBytes >= 0) {
    let surplus = -config.retentionBytes;
    for (const segment of segments.slice(count)) surplus += segment.size;
    count = whileQualifies(segments, log, count, (segment) => {
      if (surplus - segment.size < 0) return false;
      surplus -= segment.size;
      return true;
    });
  }
  if (config.retentionMs < 0) return count;
  return whileQualifies(segments, log, count, (segment) => {
    const { timestampMs } = segment.largestTimestamp;
    return nowMs - (timestampMs >= 0 ? timestampMs : segment.createdMs) > config.retentionMs;
  });
}

function whileQualifies(segments: readonly LogSegment[], log: RetainedLog, from: number, qualifies: (segment: LogSegment, next: LogSegment | undefined) => boolean): number {
  let count = from;
  for (; count < segments.length; count += 1) {
    const segment = segments[count] as LogSegment;
    const next = segments[count + 1];
    if (log.highWatermark < (next?.baseOffset ?? log.logEndOffset)) break;
    if (next === undefined && segment.size === 0) break;
    if (!qualifies(segment, next)) break;
  }
  return count;
}
