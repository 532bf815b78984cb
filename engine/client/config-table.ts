/**
 * Client properties by Kafka's names: a table says type, default and bounds; parsing gives typed values and refuses what it does not
 * know (with the nearest name), what is out of bounds, and what headroom's clients do not have.
 */
export interface PropertyDefinition {
  readonly type: 'int' | 'boolean' | 'string' | 'list';
  readonly default: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
}

export type PropertyTable = Readonly<Record<string, PropertyDefinition>>;

type ValueOf<D extends PropertyDefinition> = D['type'] extends 'int' ? number : D['type'] extends 'boolean' ? boolean : D['type'] extends 'list' ? readonly string[] : string;

export type PropertiesOf<T extends PropertyTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** A property of the user's that cannot be used; the message says what can. */
export class ClientConfigError extends Error {
  override readonly name = 'ClientConfigError';
  readonly property: string;

  constructor(property: string, message: string) {
    super(`${property}: ${message}`);
    this.property = property;
  }
}

/** How a client connects is said once, for all clients of a run. */
const OF_THE_CONNECTION = /^(ssl|sasl|security)\.|^enable\.ssl\./;
/** Kafka's client properties that headroom knows and does not have: plug-ins, metrics. */
const ABSENT = /^(interceptor\.classes|(key|value)\.(de)?serializer|partitioner\.(class|availability\.timeout\.ms)|reconnect\.backoff.*|metric(s|\.reporters).*|transactional\.id|transaction\..*|enable\.metrics\.push|send\.buffer\.bytes|receive\.buffer\.bytes|auto\.include\.jmx\.reporter|client\.dns\.lookup|group\.remote\.assignor|config\.providers)$/;

export function parseProperties<T extends PropertyTable>(table: T, properties: Readonly<Record<string, string>>): PropertiesOf<T> {
  for (const name of Object.keys(properties)) {
    if (Object.hasOwn(table, name)) continue;
    if (OF_THE_CONNECTION.test(name) && !Object.keys(table).some((each) => OF_THE_CONNECTION.test(each))) {
      throw new ClientConfigError(name, 'says how to connect, and holds for all clients: it belongs into the file that --command-config names, or under target.properties');
    }
    if (ABSENT.test(name)) throw new ClientConfigError(name, "headroom's clients do not have this property; leave it out");
    throw new ClientConfigError(name, `unknown property; the nearest known is '${nearestName(name, Object.keys(table))}'`);
  }
  return Object.fromEntries(
    Object.entries(table).map(([name, definition]) => [name, valueOf(name, definition, properties[name] ?? definition.default)]),
  ) as PropertiesOf<T>;
}

function valueOf(name: string, definition: PropertyDefinition, text: string): number | boolean | string | string[] {
  const value = text.trim();
  switch (definition.type) {
    case 'int':
      return wholeNumber(name, definition, value);
    case 'boolean':
      if (!/^(true|false)$/i.test(value)) throw new ClientConfigError(name, `'${text}' is neither true nor false`);
      return value.toLowerCase() === 'true';
    case 'string':
      checkChoice(name, definition, value);
      return value;
    case 'list': {
      const items = value.split(',').map((item) => item.trim()).filter((item) => item !== '');
      if (items.length === 0) throw new ClientConfigError(name, 'needs at least one entry');
      for (const item of items) checkChoice(name, definition, item);
      return items;
    }
  }
}

function wholeNumber(name: string, { min = 0, max = 2_147_483_647 }: PropertyDefinition, text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new ClientConfigError(name, `'${text}' is not a whole number`);
  if (value < min || value > max) throw new ClientConfigError(name, `${text} is outside ${min} to ${max}`);
  return value;
}

function checkChoice(name: string, { values }: PropertyDefinition, value: string): void {
  if (values === undefined || values.includes(value)) return;
  throw new ClientConfigError(name, `'${value}' is none of ${values.join(', ')}`);
}

function nearestName(name: string, known: readonly string[]): string {
  let best = known[0] as string;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
