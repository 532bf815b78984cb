/** The environment of this process for a child whose text is looked at: whoever runs the tests may ask for colours, the child shall not. */
const { FORCE_COLOR: _, ...inherited } = process.env;

export const PLAIN_ENVIRONMENT: NodeJS.ProcessEnv = { ...inherited, NO_COLOR: '1' };
