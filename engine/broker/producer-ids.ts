/** Hands out producer ids from blocks of 1000 that the controller allocates (AllocateProducerIds). */
import { AllocateProducerIds } from '../protocol/apis.ts';
import { errorCodes } from '../protocol/errors.ts';
import type { ControllerChannel } from './controller-channel.ts';

export type ProducerIdResult = { kind: 'allocated'; producerId: number } | { kind: 'failed'; errorCode: number };

export class ProducerIds {
  readonly #channel: ControllerChannel;
  readonly #brokerId: number;
  readonly #brokerEpoch: () => number;
  #next = 0;
  #end = 0;
  #refill: Promise<number> | undefined;

  constructor(options: { channel: ControllerChannel; brokerId: number; brokerEpoch: () => number }) {
    this.#channel = options.channel;
    this.#brokerId = options.brokerId;
    this.#brokerEpoch = options.brokerEpoch;
  }

  async allocate(): Promise<ProducerIdResult> {
    while (this.#next >= this.#end) {
      this.#refill ??= this.#fetchBlock().finally(() => {
        this.#refill = undefined;
      });
      const errorCode = await this.#refill;
      if (errorCode !== errorCodes.NONE) return { kind: 'failed', errorCode };
    }
    return { kind: 'allocated', producerId: this.#next++ };
  }

  async #fetchBlock(): Promise<number> {
    try {
      const block = await this.#channel.request(AllocateProducerIds, { brokerId: this.#brokerId, brokerEpoch: this.#brokerEpoch() });
      if (block.errorCode !== errorCodes.NONE) return errorCodes.COORDINATOR_LOAD_IN_PROGRESS;
      this.#next = block.producerIdStart;
      this.#end = block.producerIdStart + block.producerIdLen;
      return errorCodes.NONE;
    } catch {
      return errorCodes.COORDINATOR_LOAD_IN_PROGRESS;
    }
  }
}
