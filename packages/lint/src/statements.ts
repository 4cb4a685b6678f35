import { type ResolvedNode, words } from '@httpd-ts/kernel';

/** A directive or section of the resolved tree among its neighbours. */
export interface Statement {
  readonly node: ResolvedNode;
  /** In lower case; that of a section without `<`. */
  readonly name: string;
  readonly isSection: boolean;
  /** The section it stands in. */
  readonly parent: Statement | undefined;
  readonly children: readonly Statement[];
  /** Its words; of a section those before the last `>`. */
  readonly args: readonly string[];
}

/** All statements of a tree in file order, sections before what is in them. */
export interface Statements {
  readonly all: readonly Statement[];
  readonly top: readonly Statement[];
  /** By name, in file order. */
  named(...names: readonly string[]): readonly Statement[];
}

/** Takes a tree apart. */
export function statementsOf(tree: readonly ResolvedNode[]): Statements {
  const all: Statement[] = [];
  const byName = new Map<string, Statement[]>();
  const top = tree.map((node) => statementOf(node, undefined, all));
  for (const statement of all) {
    const list = byName.get(statement.name);
    if (list === undefined) byName.set(statement.name, [statement]);
    else list.push(statement);
  }
  return {
    all,
    top,
    named(...names) {
      const found = names.flatMap((name) => byName.get(name.toLowerCase()) ?? []);
      return names.length === 1 ? found : inFileOrder(found, all);
    },
  };
}

function inFileOrder(found: Statement[], all: readonly Statement[]): Statement[] {
  if (found.length < 2) return found;
  const wanted = new Set(found);
  return all.filter((statement) => wanted.has(statement));
}

function statementOf(node: ResolvedNode, parent: Statement | undefined, all: Statement[]): Statement {
  const isSection = node.children !== undefined;
  const children: Statement[] = [];
  let args: readonly string[] | undefined;
  const statement: Statement = {
    node,
    name: node.name.toLowerCase(),
    isSection,
    parent,
    children,
    get args() {
      args ??= words(isSection ? node.args.slice(0, Math.max(0, node.args.lastIndexOf('>'))) : node.args);
      return args;
    },
  };
  all.push(statement);
  for (const child of node.children ?? []) children.push(statementOf(child, statement, all));
  return statement;
}

/** The sections around a statement, innermost first. */
export function* around(statement: Statement): Generator<Statement> {
  for (let at = statement.parent; at !== undefined; at = at.parent) yield at;
}

/** The `<VirtualHost>` a statement stands in; undefined in the main server. */
export function virtualHostOf(statement: Statement): Statement | undefined {
  if (statement.name === 'virtualhost' && statement.isSection) return statement;
  for (const section of around(statement)) if (section.name === 'virtualhost') return section;
  return undefined;
}

const directorySections =
  /^(?:directory|directorymatch|location|locationmatch|files|filesmatch|proxy|proxymatch|if|elseif|else)$/;

/** The innermost section with a configuration of its own around a statement: a directory-like one or a virtual host. */
export function scopeOf(statement: Statement): Statement | undefined {
  for (const section of around(statement)) {
    if (section.name === 'virtualhost' || directorySections.test(section.name)) return section;
  }
  return undefined;
}

/** The innermost directory-like section around a statement. */
export function directorySectionOf(statement: Statement): Statement | undefined {
  const scope = scopeOf(statement);
  return scope?.name === 'virtualhost' ? undefined : scope;
}
