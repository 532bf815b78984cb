/** Topic commands are the controller's: brokers pass them on and answer when they have applied the outcome themselves. */
import type { Api, RequestInput, RequestOf, ResponseInput } from '../../protocol/api.ts';
import { CreatePartitions, CreateTopics, DeleteTopics, IncrementalAlterConfigs, InitProducerId } from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import { route, type Route } from '../../server/request-server.ts';
import type { BrokerState } from '../broker-state.ts';

/** How long an answer waits for this broker to see what the controller decided. */
const APPLY_WAIT_MS = 2000;
const POLL_MS = 2;

export function topicRoutes(state: BrokerState): Route[] {
  return [
    forwarded(state, CreateTopics, {
      isApplied: (_request, response) => (response.topics ?? []).every((topic) => topic.errorCode !== 0 || isLed(state, topic.name ?? '')),
      failure: (request) => ({ topics: request.topics.map((topic) => ({ name: topic.name, errorCode: errorCodes.NOT_CONTROLLER })) }),
      skipWait: (request) => request.validateOnly,
    }),
    forwarded(state, DeleteTopics, {
      // Up to version 5 topics come as bare names, which the version spoken with the controller no longer has.
      translate: (request) => ({ ...request, topics: [...request.topics, ...request.topicNames.map((name) => ({ name }))], topicNames: [] }),
      isApplied: (_request, response) => (response.responses ?? []).every((each) => each.errorCode !== 0 || !state.image.topicsByName.has(each.name ?? '')),
      failure: (request) => ({
        responses: [
          ...request.topicNames.map((name) => ({ name, errorCode: errorCodes.NOT_CONTROLLER })),
          ...request.topics.map((each) => ({ name: each.name, topicId: each.topicId, errorCode: errorCodes.NOT_CONTROLLER })),
        ],
      }),
    }),
    forwarded(state, CreatePartitions, {
      isApplied: (request) =>
        request.topics.every((topic) => (state.image.topicsByName.get(topic.name)?.partitions.length ?? Number.POSITIVE_INFINITY) >= topic.count),
      failure: (request) => ({ results: request.topics.map((topic) => ({ name: topic.name, errorCode: errorCodes.NOT_CONTROLLER })) }),
      skipWait: (request) => request.validateOnly,
    }),
    forwarded(state, IncrementalAlterConfigs, {
      isApplied: () => true,
      failure: (request) => ({
        responses: request.resources.map(({ resourceType, resourceName }) => ({ resourceType, resourceName, errorCode: errorCodes.NOT_CONTROLLER })),
      }),
    }),
    route(InitProducerId, (body, _context, respond) => {
      if (body.transactionalId !== null) {
        respond({ errorCode: errorCodes.INVALID_REQUEST, producerId: -1, producerEpoch: -1 });
        return;
      }
      void state.producerIds.allocate().then((result) =>
        respond(
          result.kind === 'allocated'
            ? { producerId: result.producerId, producerEpoch: 0 }
            : { errorCode: result.errorCode, producerId: -1, producerEpoch: -1 },
        ),
      );
    }),
  ];
}

interface Forwarding<A extends Api> {
  readonly isApplied: (request: RequestOf<A>, response: ResponseInput<A>) => boolean;
  readonly failure: (request: RequestOf<A>) => ResponseInput<A>;
  /** To the newest version, where it says the same in other fields. */
  readonly translate?: (request: RequestOf<A>) => RequestInput<A>;
  readonly skipWait?: (request: RequestOf<A>) => boolean;
}

function forwarded<A extends Api>(state: BrokerState, api: A, options: Forwarding<A>): Route {
  return route(api, (request, _context, respond) => {
    const forward = async (): Promise<ResponseInput<A>> => {
      const body = options.translate?.(request) ?? (request as unknown as RequestInput<A>);
      const response = (await state.channel.request(api, body)) as unknown as ResponseInput<A>;
      if (options.skipWait?.(request) !== true) await whenTrue(state, () => options.isApplied(request, response));
      return response;
    };
    forward().then(respond, (error: unknown) => {
      state.environment.log(`${api.name}: the controller does not answer: ${String(error)}`);
      respond(options.failure(request));
    });
  });
}

/** Every partition of the topic has a leader, and those that this broker leads or follows are open here. */
function isLed(state: BrokerState, name: string): boolean {
  const topic = state.image.topicsByName.get(name);
  return topic !== undefined && topic.partitions.length > 0 && topic.partitions.every((partition) => partition.leader >= 0);
}

async function whenTrue(state: BrokerState, condition: () => boolean): Promise<void> {
  const { clock } = state.environment;
  const deadlineMs = clock.monotonicMs() + APPLY_WAIT_MS;
  while (!condition() && clock.monotonicMs() < deadlineMs) await new Promise<void>((resolve) => clock.setTimer(POLL_MS, resolve));
}
