/** A sizing file in its full form, as plain data that a page can carry and change. */
import { readConfigDocument } from '../config/config-document.ts';
import { fromSimple } from '../config/simple-config.ts';
import type { ConfigData } from './changed-config.ts';

/** Throws SizingConfigError. */
export function wholeConfig(text: string): ConfigData {
  const document = readConfigDocument(text);
  return JSON.parse(JSON.stringify(document.kind === 'full' ? document.config : fromSimple(document.config))) as ConfigData;
}
