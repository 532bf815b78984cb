/**
 * Message schemas as data. A field says its type and, where they differ from "all versions, mandatory", its versions,
 * nullable versions, tag and default, in the notation of Kafka's message definitions ('3+', '1-4', '2').
 * TypeScript infers the decoded type (every field present) and the input type (every field optional: Kafka's defaults).
 */

export interface FieldOptions {
  /** Versions that carry the field; default all. */
  readonly since?: string;
  readonly nullable?: string;
  /** Default: 0, '', false, empty, zero UUID; null where the definition says so. */
  readonly default?: number | string | boolean | null;
  readonly tag?: number;
  readonly tagged?: string;
}

export type PrimitiveType =
  | 'int8' | 'int16' | 'int32' | 'int64' | 'uint16' | 'uint32' | 'float64' | 'boolean' | 'string' | 'uuid' | 'bytes' | 'records';

/** `Value`: decoded, `Input`: to be encoded. */
export interface Field<Value, Input> {
  readonly type: PrimitiveType | 'array' | 'struct';
  readonly options: FieldOptions;
  readonly element?: AnyField;
  readonly fields?: Fields;
  /** Only for the type checker. */
  readonly phantom?: { value: Value; input: Input };
}

export type AnyField = Field<unknown, unknown>;
export type Fields = Readonly<Record<string, AnyField>>;

export type DecodedOf<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer Value, unknown> ? Value : never };
export type InputOf<F extends Fields> = { readonly [K in keyof F]?: F[K] extends Field<unknown, infer Input> ? Input | undefined : never };

type Nullable<O, T> = O extends { readonly nullable: string } ? T | null : T;
type Bytes = Uint8Array | readonly Uint8Array[];

function number_(type: PrimitiveType) {
  return (options: FieldOptions = {}): Field<number, number> => ({ type, options });
}

export const int8 = number_('int8');
export const int16 = number_('int16');
export const int32 = number_('int32');
/** A safe integer; anything beyond is malformed. */
export const int64 = number_('int64');
export const uint16 = number_('uint16');
export const uint32 = number_('uint32');
export const float64 = number_('float64');

export function boolean(options: FieldOptions = {}): Field<boolean, boolean> {
  return { type: 'boolean', options };
}

export function string<const O extends FieldOptions>(options?: O): Field<Nullable<O, string>, Nullable<O, string>> {
  return { type: 'string', options: options ?? {} };
}

/** 16 bytes. */
export function uuid(options: FieldOptions = {}): Field<Buffer, Uint8Array> {
  return { type: 'uuid', options };
}

export function bytes<const O extends FieldOptions>(options?: O): Field<Nullable<O, Buffer>, Nullable<O, Uint8Array>> {
  return { type: 'bytes', options: options ?? {} };
}

/** Record batches: decoded as a window on the frame, encoded from one or several pieces without a copy when large. */
export function records(options: FieldOptions = {}): Field<Buffer | null, Bytes | null> {
  return { type: 'records', options };
}

export function struct<F extends Fields, const O extends FieldOptions>(fields: F, options?: O): Field<Nullable<O, DecodedOf<F>>, Nullable<O, InputOf<F>>> {
  return { type: 'struct', fields, options: options ?? {} };
}

/** An array of primitives or of structs. */
export function array<V, I, const O extends FieldOptions>(element: Field<V, I>, options?: O): Field<Nullable<O, V[]>, Nullable<O, readonly I[]>> {
  return { type: 'array', element, options: options ?? {} };
}

export function list<F extends Fields, const O extends FieldOptions>(fields: F, options?: O): Field<Nullable<O, DecodedOf<F>[]>, Nullable<O, readonly InputOf<F>[]>> {
  return { type: 'array', element: { type: 'struct', fields, options: {} }, options: options ?? {} };
}

/** True when `range` ('3+', '1-4', '2', undefined = all) covers `version`. */
export function covers(range: string | undefined, version: number): boolean {
  if (range === undefined) return true;
  if (range.endsWith('+')) return version >= Number(range.slice(0, -1));
  const [first, last] = range.split('-');
  return version >= Number(first) && version <= Number(last ?? first);
}
