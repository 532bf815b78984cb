import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { erlangB, erlangC, serversForServiceLevel, serviceLevel, squareRootStaffing, squareRootWaitProbability } from '../../../sizing/queueing/erlang.ts';
import { concurrencyByLittle, rateByLittle, secondsByLittle } from '../../../sizing/queueing/littles-law.ts';
import { kingmanUtilizationForObjective, kingmanWaitSeconds, md1ResponseRatio, mm1PercentileRatio, mm1ResponseRatio, utilizationForObjective } from '../../../sizing/queueing/single-server.ts';

const utilization = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('Little\'s law', () => {
  test('turned round gives what was put in', () => {
    const concurrency = concurrencyByLittle({ arrivalsPerSecond: 100_000, secondsInSystem: 0.005 });
    expect(concurrency).toBe(500);
    expect(secondsByLittle({ concurrency, arrivalsPerSecond: 100_000 })).toBeCloseTo(0.005, 12);
    expect(rateByLittle({ concurrency, secondsInSystem: 0.005 })).toBeCloseTo(100_000, 6);
  });
});

describe('one server', () => {
  test('Kingman is exact for M/M/1 and M/D/1', () => {
    fc.assert(fc.property(utilization, (rho) => {
      const wait = (serviceVariation: number) => kingmanWaitSeconds({ utilization: rho, arrivalVariation: 1, serviceVariation, serviceSeconds: 1 });
      expect(1 + wait(1)).toBeCloseTo(mm1ResponseRatio(rho), 6);
      expect(1 + wait(0)).toBeCloseTo(md1ResponseRatio(rho), 6);
    }));
  });

  test('the utilisation for an objective is the one at which the objective is met', () => {
    const rho = utilizationForObjective({ objectiveSeconds: 0.05, serviceSeconds: 0.002, percentile: 0.99 });
    expect(mm1PercentileRatio(0.99) * mm1ResponseRatio(rho) * 0.002).toBeCloseTo(0.05, 12);
    const variation = { arrivalVariation: 4, serviceVariation: 1, serviceSeconds: 0.002 };
    const bursty = kingmanUtilizationForObjective({ objectiveSeconds: 0.02, ...variation });
    expect(0.002 + kingmanWaitSeconds({ utilization: bursty, ...variation })).toBeCloseTo(0.02, 12);
  });

  test('an objective shorter than the service allows nothing', () => {
    expect(utilizationForObjective({ objectiveSeconds: 0.001, serviceSeconds: 0.002, percentile: 0.99 })).toBe(0);
    expect(kingmanUtilizationForObjective({ objectiveSeconds: 0.002, serviceSeconds: 0.002, arrivalVariation: 1, serviceVariation: 1 })).toBe(0);
  });

  test.each([1, 1.2, -0.1, Number.NaN])('a utilisation of %f is refused', (rho) => {
    expect(() => mm1ResponseRatio(rho)).toThrow(RangeError);
    expect(() => md1ResponseRatio(rho)).toThrow(RangeError);
    expect(() => kingmanWaitSeconds({ utilization: rho, arrivalVariation: 1, serviceVariation: 1, serviceSeconds: 1 })).toThrow(RangeError);
  });

  test('there is no hundredth percentile of a wait without end', () => expect(() => mm1PercentileRatio(1)).toThrow(RangeError));
});

describe('many servers', () => {
  const queue = fc.record({ loadErlangs: fc.double({ min: 0.01, max: 200, noNaN: true }), servers: fc.integer({ min: 1, max: 300 }) });

  test('those who wait are no fewer than those who would be lost, and both are shares', () => {
    fc.assert(fc.property(queue, (each) => {
      const [lost, waiting] = [erlangB(each), erlangC(each)];
      expect(lost).toBeGreaterThanOrEqual(0);
      expect(waiting).toBeGreaterThanOrEqual(lost);
      expect(waiting).toBeLessThanOrEqual(1);
    }));
  });

  test('of one are an M/M/1: the share that waits is the utilisation', () => {
    fc.assert(fc.property(utilization, (rho) => {
      expect(erlangC({ loadErlangs: rho, servers: 1 })).toBeCloseTo(rho, 9);
    }));
  });

  test('that are overloaded let everyone wait', () => {
    expect(erlangC({ loadErlangs: 10, servers: 10 })).toBe(1);
    expect(serviceLevel({ loadErlangs: 10, servers: 9, serviceSeconds: 1, withinSeconds: 100 })).toBe(0);
  });

  test('the fewest for a service level reach it, and one fewer does not', () => {
    fc.assert(fc.property(fc.double({ min: 0.1, max: 80, noNaN: true }), fc.double({ min: 0.1, max: 0.999, noNaN: true }), (loadErlangs, level) => {
      const of = { loadErlangs, serviceSeconds: 0.01, withinSeconds: 0.005 };
      const servers = serversForServiceLevel({ ...of, level });
      expect(serviceLevel({ ...of, servers })).toBeGreaterThanOrEqual(level);
      if (servers > 1) expect(serviceLevel({ ...of, servers: servers - 1 })).toBeLessThan(level);
    }));
  });

  test('by square-root staffing wait as often as the limit says, when they are many', () => {
    for (const beta of [0.5, 1, 2]) {
      const loadErlangs = 10_000;
      expect(erlangC({ loadErlangs, servers: squareRootStaffing({ loadErlangs, beta }) })).toBeCloseTo(squareRootWaitProbability(beta), 2);
    }
    expect(squareRootStaffing({ loadErlangs: 100, beta: 1 })).toBe(110);
  });

  test('a level of one and half a server are refused', () => {
    expect(() => serversForServiceLevel({ level: 1, loadErlangs: 1, serviceSeconds: 1, withinSeconds: 1 })).toThrow(RangeError);
    expect(() => erlangB({ loadErlangs: 1, servers: 0.5 })).toThrow(RangeError);
  });
});
