/** What each broker was asked for each second of the window, as cells of a table. */
import { otherRequests } from '../broker-requests.ts';
import type { Run } from '../run.ts';
import { megabytesText, rateText } from './number-text.ts';

export const REQUEST_HEADS = ['produce/s', 'consumer fetch/s', 'follower fetch/s', 'other/s', 'MB/s in', 'MB/s out'] as const;

/** One row for each broker whose requests were counted, the broker's id first; none for other clusters and older runs. */
export function requestRows({ brokers, measureStartSecond, measureEndSecond }: Run['measured']): string[][] {
  const seconds = measureEndSecond - measureStartSecond;
  return brokers.flatMap(({ brokerId, requests }) => {
    if (requests === undefined || requests === null || seconds <= 0) return [];
    const counts = [requests.produce, requests.consumerFetch, requests.followerFetch, otherRequests(requests)];
    return [[`broker ${brokerId}`, ...counts.map((count) => rateText(count / seconds)), ...[requests.receivedBytes, requests.sentBytes].map((bytes) => megabytesText(bytes / seconds))]];
  });
}
