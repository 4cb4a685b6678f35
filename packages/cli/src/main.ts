import { standardOutput } from './output.ts';

/**
 * The command line of httpd-ts: httpd's own switches, or a subcommand. Gives the exit code; a server keeps the process
 * until it has ended.
 */
export async function main(args: readonly string[], argv0 = 'httpd-ts'): Promise<number> {
  const invocation = { argv0, output: standardOutput };
  const [first] = args;
  const isOurHelp = args.length === 1 && (first === '--help' || first === '--version');
  if (first === undefined || (first.startsWith('-') && !isOurHelp)) {
    const { runSwitches } = await import('./run-switches.ts');
    return runSwitches(args, invocation);
  }
  const { runSubcommand } = await import('./commands/run-subcommand.ts');
  return runSubcommand(args, invocation);
}
