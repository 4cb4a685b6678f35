import { trimBlanks } from '@httpd-ts/http1';
import {
  DONE,
  encodeBase64,
  escapeHtml,
  escapeUri,
  type HookStatus,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { serverNameOf, signature } from '../core/contract.ts';
import {
  type Balancer,
  existingWorker,
  healthChecks,
  proxyServer,
  type Worker,
} from '../mod_proxy/contract.ts';
import { addMember, editMember, type Fields, removeMember } from './apply-form.ts';
import { type BalancerView, balancerView, type MemberView } from './balancer-view.ts';
import { complaintAboutUrl } from './complaint-about-url.ts';
import type { Difference } from './differences.ts';
import { balancerForm, hidden, memberForm } from './edit-forms.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

/** What the buttons of the page do, beyond the fields that Apache's own page has; a text is the complaint. */
export function applyAction(
  request: RequestRecord,
  balancer: Balancer,
  worker: Worker | undefined,
  action: string,
  fields: Fields,
): string | undefined {
  const { state } = balancer;
  if (state === undefined) return 'The balancer has no state that could be changed.';
  const gone = `${balancer.name} has no member ${fields.get('w') ?? ''} any more.`;
  const edit = (status: Readonly<Record<string, boolean>>, what: string) => {
    if (worker === undefined) return gone;
    const wasUsable = worker.isUsable;
    editMember(state, worker, { status }, `${what} ${worker.name}`);
    if (!wasUsable && worker.isUsable) state.requireReset();
    return undefined;
  };
  switch (action) {
    case 'drain':
      return edit({ N: true, D: true }, 'draining');
    case 'resume':
      return edit({ N: false, D: false, S: false }, 'resumed');
    case 'remove':
      if (worker === undefined) return gone;
      // The page offers this for idle members only; one that has become busy since stays.
      if (worker.busy > 0) return `Requests are under way on ${worker.name}: ${worker.busy}.`;
      removeMember(state, worker);
      return undefined;
    case 'undo':
      return state.undo() === undefined ? 'There is nothing to undo.' : undefined;
    case 'add':
      return addFromPage(request, balancer, trimBlanks(fields.get('url') ?? ''));
    default:
      return `There is no action ${action}.`;
  }
}

function addFromPage(request: RequestRecord, balancer: Balancer, url: string): string | undefined {
  if (existingWorker(balancer.members, url) !== undefined) return `${url} is a member already.`;
  const complaint =
    complaintAboutUrl(request, balancer, url) ?? addMember(balancer, balancer.state!, url, {});
  return complaint === undefined ? undefined : `${url} cannot be a member: ${complaint}`;
}

/** The page for people. httpd: modules/proxy/mod_proxy_balancer.c balancer_display_page */
export function managerPage(
  request: RequestRecord,
  balancers: readonly Balancer[],
  selected: { readonly balancer: Balancer | undefined; readonly worker: Worker | undefined },
  complaint?: string,
): HookStatus {
  if (complaint !== undefined) request.status = 409;
  const { digests } = request.server.plan.world;
  const nonce = encodeBase64(String.fromCharCode(...digests.randomBytes(16)));
  request.contentType = 'text/html; charset=ISO-8859-1';
  const { headersOut } = request;
  headersOut.set(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
  headersOut.set('Referrer-Policy', 'same-origin');
  headersOut.set('X-Content-Type-Options', 'nosniff');
  headersOut.set('Cache-Control', 'no-store');
  headersOut.set('Vary', 'Accept');
  request.output = { kind: 'text', text: page(request, balancers, selected, nonce, complaint) };
  return DONE;
}

function page(
  request: RequestRecord,
  balancers: readonly Balancer[],
  selected: { readonly balancer: Balancer | undefined; readonly worker: Worker | undefined },
  nonce: string,
  complaint: string | undefined,
): string {
  const { world } = request.server.plan;
  const config = proxyServer.at(request.server.config);
  const views = balancers.map((balancer) => balancerView(balancer, world.digests, world.clock.now()));
  const base = escapeHtml(escapeUri(request.uri.replace(/\/$/, '')));
  const name = escapeHtml(serverNameOf(request));
  const persists = config.balancerPersist
    ? 'also when the server is stopped and started (BalancerPersist On)'
    : 'and are gone once the server is stopped (BalancerPersist Off)';
  const cards = views.map((view, i) => balancerCard(view, balancers[i]!, base)).join('');
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="ISO-8859-1"><title>Balancer Manager</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${pageStyle}</style></head>
<body><header><h1>Balancers of ${name}</h1>
<p class="faint">Changes take effect at once, last over reloads and restarts, ${persists}. State: <span id="freshness">as of this request</span>.</p>
</header><main>
${complaint === undefined ? '' : `<section class="card bar" role="alert"><h2>Nothing was changed</h2><p>${escapeHtml(complaint)}</p></section>\n`}${editCard(request, selected, base)}${differencesCard(views.flatMap(({ differences }) => differences))}${cards}${
  views.length === 0 ? '<p class="card">No balancer is configured for this server.</p>' : ''
}${expressionsCard(request)}</main>
<footer>${signature(request, '')}<p><a href="${base}/api/balancers">JSON API</a> &middot; <a href="${base}/api/openapi.json">its description</a> &middot; <a href="${base}/metrics">metrics</a></p></footer>
<script nonce="${nonce}">${pageScript}</script>
</body></html>
`;
}

function editCard(
  request: RequestRecord,
  { balancer, worker }: { readonly balancer: Balancer | undefined; readonly worker: Worker | undefined },
  base: string,
): string {
  if (balancer === undefined) return '';
  const form =
    worker === undefined
      ? balancerForm(request, balancer, base)
      : memberForm(request, balancer, worker, base);
  return `<section class="card" aria-label="Edit">${form}</section>\n`;
}

function differencesCard(differences: readonly Difference[]): string {
  const items = differences.map(({ balancer, member, parameter, file, now }) => {
    // The same back end may be a member of several.
    const name = `<b>${escapeHtml(balancer)}</b>`;
    const where = member === undefined ? name : `${name}, <b>${escapeHtml(member)}</b>`;
    if (parameter === 'member')
      return `<li>${where}: ${file === null ? 'added, is in no file' : 'removed, is in the files still'}</li>`;
    const value = (text: string | null) => (text === null ? 'nothing' : `<code>${escapeHtml(text)}</code>`);
    return `<li>${where}: ${escapeHtml(parameter)} is ${value(now)}, in the files ${value(file)}</li>`;
  });
  if (items.length === 0) return '';
  return `<section class="card bar" aria-label="Differences"><h2>Differs from the configuration files</h2><ul>${items.join('')}</ul></section>\n`;
}

function balancerCard(view: BalancerView, balancer: Balancer, base: string): string {
  const shortName = escapeHtml(view.name);
  const fields = hidden({ b: view.name, nonce: balancer.state?.nonce ?? '', page: '1' });
  const last =
    view.lastChange === null
      ? ''
      : `<form method="post" action="${base}" class="actions">${fields}<span class="faint">Last change: ${escapeHtml(view.lastChange.what)}, ${view.lastChange.at.slice(0, 19).replace('T', ' ')} UTC</span><button name="action" value="undo">Undo</button></form>`;
  const facts = [
    ['method', view.lbMethod],
    ['sticky session', view.stickySession || 'none'],
    ...(view.noFailover ? [['failover', 'off']] : []),
    ...(view.timeoutSeconds > 0 ? [['waits', `${view.timeoutSeconds} s for a member`]] : []),
    ['attempts', String(view.maxAttempts)],
  ].map(([label, value]) => `<span>${label} <b>${escapeHtml(value!)}</b></span>`);
  const rows = view.members.map((member) => memberRow(member, view, fields, balancer, base)).join('');
  return `<section class="card"><div class="head"><h2>balancer://${shortName}</h2>${last}</div>
<p class="facts">${facts.join(' ')} <a href="${base}?b=${escapeHtml(escapeUri(view.name))}&amp;nonce=${escapeHtml(balancer.state?.nonce ?? '')}">Edit settings</a></p>
<table><thead><tr><th>Member</th><th>State</th><th class="number">In flight</th><th>Last ${Math.round((60 * view.spanSeconds) / 60)} minutes</th><th class="number">Answers</th><th class="number">Failures</th><th>Sent / received</th><th>Share</th><th>Do</th></tr></thead>
<tbody>${rows}</tbody></table>
<form method="post" action="${base}" class="add">${fields}<label>Add a member<br><input name="url" type="url" required placeholder="http://10.0.0.7:8080"></label><button name="action" value="add">Add</button></form>
</section>
`;
}

function memberRow(
  member: MemberView,
  view: BalancerView,
  fields: string,
  balancer: Balancer,
  base: string,
): string {
  const live = (what: string, html: string, attributes: string) =>
    `<td id="m-${escapeHtml(view.name)}-${member.id}-${what}" data-live ${attributes}>${html}</td>`;
  const route = member.route === '' ? '' : `<br><span class="faint">route ${escapeHtml(member.route)}</span>`;
  const added = member.addedAtRunTime ? ' <span class="pill">added</span>' : '';
  const target = hidden({ w: member.name });
  const button = (action: string, text: string, attributes = '') =>
    `<button name="action" value="${action}" aria-label="${text} ${escapeHtml(member.name)}"${attributes}>${text}</button>`;
  const isOut = member.draining || member.disabled || member.stopped;
  const edit = `<a class="buttonlike" href="${base}?b=${escapeHtml(escapeUri(view.name))}&amp;w=${escapeHtml(escapeUri(member.name))}&amp;nonce=${escapeHtml(balancer.state?.nonce ?? '')}" aria-label="Edit ${escapeHtml(member.name)}">Edit</a>`;
  const remove = isOut
    ? button('remove', 'Remove', member.inFlight > 0 ? ' disabled title="Requests are under way"' : '')
    : '';
  const doing = `<form method="post" action="${base}" class="actions">${fields}${target}${isOut ? button('resume', 'Resume') : button('drain', 'Drain')}${remove}${edit}</form>`;
  return `<tr data-member><td class="wide"><span class="name">${escapeHtml(member.shownName)}</span>${added}${route}</td>
${live('state', pills(member), 'class="wide"')}
${live('flight', `${member.inFlight}`, 'class="number" data-label="in flight"')}
${live('spark', sparkline(member.recent), 'class="wide"')}
${live('answers', `${member.answers}`, 'class="number" data-label="answers"')}
${live('failures', `${member.failures}`, 'class="number" data-label="failures"')}
${live('bytes', `${bytes(member.sentBytes)} / ${bytes(member.receivedBytes)}`, 'class="line" data-label="sent / received"')}
<td data-label="share">${member.loadFactor}${member.lbSet > 0 ? `, set ${member.lbSet}` : ''}</td>
${live('do', doing, 'class="wide"')}</tr>
`;
}

/** The state of a member in words, the most telling first. */
function pills(member: MemberView): string {
  const found: (readonly [kind: string, text: string])[] = [];
  const inFlight = `in flight: ${member.inFlight}`;
  if (member.draining) found.push(['warn', member.inFlight > 0 ? `draining, ${inFlight}` : 'drained']);
  else if (member.disabled) found.push(['warn', 'disabled']);
  if (member.stopped) found.push(['bad', 'stopped']);
  if (member.inError) found.push(['bad', 'in error']);
  if (member.failedCheck) found.push(['bad', 'health check failed']);
  if (found.length === 0) found.push(member.usable ? ['good', 'ok'] : ['bad', 'not usable']);
  if (member.hotStandby) found.push(['', 'standby']);
  if (member.hotSpare) found.push(['', 'spare']);
  if (member.ignoreErrors) found.push(['', 'ignores errors']);
  return found.map(([kind, text]) => `<span class="pill ${kind}">${text}</span>`).join(' ');
}

/** Answers by span as bars, failures red at the foot of each. */
function sparkline({ answers, failures }: MemberView['recent']): string {
  const most = Math.max(...answers, 1);
  const height = (count: number) => (count === 0 ? 0 : Math.max((count / most) * 24, 1.5));
  const bars = answers.map((count, i) => {
    if (count === 0) return '';
    const all = height(count);
    const bad = height(failures[i]!);
    const bar = `<rect class="all" x="${i * 2}" y="${(25 - all).toFixed(1)}" width="1.6" height="${all.toFixed(1)}"/>`;
    return bad === 0
      ? bar
      : `${bar}<rect class="bad" x="${i * 2}" y="${(25 - bad).toFixed(1)}" width="1.6" height="${bad.toFixed(1)}"/>`;
  });
  const sum = answers.reduce((total, count) => total + count, 0);
  const bad = failures.reduce((total, count) => total + count, 0);
  return `<svg class="spark" viewBox="0 0 120 26" preserveAspectRatio="none" role="img" aria-label="${sum} answers, ${bad} failures"><line class="base" x1="0" y1="25.5" x2="120" y2="25.5"/>${bars.join('')}</svg>`;
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** httpd: modules/proxy/mod_proxy_hcheck.c hc_show_exprs */
function expressionsCard(request: RequestRecord): string {
  const expressions = request.server.plan.providers
    .find(healthChecks, 'default')
    ?.expressions(request.server);
  if (expressions === undefined || expressions.size === 0) return '';
  const rows = [...expressions].map(
    ([name, text]) =>
      `<tr><td class="wide name">${escapeHtml(name)}</td><td class="wide"><code>${escapeHtml(text)}</code></td></tr>`,
  );
  return `<section class="card"><h2>Conditions of health checks</h2><table><tbody>${rows.join('')}</tbody></table></section>`;
}
