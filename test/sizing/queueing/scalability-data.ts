/** Published measurements that other fits of the scalability law are known for. */
import type { LoadPoint } from '../../../sizing/queueing/scalability-fit.ts';

/** SPEC SDM91, of the tests of the R package usl (480c97bf). */
export const specSdmPoints = pointsOf([1, 18, 36, 72, 108, 144, 216], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775, 1702.2]);

/** Made from single 1, contention 0.02 and coherency 0.02. */
export const exactPoints = pointsOf([1, 2, 4, 6, 8, 10], [1, 1.8868, 3.0769, 3.5294, 3.5398, 3.3557]);

/** Cisco benchmark, N = 1 to 32, from Schwartz, Practical Scalability; of the tests of usl4j (15ef46d9). */
export const ciscoPoints = pointsOf(
  Array.from({ length: 32 }, (_, at) => at + 1),
  [
    955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7, 9047.84, 9426.55, 9645.37, 9897.24,
    10_097.6, 10_240.5, 10_532.39, 10_798.52, 11_151.43, 11_518.63, 11_806, 12_089.37, 12_075.41, 12_177.29, 12_211.41, 12_158.93, 12_155.27, 12_118.04, 12_140.4, 12_074.39,
  ],
);

function pointsOf(ns: readonly number[], throughputs: readonly number[]): LoadPoint[] {
  return ns.map((n, at) => ({ n, throughput: throughputs[at] ?? Number.NaN }));
}
