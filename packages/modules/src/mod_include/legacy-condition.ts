import { compileRegex, lookupUri } from '@httpd-ts/kernel';
import { type LegacyToken, readLegacyToken } from './legacy-tokens.ts';
import type { SsiDocument } from './ssi-document.ts';

interface Node extends LegacyToken {
  parent?: Node | undefined;
  left?: Node;
  right?: Node;
  /** What it came to, once that is known. */
  result?: boolean;
}

/** What is wrong with a condition: the start of what is said of it, and an end. */
class Complaint extends Error {
  readonly ending: string;

  constructor(message: string, ending = '') {
    super(message);
    this.ending = ending;
  }
}

const invalid = (number: string) => new Complaint(`${number}: Invalid expression`);

/**
 * A condition as it was written up to Apache 2.2; undefined when it cannot be understood, which is said.
 * httpd: modules/filters/mod_include.c parse_expr
 */
export async function evaluateLegacy(document: SsiDocument, text: string): Promise<boolean | undefined> {
  try {
    const root = parse(text);
    return root === undefined ? false : await evaluate(document, root);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    const { message, ending } = error;
    const words = message.includes('Unmatched') || message.includes('No operator') ? ' in' : '';
    document.complain(`${message}${words} "${text}" in file`, 'error', ending);
    return undefined;
  }
}

/** Whether a node may stand behind one that waits for something. */
const waitsForOperand = ({ type }: Node) => type !== 'string' && type !== 'pattern' && type !== 'group';

function parse(text: string): Node | undefined {
  const cursor = { text, at: 0 };
  let root: Node | undefined;
  let current: Node | undefined;
  for (;;) {
    const node: Node | undefined = readLegacyToken(cursor, current?.type);
    if (node === undefined) return root;
    if (current === undefined) {
      if (!['string', 'not', 'access', 'open'].includes(node.type)) throw invalid('AH03188');
      root = node;
      current = node;
      continue;
    }
    current = added(node, current, root!);
    while (root?.parent !== undefined) root = root.parent;
  }
}

/** Puts a node into the tree and gives the one to go on from. */
function added(node: Node, current: Node, root: Node): Node {
  switch (node.type) {
    case 'string':
      if (current.type === 'string') {
        current.text += (current.text === '' ? '' : ' ') + node.text;
        return current;
      }
      if (waitsForOperand(current)) return below(node, current);
      break;
    case 'pattern':
      if (current.type === '=' || current.type === '!=') return below(node, current);
      break;
    case 'and':
    case 'or':
      if (waitsForOperand(current)) break;
      return above(node, ancestor(current, ['and', 'or', 'open']), root);
    case 'close': {
      const open = current.type === 'open' ? current : ancestor(current, ['open']);
      if (open === undefined) throw new Complaint("AH03189: Unmatched ')'");
      open.type = 'group';
      return open;
    }
    case 'not':
    case 'access':
    case 'open':
      if (waitsForOperand(current)) return below(node, current);
      break;
    default: {
      const { parent } = current;
      if (current.type === 'string' && (parent === undefined || ['open', 'and', 'or'].includes(parent.type)))
        return above(node, parent, root);
    }
  }
  throw invalid('AH03188');
}

function below(node: Node, parent: Node): Node {
  node.parent = parent;
  parent.right = node;
  return node;
}

/** Takes the place of what stands right of `parent`, or of all there is. */
function above(node: Node, parent: Node | undefined, root: Node): Node {
  node.left = parent === undefined ? root : parent.right!;
  node.left.parent = node;
  return parent === undefined ? node : below(node, parent);
}

function ancestor({ parent }: Node, types: readonly string[]): Node | undefined {
  let node = parent;
  while (node !== undefined && !types.includes(node.type)) node = node.parent;
  return node;
}

const countPatterns = (node: Node | undefined): number =>
  node === undefined
    ? 0
    : (node.type === 'pattern' ? 1 : 0) + countPatterns(node.left) + countPatterns(node.right);

/** A pattern leaves groups behind: as long as one has yet to be tried, both sides are looked at. */
interface PatternsLeft {
  patterns: number;
}

function evaluate(document: SsiDocument, root: Node): Promise<boolean> {
  return holds(document, root, { patterns: countPatterns(root) });
}

async function holds(document: SsiDocument, node: Node, left: PatternsLeft): Promise<boolean> {
  switch (node.type) {
    case 'string':
      return document.expand(node.text) !== '';
    case 'and':
    case 'or':
      return connected(document, node, left);
    case '=':
    case '!=':
      return compared(document, node, left);
    case '>=':
    case '>':
    case '<=':
    case '<':
      return ordered(document, node);
    case 'not':
      return node.right === undefined ? false : !(await holds(document, node.right, left));
    case 'group':
      return node.right === undefined ? true : holds(document, node.right, left);
    case 'access':
      return isAccessible(document, node);
    case 'pattern':
      throw new Complaint('AH03190: No operator before regex in expr');
    case 'open':
      throw new Complaint("AH03191: Unmatched '('");
    case 'close':
      throw new Complaint('AH03192: internal parser error');
  }
}

async function connected(
  document: SsiDocument,
  { type, left, right }: Node,
  rest: PatternsLeft,
): Promise<boolean> {
  if (left === undefined || right === undefined) throw invalid('AH01332');
  const first = await holds(document, left, rest);
  if (rest.patterns === 0 && first === (type === 'or')) return first;
  const second = await holds(document, right, rest);
  return type === 'and' ? first && second : first || second;
}

function compared(document: SsiDocument, { type, left, right }: Node, rest: PatternsLeft): boolean {
  if (left?.type !== 'string' || (right?.type !== 'string' && right?.type !== 'pattern'))
    throw invalid('AH01333');
  const subject = document.expand(left.text);
  const other = document.expand(right.text);
  if (right.type === 'pattern') rest.patterns--;
  const isMet = right.type === 'pattern' ? matches(document, subject, other) : subject === other;
  return type === '=' ? isMet : !isMet;
}

/** A pattern that is none counts as if it matched. httpd: re_check */
function matches(document: SsiDocument, subject: string, pattern: string): boolean {
  const { request } = document;
  const regex = compileRegex(request.server.plan, pattern);
  if (typeof regex === 'string') {
    request.log('include', 'error', `AH02667: unable to compile pattern "${pattern}"`);
    return true;
  }
  const match = regex.exec(subject);
  document.groups = {
    match: match ?? undefined,
    hasMatched: match !== null,
    count: regex.groupCount,
    source: pattern,
  };
  return match !== null;
}

function ordered(document: SsiDocument, { type, left, right }: Node): boolean {
  if (left?.type !== 'string' || right?.type !== 'string') throw invalid('AH01334');
  const [a, b] = [document.expand(left.text), document.expand(right.text)];
  if (type === '>=') return a >= b;
  if (type === '>') return a > b;
  return type === '<=' ? a <= b : a < b;
}

/** Whether a local URI would be answered. */
async function isAccessible(document: SsiDocument, { left, right }: Node): Promise<boolean> {
  if (left !== undefined || (right?.type !== 'string' && right?.type !== 'pattern')) {
    throw new Complaint('AH01335: Invalid expression', ": Token '-A' must be followed by a URI string.");
  }
  const { request } = document;
  const uri = document.expand(right.text);
  const { status } = await lookupUri(uri, request);
  if (status < 400) return true;
  request.log(
    'include',
    'debug',
    `AH01336: mod_include: The tested subrequest -A "${uri}" returned an error code.`,
  );
  return false;
}
