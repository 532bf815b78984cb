/** Settings may be written nested (`producer: { linger.ms: 5 }`) or dotted (`producer.linger.ms: 5`); here they become nested. */
import { SECTIONS } from './experiment-schema.ts';
import { ExperimentFileError, type Tree, type TreeEntry, type TreeMap } from './yaml-tree.ts';

/** A setting under its section: `producer.linger.ms` is linger.ms of producer, `consumers.sink.members` members of sink of consumers. */
export function settingPath(dotted: string): string[] {
  const at = dotted.indexOf('.');
  const section = dotted.slice(0, at);
  if (at < 0 || !(SECTIONS as readonly string[]).includes(section)) return [dotted];
  const rest = dotted.slice(at + 1);
  if (section === 'target' && rest.startsWith('properties.')) return [section, 'properties', rest.slice('properties.'.length)];
  if (section !== 'consumers') return [section, rest];
  const groupEnd = rest.indexOf('.');
  return groupEnd < 0 ? [section, rest] : [section, rest.slice(0, groupEnd), rest.slice(groupEnd + 1)];
}

/** Throws ExperimentFileError when a setting stands there twice. */
export function withoutDottedKeys(tree: Tree): Tree {
  if (tree.kind !== 'map') return tree;
  let root: TreeMap = { kind: 'map', place: tree.place, entries: [] };
  for (const { key, keyPlace, value } of tree.entries) {
    const nested = key === 'consumers' ? withDottedGroups(value) : value;
    root = laid(root, settingPath(key), { key, keyPlace, value: nested });
  }
  return root;
}

/** `consumers: { sink.members: 2 }`. */
function withDottedGroups(tree: Tree): Tree {
  if (tree.kind !== 'map') return tree;
  let groups: TreeMap = { ...tree, entries: [] };
  for (const entry of tree.entries) {
    const at = entry.key.indexOf('.');
    groups = laid(groups, at < 0 ? [entry.key] : [entry.key.slice(0, at), entry.key.slice(at + 1)], entry);
  }
  return groups;
}

function laid(map: TreeMap, path: readonly string[], entry: TreeEntry): TreeMap {
  const [key = '', ...rest] = path;
  const present = map.entries.find((each) => each.key === key);
  let value = entry.value;
  if (rest.length > 0) {
    const below: Tree = present?.value ?? { kind: 'map', place: entry.keyPlace, entries: [] };
    if (below.kind !== 'map') throw twice(entry);
    value = laid(below, rest, entry);
  } else if (present !== undefined) {
    if (present.value.kind !== 'map' || entry.value.kind !== 'map') throw twice(entry);
    value = entry.value.entries.reduce<TreeMap>((merged, each) => laid(merged, [each.key], each), present.value);
  }
  const replaced: TreeEntry = { key, keyPlace: present?.keyPlace ?? entry.keyPlace, value };
  return { ...map, entries: present === undefined ? [...map.entries, replaced] : map.entries.map((each) => (each === present ? replaced : each)) };
}

function twice({ key, keyPlace }: TreeEntry): ExperimentFileError {
  return new ExperimentFileError(`${key}: this setting stands here twice`, keyPlace);
}
