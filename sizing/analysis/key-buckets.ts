/** Over how many buckets hot keys must be split (key + bucket), found by trying: with so many the constraints of the partitions hold. */
import { topicId } from '../../results/plan-ids.ts';
import type { Column } from '../model/column.ts';
import { CountSearch } from '../model/count-search.ts';
import type { CountChoice, Sheet, Values } from '../model/sheet.ts';
import { hottestShare } from '../queueing/key-load.ts';
import { exponentOf } from '../sample-inputs.ts';
import type { SizedTopic } from '../sizing-inputs.ts';

/** Enough to tell one number of buckets from the next. */
const DRAWS = 500;
/** What so few draws may be off by. */
const DRAWS_MARGIN = 0.02;
/** More partitions than so many times the planned ones are no way out. */
const PARTITIONS_MAX = 4;
const BUCKETS_MAX = 10_000;

export interface BucketSearch {
  readonly sheet: Sheet;
  readonly drawn: Values;
  readonly fixed: ReadonlyMap<string, number>;
  readonly share: number;
  readonly planned: number;
  /** The hottest key over what is possible. */
  readonly atLeast: number;
}

/** Null: no splitting helps. */
export function bucketsFor(topic: SizedTopic, { sheet, drawn, fixed, share, planned, atLeast }: BucketSearch): { buckets: number; partitions: number } | null {
  const choice = sheet.choices.get(`${topicId(topic.name)}.partitions`) as CountChoice;
  const few: Values = new Map([...sheet.inputs.keys()].map((id) => [id, firstOf(drawn.get(id) as Column)]));
  const given = fixed.get(choice.id);
  for (let buckets = Math.max(2, Math.ceil(atLeast - 1e-9)); buckets <= BUCKETS_MAX; buckets = Math.max(buckets + 1, Math.floor(buckets * 1.1))) {
    const values: Values = new Map([...few, ...splitKeys(topic, buckets)]);
    sheet.evaluateKnown(values);
    const search = new CountSearch(sheet, choice, values);
    const wanted = Math.min(1, share + DRAWS_MARGIN);
    if (given !== undefined) {
      if (search.heldShare(given) >= wanted) return { buckets, partitions: given };
      continue;
    }
    const partitions = search.smallest(wanted);
    if (partitions !== null && partitions <= planned * PARTITIONS_MAX) return { buckets, partitions };
  }
  return null;
}

/** So many times the keys, each with so much less. */
function splitKeys({ keys }: SizedTopic, buckets: number): (readonly [string, Column])[] {
  if (keys.kind === 'hottest') return [[keys.share.id, keys.share.value / buckets]];
  if (keys.kind !== 'law') return [];
  const share = hottestShare({ keys: keys.count.value, exponent: keys.exponent.value }) / buckets;
  const count = keys.count.value * buckets;
  return [[keys.count.id, count], [keys.exponent.id, exponentOf({ keys: count, share })]];
}

function firstOf(column: Column): Column {
  return typeof column === 'number' ? column : column.subarray(0, DRAWS);
}
