/** YAML with places: the file as plain data that fits one of the two forms, and where each value stands. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { z } from 'zod';
import { SizingConfigError, type ConfigPlace } from './config-error.ts';
import { nearestOf } from './nearest-word.ts';
import { configSchema, simpleSchema, type Config, type SimpleConfig } from './config-schema.ts';

type Path = readonly (string | number)[];

export type ConfigDocument = ({ readonly kind: 'full'; readonly config: Config } | { readonly kind: 'simple'; readonly config: SimpleConfig }) & { placeOf(path: Path): ConfigPlace };

/** Throws SizingConfigError. */
export function readConfigDocument(text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): ConfigPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const placeOf = (path: Path): ConfigPlace => at(offsetOf(document, path));
  const broken = document.errors[0];
  if (broken !== undefined) throw new SizingConfigError(broken.message, at(broken.pos[0]));
  if (!isMap(document.contents)) throw new SizingConfigError('the file must hold settings, for example "topics:"', { line: 1, column: 1 });
  const data = plainData(document.contents) as Record<string, unknown>;
  const isSimple = 'workload' in data && !('topics' in data);
  const schema: z.ZodType = isSimple ? simpleSchema : configSchema;
  const result = schema.safeParse(data);
  if (result.success) return isSimple ? { kind: 'simple', config: result.data as SimpleConfig, placeOf } : { kind: 'full', config: result.data as Config, placeOf };
  const { path, message } = problemOf(result.error.issues[0] as Issue, { data, schema });
  throw new SizingConfigError(message, placeOf(path));
}

type Issue = z.core.$ZodIssue;

interface Problem {
  readonly path: Path;
  readonly message: string;
}

function problemOf(issue: Issue, { data, schema, base = [] }: { data: unknown; schema: z.ZodType; base?: Path }): Problem {
  const path = [...base, ...(issue.path as (string | number)[])];
  const name = path.length === 0 ? 'the file' : path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0] as string;
      return { path: [...path, key], message: `${key}: unknown setting${path.length === 0 ? '' : ` in ${path.join('.')}`}${suggestion(key, knownKeys(schema, path))}` };
    }
    case 'invalid_union': {
      // The branch that got furthest is the one that was meant.
      const branches = issue.errors.flatMap((errors) => (errors[0] === undefined ? [] : [errors[0]]));
      const meant = branches.toSorted((a, b) => depthOf(b) - depthOf(a))[0];
      if (meant !== undefined && depthOf(meant) > 0) return problemOf(meant, { data, schema, base: path });
      const values = branches.flatMap((each) => (each.code === 'invalid_value' ? each.values.map(String) : []));
      return { path, message: `${name}: ${JSON.stringify(valueAt(data, path))} is ${values.length === 0 ? 'no quantity: write a number with its unit, or a map of value, low and high' : `none of ${values.join(', ')}`}` };
    }
    case 'invalid_value':
      return { path, message: `${name}: ${JSON.stringify(valueAt(data, path))} is none of ${issue.values.map(String).join(', ')}${suggestion(String(valueAt(data, path)), issue.values.map(String))}` };
    case 'invalid_type': {
      const found = valueAt(data, path);
      if (found === undefined || found === null) return { path, message: `${name} is missing${path.length <= 1 ? ` ("${path.at(-1)}:")` : ''}` };
      return { path, message: `${name}: ${JSON.stringify(found)} is no ${issue.expected === 'object' || issue.expected === 'record' ? 'map of settings, one a line below it' : issue.expected}` };
    }
    default:
      return { path, message: `${name}: ${issue.message}` };
  }
}

function depthOf(issue: Issue): number {
  return issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0);
}

function suggestion(key: string, known: readonly string[]): string {
  const nearest = nearestOf(key, known);
  return nearest !== undefined ? `; did you mean ${nearest}?` : known.length === 0 ? '' : `; there are ${known.join(', ')}`;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
}

function knownKeys(schema: z.ZodType, path: Path): string[] {
  let nodes: JsonSchema[] = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema];
  for (const step of path) {
    nodes = nodes.flatMap(flattened).flatMap((node) => {
      const named = node.properties?.[String(step)];
      return named !== undefined ? [named] : typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
    });
  }
  return [...new Set(nodes.flatMap(flattened).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function flattened(node: JsonSchema): JsonSchema[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(flattened);
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce((value: unknown, step) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[String(step)] : undefined), data);
}

/** Scalars that are numbers keep their text: 0.10 and 1_000 are shown as written. */
function plainData(node: unknown): unknown {
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : String(key), plainData(value)]));
  if (isSeq(node)) return node.items.map(plainData);
  return isScalar(node) ? node.value : (node as unknown);
}

/** Where the key of the path stands, or the nearest thing above that exists. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
