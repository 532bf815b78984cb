/** A Schema Registry in the sheet: its heap and its processors, by the published rule. */
import type { Sheet } from '../model/sheet.ts';
import type { SizedRegistry } from '../sizing-inputs.ts';

const RULE = 'syalioune/kafka-sizing: half a MB a schema, 256 MB at least; a core for 10,000 lookups/s';

export function registryCells(sheet: Sheet, { schemas, lookupsPerSecond }: SizedRegistry): void {
  sheet.cell('registry.heap', { label: 'heap of the Schema Registry', unit: 'bytes', text: 'max(256000000, schemas * 500000)', terms: { schemas: sheet.input(schemas) }, reference: RULE });
  sheet.cell('registry.cores', { label: 'processors of the Schema Registry', unit: 'cores', text: 'max(1, ceil(lookups / 10000))', terms: { lookups: sheet.input(lookupsPerSecond) }, reference: RULE });
}
