/**
 * The way to a group's coordinator: finds it, sends requests, and finds it anew when it moved, is still loading or is gone.
 * Requests that the coordinator parks (JoinGroup, SyncGroup) have a connection of their own, so that they hold up nothing else.
 */
import { FindCoordinator } from '../../protocol/apis.ts';
import type { Api, RequestInput, ResponseOf } from '../../protocol/api.ts';
import { errorCodes, errorName, isRetriable } from '../../protocol/errors.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { ConnectionLostError } from '../kafka-connection.ts';

export interface CoordinatorRequest<A extends Api> {
  readonly api: A;
  readonly body: RequestInput<A>;
  /** The error that says whether the coordinator is still the one. */
  readonly codeOf: (response: ResponseOf<A>) => number;
  readonly isParked?: boolean;
  readonly timeoutMs?: number;
  /** Default: until the client closes. */
  readonly attempts?: number;
}

const GROUP = 0;
const MOVED: ReadonlySet<number> = new Set([errorCodes.NOT_COORDINATOR, errorCodes.COORDINATOR_NOT_AVAILABLE]);

export class CoordinatorLink {
  readonly #client: ClusterClient;
  readonly #groupId: string;
  readonly #backoffMs: number;
  readonly #lane: string;
  readonly #parkingLane: string;
  #nodeId: number | undefined;

  constructor(client: ClusterClient, groupId: string, backoffMs: number) {
    this.#client = client;
    this.#groupId = groupId;
    this.#backoffMs = backoffMs;
    this.#lane = client.newLane('group');
    this.#parkingLane = client.newLane('group-join');
  }

  /** Rejects with ConnectionLostError when the attempts are used up or the client is closed. */
  async request<A extends Api>({ api, body, codeOf, isParked = false, timeoutMs, attempts = Number.POSITIVE_INFINITY }: CoordinatorRequest<A>): Promise<ResponseOf<A>> {
    for (let attempt = 1; ; attempt++) {
      let reason: string;
      try {
        const connection = await this.#client.connectionTo(await this.#find(), isParked ? this.#parkingLane : this.#lane);
        const response = await connection.request(api, undefined, body, timeoutMs === undefined ? undefined : { timeoutMs });
        const code = codeOf(response);
        if (MOVED.has(code)) this.#nodeId = undefined;
        else if (code !== errorCodes.COORDINATOR_LOAD_IN_PROGRESS) return response;
        reason = errorName(code);
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
        this.#nodeId = undefined;
        reason = error.message;
      }
      if (attempt >= attempts || this.#client.isClosed) throw new ConnectionLostError(`group ${this.#groupId}: ${api.name}: ${reason}`);
      await this.#client.pause(this.#backoffMs);
    }
  }

  async #find(): Promise<number> {
    if (this.#nodeId !== undefined) return this.#nodeId;
    const connection = await this.#client.anyBroker();
    const answer = await connection.request(FindCoordinator, undefined, { key: this.#groupId, keyType: GROUP, coordinatorKeys: [this.#groupId] });
    const { errorCode, nodeId } = answer.coordinators[0] ?? answer;
    if (errorCode !== errorCodes.NONE) {
      const message = `group ${this.#groupId} has no coordinator: ${errorName(errorCode)}`;
      throw isRetriable(errorCode) ? new ConnectionLostError(message) : new Error(message);
    }
    if (!this.#client.brokers.some(({ id }) => id === nodeId)) await this.#client.refresh();
    this.#nodeId = nodeId;
    return nodeId;
  }
}
