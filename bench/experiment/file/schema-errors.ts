/** What zod finds wrong in a file, as one error with its place and, for a key that nobody knows, the nearest known one. */
import type { z } from 'zod';
import { nearestName } from './nearest-name.ts';
import { ExperimentFileError, keyPlaceOf, placeOf, plainValue, type Tree } from './yaml-tree.ts';

/** What the schema reads from the tree. Throws ExperimentFileError with the first thing that is wrong. */
export function readWith<Schema extends z.ZodType>(schema: Schema, tree: Tree): z.infer<Schema> {
  const result = schema.safeParse(plainValue(tree));
  if (result.success) return result.data;
  throw errorOf(result.error.issues[0] as z.core.$ZodIssue, { schema, tree });
}

function errorOf(issue: z.core.$ZodIssue, file: { schema: z.ZodType; tree: Tree }): ExperimentFileError {
  const { schema, tree } = file;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return unknownKeyError(key, { path: issue.path, known: knownKeys(schema, issue.path), tree });
  }
  // Of the alternatives, the one whose own complaint lies deepest is the one that was meant.
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flatMap((issues) => issues).filter(({ path }) => path.length > 0).toSorted((a, b) => b.path.length - a.path.length)[0];
    if (inner !== undefined) return errorOf({ ...inner, path: [...issue.path, ...inner.path] }, file);
  }
  const isMissing = issue.code === 'invalid_type' && valueAt(tree, issue.path) === undefined;
  const name = issue.path.join('.');
  return new ExperimentFileError(isMissing ? `${name} is missing` : `${name}: ${issue.message}`, placeOf(tree, issue.path));
}

export function unknownKeyError(key: string, { path, known, tree }: { path: readonly PropertyKey[]; known: readonly string[]; tree: Tree }): ExperimentFileError {
  const nearest = nearestName(key, known);
  const where = path.length === 0 ? '' : ` in ${path.join('.')}`;
  const hint = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`;
  const parent = nodeAt(tree, path);
  const place = parent?.kind === 'map' ? keyPlaceOf(parent, key) : placeOf(tree, path);
  return new ExperimentFileError(`${key}: unknown setting${where}; ${hint}`, place);
}

function nodeAt(tree: Tree, path: readonly PropertyKey[]): Tree | undefined {
  let node: Tree | undefined = tree;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.find(({ key }) => key === step)?.value;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

function valueAt(tree: Tree, path: readonly PropertyKey[]): unknown {
  const node = nodeAt(tree, path);
  return node === undefined ? undefined : plainValue(node);
}

interface SchemaDefinition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** Of the object that the schema wants at the path. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const definition = schema.def as unknown as SchemaDefinition;
  if (definition.innerType !== undefined) return knownKeys(definition.innerType, path);
  if (definition.options !== undefined) return definition.options.flatMap((option) => knownKeys(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(definition.shape ?? {});
  const below = definition.shape?.[String(step)] ?? definition.valueType ?? definition.element;
  return below === undefined ? [] : knownKeys(below, rest);
}
