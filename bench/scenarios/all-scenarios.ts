import type { Scenario } from '../scenario.ts';
import { balancerMembers } from './balancer-members.ts';
import { config10kVhosts } from './config-10k-vhosts.ts';
import { config10Mib } from './config-10mib.ts';
import { config100Lines } from './config-100-lines.ts';
import { fastcgi, fastcgiKept } from './fastcgi.ts';
import { htaccessDirectories } from './htaccess-directories.ts';
import { idle } from './idle.ts';
import { largeBodies } from './large-bodies.ts';
import { proxy1k } from './proxy-1k.ts';
import { proxy1kNewConnection } from './proxy-1k-new-connection.ts';
import { proxy100k } from './proxy-100k.ts';
import { quickstart } from './quickstart.ts';
import { rulesScaling } from './rules-scaling.ts';
import { static1k } from './static-1k.ts';
import { static100k } from './static-100k.ts';
import { websocketEcho } from './websocket-echo.ts';

/** Every scenario, in the order of the report. */
export const allScenarios: readonly Scenario[] = [
  proxy1k,
  proxy100k,
  proxy1kNewConnection,
  websocketEcho,
  static1k,
  static100k,
  quickstart,
  fastcgi,
  fastcgiKept,
  largeBodies,
  idle,
  config100Lines,
  config10kVhosts,
  config10Mib,
  rulesScaling,
  htaccessDirectories,
  balancerMembers,
];
