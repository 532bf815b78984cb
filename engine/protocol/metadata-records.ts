/**
 * Records of `__cluster_metadata` in Kafka's own encoding: unsigned varints frame version (1), API key and version,
 * then the flexible body. Unknown keys decode to `unknown`, so that a newer log does not stop an older reader.
 */
import { compileMessage, type MessageCodec } from './message-codec.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { metadataRecordSchemas } from './metadata-record-schemas.ts';
import type { DecodedOf, InputOf } from './schema.ts';

type Schemas = typeof metadataRecordSchemas;
type Kind = keyof Schemas;

export type MetadataRecord = { [K in Kind]: { readonly kind: K } & DecodedOf<Schemas[K]['fields']> }[Kind] | { readonly kind: 'unknown'; readonly key: number };
export type MetadataRecordInput = { [K in Kind]: { readonly kind: K } & InputOf<Schemas[K]['fields']> }[Kind];

const FRAME_VERSION = 1;
const kindByKey = new Map(Object.entries(metadataRecordSchemas).map(([kind, schema]) => [schema.key as number, kind as Kind]));
const codecs = new Map<string, MessageCodec>();

export function encodeMetadataRecord(record: MetadataRecordInput): Buffer {
  const schema = metadataRecordSchemas[record.kind];
  const writer = new MessageWriter(256);
  writer.uvarint(FRAME_VERSION);
  writer.uvarint(schema.key);
  writer.uvarint(schema.version);
  codecOf(record.kind, schema.version).encode(writer, record);
  return Buffer.concat(writer.finish());
}

export function decodeMetadataRecord(bytes: Buffer): MetadataRecord {
  const reader = new MessageReader(bytes, 0);
  const frameVersion = reader.uvarint();
  if (frameVersion !== FRAME_VERSION) throw reader.malformed(`metadata frame version ${frameVersion} is not ${FRAME_VERSION}`);
  const key = reader.uvarint();
  const version = reader.uvarint();
  const kind = kindByKey.get(key);
  if (kind === undefined) return { kind: 'unknown', key };
  return { kind, ...(codecOf(kind, version).decode(reader) as object) } as MetadataRecord;
}

function codecOf(kind: Kind, version: number): MessageCodec {
  const name = `${kind}:${version}`;
  let codec = codecs.get(name);
  if (codec === undefined) codecs.set(name, (codec = compileMessage(metadataRecordSchemas[kind].fields, version, true)));
  return codec;
}
