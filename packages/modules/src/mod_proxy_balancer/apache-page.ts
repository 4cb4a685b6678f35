import {
  bodyWithoutLength,
  DONE,
  encodeHex,
  escapeHtml,
  escapeUri,
  type HookStatus,
  type RequestRecord,
  writtenBody,
} from '@httpd-ts/kernel';
import { constructUrl, httpdVersion, serverNameOf, signature } from '../core/contract.ts';
import {
  type Balancer,
  healthCheckMethods,
  healthChecks,
  lbMethods,
  proxyServer,
  statusText,
  WORKER,
  type Worker,
} from '../mod_proxy/contract.ts';
import { printSize } from '../print-size.ts';
import { mostMembers } from './apply-form.ts';
import { shownName } from './xml-page.ts';

/** httpd takes CPING in its files, but its page does not offer it. httpd: proxy_hcmethods */
const listedMethods = healthCheckMethods.filter((method) => method !== 'CPING');

/** What a page is made from. */
interface PageContext {
  readonly request: RequestRecord;
  /** Names of the conditions of health checks with their texts; undefined without mod_proxy_hcheck. */
  readonly conditions: ReadonlyMap<string, string> | undefined;
}

const style = `<style type='text/css'>
table {
 border-width: 1px;
 border-spacing: 3px;
 border-style: solid;
 border-color: gray;
 border-collapse: collapse;
 background-color: white;
 text-align: center;
}
th {
 border-width: 1px;
 padding: 2px;
 border-style: dotted;
 border-color: gray;
 background-color: lightgray;
 text-align: center;
}
td {
 border-width: 1px;
 padding: 2px;
 border-style: dotted;
 border-color: gray;
 background-color: white;
 text-align: center;
}
</style>`;

/**
 * The page as Apache writes it, for programs that read the state and the nonce out of its HTML.
 * httpd: modules/proxy/mod_proxy_balancer.c balancer_display_page
 */
export function apachePage(
  request: RequestRecord,
  balancers: readonly Balancer[],
  selected: { readonly balancer: Balancer | undefined; readonly worker: Worker | undefined },
): HookStatus {
  const conditions = request.server.plan.providers.find(healthChecks, 'default')?.expressions(request.server);
  const context: PageContext = { request, conditions };
  const text = [
    head(request),
    ...balancers.map((balancer) => balancerTables(context, balancer)),
    '<hr />\n',
    conditionTable(conditions),
    form(context, selected),
    signature(request, ''),
    '</body></html>\n',
  ].join('');
  request.contentType = 'text/html; charset=ISO-8859-1';
  // httpd flushes at the end, so that even a short page goes without its length.
  const body = writtenBody(text.split(/(?<=\n)/));
  request.output = body.kind === 'text' ? bodyWithoutLength(text) : body;
  return DONE;
}

function head(request: RequestRecord): string {
  const {
    balancerPersist,
    balancerInherit = true,
    passInherit = true,
  } = proxyServer.at(request.server.config);
  const { system } = request.server.plan.world;
  const not = (holds: boolean | undefined) => (holds ? '' : 'NOT ');
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html><head><title>Balancer Manager</title>
${style}
</head>
<body><h1>Load Balancer Manager for ${escapeHtml(serverNameOf(request))}</h1>

<dl><dt>Server Version: Apache/${httpdVersion.join('.')} (${system.platform})</dt>
<dt>Server Built: httpd-ts ${system.version}</dt>
<dt>Balancer changes will ${not(balancerPersist)}be persisted on restart.</dt><dt>Balancers are ${not(balancerInherit)}inherited from main server.</dt><dt>ProxyPass settings are ${not(passInherit)}inherited from main server.</dt></dl>
`;
}

const shortName = ({ name }: Balancer) => name.slice('balancer://'.length);

const stickyText = ({ parameters: { stickyCookie = '', stickyPath = stickyCookie } }: Balancer) =>
  stickyCookie === stickyPath ? stickyCookie : `${stickyCookie}|${stickyPath}`;

function balancerTables({ request, conditions }: PageContext, balancer: Balancer): string {
  const { parameters, members, state, path } = balancer;
  const sticky = stickyText(balancer);
  const base = escapeHtml(`${escapeUri(request.uri)}?b=${escapeUri(shortName(balancer))}`);
  const nonce = `&amp;nonce=${escapeHtml(state?.nonce ?? '')}`;
  const checkHeads =
    conditions === undefined
      ? ''
      : '<th>HC Method</th><th>HC Interval</th><th>Passes</th><th>Fails</th><th>HC uri</th><th>HC Expr</th>';
  return `<hr />
<h3>LoadBalancer Status for <a href="${base}${nonce}">${escapeHtml(balancer.name)}</a> [${sharedName(request, balancer)}]</h3>


<table><tr><th>MaxMembers</th><th>StickySession</th><th>DisableFailover</th><th>Timeout</th><th>FailoverAttempts</th><th>Method</th><th>Path</th><th>Active</th></tr>
<tr><td>${mostMembers(balancer)} [${members.length} Used]</td>
<td>${sticky === '' ? ' (None) ' : escapeHtml(sticky)}</td><td>${parameters.stickyForce ? 'On' : 'Off'}</td>
<td>${Math.trunc(parameters.timeoutMs / 1000)}</td><td>${parameters.maxAttempts ?? 0}</td>
<td>${parameters.lbMethod}</td>
<td>${escapeHtml(path)}</td>
<td>Yes</td>
</tr>
</table>
<br />

<table><tr><th>Worker URL</th><th>Route</th><th>RouteRedir</th><th>Factor</th><th>Set</th><th>Status</th><th>Elected</th><th>Busy</th><th>Load</th><th>To</th><th>From</th>${checkHeads}</tr>
${members.map((worker) => memberRow(worker, base, nonce, conditions !== undefined)).join('')}</table>
`;
}

/** What Apache calls the balancer in its shared memory. */
function sharedName(request: RequestRecord, balancer: Balancer): string {
  const { digests } = request.server.plan.world;
  const digest = digests.hash('sha1', balancer.state?.key ?? '').subarray(0, 4);
  const server = encodeHex(digest);
  return `p${server}_${shortName(balancer).replace(/[^0-9a-z]/gi, '_')}`;
}

function memberRow(worker: Worker, base: string, nonce: string, hasChecks: boolean): string {
  const { parameters } = worker;
  const name = escapeHtml(shownName(worker));
  const cells = [
    `<a href="${base}&amp;w=${escapeHtml(escapeUri(worker.name))}${nonce}">${worker.socketPath === undefined ? name : `<i>${name}</i>`}</a>`,
    escapeHtml(parameters.route ?? ''),
    escapeHtml(parameters.redirect ?? ''),
    (worker.lbFactor / 100).toFixed(2),
    worker.lbSet,
    statusText(worker),
    worker.elected,
    worker.busy,
    worker.lbStatus,
    printSize(worker.transferred),
    printSize(worker.read),
    ...(hasChecks ? checkCells(worker) : []),
  ];
  return `<tr>\n${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`;
}

function checkCells(worker: Worker): readonly string[] {
  const { method, intervalMs, passes, fails, uri, expression } = checkOf(worker);
  return [
    method,
    `${intervalMs}ms`,
    `${passes} (${worker.checkPasses})`,
    `${fails} (${worker.checkFails})`,
    escapeHtml(uri),
    escapeHtml(expression),
  ];
}

function checkOf({ parameters }: Worker) {
  const {
    hcMethod: method = 'NONE',
    hcIntervalMs: intervalMs = 30_000,
    hcPasses: passes = 1,
    hcFails: fails = 1,
    hcUri: uri = '',
    hcExpr: expression = '',
  } = parameters;
  return { method, intervalMs, passes, fails, uri, expression };
}

/** httpd: modules/proxy/mod_proxy_hcheck.c hc_show_exprs */
function conditionTable(conditions: ReadonlyMap<string, string> | undefined): string {
  if (conditions === undefined || conditions.size === 0) return '';
  const rows = [...conditions].map(
    ([name, text]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(text)}</td></tr>\n`,
  );
  return `

<table><tr><th colspan='2'>Health check cond. expressions:</th></tr>
<tr><th>Expr name</th><th>Expression</th></tr>
${rows.join('')}</table><hr/>
`;
}

function form(
  context: PageContext,
  { balancer, worker }: { readonly balancer: Balancer | undefined; readonly worker: Worker | undefined },
): string {
  if (balancer === undefined) return '';
  const { title, fields } =
    worker === undefined ? balancerFields(context, balancer) : memberFields(context, worker);
  const chosen = worker === undefined ? '' : hidden('w', `"${escapeHtml(escapeUri(worker.name))}"`);
  return `<h3>${title}</h3>
<form method='POST' enctype='application/x-www-form-urlencoded' action="${escapeHtml(constructUrl(context.request.uri, context.request))}">
${fields}</table>
${chosen}${hidden('b', `"${escapeHtml(shortName(balancer))}"`)}${hidden('nonce', `'${escapeHtml(balancer.state?.nonce ?? '')}'`)}</form>
<hr />
`;
}

const hidden = (name: string, quoted: string) =>
  `<input type=hidden name='${name}' id='${name}' value=${quoted}>\n`;
const input = (name: string, quoted: string) =>
  `<input name='${name}' id='${name}' type=text value=${quoted}>`;

function onOff(name: string, on: boolean): string {
  const choice = (value: 0 | 1, text: string, isChosen: boolean) =>
    `<label for='${name}${value}'>${text}</label> <input name='${name}' id='${name}${value}' value='${value}' type=radio${isChosen ? ' checked' : ''}>`;
  return `<td>${choice(1, 'On', on)} <br/> ${choice(0, 'Off', !on)}</td>\n`;
}

function balancerFields({ request }: PageContext, balancer: Balancer) {
  const { parameters, members } = balancer;
  const methods = [...request.server.plan.providers.names(lbMethods as never)].map(
    (name) => `<option value='${name}'${name === parameters.lbMethod ? ' selected ' : ''}>${name}\n`,
  );
  const spaces = '&nbsp;'.repeat(4);
  const add =
    members.length < mostMembers(balancer)
      ? `<tr><td>Add New Worker:</td><td><input name='b_nwrkr' id='b_nwrkr' size=32 type=text>${spaces}Are you sure? <input name='b_wyes' id='b_wyes' type=checkbox value='1'></td></tr>`
      : '';
  return {
    title: `Edit balancer settings for ${escapeHtml(balancer.name)}`,
    fields: `<table>
<tr><td>LBmethod:</td><td>
<select name='b_lbm' id='b_lbm'>${methods.join('')}</select>
</td></tr>
<tr><td>Timeout:</td><td>${input('b_tmo', `'${Math.trunc(parameters.timeoutMs / 1000)}'`)}</td></tr>
<tr><td>Failover Attempts:</td><td>${input('b_max', `'${parameters.maxAttempts ?? 0}'`)}</td></tr>
<tr><td>Disable Failover:</td>${onOff('b_sforce', parameters.stickyForce)}</tr>
<tr><td>Sticky Session:</td><td><input name='b_ss' id='b_ss' size=64 type=text value ="${escapeHtml(stickyText(balancer))}">${spaces}(Use '-' to delete)</td></tr>
${add}<tr><td colspan=2><input type=submit value='Submit'></td></tr>
`,
  };
}

const statusColumns: readonly (readonly [letter: string, head: string, bit: number])[] = [
  ['I', 'Ignore Errors', WORKER.ignoreErrors],
  ['N', 'Draining Mode', WORKER.draining],
  ['D', 'Disabled', WORKER.disabled],
  ['H', 'Hot Standby', WORKER.hotStandby],
  ['R', 'Hot Spare', WORKER.hotSpare],
  ['C', 'HC Fail', WORKER.healthCheckFailed],
  ['S', 'Stopped', WORKER.stopped],
];

function memberFields({ conditions }: PageContext, worker: Worker) {
  const { parameters } = worker;
  const columns = statusColumns.filter(([letter]) => letter !== 'C' || conditions !== undefined);
  const heads = columns.map(([, head]) => `<th>${head}</th>`).join('');
  const choices = columns.map(([letter, , bit]) => onOff(`w_status_${letter}`, worker.is(bit))).join('');
  const name = escapeHtml(shownName(worker));
  return {
    title: `Edit worker settings for ${worker.socketPath === undefined ? name : `<i>${name}</i>`}`,
    fields: `<table><tr><td>Load factor:</td><td>${input('w_lf', `'${(worker.lbFactor / 100).toFixed(2)}'`)}</td></tr>
<tr><td>LB Set:</td><td>${input('w_ls', `'${worker.lbSet}'`)}</td></tr>
<tr><td>Route:</td><td>${input('w_wr', `"${escapeHtml(parameters.route ?? '')}"`)}</td></tr>
<tr><td>Route Redirect:</td><td>${input('w_rr', `"${escapeHtml(parameters.redirect ?? '')}"`)}</td></tr>
<tr><td>Status:</td><td><table><tr>${heads}</tr>
<tr>${choices}</tr></table></td></tr>
${conditions === undefined ? '' : checkFields(worker, conditions)}<tr><td colspan='2'><input type=submit value='Submit'></td></tr>
`,
  };
}

function checkFields(worker: Worker, conditions: ReadonlyMap<string, string>): string {
  const { method, intervalMs, passes, fails, uri, expression } = checkOf(worker);
  const options = (names: Iterable<string>, chosen: string) =>
    [...names]
      .map((name) => `<option value='${name}' ${name === chosen ? 'selected' : ''} >${name}</option>\n`)
      .join('');
  const text = (name: string, quoted: string) =>
    `<input name='${name}' id='${name}' type='text' value=${quoted}>`;
  return `<tr><td colspan='2'>
<table align='center'><tr><th>Health Check param</th><th>Value</th></tr>
<tr><td>Method</td><td><select name='w_hm'>
${options(listedMethods, method)}</select>
</td></tr>
<tr><td>Expr</td><td><select name='w_he'>
${options(conditions.keys(), expression)}</select>
</td></tr>
<tr><td>Interval (ms)</td><td>${text('w_hi', `'${intervalMs}'`)}</td></tr>
<tr><td>Passes trigger</td><td>${text('w_hp', `'${passes}'`)}</td></tr>
<tr><td>Fails trigger)</td><td>${text('w_hf', `'${fails}'`)}</td></tr>
<tr><td>HC uri</td><td>${text('w_hu', `"${escapeHtml(uri)}"`)}</td></tr>
</table>
</td></tr>
`;
}
