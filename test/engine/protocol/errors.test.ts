import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { protocolErrors } from '@platformatic/kafka';
import { errorCodes, errorName, isRetriable } from '../../../engine/protocol/errors.ts';

interface KnownError {
  readonly code: number;
  readonly canRetry: boolean;
}

const kafkajs = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as { errorCodes: { type: string; code: number; retriable: boolean }[] };
const ours = new Map<string, number>(Object.entries(errorCodes));

/** Renamed in Kafka since kafkajs wrote its table down. */
const RENAMED: Record<string, string> = { UNKNOWN: 'UNKNOWN_SERVER_ERROR', NOT_LEADER_FOR_PARTITION: 'NOT_LEADER_OR_FOLLOWER', GROUP_LOAD_IN_PROGRESS: 'COORDINATOR_LOAD_IN_PROGRESS', GROUP_COORDINATOR_NOT_AVAILABLE: 'COORDINATOR_NOT_AVAILABLE', NOT_COORDINATOR_FOR_GROUP: 'NOT_COORDINATOR' };

describe('error codes', () => {
  it('are Kafka\'s, without a gap and without a double', () => {
    expect([...ours.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: 135 }, (_, at) => at - 1));
  });

  it('have the numbers that kafkajs knows', () => {
    const wrong = kafkajs.errorCodes.filter(({ type, code }) => errorName(code) !== (RENAMED[type] ?? type)).map(({ type, code }) => `${code}: ${type}, ours ${errorName(code)}`);
    expect(wrong).toEqual([]);
  });

  it('have the numbers, and are retried, as @platformatic/kafka has them', () => {
    const theirs = Object.entries(protocolErrors as unknown as Record<string, KnownError>);
    expect(theirs.length).toBeGreaterThan(110);
    const wrong = theirs.filter(([name, { code, canRetry }]) => ours.get(name) !== code || isRetriable(code) !== canRetry).map(([name, { code, canRetry }]) => `${name} ${code} ${canRetry}, ours ${ours.get(name)} ${isRetriable(code)}`);
    expect(wrong).toEqual([]);
  });

  it('have a name even when nobody knows them', () => {
    expect([errorName(0), errorName(-1), errorName(133), errorName(134), errorName(-2)]).toEqual(['NONE', 'UNKNOWN_SERVER_ERROR', 'SHARE_SESSION_LIMIT_REACHED', 'UNKNOWN_ERROR_134', 'UNKNOWN_ERROR_-2']);
    expect([0, -1, 134, 999].map(isRetriable)).toEqual([false, false, false, false]);
  });
});
