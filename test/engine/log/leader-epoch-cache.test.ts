import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPortableFiles } from '../../../engine/host/portable-files.ts';
import { LeaderEpochCache } from '../../../engine/log/leader-epoch-cache.ts';

describe('the leader epoch cache', () => {
  const files = createPortableFiles();
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-epochs-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  function filled(): LeaderEpochCache {
    const { cache } = LeaderEpochCache.open(files, directory);
    cache.assign(2, 10);
    cache.assign(4, 30);
    cache.assign(7, 50);
    return cache;
  }

  it('is known again after a restart, from Kafka’s own format', () => {
    filled();
    expect(fs.readFileSync(path.join(directory, 'leader-epoch-checkpoint'), 'utf8')).toBe('0\n3\n2 10\n4 30\n7 50\n');
    expect(LeaderEpochCache.open(files, directory)).toMatchObject({ isKnown: true, cache: { latestEpoch: 7 } });
  });

  it.each([
    [7, { epoch: 7, endOffset: 80 }],
    [6, { epoch: 4, endOffset: 50 }],
    [4, { epoch: 4, endOffset: 50 }],
    [3, { epoch: 2, endOffset: 30 }],
    [1, { epoch: 1, endOffset: 10 }],
    [8, undefined],
    [-1, undefined],
  ])('epoch %i ends as KIP-101 says', (epoch, expected) => {
    expect(filled().endOffsetFor(epoch, 80)).toEqual(expected);
  });

  it('replaces epochs that never got a record, ignores older ones', () => {
    const cache = filled();
    cache.assign(9, 50);
    cache.assign(8, 60);
    expect(cache.entries.map((entry) => entry.epoch)).toEqual([2, 4, 9]);
    expect(cache.epochAt(49)).toBe(4);
    expect(cache.epochAt(9)).toBeUndefined();
  });

  it('is cut with the log at both ends', () => {
    const cache = filled();
    cache.truncateFromEnd(50);
    expect(cache.latestEpoch).toBe(4);
    cache.truncateFromStart(20);
    expect(cache.entries).toEqual([{ epoch: 2, startOffset: 20 }, { epoch: 4, startOffset: 30 }]);
    cache.truncateFromStart(35);
    expect(LeaderEpochCache.open(files, directory).cache.entries).toEqual([{ epoch: 4, startOffset: 35 }]);
  });

  it('says that it does not know when the file is damaged', () => {
    filled();
    fs.writeFileSync(path.join(directory, 'leader-epoch-checkpoint'), '0\n3\n2 10\n');
    expect(LeaderEpochCache.open(files, directory).isKnown).toBe(false);
  });
});
