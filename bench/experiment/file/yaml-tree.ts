/**
 * A YAML file as plain values, each with the place where it stands, so that whoever finds something wrong can say where. Duplicate keys,
 * aliases' errors and broken YAML are refused with their place.
 */
import { isMap, isScalar, isSeq, isAlias, LineCounter, parseDocument, type Document } from 'yaml';

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What is wrong in a file and where. */
export class ExperimentFileError extends Error {
  override readonly name = 'ExperimentFileError';
  readonly place: Place;
  constructor(message: string, place: Place) {
    super(message);
    this.place = place;
  }
}

export type Tree = TreeMap | TreeList | TreeLeaf;

export interface TreeMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: readonly TreeEntry[];
}

export interface TreeEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Tree;
}

export interface TreeList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Tree[];
}

export interface TreeLeaf {
  readonly kind: 'leaf';
  readonly place: Place;
  readonly value: string | number | boolean | null;
}

/** Throws ExperimentFileError. */
export function readYamlTree(text: string): TreeMap {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [broken] = document.errors;
  if (broken !== undefined) throw new ExperimentFileError(broken.message, placeAt(broken.pos[0]));
  const tree = treeOf(document.contents, { document, placeAt });
  if (tree.kind !== 'map') throw new ExperimentFileError('the file must hold settings, one a line, as in "name: acks"', tree.place);
  return tree;
}

/** As JSON has it; keys in the file's order. */
export function plainValue(tree: Tree): unknown {
  if (tree.kind === 'leaf') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plainValue);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plainValue(value)]));
}

/** Where the value at a path stands, or the nearest thing above it that is there. A last key stands where its name does. */
export function placeOf(tree: Tree, path: readonly PropertyKey[]): Place {
  let [node, place] = [tree, tree.place];
  for (const step of path) {
    if (node.kind === 'map') {
      const entry = node.entries.find(({ key }) => key === step);
      if (entry === undefined) return place;
      [node, place] = [entry.value, entry.value.kind === 'leaf' ? entry.value.place : entry.keyPlace];
    } else if (node.kind === 'list') {
      const item = node.items[Number(step)];
      if (item === undefined) return place;
      [node, place] = [item, item.place];
    }
  }
  return place;
}

export function keyPlaceOf(map: TreeMap, name: string): Place {
  return map.entries.find(({ key }) => key === name)?.keyPlace ?? map.place;
}

export function childOf(tree: Tree | undefined, name: string): Tree | undefined {
  return tree?.kind === 'map' ? tree.entries.find(({ key }) => key === name)?.value : undefined;
}

function treeOf(node: unknown, file: { document: Document; placeAt: (offset: number) => Place }): Tree {
  const target = isAlias(node) ? node.resolve(file.document) : node;
  const place = file.placeAt((node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0);
  if (isMap(target)) {
    const entries = target.items.map(({ key, value }): TreeEntry => {
      const keyPlace = file.placeAt((key as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0);
      return { key: isScalar(key) ? String(key.value) : String(key), keyPlace, value: value === null ? { kind: 'leaf', place: keyPlace, value: null } : treeOf(value, file) };
    });
    return { kind: 'map', place: entries[0]?.keyPlace ?? place, entries };
  }
  if (isSeq(target)) return { kind: 'list', place, items: target.items.map((item) => treeOf(item, file)) };
  const value = isScalar(target) ? target.value : null;
  return { kind: 'leaf', place, value: typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null };
}
