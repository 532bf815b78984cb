import { api } from '../../api.ts';
import { boolean, int16, int32, int8, list, string } from '../../schema.ts';

/** IncrementalAlterConfigs (API key 44), versions 0-1. */
export const IncrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexibleFrom: 1,
  request: {
    resources: list({
      resourceType: int8(),
      resourceName: string(),
      configs: list({
        name: string(),
        configOperation: int8(),
        value: string({ nullable: '0+' }),
      }),
    }),
    validateOnly: boolean(),
  },
  response: {
    throttleTimeMs: int32(),
    responses: list({
      errorCode: int16(),
      errorMessage: string({ nullable: '0+' }),
      resourceType: int8(),
      resourceName: string(),
    }),
  },
});
