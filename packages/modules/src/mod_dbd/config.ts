import { perServer } from '@httpd-ts/kernel';

/** A server's database. A field left out was not set here. httpd: svr_cfg */
export interface DbdConfig {
  driver?: string;
  parameters?: string;
  persistent?: boolean;
  minimum?: number;
  kept?: number;
  maximum?: number;
  idleSeconds?: number;
  initial: readonly string[];
  /** Statements by label, places for values written as `?`. */
  statements: ReadonlyMap<string, string>;
}

export const dbdServer = perServer<DbdConfig>({
  create: () => ({ initial: [], statements: new Map() }),
  merge: (outer, inner) => ({
    ...outer,
    ...inner,
    initial: [...outer.initial, ...inner.initial],
    statements: new Map([...outer.statements, ...inner.statements]),
  }),
});
