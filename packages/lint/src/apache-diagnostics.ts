import { type DefinedDiagnostic, defineDiagnostics, pipelineDiagnostics } from '@httpd-ts/kernel';

/** Sentences of Apache's modules that deserve more than what is said of any refused argument. */
const moduleDiagnostics = defineDiagnostics({
  'missing-document-root': {
    says: /AH00112: /,
    what: 'DocumentRoot names a directory that is not there.',
    why: 'The server starts, and answers 404 to everything below it.',
    instead: 'Correct the path, or make the directory.',
  },
  'no-server-name': {
    says: /AH00558: /,
    what: 'The server does not know its own name.',
    why: 'Redirects that it makes itself may name a host that nobody can reach.',
    instead: 'Set ServerName outside of virtual hosts.',
  },
  'no-mpm': {
    says: /AH00534: /,
    what: 'None or several of the modules that run the processes are loaded.',
    why: 'The server does not start without exactly one.',
    instead: 'Load one of mpm_event_module, mpm_worker_module and mpm_prefork_module.',
  },
  'module-not-loaded': {
    says: /Cannot load \S+ into server: |Can't locate API module structure|is built-in and can't be loaded/,
    what: 'LoadModule cannot load the file it names.',
    why: 'The server does not start, and Apache reads nothing behind this line.',
    instead:
      'Install the module, or take the line out. Modules of third parties are no part of httpd-ts: put their work behind a proxy.',
  },
  'module-already-loaded': {
    says: /AH01574: /,
    what: 'A module is loaded a second time.',
    why: 'It does no harm; the second line does nothing.',
    instead: 'Take one of the two lines out.',
  },
  'bad-pattern': {
    says: /(?:cannot compile regular expression|could not be compiled|Regex could not|regular expression)/i,
    what: 'The regular expression is not valid.',
    why: 'The server does not start.',
    instead:
      'Check brackets, braces and quantifiers; write a backslash before a character that is meant as it stands.',
  },
  'bad-expression': {
    says: /(?:Cannot parse|cannot compile|syntax error).*expression|^(?:Error in|Cannot parse) /i,
    what: 'The expression is not valid.',
    why: 'The server does not start.',
    instead: 'Check operators (==, =~, -f ...), quotes and the names of functions and variables.',
  },
  'unknown-rewrite-flag': {
    says: /^Rewrite(?:Rule|Cond): (?:unknown flag|bad flag delimiters)/,
    what: 'What stands behind the substitution is no list of flags.',
    why: 'The server does not start.',
    instead: 'Write flags as [L,R=301]: in one pair of brackets, without blanks, or the whole in quotes.',
  },
  'back-end-without-scheme': {
    says: /^(?:ProxyPass(?:Match)?|BalancerMember|<Proxy(?:Match)?>?) Unable to parse URL: (?!\w+:\/\/)/,
    what: 'What should be the URL of a back end is none.',
    why: 'The server does not start.',
    instead: 'Begin with the scheme and two slashes: http://127.0.0.1:8080, or unix:/path|fcgi://localhost.',
  },
  'unknown-lbmethod': {
    says: /unknown lbmethod/,
    what: 'The method that chooses members is not there.',
    why: 'The server does not start.',
    instead:
      'Write byrequests, bytraffic, bybusyness or heartbeat, and load its module (on Debian: a2enmod lbmethod_NAME).',
  },
  'proxy-parameter-without-url': {
    says: /^ProxySet can not find '[^':/]+=/,
    what: 'ProxySet stands outside of <Proxy> and does not say whose parameters it sets.',
    why: 'The server does not start.',
    instead: 'Put it into <Proxy URL>, or write the URL first: ProxySet balancer://name parameter=value.',
  },
  'incomplete-rewrite-line': {
    says: /^Rewrite(?:Rule|Cond): bad argument line/,
    what: 'A rule or condition lacks its second argument.',
    why: 'The server does not start.',
    instead:
      'Write RewriteRule pattern substitution [flags], with `-` for no substitution, or RewriteCond text pattern [flags]; quote what has blanks.',
  },
  'unresolved-host-name': {
    says: /AH00547: |AH00548: .*resolve|AH00549: /,
    what: 'A host name was looked up while the configuration was read, and has no address.',
    why: 'The virtual host is left out. The same happens at every start at which the resolver does not answer.',
    instead: 'Write the address, or *, and put the name into ServerName.',
  },
  'missing-log-directory': {
    says: /AH0229[17]: /,
    what: 'The directory of a log file is not there.',
    why: 'The server does not start.',
    instead:
      'Correct the path, or make the directory; check with --root a copy of the machine the configuration is for.',
  },
  'unknown-user': {
    says: /AH0054[34]: /,
    what: 'The user or group does not exist on this machine.',
    why: 'The server would not start here. On the machine the configuration is for, the name may exist.',
    instead: 'Correct the name, make the user, or check with --root a copy of the machine it is for.',
  },
  'missing-file': {
    says: / does not exist(?: or is empty)?$/,
    what: 'A file or directory that the directive needs is not there, or is empty.',
    why: 'The server does not start.',
    instead: 'Correct the path, or check with --root a copy of the machine the configuration is for.',
  },
  'overridden-worker': {
    says: /AH01146: /,
    what: 'Two lines set parameters of the same connection to a back end.',
    why: 'The first ones hold, the second ones are ignored.',
    instead: 'Set the parameters in one place.',
  },
});

/** Every diagnostic, the special ones before the general ones. */
export const diagnostics: readonly DefinedDiagnostic[] = [...moduleDiagnostics, ...pipelineDiagnostics];
