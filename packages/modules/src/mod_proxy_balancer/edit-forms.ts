import { escapeHtml, type RequestRecord } from '@httpd-ts/kernel';
import {
  type Balancer,
  healthCheckMethods,
  healthChecks,
  lbMethods,
  WORKER,
  type Worker,
} from '../mod_proxy/contract.ts';
import { shownName } from './xml-page.ts';

/** Fields that a form brings along unseen. */
export function hidden(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');
}

const field = (label: string, name: string, value: string | number, attributes = '') =>
  `<label>${label}<br><input name="${name}" value="${escapeHtml(String(value))}" ${attributes}></label>`;

/** As Apache's page has it: both values are sent, so that `off` can be said. */
const choice = (label: string, name: string, on: boolean) =>
  `<div class="choice"><b>${label}</b><span><label><input type="radio" name="${name}" value="1"${on ? ' checked' : ''}> On</label><label><input type="radio" name="${name}" value="0"${on ? '' : ' checked'}> Off</label></span></div>`;

function options(values: Iterable<string>, selected: string): string {
  return [...values]
    .map((value) => `<option${value === selected ? ' selected' : ''}>${escapeHtml(value)}</option>`)
    .join('');
}

const start = (balancer: Balancer, base: string, more: Readonly<Record<string, string>> = {}) =>
  `<form method="post" action="${base}">${hidden({
    b: balancer.name.slice('balancer://'.length),
    nonce: balancer.state?.nonce ?? '',
    page: '1',
    ...more,
  })}`;

const end = (base: string) =>
  `<div class="actions"><button class="main">Save</button><a class="buttonlike" href="${base}">Cancel</a></div></form>`;

/** The form for a member, with the field names of Apache's. */
export function memberForm(request: RequestRecord, balancer: Balancer, worker: Worker, base: string): string {
  const { parameters } = worker;
  const flags: readonly (readonly [label: string, letter: string, bit: number])[] = [
    ['Draining', 'N', WORKER.draining],
    ['Disabled', 'D', WORKER.disabled],
    ['Stopped', 'S', WORKER.stopped],
    ['Ignores errors', 'I', WORKER.ignoreErrors],
    ['Hot standby', 'H', WORKER.hotStandby],
    ['Hot spare', 'R', WORKER.hotSpare],
  ];
  return `<h3>Member ${escapeHtml(shownName(worker))}</h3>${start(balancer, base, { w: worker.name })}
<div class="fields">${field('Load factor', 'w_lf', worker.lbFactor / 100, 'type="number" min="1" max="100" step="0.01"')}
${field('Set', 'w_ls', worker.lbSet, 'type="number" min="0" max="99"')}
${field('Route', 'w_wr', parameters.route ?? '', 'maxlength="63"')}
${field('Route redirect', 'w_rr', parameters.redirect ?? '', 'maxlength="63"')}</div>
<fieldset><legend>State</legend><div class="choices">${flags
    .map(([label, letter, bit]) => choice(label, `w_status_${letter}`, worker.is(bit)))
    .join('')}</div></fieldset>
${checkFields(request, worker)}${end(base)}`;
}

function checkFields(request: RequestRecord, worker: Worker): string {
  const checks = request.server.plan.providers.find(healthChecks, 'default');
  if (checks === undefined) return '';
  const {
    hcMethod = 'NONE',
    hcIntervalMs = 30_000,
    hcPasses = 1,
    hcFails = 1,
    hcUri = '',
    hcExpr = '',
  } = worker.parameters;
  const expressions = ['', ...checks.expressions(request.server).keys()];
  const condition =
    expressions.length > 1
      ? `<label>Condition<br><select name="w_he">${options(expressions, hcExpr)}</select></label>`
      : '';
  return `<fieldset><legend>Health check</legend><div class="fields">
<label>Method<br><select name="w_hm">${options(healthCheckMethods, hcMethod)}</select></label>
${condition}
${field('Interval in ms', 'w_hi', hcIntervalMs, 'type="number" min="100"')}
${field('Passes until it is back', 'w_hp', hcPasses, 'type="number" min="1"')}
${field('Failures until it is out', 'w_hf', hcFails, 'type="number" min="1"')}
${field('URI', 'w_hu', hcUri, 'maxlength="63"')}</div>
<div class="choices">${choice('Taken for failed', 'w_status_C', worker.is(WORKER.healthCheckFailed))}</div></fieldset>`;
}

/** The form for a balancer, with the field names of Apache's. */
export function balancerForm(request: RequestRecord, balancer: Balancer, base: string): string {
  const { parameters } = balancer;
  const { stickyCookie = '', stickyPath = stickyCookie } = parameters;
  const sticky = stickyCookie === stickyPath ? stickyCookie : `${stickyCookie}|${stickyPath}`;
  const methods = request.server.plan.providers.names(lbMethods as never);
  return `<h3>Settings of ${escapeHtml(balancer.name)}</h3>${start(balancer, base)}
<div class="fields"><label>Method<br><select name="b_lbm">${options(methods, parameters.lbMethod)}</select></label>
${field('Wait for a member, in seconds', 'b_tmo', parameters.timeoutMs / 1000, 'type="number" min="0" max="7200"')}
${field('Failover attempts', 'b_max', parameters.maxAttempts ?? 0, 'type="number" min="0" max="99"')}
${field('Sticky session: COOKIE|parameter, - for none', 'b_ss', sticky, 'maxlength="62"')}</div>
<fieldset><legend>Sessions</legend><div class="choices">${choice('Disable failover', 'b_sforce', parameters.stickyForce)}</div></fieldset>
${end(base)}`;
}
