/**
 * Frames and headers: int32 size, header, body. Request headers v1 or v2 (flexible), response headers v0 or v1;
 * ApiVersions' response header is always v0, and client ids are never compact (KIP-482).
 */
import { isFlexible, requestCodec, responseCodec, type Api, type RequestInput, type RequestOf, type ResponseInput, type ResponseOf } from './api.ts';
import { apiByKey } from './apis.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { ProtocolError } from './protocol-error.ts';

export { ProtocolError } from './protocol-error.ts';
export { FrameReader } from './frame-reader.ts';

const API_VERSIONS_KEY = 18;

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

export function encodeRequest<A extends Api>(
  api: A,
  version: number,
  header: { correlationId: number; clientId: string | null },
  body: RequestInput<A>,
): Buffer[] {
  const writer = new MessageWriter();
  writer.int32(0);
  writer.int16(api.key);
  writer.int16(version);
  writer.int32(header.correlationId);
  writer.string(header.clientId, false);
  if (isFlexible(api, version)) writer.int8(0);
  requestCodec(api, version).encode(writer, body);
  return withSize(writer);
}

/** `frame` excludes its 4 size bytes. */
export function decodeRequestHeader(frame: Buffer): RequestHeader & { bodyStart: number } {
  const reader = new MessageReader(frame, 0);
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const clientId = reader.nullableString(false);
  const api = apiByKey(apiKey);
  // A version above ours (ApiVersions only) is answered in version 0, its body is never read.
  if (api !== undefined && isFlexible(api, apiVersion) && apiVersion <= api.maxVersion) skipTags(reader);
  return { apiKey, apiVersion, correlationId, clientId, bodyStart: reader.at };
}

export function decodeRequestBody<A extends Api>(api: A, version: number, frame: Buffer, bodyStart: number): RequestOf<A> {
  return decoded(api, 'request', version, () => requestCodec(api, version).decode(new MessageReader(frame, bodyStart)) as RequestOf<A>);
}

export function encodeResponse<A extends Api>(api: A, version: number, correlationId: number, body: ResponseInput<A>): Buffer[] {
  const writer = new MessageWriter(sizes.expected(api));
  writer.int32(0);
  writer.int32(correlationId);
  if (hasFlexibleResponseHeader(api, version)) writer.int8(0);
  responseCodec(api, version).encode(writer, body);
  sizes.note(api, writer.copiedBytes);
  return withSize(writer);
}

/** What answers took lately: a buffer that need not grow is one allocation instead of seven, and as many fewer for the collector. */
class ResponseSizes {
  readonly #recent = new Map<Api, number>();

  expected(api: Api): number {
    return this.#recent.get(api) ?? FIRST_BYTES;
  }

  /** Rises at once, falls slowly. */
  note(api: Api, bytes: number): void {
    const fallen = ((this.#recent.get(api) ?? 0) * 7) >>> 3;
    this.#recent.set(api, Math.min(MOST_BYTES, Math.max(FIRST_BYTES, fallen, bytes + (bytes >>> 3))));
  }
}

const FIRST_BYTES = 512;
const MOST_BYTES = 256 * 1024;
const sizes = new ResponseSizes();

export function decodeResponse<A extends Api>(api: A, version: number, frame: Buffer): { correlationId: number; body: ResponseOf<A> } {
  return decoded(api, 'response', version, () => {
    const reader = new MessageReader(frame, 0);
    const correlationId = reader.int32();
    if (hasFlexibleResponseHeader(api, version)) skipTags(reader);
    return { correlationId, body: responseCodec(api, version).decode(reader) as ResponseOf<A> };
  });
}

function hasFlexibleResponseHeader(api: Api, version: number): boolean {
  return api.key !== API_VERSIONS_KEY && isFlexible(api, version);
}

function withSize(writer: MessageWriter): Buffer[] {
  const size = writer.length - 4;
  const chunks = writer.finish();
  (chunks[0] as Buffer).writeInt32BE(size, 0);
  return chunks;
}

function skipTags(reader: MessageReader): void {
  for (let count = reader.uvarint(); count > 0; count--) {
    reader.uvarint();
    reader.skip(reader.uvarint());
  }
}

function decoded<T>(api: Api, what: 'request' | 'response', version: number, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) throw new ProtocolError(`${api.name} ${what} v${version}: ${error.message}`);
    throw error;
  }
}
