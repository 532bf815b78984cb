/** The file that a page of a plan offers: the configuration with what was asked and measured in it, and a remark on what no file can hold. */
import type { SizingInputs } from '../sizing-inputs.ts';
import { changedConfig, type ConfigData } from './changed-config.ts';
import type { Changes } from './controls.ts';
import { measuredWithoutSetting } from './measured-config.ts';
import { yamlText } from './yaml-text.ts';

export function configText(config: ConfigData, inputs: SizingInputs, changes: Changes): string {
  return [...remarks(inputs), ...sampleRemark(config), yamlText(changedConfig(config, inputs, changes))].join('');
}

function remarks(inputs: SizingInputs): string[] {
  const missing = measuredWithoutSetting(inputs);
  if (missing.length === 0) return [];
  return [
    '# What was measured and has a setting is written below. These were measured too and have none:\n',
    ...missing.map((name) => `#   ${name}\n`),
    '# Without them the plan is another: name the same runs again, headroom size FILE --from RUNS\n',
  ];
}

function sampleRemark({ topics }: ConfigData): string[] {
  const isSampled = Object.values(topics as Record<string, Record<string, unknown>>).some(({ sample }) => sample !== undefined);
  return isSampled ? ['# A sample is found from where this file lies: keep it in the folder of the one that it was made of, or take the sample out, whose figures are below.\n'] : [];
}
