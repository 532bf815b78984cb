/**
 * Produce: each partition's batch goes into the leader's log as it was sent; acks=all waits until every in-sync replica
 * holds it. Versions 0-2 (old message formats) are refused. Left out: transactions.
 */
import { StorageError } from '../../environment.ts';
import type { RequestOf, ResponseInput } from '../../protocol/api.ts';
import { Produce } from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import type { RejectReason } from '../../log/partition-log.ts';
import type { Partition } from '../../replication/partition.ts';
import { route, type Route } from '../../server/request-server.ts';
import type { BrokerState } from '../broker-state.ts';

type PartitionRequest = RequestOf<typeof Produce>['topicData'][number]['partitionData'][number];
type PartitionAnswer = NonNullable<NonNullable<ResponseInput<typeof Produce>['responses']>[number]['partitionResponses']>[number];
type MutableAnswer = { -readonly [K in keyof PartitionAnswer]: PartitionAnswer[K] };

const FIRST_BATCH_V2_VERSION = 3;
const FIRST_ZSTD_VERSION = 7;
const ZSTD = 4;
const ATTRIBUTES_LOW_BYTE = 22;
const TRANSACTIONAL_BIT = 1 << 4;

const errorOfReason: Record<RejectReason, number> = {
  corrupt: errorCodes.CORRUPT_MESSAGE,
  'too-large': errorCodes.MESSAGE_TOO_LARGE,
  'larger-than-segment': errorCodes.RECORD_LIST_TOO_LARGE,
  invalid: errorCodes.INVALID_RECORD,
  'invalid-timestamp': errorCodes.INVALID_TIMESTAMP,
  'unsupported-compression': errorCodes.UNSUPPORTED_COMPRESSION_TYPE,
  'out-of-order-sequence': errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER,
  'invalid-producer-epoch': errorCodes.INVALID_PRODUCER_EPOCH,
  'invalid-transaction-state': errorCodes.INVALID_TXN_STATE,
  'coordinator-fenced': errorCodes.TRANSACTION_COORDINATOR_FENCED,
};

interface Appended {
  readonly answer: MutableAnswer;
  readonly partition: Partition | undefined;
  /** Offset behind the batch, where the high watermark must get to; -1: nothing to wait for. */
  readonly requiredOffset: number;
}

export function produceRoute(state: BrokerState): Route {
  return route(Produce, (body, context, respond) => {
    const { acks } = body;
    const appended: Appended[] = [];
    const responses = body.topicData.map((topic) => ({
      name: topic.name,
      partitionResponses: topic.partitionData.map((data) => {
        const each = appendOne(state, { topic: topic.name, data, acks, version: context.apiVersion, isTransactional: body.transactionalId !== null });
        appended.push(each);
        return each.answer;
      }),
    }));
    if (acks === 0) {
      // Nobody reads an answer: a failed append is told by closing the connection, as Kafka does.
      if (appended.some((each) => each.answer.errorCode !== errorCodes.NONE)) context.connection.close();
      else respond(undefined);
      return;
    }
    const finish = (): void => respond({ responses });
    awaitAcknowledgement(state, appended, { acks, timeoutMs: body.timeoutMs, finish });
  });
}

/** acks=1: until the leader holds it, which is at once unless flush.messages asks for a sync; acks=all: until every in-sync replica does. */
function awaitAcknowledgement(state: BrokerState, appended: Appended[], options: { acks: number; timeoutMs: number; finish: () => void }): void {
  let open = 1;
  let isDone = false;
  const complete = (): void => {
    if (--open > 0 || isDone) return;
    isDone = true;
    if (timer !== undefined) state.wheel.disarm(timer);
    options.finish();
  };
  const waiting = new Set<Appended>();
  for (const each of appended) {
    if (each.partition === undefined || each.requiredOffset < 0) continue;
    open++;
    waiting.add(each);
    const { partition } = each;
    const wait = options.acks === 1 ? partition.whenHeld.bind(partition) : partition.whenReplicated.bind(partition);
    wait(each.requiredOffset, (errorCode) => {
      if (isDone) return;
      waiting.delete(each);
      if (errorCode !== errorCodes.NONE) fail(each.answer, errorCode);
      complete();
    });
  }
  const timer =
    waiting.size === 0
      ? undefined
      : state.wheel.arm(options.timeoutMs, () => {
          if (isDone) return;
          isDone = true;
          for (const each of waiting) fail(each.answer, errorCodes.REQUEST_TIMED_OUT);
          options.finish();
        });
  complete();
}

function appendOne(
  state: BrokerState,
  options: { topic: string; data: PartitionRequest; acks: number; version: number; isTransactional: boolean },
): Appended {
  const { data, topic, acks } = options;
  const answer: MutableAnswer = { index: data.index, errorCode: errorCodes.NONE, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 };
  const failed = (errorCode: number, message?: string): Appended => {
    fail(answer, errorCode);
    if (message !== undefined) answer.errorMessage = message;
    return { answer, partition: undefined, requiredOffset: -1 };
  };
  if (acks !== -1 && acks !== 0 && acks !== 1) return failed(errorCodes.INVALID_REQUIRED_ACKS);
  if (options.version < FIRST_BATCH_V2_VERSION) return failed(errorCodes.UNSUPPORTED_FOR_MESSAGE_FORMAT, 'Only record batches of magic 2 are stored.');
  const partition = state.replicas.partition(topic, data.index);
  if (partition === undefined) return failed(state.missingPartitionError({ topic, topicId: undefined, index: data.index }));
  const { records } = data;
  if (records === null || records.length === 0) return failed(errorCodes.INVALID_RECORD, 'The request carries no record batch.');
  const attributes = records[ATTRIBUTES_LOW_BYTE] ?? 0;
  if (options.isTransactional || (attributes & TRANSACTIONAL_BIT) !== 0) {
    return failed(errorCodes.INVALID_TXN_STATE, 'Transactions are not supported.');
  }
  if ((attributes & 0x07) === ZSTD && options.version < FIRST_ZSTD_VERSION) return failed(errorCodes.UNSUPPORTED_COMPRESSION_TYPE);
  let result: ReturnType<Partition['append']>;
  try {
    result = partition.append(records, { requiredAcks: acks, isInternal: false });
  } catch (error) {
    state.environment.log(`${topic}-${data.index}: append failed: ${String(error)}`);
    state.replicas.noteFailure(error);
    return failed(error instanceof StorageError ? errorCodes.KAFKA_STORAGE_ERROR : errorCodes.UNKNOWN_SERVER_ERROR);
  }
  if (result.kind === 'error') return failed(result.errorCode);
  if (result.kind === 'rejected') return failed(errorOfReason[result.reason], result.message);
  answer.baseOffset = result.baseOffset;
  answer.logAppendTimeMs = result.logAppendTimeMs;
  answer.logStartOffset = partition.log.logStartOffset;
  return { answer, partition, requiredOffset: result.lastOffset + 1 };
}

function fail(answer: MutableAnswer, errorCode: number): void {
  answer.errorCode = errorCode;
  answer.baseOffset = -1;
}
