import { api } from '../../api.ts';
import { array, boolean, int16, int32, int8, list, string } from '../../schema.ts';

/** DescribeConfigs (API key 32), versions 0-4. */
export const DescribeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [0, 4],
  flexibleFrom: 4,
  request: {
    resources: list({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: array(string(), { nullable: '0+' }),
    }),
    includeSynonyms: boolean({ since: '1+' }),
    includeDocumentation: boolean({ since: '3+' }),
  },
  response: {
    throttleTimeMs: int32(),
    results: list({
      errorCode: int16(),
      errorMessage: string({ nullable: '0+' }),
      resourceType: int8(),
      resourceName: string(),
      configs: list({
        name: string(),
        value: string({ nullable: '0+' }),
        readOnly: boolean(),
        isDefault: boolean({ since: '0' }),
        configSource: int8({ since: '1+', default: -1 }),
        isSensitive: boolean(),
        synonyms: list({
          name: string({ since: '1+' }),
          value: string({ since: '1+', nullable: '0+' }),
          source: int8({ since: '1+' }),
        }, { since: '1+' }),
        configType: int8({ since: '3+' }),
        documentation: string({ since: '3+', nullable: '0+' }),
      }),
    }),
  },
});
