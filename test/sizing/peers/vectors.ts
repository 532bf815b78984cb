/** All published figures that the formulas are held against, by the number under which they were collected (`F..`: the worked example of a formula). */
import { awsVectors } from './vectors-aws.ts';
import { modelVectors } from './vectors-models.ts';
import { vendorVectors } from './vectors-vendors.ts';
import type { Vector } from './vector.ts';

export const vectors: readonly Vector[] = [...vendorVectors, ...awsVectors, ...modelVectors];
