/** Which segments of a log may be compacted now, and how much there is to gain (Kafka's LogCleanerManager). */
import type { LogConfig } from '../log-config.ts';
import type { LogSegment } from '../log-segment.ts';

export interface CompactionPlan {
  /** Oldest first, all sealed. */
  readonly segments: readonly LogSegment[];
  readonly firstDirtyOffset: number;
  readonly dirtyBytes: number;
  /** Share of the bytes in `segments` that were not compacted yet. */
  readonly dirtyRatio: number;
  /** Past min.cleanable.dirty.ratio, or past max.compaction.lag.ms. */
  readonly isDue: boolean;
}

/** Undefined: the policy does not ask for it, or nothing that may be compacted is new. */
export function planCompaction(
  segments: readonly LogSegment[],
  log: { readonly config: LogConfig; readonly nowMs: number; readonly lastStableOffset: number; readonly logStartOffset: number; readonly cleanOffset: number },
): CompactionPlan | undefined {
  const { config, nowMs } = log;
  if (!config.cleanupPolicy.includes('compact')) return undefined;
  const active = segments.at(-1);
  // A mark outside the log says nothing about it.
  const isMarkValid = log.cleanOffset >= log.logStartOffset && log.cleanOffset <= (active?.baseOffset ?? 0);
  const firstDirtyOffset = isMarkValid ? log.cleanOffset : log.logStartOffset;
  const chosen: LogSegment[] = [];
  let cleanBytes = 0;
  let dirtyBytes = 0;
  let oldestDirtyMs = -1;
  for (let at = 0; at < segments.length - 1; at += 1) {
    const segment = segments[at] as LogSegment;
    const nextBase = (segments[at + 1] as LogSegment).baseOffset;
    if (nextBase > log.lastStableOffset) break;
    const isDirty = nextBase > firstDirtyOffset;
    if (isDirty && config.minCompactionLagMs > 0 && latestMs(segment) > nowMs - config.minCompactionLagMs) break;
    chosen.push(segment);
    if (!isDirty) cleanBytes += segment.size;
    else {
      dirtyBytes += segment.size;
      if (oldestDirtyMs < 0) oldestDirtyMs = segment.firstBatchTimestampMs();
    }
  }
  if (dirtyBytes === 0) return undefined;
  const dirtyRatio = dirtyBytes / (cleanBytes + dirtyBytes);
  const isOverdue = oldestDirtyMs >= 0 && nowMs - oldestDirtyMs > config.maxCompactionLagMs;
  return { segments: chosen, firstDirtyOffset, dirtyBytes, dirtyRatio, isDue: isOverdue || dirtyRatio > config.minCleanableDirtyRatio };
}

function latestMs(segment: LogSegment): number {
  const { timestampMs } = segment.largestTimestamp;
  return timestampMs >= 0 ? timestampMs : segment.createdMs;
}
