import type { DirectiveContext, RequestRecord } from '@httpd-ts/kernel';
import { type PreparedStatement, prepareStatement, select } from '../mod_dbd/contract.ts';
import { rewriteLog } from './rewrite-context.ts';
import type { RewriteMap } from './rewrite-map.ts';

const labels = { name: 'labels of statements' };
const mostCached = 100_000;

/** `dbd:` and `fastdbd:`, which keeps each answer as long as the configuration. httpd: lookup_map_dbd */
export function sqlMap(
  name: string,
  sql: string,
  keeps: boolean,
  cmd: DirectiveContext,
): RewriteMap | string {
  if (!cmd.hasModule('mod_dbd')) return 'RewriteMap types dbd and fastdbd require mod_dbd!';
  const count = cmd.memory(labels, () => ({ value: 0 }));
  const statement = prepareStatement(sql, `rewritemap_query_${count.value++}`, cmd);
  const cache = new Map<string, string>();
  return {
    lookup: () => undefined,
    async lookupLater(request, key, trace) {
      const kept = keeps ? cache.get(key) : undefined;
      if (kept !== undefined) {
        if (trace >= 5)
          rewriteLog({ request }, 5, `cache lookup OK: map=${name}[SQL] key=${key}, val=${kept}`);
        return kept === '' ? undefined : kept;
      }
      if (keeps && trace >= 6) rewriteLog({ request }, 6, 'cache lookup FAILED, forcing new map lookup');
      const value = await ask(request, statement, key, trace);
      if (trace >= 5) {
        const found =
          value === undefined ? `FAILED: map ${name} key=${key}` : `OK: map ${name} key=${key}, val=${value}`;
        rewriteLog({ request }, 5, `SQL map lookup ${found}`);
      }
      if (keeps) {
        if (cache.size >= mostCached) cache.clear();
        cache.set(key, value ?? '');
      }
      return value;
    },
  };
}

async function ask(
  request: RequestRecord,
  statement: PreparedStatement,
  key: string,
  trace: number,
): Promise<string | undefined> {
  const selected = await select(request, statement, [key]);
  if (selected === undefined) {
    request.log(
      'rewrite',
      'error',
      'AH02963: rewritemap: No db handle available! Check your database access',
    );
    return undefined;
  }
  if ('error' in selected) {
    request.log('rewrite', 'error', `AH00657: rewritemap: error ${selected.error} querying for ${key}`);
    return undefined;
  }
  const { rows } = selected;
  if (rows.length > 1 && trace >= 3) rewriteLog({ request }, 3, `Multiple values found for ${key}`);
  const chosen = rows.length > 1 ? Math.floor(request.server.plan.world.digests.random() * rows.length) : 0;
  return rows[chosen]?.[0] ?? undefined;
}
