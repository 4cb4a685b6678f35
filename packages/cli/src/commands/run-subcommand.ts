import { Command, CommanderError } from 'commander';
import { reportFormats, settingsFileName } from '../configtest/report-formats.ts';
import { latin1 } from '../output.ts';
import { noSwitches, splitNames } from '../parse-switches.ts';
import type { Invocation } from '../run-switches.ts';
import { programOf, runSwitchesParsed } from '../run-switches.ts';
import type { ConfigtestOptions } from './configtest.ts';
import type { DriftOptions } from './drift.ts';
import type { DryRunOptions } from './dry-run.ts';
import type { ExplainOptions } from './explain.ts';
import type { FmtOptions } from './fmt.ts';

/** Wrong use of a subcommand. */
const misuse = 2;

interface ServeOptions {
  readonly d?: string;
  readonly f?: string;
  readonly D: readonly string[];
  readonly C: readonly string[];
  readonly c: readonly string[];
  readonly allowUnsupported: readonly string[];
  readonly singleProcess?: true;
}

const collect = (value: string, before: readonly string[]) => [...before, latin1(value)];
const collectPlain = (value: string, before: readonly string[]) => [...before, value];
const collectNames = (value: string, before: readonly string[]) => [...before, ...splitNames(value)];

const modulesText = 'modules that a configuration without LoadModule has: all, debian, rhel, none, or names';
const rootText = 'a tree copied from another machine, in which absolute paths begin';

/** Runs `serve`, `configtest`, `fmt`, `dry-run`, `explain`, `--help` or `--version`; gives the exit code. */
export async function runSubcommand(args: readonly string[], invocation: Invocation): Promise<number> {
  let exitCode = 0;
  const program = await describeCommands(args, invocation, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : misuse;
  }
  return exitCode;
}

async function describeCommands(
  args: readonly string[],
  invocation: Invocation,
  done: (exitCode: number) => void,
): Promise<Command> {
  const { output } = invocation;
  const { versionText } = await import('../version-text.ts');
  const program = new Command(programOf(invocation))
    .description("Serves Apache httpd configuration. With httpd's own switches it behaves as httpd: see -h.")
    .version(versionText().trimEnd())
    .exitOverride()
    .showHelpAfterError('(--help lists commands and options)')
    .configureHelp({
      // A list that begins empty has no default worth a word.
      optionDescription: ({ description, defaultValue }) =>
        typeof defaultValue === 'string' ? `${description} (default: ${defaultValue})` : description,
    })
    .configureOutput({
      writeOut: (text) => output.out(latin1(text)),
      writeErr: (text) => output.error(latin1(text)),
    });
  program
    .command('serve')
    .description('serve a configuration in the foreground')
    .option('-d <directory>', 'ServerRoot')
    .option('-f <file>', 'main configuration file')
    .option('-D <name>', 'define a name for <IfDefine>', collect, [])
    .option('-C <directive>', 'process a directive before the configuration', collect, [])
    .option('-c <directive>', 'process a directive after the configuration', collect, [])
    .option(
      '--allow-unsupported <names>',
      'go on without these directives, although nothing implements them; "all" for every one',
      collectNames,
      [],
    )
    .option('--single-process', 'one process and one thread, without pid file and change of user')
    .action(async (options: ServeOptions) => done(await serve(options, args, invocation)));
  program
    .command('configtest')
    .description('check configurations: what -t says, every further error, and mistakes that -t lets through')
    .argument(
      '[path...]',
      "files, fragments, .htaccess files, directories, ServerRoots, or - for standard input; the system's own when left out",
    )
    .option('--format <format>', reportFormats.join(', '), 'pretty')
    .option('--modules <modules>', `${modulesText} (all)`)
    .option('--root <directory>', rootText)
    .option('-D <name>', 'define a name for <IfDefine>', collect, [])
    .option(
      '--rule <name=severity>',
      'severity of a lint rule: error, warning, note or off; again for each',
      collectPlain,
      [],
    )
    .option('--settings <file>', `rules, modules and maxWarnings as JSON (the nearest ${settingsFileName})`)
    .option('--no-lint', 'only what Apache says')
    .option('--quiet', 'report errors only')
    .option('--max-warnings <number>', 'exit with 1 when there are more warnings')
    .option('--stdin-filename <file>', 'what - is called, and read as: .htaccess or a path')
    .action(async (paths: string[], options: ConfigtestOptions) => {
      const { configtest } = await import('./configtest.ts');
      done(await configtest(paths, options, invocation));
    });
  program
    .command('fmt')
    .description('indent configurations and spell names as registered; never changes what they mean')
    .argument('<path...>', 'files, directories (their *.conf, *.load and .htaccess), or - for standard input')
    .option('--check', 'change nothing, name the files that are not formatted')
    .option('--indent <width>', 'blanks a level, or tab', '4')
    .action(async (paths: string[], options: FmtOptions) => {
      const { fmt } = await import('./fmt.ts');
      done(await fmt(paths, options, invocation));
    });
  program
    .command('dry-run')
    .description(
      'say whether a configuration would run here: what is honoured, what is not, what to do about it',
    )
    .argument('[path]', "configuration file or ServerRoot directory; the system's own when left out")
    .option('--format <format>', 'terminal, json or markdown', 'terminal')
    .option('--modules <modules>', modulesText, 'all')
    .option('--root <directory>', rootText)
    .option('-D <name>', 'define a name for <IfDefine>', collect, [])
    .action(async (path: string | undefined, options: DryRunOptions) => {
      const { dryRun } = await import('./dry-run.ts');
      done(await dryRun(path, options, invocation));
    });
  program
    .command('drift')
    .description(
      'show what was changed in the balancer manager and the files do not say; exits with 1 if there is any',
    )
    .argument('[path]', "configuration file or ServerRoot directory; the system's own when left out")
    .option('-d <directory>', 'ServerRoot, where the file does not say it')
    .option('--modules <modules>', modulesText, 'all')
    .option('--root <directory>', rootText)
    .option('-D <name>', 'define a name for <IfDefine>', collect, [])
    .option('--json', 'for programs')
    .action(async (path: string | undefined, options: DriftOptions) => {
      const { drift } = await import('./drift.ts');
      done(await drift(path, options, invocation));
    });
  program
    .command('explain')
    .description('tell what a configuration does with a request, line by line, without a server')
    .argument('<method>', 'GET, POST or another')
    .argument('<url>', 'http://host/path?query, or a path')
    .option('-H, --header <header>', 'a request header, Name: value', collect, [])
    .option('--from <address>', 'address of the client', '127.0.0.1')
    .option('--to <address>', 'local address of the connection; chosen by host name and Listen when left out')
    .option('--config <path>', "configuration file or ServerRoot directory; the system's own when left out")
    .option('--modules <modules>', modulesText, 'all')
    .option('--root <directory>', rootText)
    .option('-D <name>', 'define a name for <IfDefine>', collect, [])
    .option('--assume-file <path>', 'take this file as existing', collect, [])
    .option('--assume-dir <path>', 'take this directory as existing', collect, [])
    .option(
      '--allow-unsupported <names>',
      'go on without these directives; "all" for every one',
      collectNames,
      [],
    )
    .option('--verbose', 'every message of every module, as with LogLevel trace8')
    .option('--json', 'everything, for programs')
    .action(async (method: string, url: string, options: ExplainOptions) => {
      const { explain } = await import('./explain.ts');
      done(await explain(method, url, options, invocation));
    });
  return program;
}

function serve(options: ServeOptions, args: readonly string[], invocation: Invocation): Promise<number> {
  const switches = {
    ...noSwitches(),
    serverRoot: options.d,
    configFile: options.f,
    before: [...options.C],
    after: [...options.c],
    defines: [...options.D, 'FOREGROUND'],
    singleProcess: options.singleProcess === true,
    words: [...args],
    allowUnsupported: [...options.allowUnsupported],
  };
  return runSwitchesParsed(switches, invocation);
}
