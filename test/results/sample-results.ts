/** A search and a study as they are stored. */
import type { SearchPoint, SearchResult } from '../../results/search/search-result.ts';
import type { StudyResult } from '../../results/study/study-result.ts';

export function searchPoint(changes: Partial<SearchPoint>): SearchPoint {
  return {
    runId: '20260805-123456-k3x9qd',
    phase: 'search',
    offeredPerSecond: 50_000,
    achievedPerSecond: 50_000,
    p50Us: 4200,
    p99Us: 12_300,
    p999Us: 22_000,
    generatorUtilization: 0.31,
    held: true,
    failures: [],
    ...changes,
  };
}

export const REFUSED = { condition: 'objective', words: 'publish.p99 412 ms, not < 100ms' } as const;
export function sampleSearch(changes: Partial<SearchResult> = {}): SearchResult {
  return {
  schemaVersion: 1,
  kind: 'maximumSustainableThroughput',
  id: '20260805-120000-abcdef',
  startedAt: '2026-08-05T12:00:00.000Z',
  elapsedSeconds: 412.3,
  name: 'clickstream-max',
  commandLine: ['headroom', 'bench', '--rate', 'max'],
  seed: 1,
  conditions: ['publish.p99 < 100ms'],
  probability: 0.9,
  precision: 0.07,
  ceilingPerSecond: 131_000,
  sustained: { ratePerSecond: 81_200, low: 76_000, high: 86_000, confirmedBy: 1, refutedBy: 0 },
  knee: { ratePerSecond: 64_000, p99Us: 31_000 },
  points: [
    searchPoint({ phase: 'ceiling', offeredPerSecond: null, achievedPerSecond: 131_000, p50Us: null, p99Us: null, p999Us: null }),
    searchPoint({ offeredPerSecond: 95_000, achievedPerSecond: 91_000, p99Us: 412_000, held: false, failures: [REFUSED] }),
    searchPoint({ phase: 'confirmation', offeredPerSecond: 81_200, p99Us: 88_000 }),
    searchPoint({ phase: 'confirmation', offeredPerSecond: 73_000, p99Us: 51_000 }),
    searchPoint({ phase: 'curve', offeredPerSecond: 8120, p99Us: 9100 }),
  ],
  end: { kind: 'precise' },
  limits: [{ condition: 'objective', count: 1 }],
  ...changes,
  };
}

export function sampleStudy(): StudyResult {
  const share = { called: 2, comparisons: 40, interval: { low: 0.014, high: 0.165 } };
  return {
    schemaVersion: 1,
    kind: 'comparisonStudy',
    id: '20260805-130000-abcdef',
    startedAt: '2026-08-05T13:00:00.000Z',
    elapsedSeconds: 1803,
    commandLine: ['headroom', 'study'],
    host: { cpuModel: 'AMD EPYC 7B13', coreCount: 2, kernel: 'Linux 6.8.0' },
    seed: 1,
    slowerShare: 0.1,
    from: [],
    blocksPerComparison: 6,
    blocksMax: 36,
    detect: 0.05,
    alpha: 0.05,
    minDifference: 0.01,
    metrics: [{ metricId: 'cpu.brokers', noise: 0.021, slowdown: 1.097, blocksByNoise: 14, falseAlarms: { live: share, resampled: share }, found: { live: share, resampled: share } }],
    runs: [{ runId: '20260805-130001-aaaaaa', block: 1, position: 1, variant: 'alike', figures: { 'cpu.brokers': 5.4 } }],
    blocksLeftOut: 0,
    endedEarly: null,
  };
}
