/** One Kafka API: its key, the versions that headroom's brokers advertise, and the schemas of request and response. */
import { compileMessage, type MessageCodec } from './message-codec.ts';
import type { DecodedOf, Fields, InputOf } from './schema.ts';

export interface Api<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version with compact lengths and tagged fields. */
  readonly flexibleFrom: number;
  readonly request: Request;
  readonly response: Response;
}

export type RequestOf<A extends Api> = DecodedOf<A['request']>;
export type ResponseOf<A extends Api> = DecodedOf<A['response']>;
export type RequestInput<A extends Api> = InputOf<A['request']>;
export type ResponseInput<A extends Api> = InputOf<A['response']>;

const NEVER_FLEXIBLE = 32_767;

export function api<Request extends Fields, Response extends Fields>(definition: {
  key: number;
  name: string;
  versions: readonly [first: number, last: number];
  /** Absent: no version is flexible. */
  flexibleFrom?: number;
  request: Request;
  response: Response;
}): Api<Request, Response> {
  return {
    key: definition.key,
    name: definition.name,
    minVersion: definition.versions[0],
    maxVersion: definition.versions[1],
    flexibleFrom: definition.flexibleFrom ?? NEVER_FLEXIBLE,
    request: definition.request,
    response: definition.response,
  };
}

export function isFlexible(each: Api, version: number): boolean {
  return version >= each.flexibleFrom;
}

const requestCodecs = new Map<Api, MessageCodec[]>();
const responseCodecs = new Map<Api, MessageCodec[]>();

export function requestCodec(each: Api, version: number): MessageCodec {
  return codecOf(requestCodecs, each, version, each.request);
}

export function responseCodec(each: Api, version: number): MessageCodec {
  return codecOf(responseCodecs, each, version, each.response);
}

function codecOf(codecs: Map<Api, MessageCodec[]>, each: Api, version: number, fields: Fields): MessageCodec {
  let versions = codecs.get(each);
  if (versions === undefined) codecs.set(each, (versions = []));
  return (versions[version] ??= compileMessage(fields, version, isFlexible(each, version)));
}
