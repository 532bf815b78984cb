/**
 * Compiles a schema at one version into a straight-line decoder and encoder, once, on first use.
 * Generated from our own tables only; nothing that a peer sends reaches the generator.
 */
import { covers, type AnyField, type Fields } from './schema.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';

export interface MessageCodec {
  decode(reader: MessageReader): unknown;
  encode(writer: MessageWriter, body: unknown): void;
}

const EMPTY_BUFFER = Buffer.alloc(0);
const ZERO_UUID = Buffer.alloc(16);

export function compileMessage(fields: Fields, version: number, isFlexible: boolean): MessageCodec {
  const decodeSource = new DecoderSource(version, isFlexible).struct(fields);
  const encodeSource = new EncoderSource(version, isFlexible).struct(fields, 'body');
  const decode = new Function('EMPTY_BUFFER', 'ZERO_UUID', `return function decode(r) { ${decodeSource.statements} return ${decodeSource.value}; }`);
  const encode = new Function('EMPTY_BUFFER', 'ZERO_UUID', `return function encode(w, body) { ${encodeSource} }`);
  return {
    decode: decode(EMPTY_BUFFER, ZERO_UUID) as MessageCodec['decode'],
    encode: encode(EMPTY_BUFFER, ZERO_UUID) as MessageCodec['encode'],
  };
}

/** What a field holds when its version does not carry it, as a JavaScript expression. */
function defaultOf(field: AnyField): string {
  const { options } = field;
  if (options.default !== undefined) return JSON.stringify(options.default);
  switch (field.type) {
    case 'string':
      return '""';
    case 'boolean':
      return 'false';
    case 'uuid':
      return 'ZERO_UUID';
    case 'bytes':
      return 'EMPTY_BUFFER';
    case 'records':
      return 'null';
    case 'array':
      return '[]';
    case 'struct': {
      const inner = Object.entries(field.fields as Fields).map(([name, each]) => `${name}: ${defaultOf(each)}`);
      return `{ ${inner.join(', ')} }`;
    }
    default:
      return '0';
  }
}

function isTaggedAt(field: AnyField, version: number): boolean {
  return field.options.tag !== undefined && covers(field.options.tagged, version);
}

class DecoderSource {
  readonly #version: number;
  readonly #isFlexible: boolean;
  #count = 0;

  constructor(version: number, isFlexible: boolean) {
    this.#version = version;
    this.#isFlexible = isFlexible;
  }

  struct(fields: Fields): { statements: string; value: string } {
    const statements: string[] = [];
    const members: string[] = [];
    const tagged: string[] = [];
    for (const [name, field] of Object.entries(fields)) {
      const variable = `${name}${this.#count++}`;
      members.push(`${name}: ${variable}`);
      if (!covers(field.options.since, this.#version)) {
        statements.push(`const ${variable} = ${defaultOf(field)};`);
      } else if (isTaggedAt(field, this.#version)) {
        statements.push(`let ${variable} = ${defaultOf(field)};`);
        tagged.push(`case ${field.options.tag}: { ${this.#read(field, variable)} break; }`);
      } else {
        statements.push(`let ${variable};`, this.#read(field, variable));
      }
    }
    if (this.#isFlexible) {
      const tag = `tags${this.#count++}`;
      statements.push(
        `for (let ${tag} = r.uvarint(); ${tag} > 0; ${tag}--) { const tag = r.uvarint(); const size = r.uvarint(); const end = r.at + size; ` +
          `switch (tag) { ${tagged.join(' ')} default: r.skip(size); } if (r.at !== end) throw r.malformed('tagged field ' + tag + ' has another size than announced'); }`,
      );
    }
    return { statements: statements.join('\n'), value: `{ ${members.join(', ')} }` };
  }

  #read(field: AnyField, target: string): string {
    const isNullable = field.options.nullable !== undefined && covers(field.options.nullable, this.#version);
    const isFlexible = this.#isFlexible;
    switch (field.type) {
      case 'string':
        return `${target} = r.${isNullable ? 'nullableString' : 'string'}(${isFlexible});`;
      case 'bytes':
        return `${target} = r.${isNullable ? 'nullableBytes' : 'bytes'}(${isFlexible});`;
      case 'records':
        return `${target} = r.nullableBytes(${isFlexible});`;
      case 'struct': {
        const inner = this.struct(field.fields as Fields);
        const read = `${inner.statements} ${target} = ${inner.value};`;
        return isNullable ? `if (r.int8() < 0) ${target} = null; else { ${read} }` : `{ ${read} }`;
      }
      case 'array': {
        const count = `count${this.#count++}`;
        const index = `index${this.#count++}`;
        const element = `element${this.#count++}`;
        const read = this.#read(field.element as AnyField, element);
        const loop = `${target} = []; for (let ${index} = 0; ${index} < ${count}; ${index}++) { let ${element}; ${read} ${target}.push(${element}); }`;
        return isNullable
          ? `const ${count} = r.arrayLength(${isFlexible}); if (${count} < 0) ${target} = null; else { ${loop} }`
          : `const ${count} = r.requiredLength(${isFlexible}); ${loop}`;
      }
      default:
        return `${target} = r.${field.type}();`;
    }
  }
}

class EncoderSource {
  readonly #version: number;
  readonly #isFlexible: boolean;
  #count = 0;

  constructor(version: number, isFlexible: boolean) {
    this.#version = version;
    this.#isFlexible = isFlexible;
  }

  struct(fields: Fields, source: string): string {
    const statements: string[] = [];
    const tagged: { variable: string; field: AnyField }[] = [];
    for (const [name, field] of Object.entries(fields)) {
      if (!covers(field.options.since, this.#version)) continue;
      const variable = `${name}${this.#count++}`;
      if (isTaggedAt(field, this.#version)) {
        statements.push(`const ${variable} = ${source}.${name};`);
        tagged.push({ variable, field });
      } else {
        statements.push(`let ${variable} = ${source}.${name}; if (${variable} === undefined) ${variable} = ${defaultOf(field)};`);
        statements.push(this.#write(field, variable, 'w'));
      }
    }
    if (this.#isFlexible) statements.push(this.#tags(tagged));
    return statements.join('\n');
  }

  #tags(tagged: { variable: string; field: AnyField }[]): string {
    if (tagged.length === 0) return 'w.int8(0);';
    const sorted = tagged.toSorted((a, b) => (a.field.options.tag as number) - (b.field.options.tag as number));
    const present = sorted.map(({ variable, field }) => this.#isPresent(variable, field));
    const writes = sorted.map(
      ({ variable, field }, at) => `if (${present[at]}) { w.uvarint(${field.options.tag}); w.sized((w) => { ${this.#write(field, variable, 'w')} }); }`,
    );
    return `w.uvarint(${present.map((condition) => `(${condition} ? 1 : 0)`).join(' + ')}); ${writes.join(' ')}`;
  }

  /** Tagged fields at their default are not sent. */
  #isPresent(variable: string, field: AnyField): string {
    const given = `${variable} !== undefined`;
    if (field.type === 'array' && field.options.default !== null) return `(${given} && ${variable} !== null && ${variable}.length > 0)`;
    if (field.type === 'struct' || field.type === 'uuid' || field.type === 'bytes') return `(${given} && ${variable} !== null)`;
    return `(${given} && ${variable} !== ${defaultOf(field)})`;
  }

  #write(field: AnyField, value: string, writer: string): string {
    const isNullable = field.options.nullable !== undefined && covers(field.options.nullable, this.#version);
    const isFlexible = this.#isFlexible;
    switch (field.type) {
      case 'string':
        return isNullable ? `${writer}.string(${value}, ${isFlexible});` : `${writer}.string(${value} === null ? "" : ${value}, ${isFlexible});`;
      case 'bytes':
        return `${writer}.bytes(${value}, ${isFlexible});`;
      case 'records':
        return `${writer}.records(${value}, ${isFlexible});`;
      case 'struct': {
        const write = this.struct(field.fields as Fields, value);
        return isNullable ? `if (${value} === null) ${writer}.int8(-1); else { ${writer}.int8(1); ${write} }` : `{ ${write} }`;
      }
      case 'array': {
        const element = `element${this.#count++}`;
        const write = this.#write(field.element as AnyField, element, writer);
        const loop = `${writer}.arrayLength(${value}.length, ${isFlexible}); for (const ${element} of ${value}) { ${write} }`;
        const whenNull = isNullable ? `${writer}.arrayLength(-1, ${isFlexible});` : `${writer}.arrayLength(0, ${isFlexible});`;
        return `if (${value} === null) { ${whenNull} } else { ${loop} }`;
      }
      default:
        return `${writer}.${field.type}(${value});`;
    }
  }
}
