import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { offeredLoad, offeredRange } from '../../../bench/load/offered-load.ts';
import { createSchedule, type Arrivals, type Schedule } from '../../../bench/load/schedule.ts';
import { RateCurve, type RatePiece } from '../../../bench/load/shape/rate-curve.ts';
import { curveOf, shapeProblem, type RateShape } from '../../../bench/load/shape/rate-shape.ts';
import { parseShape, SHAPE_EXAMPLES, ShapeError } from '../../../bench/load/shape/shape-grammar.ts';
import { createShapedSchedule } from '../../../bench/load/shape/shaped-schedule.ts';
import { readTrace, TraceError } from '../../../bench/load/shape/trace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-shape-'));
afterAll(() => rmSync(folder, { recursive: true }));

function traceFile(text: string): string {
  const path = join(folder, `${Math.abs(text.length * 31 + text.charCodeAt(0))}-${text.split('\n').length}.trace`);
  writeFileSync(path, text);
  return path;
}

const WINDOW = { warmupSeconds: 2, durationSeconds: 10 };
const END_SECONDS = WINDOW.warmupSeconds + WINDOW.durationSeconds;

const rate = fc.integer({ min: 0, max: 3000 });
const shapes: fc.Arbitrary<RateShape> = fc.oneof(
  fc.array(fc.record({ ratePerSecond: rate, seconds: fc.double({ min: 0.1, max: 2, noNaN: true }) }), { minLength: 1, maxLength: 5 }).map((steps): RateShape => ({ kind: 'steps', steps })),
  fc.record({ kind: fc.constant('ramp' as const), fromPerSecond: rate, toPerSecond: rate, overSeconds: fc.double({ min: 0.5, max: 10, noNaN: true }) }),
  fc.record({ kind: fc.constant('bursts' as const), basePerSecond: rate, burstPerSecond: rate, everySeconds: fc.double({ min: 1, max: 10, noNaN: true }), burstSeconds: fc.double({ min: 0.1, max: 0.9, noNaN: true }) }),
  fc.record({ kind: fc.constant('day' as const), troughPerSecond: rate, peakPerSecond: rate }),
  fc.record({ kind: fc.constant('hours' as const), ratePerSecond: rate, factors: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 2, maxLength: 24 }) }),
).filter((shape) => shapeProblem(shape, WINDOW.durationSeconds) === undefined);

function dueSeconds(schedule: Schedule): number[] {
  const times: number[] = [];
  for (; schedule.dueUs < END_SECONDS * 1e6; schedule.advance()) times.push(schedule.dueUs / 1e6);
  return times;
}

function scheduled(shape: RateShape, { arrivals = 'constant' as Arrivals, workerCount = 1, seed = 1 } = {}): number[][] {
  return Array.from({ length: workerCount }, (_, worker) => dueSeconds(createShapedSchedule({ curve: curveOf(shape, WINDOW), arrivals, worker, workerCount, seed })));
}

describe('a shape', () => {
  it('offers as many records by any second as the integral of its rate', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 4 }), (shape, workerCount) => {
        const curve = curveOf(shape, WINDOW);
        const due = scheduled(shape, { workerCount }).flat();
        for (let second = 1; second <= END_SECONDS; second++) {
          const count = due.filter((at) => at < second).length;
          expect(Math.abs(count - Math.ceil(curve.recordsBefore(second))), `before second ${second}`).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has an integral that is the sum of its rate over short steps', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0, max: END_SECONDS, noNaN: true }), (shape, until) => {
        const curve = curveOf(shape, WINDOW);
        const steps = 4000;
        let sum = 0;
        for (let at = 0; at < steps; at++) {
          const [from, to] = [(until * at) / steps, (until * (at + 1)) / steps];
          sum += curve.recordsBefore(to) - curve.recordsBefore(from);
          expect(curve.recordsBefore(to)).toBeGreaterThanOrEqual(curve.recordsBefore(from) - 1e-9);
        }
        expect(sum).toBeCloseTo(curve.recordsBefore(until), 3);
      }),
      { numRuns: 30 },
    );
  });

  it('gives each worker due times that never decrease, and all workers together those of one', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 2, max: 5 }), (shape, workerCount) => {
        const workers = scheduled(shape, { workerCount });
        for (const due of workers) due.forEach((at, n) => expect(at).toBeGreaterThanOrEqual(due[n - 1] ?? 0));
        const together = workers.flat().toSorted((a, b) => a - b);
        const alone = scheduled(shape)[0] as number[];
        expect(together.length).toBe(alone.length);
        together.forEach((at, n) => expect(Math.abs(at - (alone[n] as number))).toBeLessThan(1e-9));
      }),
      { numRuns: 40 },
    );
  });

  it('has Poisson arrivals of the same mean, a function of the seed, whatever the number of workers', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 4 }), fc.nat(), (shape, workerCount, seed) => {
        const due = scheduled(shape, { arrivals: 'poisson', workerCount, seed });
        expect(scheduled(shape, { arrivals: 'poisson', workerCount, seed })).toEqual(due);
        for (const times of due) times.forEach((at, n) => expect(at).toBeGreaterThanOrEqual(times[n - 1] ?? 0));
        const expected = curveOf(shape, WINDOW).recordsBefore(END_SECONDS);
        // Six standard deviations: one case in 10^9 by chance.
        expect(Math.abs(due.flat().length - expected)).toBeLessThan(6 * Math.sqrt(expected) + 6);
      }),
      { numRuns: 40 },
    );
  });

  it('that is level is due exactly when a constant rate is', () => {
    const shape: RateShape = { kind: 'steps', steps: [{ ratePerSecond: 1000 }] };
    const constant = dueSeconds(createSchedule({ arrivals: 'constant', ratePerSecond: 1000, worker: 0, workerCount: 1, seed: 1 }));
    const due = scheduled(shape)[0] as number[];
    expect(due.length).toBe(constant.length);
    due.forEach((at, n) => expect(Math.abs(at - (constant[n] as number))).toBeLessThan(1e-9));
  });

  it.each<[string, number[]]>([
    ['steps=1k:4s,3k:6s', [1000, 1000, 1000, 1000, 1000, 1000, 3000, 3000, 3000, 3000, 3000, 3000]],
    ['steps=1k,3k', [1000, 1000, 1000, 1000, 1000, 1000, 1000, 3000, 3000, 3000, 3000, 3000]],
    ['ramp=1k..2k', [1000, 1000, 1050, 1150, 1250, 1350, 1450, 1550, 1650, 1750, 1850, 1950]],
    ['ramp=2k..1k:5s', [2000, 2000, 1900, 1700, 1500, 1300, 1100, 1000, 1000, 1000, 1000, 1000]],
    ['bursts=1k..5k:2s/4s', [1000, 1000, 1000, 5000, 5000, 1000, 1000, 5000, 5000, 1000, 1000, 5000]],
    ['day=1k*1,3', [1000, 1000, 1200, 1600, 2000, 2400, 2800, 2800, 2400, 2000, 1600, 1200]],
  ])('%s offers in the seconds of the run what it says', (text, perSecond) => {
    const load = { kind: 'shaped', shape: parseShape(text), arrivals: 'constant' } as const;
    const offered = offeredLoad(load, WINDOW);
    expect(perSecond.map((_, second) => Math.round(offered?.recordsBetween(second, second + 1) ?? -1))).toEqual(perSecond);
    expect(offered?.recordsBetween(END_SECONDS, END_SECONDS + 5)).toBe(0);
  });

  it('warms up with its mean where it begins with nothing', () => {
    const range = offeredRange({ kind: 'shaped', shape: parseShape('ramp=0..2k'), arrivals: 'constant' }, WINDOW);
    expect(range).toEqual({ meanPerSecond: 1000, lowestPerSecond: 100, highestPerSecond: 1900 });
    expect(offeredLoad({ kind: 'shaped', shape: parseShape('ramp=0..2k'), arrivals: 'constant' }, WINDOW)?.recordsBetween(0, 2)).toBe(2000);
  });

  it('of a day is lowest at four and highest at four in the afternoon, with the mean in between', () => {
    const range = offeredRange({ kind: 'shaped', shape: parseShape('day=1k..3k'), arrivals: 'poisson' }, { warmupSeconds: 0, durationSeconds: 24 });
    expect(range?.meanPerSecond).toBeCloseTo(2000, 6);
    const offered = offeredLoad({ kind: 'shaped', shape: parseShape('day=1k..3k'), arrivals: 'poisson' }, { warmupSeconds: 0, durationSeconds: 24 });
    const hours = Array.from({ length: 24 }, (_, hour) => offered?.recordsBetween(hour - 0.5, hour + 0.5) ?? 0);
    expect([hours.indexOf(Math.min(...hours.slice(1))), hours.indexOf(Math.max(...hours))]).toEqual([4, 16]);
  });
});

describe('a curve', () => {
  it('gives for each record the moment at which its integral reaches the record’s number', () => {
    const piece: fc.Arbitrary<RatePiece> = fc.record({ seconds: fc.double({ min: 0, max: 3, noNaN: true }), fromPerSecond: fc.double({ min: 0, max: 500, noNaN: true }), toPerSecond: fc.double({ min: 0, max: 500, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom('hold' as const, 'end' as const), (pieces, after) => {
        const curve = new RateCurve({ lead: { seconds: 1, ratePerSecond: 50 }, pieces, after });
        const cursor = curve.cursor();
        for (let n = 0; n < 500; n++) {
          const seconds = cursor.secondsOf(n);
          if (seconds === Number.POSITIVE_INFINITY) return;
          expect(Math.abs(curve.recordsBefore(seconds) - n)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps its precision over a year of repeats', () => {
    const curve = curveOf(parseShape('bursts=0..100:100ms/1s'), { warmupSeconds: 0, durationSeconds: 31_536_000 });
    expect(curve.recordsBefore(31_536_000)).toBeCloseTo(315_360_000, 3);
    const cursor = curve.cursor();
    expect(cursor.secondsOf(315_359_999)).toBeCloseTo(31_535_999.54, 6);
  });
});

describe('a trace', () => {
  it.each([
    ['CSV with a header', 'second,rate\n0,100\n2,300\n5,0\n'],
    ['CSV without', '0,100\n2,300\n5,0'],
    ['JSON lines', '{"second":0,"rate":100}\n{"second":2,"rate":300}\n{"second":5,"rate":0}\n'],
    ['milliseconds', 'timestamp_ms,rate\n1790000000000,100\n1790000002000,300\n1790000005000,0\n'],
    ['ISO times', 'time,rate\n2026-01-01T00:00:00Z,100\n2026-01-01T00:00:02Z,300\n2026-01-01T00:00:05Z,0\n'],
  ])('of rates: %s', (_what, text) => {
    expect(readTrace(traceFile(text))).toEqual({
      kind: 'rates',
      seconds: 8,
      records: 1100,
      pieces: [{ seconds: 2, fromPerSecond: 100, toPerSecond: 100 }, { seconds: 3, fromPerSecond: 300, toPerSecond: 300 }, { seconds: 3, fromPerSecond: 0, toPerSecond: 0 }],
    });
  });

  it('of arrivals has each record due at its own time, also several at once, and goes on from the start', () => {
    const arrivals = [5, 5.5, 5.5, 6.25, 9];
    const curve = curveOf({ kind: 'trace', path: traceFile(`${arrivals.join('\n')}\n`), repeats: true }, { warmupSeconds: 0, durationSeconds: 20 });
    const cursor = curve.cursor();
    const due = Array.from({ length: 10 }, (_, n) => cursor.secondsOf(n));
    const once = [0, 0.5, 0.5, 1.25, 4];
    due.forEach((at, n) => expect(at).toBeCloseTo((once[n % 5] as number) + (n < 5 ? 0 : 5), 9));
  });

  it('that is played once offers nothing behind its end', () => {
    const load = { kind: 'shaped', shape: { kind: 'trace', path: traceFile('0,100\n1,50\n'), repeats: false }, arrivals: 'constant' } as const;
    const offered = offeredLoad(load, WINDOW);
    expect([0, 1, 2, 3, 4, 5].map((second) => offered?.recordsBetween(second, second + 1))).toEqual([100, 100, 100, 50, 0, 0]);
    expect(scheduled(load.shape)[0]).toHaveLength(350);
  });

  it.each<[string, RegExp]>([
    ['', /holds no point/],
    ['second,rate\n', /holds no point/],
    ['0,100\n1,fast\n', /line 2: rate "fast" is no number/],
    ['0,100\nlater,100\n', /line 2: second "later" is neither a number nor/],
    ['0,100\n{"second"\n', /line 2: .* is no JSON object/],
    ['{"at":5}\n', /line 1: there is no second, timestamp/],
    ['5\n4\n', /point 2 lies before the one above it/],
    ['0,5\n{"timestamp":7}\n', /line 2: rates and single arrivals do not go together/],
    ['0,0\n5,0\n', /nothing to replay/],
    ['7\n', /nothing to replay/],
  ])('%j is refused with its place', (text, message) => {
    expect(() => readTrace(traceFile(text))).toThrow(TraceError);
    expect(() => readTrace(traceFile(text))).toThrow(message);
  });
});

describe('a shape in one word', () => {
  it.each<[string, RateShape]>([
    ['steps=20k:10s,40k/s:500ms', { kind: 'steps', steps: [{ ratePerSecond: 20_000, seconds: 10 }, { ratePerSecond: 40_000, seconds: 0.5 }] }],
    ['ramp=1.5k..2.5M:2min', { kind: 'ramp', fromPerSecond: 1500, toPerSecond: 2_500_000, overSeconds: 120 }],
    ['bursts=20k..100k:2s/10s', { kind: 'bursts', basePerSecond: 20_000, burstPerSecond: 100_000, everySeconds: 10, burstSeconds: 2 }],
    ['day=1k..10k', { kind: 'day', troughPerSecond: 1000, peakPerSecond: 10_000 }],
    ['day=10k*0.5,1', { kind: 'hours', ratePerSecond: 10_000, factors: [0.5, 1] }],
    ['trace=a/b.csv', { kind: 'trace', path: 'a/b.csv', repeats: true }],
    ['trace=C:x.csv:once', { kind: 'trace', path: 'C:x.csv', repeats: false }],
  ])('%s is read', (text, shape) => {
    expect(parseShape(text)).toEqual(shape);
  });

  it('is understood in every example that is given', () => {
    for (const example of SHAPE_EXAMPLES) expect(shapeProblem(parseShape(example), 20)).toBeUndefined();
  });

  it.each<[string, RegExp]>([
    ['sine=1..2', /is no shape of a load: write it as steps=/],
    ['ramp=10k', /is no shape of a load/],
    ['ramp=10k..fast', /"fast" is no rate/],
    ['steps=10k:10', /"10" is no time/],
    ['steps=10k:1s:2s', /is no step/],
    ['day=1k*1,x', /"x" is no factor/],
  ])('%s is refused in words', (text, message) => {
    expect(() => parseShape(text)).toThrow(ShapeError);
    expect(() => parseShape(text)).toThrow(message);
  });

  it.each<[string, RegExp]>([
    ['steps=1k:15s,2k:10s', /take 25 s, and the measured window has 20 s/],
    ['steps=1k:15s,2k', /either every step has its time, or none/],
    ['ramp=1k..2k:30s', /takes 30 s/],
    ['bursts=1k..2k:5s/5s', /do not fit/],
    ['bursts=1k..2k:5s/50s', /come every 50 s/],
    ['ramp=0..0', /every rate is 0/],
    ['day=1k*1', /at least two factors/],
  ])('%s contradicts a window of 20 s', (text, message) => {
    expect(shapeProblem(parseShape(text), 20)).toMatch(message);
  });
});
