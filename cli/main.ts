#!/usr/bin/env node
/** headroom's entry point: picks the command, turns errors into one line and an exit code. The only place that ends the process. */
import { enableCompileCache } from 'node:module';

enableCompileCache?.();

// A reader that has seen enough (headroom results show | head) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { Command } = await import('commander');
type Command = import('commander').Command;
const { CliError } = await import('./cli-error.ts');

const ON_HELP = '(add --help for the options)';

const program = new Command('headroom')
  .description('Measure, compare and size Kafka-style logs: real load, honest statistics, plans that a run can verify.')
  .version((await import('../package.json', { with: { type: 'json' } })).default.version)
  .showHelpAfterError(ON_HELP)
  .exitOverride();

const commands = {
  bench: async () => (await import('./bench.ts')).benchCommand(),
  cluster: async () => (await import('./cluster.ts')).clusterCommand(),
  results: async () => (await import('./results.ts')).resultsCommand(),
  compare: async () => (await import('./compare.ts')).compareCommand(),
  size: async () => (await import('./size.ts')).sizeCommand(),
  'bench-micro': async () => (await import('./bench-micro.ts')).benchMicroCommand(),
  study: async () => (await import('./study.ts')).studyCommand(),
  'study-sizing': async () => (await import('./study-sizing.ts')).studySizingCommand(),
  footprint: async () => (await import('./footprint.ts')).footprintCommand(),
  'dump-log': async () => (await import('./dump-log.ts')).dumpLogCommand(),
  'compare-generators': async () => (await import('./compare-generators.ts')).compareGeneratorsCommand(),
  'compare-kafka': async () => (await import('./compare-kafka.ts')).compareKafkaCommand(),
} as const;

const EXIT_USAGE = 2;
const EXIT_BUG = 4;

process.exitCode = await run();

async function run(): Promise<number> {
  const wanted = process.argv[2] ?? '';
  // One command's modules are enough when it is named: start-up time is part of what is measured.
  const names = wanted in commands ? [wanted as keyof typeof commands] : (Object.keys(commands) as (keyof typeof commands)[]);
  for (const name of names) program.addCommand(overridden(await commands[name]()));
  try {
    await program.parseAsync();
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return report(error);
  }
}

/** A command's own commands do not take this over. */
function overridden(command: Command): Command {
  command.commands.forEach(overridden);
  return command.showHelpAfterError(ON_HELP).exitOverride();
}

function report(error: unknown): number {
  if (error instanceof CliError) {
    process.stderr.write(`headroom: ${error.message}\n`);
    return error.exitCode;
  }
  const code = (error as { code?: string }).code ?? '';
  if (code.startsWith('commander.')) return (error as { exitCode: number }).exitCode === 0 ? 0 : EXIT_USAGE;
  process.stderr.write(`headroom: this is a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT_BUG;
}
