/** What one broker's process served in the measured window, counted as it arrived. */
export interface BrokerRequests {
  readonly produce: number;
  readonly consumerFetch: number;
  readonly followerFetch: number;
  /** All other requests of clients and brokers, by Kafka's API name. */
  readonly otherByApi: Readonly<Record<string, number>>;
  /** Of the controller in the same process, by the brokers; 0 where there is none. */
  readonly controller: number;
  /** Whole frames: requests in, answers out. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** The controller's included. */
export function otherRequests({ otherByApi, controller }: BrokerRequests): number {
  return Object.values(otherByApi).reduce((sum, requests) => sum + requests, controller);
}
