import type { RequestRecord } from '../3-serve/request-record.ts';
import { lookupFile, lookupUri } from '../3-serve/subrequest.ts';
import { type IpSubnet, isInSubnet, parseIpSubnet } from '../ip-subnet.ts';
import { matchesPattern, type PatternOptions } from '../shell-pattern.ts';
import type { FileInfo } from '../world.ts';
import type { Evaluation } from './evaluation.ts';

/** What an operator without a promise answers. */
type Test = (operand: string, evaluation: Evaluation) => boolean;

/** An operator with one operand. */
export type UnaryOperator =
  | { readonly test: Test; readonly restricted?: boolean }
  /** Asks by a sub-request. */
  | { readonly ask: (operand: string, evaluation: Evaluation) => boolean | Promise<boolean> }
  /** Needs its operand while the configuration is read. */
  | { readonly subnet: (subnet: IpSubnet) => Test };

export type BinaryOperator =
  | { readonly test: (left: string, right: string) => boolean }
  | { readonly subnet: (subnet: IpSubnet) => (left: string) => boolean };

/** httpd: op_file_min, op_file_link */
const file = (check: (info: FileInfo) => boolean, follow = true): UnaryOperator => ({
  restricted: true,
  test(path, { request }) {
    const { files } = request.server.plan.world;
    const info = follow ? files.stat(path) : files.lstat(path);
    return typeof info === 'object' && check(info);
  },
});

const isLink = file(({ type }) => type === 'link', false);

/** Whether a request may ask by a sub-request: not one for the very same thing again. */
const maySubrequest = ({ main, uri }: RequestRecord) => main === undefined || main.uri !== uri;

/** httpd: op_url_subr */
const asksUri: UnaryOperator = {
  ask: (uri, evaluation) => maySubrequest(evaluation.request) && isReachable(uri, evaluation),
};

async function isReachable(uri: string, evaluation: Evaluation): Promise<boolean> {
  const { status } = await lookupUri(uri, evaluation.request);
  evaluation.traceSubrequest('U', uri, status);
  return status < 400;
}

/** httpd: op_file_subr */
async function isAccessible(path: string, evaluation: Evaluation): Promise<boolean> {
  const { request } = evaluation;
  const found = await lookupFile(path, request, 'parsed');
  evaluation.traceSubrequest('F', path, found.status);
  const { files } = request.server.plan.world;
  return found.status < 300 && found.filename !== undefined && typeof files.stat(found.filename) === 'object';
}

/** httpd: op_T */
const isTrue = (text: string) => !/^(?:|0|off|no|false)$/i.test(text);

/** Operators with one operand; their names know case. httpd: server/util_expr_eval.c unary_op_providers */
export const unaryOperators: Readonly<Record<string, UnaryOperator>> = {
  n: { test: (text) => text !== '' },
  z: { test: (text) => text === '' },
  T: { test: isTrue },
  R: {
    subnet:
      (subnet) =>
      (_operand, { request }) =>
        isInSubnet(subnet, request.clientAddress),
  },
  d: file(({ type }) => type === 'directory'),
  e: file(() => true),
  f: file(({ type }) => type === 'file'),
  s: file(({ type, size }) => type === 'file' && size > 0),
  L: isLink,
  h: isLink,
  x: file(({ mode }) => (mode & 0o111) !== 0, false),
  F: { ask: isAccessible },
  U: asksUri,
  A: asksUri,
};

const pattern = (options: PatternOptions): BinaryOperator => ({
  test: (text, wanted) => matchesPattern(wanted, text, options),
});

/** Named operators with two operands, in lower case. httpd: binary_op_providers */
export const binaryOperators: Readonly<Record<string, BinaryOperator>> = {
  ipmatch: { subnet: (subnet) => (address) => isInSubnet(subnet, address) },
  fnmatch: pattern({ pathName: true }),
  strmatch: pattern({}),
  strcmatch: pattern({ caseless: true }),
};

/** The subnet a constant operand names; a text is the complaint. httpd: subnet_parse_arg */
export function readSubnet(operator: string, constant: string | undefined): IpSubnet | string {
  if (constant === undefined) return `-${operator} requires subnet/netmask as constant argument`;
  const slash = constant.indexOf('/');
  const subnet =
    slash < 0
      ? parseIpSubnet(constant, undefined)
      : parseIpSubnet(constant.slice(0, slash), constant.slice(slash + 1));
  return typeof subnet === 'string' ? 'parsing of subnet/netmask failed' : subnet;
}
