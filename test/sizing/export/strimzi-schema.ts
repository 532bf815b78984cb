/** Holds a value against what is kept of Strimzi's own schemas: names, types, enumerations, patterns, what must be there. */
import { readFileSync } from 'node:fs';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly intOrString?: boolean;
  readonly opaque?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

const fixture = JSON.parse(readFileSync(new URL('strimzi-1.2.0.json', import.meta.url), 'utf8')) as { apiVersion: string; specs: Record<string, Schema> };

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

/** One sentence for each thing that the operator would not take. */
export function strimziProblems({ apiVersion, kind, metadata, spec }: Resource): string[] {
  const schema = fixture.specs[kind];
  if (schema === undefined) return [`there is no ${kind}`];
  return [
    ...(apiVersion === fixture.apiVersion ? [] : [`${kind} is of ${apiVersion}`]),
    ...(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(metadata.name) && metadata.name.length <= 253 ? [] : [`${metadata.name} is no name of a resource`]),
    ...problems(spec, schema, kind),
  ];
}

function problems(value: unknown, schema: Schema, at: string): string[] {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at}: ${String(value)} is none of ${schema.enum.join()}`];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) return [`${at}: ${String(value)} does not match ${schema.pattern}`];
  if (schema.intOrString === true) return typeof value === 'string' || Number.isInteger(value) ? [] : [`${at} is neither a number nor a string`];
  switch (schema.type) {
    case 'integer':
      return Number.isInteger(value) && (value as number) >= (schema.minimum ?? Number.NEGATIVE_INFINITY) ? [] : [`${at} is no whole number from ${schema.minimum ?? 'any'} up`];
    case 'string':
    case 'boolean':
      return typeof value === schema.type ? [] : [`${at} is no ${schema.type}`];
    case 'array':
      return Array.isArray(value) ? value.flatMap((each, index) => problems(each, schema.items ?? {}, `${at}[${index}]`)) : [`${at} is no list`];
    default:
      return objectProblems(value, schema, at);
  }
}

function objectProblems(value: unknown, schema: Schema, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`];
  if (schema.opaque === true || schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
  return [
    ...(schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const known = schema.properties?.[name] ?? schema.additionalProperties;
      return known === undefined ? [`${at}.${name} is unknown`] : problems(each, known, `${at}.${name}`);
    }),
  ];
}
