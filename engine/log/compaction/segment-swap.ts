/**
 * Puts a compacted segment in the place of those that it was made from, so that a crash at any step leaves the old ones or the new one.
 * Kafka's names: `.cleaned` while it is written, `.swap` from the moment when it counts, then the plain name.
 */
import type { Files } from '../../environment.ts';
import { scanBatches } from '../batch-scan.ts';
import { INDEX_SUFFIXES, type LogSegment, segmentPathPrefix } from '../log-segment.ts';

export const CLEANED = '.cleaned';
const SWAP = '.swap';

/** The files of the segment `baseOffset` lie there as `.cleaned`, synced. `replaced` are the old segments, the first of them with the same base. */
export function swapIn(files: Files, directory: string, baseOffset: number, replaced: readonly LogSegment[]): void {
  const prefix = segmentPathPrefix(directory, baseOffset);
  for (const suffix of INDEX_SUFFIXES) files.rename(prefix + suffix + CLEANED, prefix + suffix + SWAP);
  // From here on the new segment counts.
  files.rename(`${prefix}.log${CLEANED}`, `${prefix}.log${SWAP}`);
  const [first, ...others] = replaced;
  first?.retire();
  for (const other of others.reverse()) other.remove();
  finishSwap(files, prefix);
}

/** What a crash interrupted: swaps that count are finished, all other unfinished files go. Returns whether anything changed. */
export function finishSwaps(files: Files, directory: string, names: readonly string[]): boolean {
  const swaps = names.filter((name) => name.endsWith(`.log${SWAP}`)).map((name) => Number(name.slice(0, 20)));
  for (const baseOffset of swaps) {
    const prefix = segmentPathPrefix(directory, baseOffset);
    const endOffset = endOffsetOf(files, `${prefix}.log${SWAP}`, baseOffset);
    for (const name of names) {
      const otherBase = Number(name.slice(0, 20));
      if (/^\d{20}\.(log|index|timeindex|txnindex|snapshot)$/.test(name) && otherBase > baseOffset && otherBase < endOffset) files.remove(`${directory}/${name}`);
    }
    finishSwap(files, prefix);
  }
  const leftOver = names.filter((name) => name.endsWith(CLEANED) || name.endsWith(SWAP));
  for (const name of leftOver) files.remove(`${directory}/${name}`);
  return leftOver.length > 0;
}

/** The log last: as long as its name ends with `.swap` this can be done again. */
function finishSwap(files: Files, prefix: string): void {
  for (const suffix of [...INDEX_SUFFIXES, '.log']) {
    if (files.exists(prefix + suffix + SWAP)) files.rename(prefix + suffix + SWAP, prefix + suffix);
  }
}

function endOffsetOf(files: Files, path: string, baseOffset: number): number {
  const size = files.size(path) ?? 0;
  const file = files.openSegment(path, { maxBytes: size, size, sealed: true });
  try {
    return scanBatches(file, { from: 0, firstOffset: baseOffset, check: 'headers' }, () => {}).nextOffset;
  } finally {
    file.close();
  }
}
