/** Counts what a listener is asked and how many bytes pass: plain additions, from its opening on. Whoever wants a span takes two readings. */
import { apiByKey } from '../protocol/apis.ts';

/** Plain data: it crosses process boundaries as JSON. */
export interface ServedRequests {
  /** Requests that arrived, by Kafka's API name; those never asked are absent. */
  readonly byApi: Readonly<Record<string, number>>;
  /** Of the Fetch requests those of followers. */
  readonly followerFetches: number;
  /** Frames with their lengths, requests and answers. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export class RequestCounter {
  readonly #byApiKey: number[] = [];
  #followerFetches = 0;
  #receivedBytes = 0;
  #sentBytes = 0;

  received(apiKey: number, bytes: number): void {
    this.#byApiKey[apiKey] = (this.#byApiKey[apiKey] ?? 0) + 1;
    this.#receivedBytes += bytes;
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  followerFetched(): void {
    this.#followerFetches++;
  }

  read(): ServedRequests {
    const byApi: Record<string, number> = {};
    for (const [apiKey, requests] of this.#byApiKey.entries()) if (requests > 0) byApi[apiByKey(apiKey)?.name ?? String(apiKey)] = requests;
    return { byApi, followerFetches: this.#followerFetches, receivedBytes: this.#receivedBytes, sentBytes: this.#sentBytes };
  }
}
