import { words } from '@httpd-ts/kernel';
import { notServedYet } from '../string-expression.ts';
import { authzProvider } from './contract.ts';

/** `Require all granted`, `Require all denied`. */
export const requireAll = authzProvider<boolean>({
  parse(args) {
    const word = args.toLowerCase();
    if (word === 'granted' || word === 'denied') return { parsed: word === 'granted' };
    return { complaint: "Argument for 'Require all' must be 'granted' or 'denied'" };
  },
  check: (_request, granted) => (granted ? 'granted' : 'denied'),
});

/** `Require env NAME …`: one of the variables is set. */
export const requireEnv = authzProvider<readonly string[]>({
  parse: (args) => ({ parsed: words(args) }),
  check: (request, names) => (names.some((name) => request.env(name) !== undefined) ? 'granted' : 'denied'),
});

// httpd: modules/http/http_protocol.c register_one_method
const knownMethods = new Set(
  (
    'GET HEAD PUT POST DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ' +
    'VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE'
  ).split(' '),
);

/** `Require method NAME …`; GET includes HEAD. */
export const requireMethod = authzProvider<ReadonlySet<string>>({
  parse(args) {
    const names = words(args);
    const unknown = names.find((name) => !knownMethods.has(name));
    if (unknown !== undefined) return { complaint: `Invalid Method '${unknown}'` };
    return { parsed: new Set(names.map((name) => (name === 'HEAD' ? 'GET' : name))) };
  },
  check: (request, methods) =>
    methods.has(request.method === 'HEAD' ? 'GET' : request.method) ? 'granted' : 'denied',
});

/** `Require expr`: read, but never served, since nothing here evaluates it. */
export const requireExpr = authzProvider<undefined>({
  parse(args, cmd) {
    const complaint = notServedYet(cmd, `'Require expr ${args}'`);
    return complaint === undefined ? { parsed: undefined } : { complaint };
  },
  check: () => 'general-error',
});
