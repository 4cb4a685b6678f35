import { DECLINED, decodeBase64, encodeBase64, type HookResult, type RequestRecord } from '@httpd-ts/kernel';
import { oneLineName } from './distinguished-name.ts';
import { hasOption, type SslRequirement, sslDirectory } from './server-config.ts';
import { SessionFacts } from './variables.ts';

/** What is known of the request's session; undefined where there is none. */
export function factsOf({ connection }: RequestRecord): SessionFacts | undefined {
  return connection.tls instanceof SessionFacts ? connection.tls : undefined;
}

const forbiddenNote = 'ssl-access-forbidden';

function forbid(request: RequestRecord, reason: string, number: string): number {
  request.log('ssl', 'error', `${number}: access to ${request.filename} failed, reason: ${reason}`);
  // Satisfy any does not get by it.
  if (hasOption(request, 'strictrequire')) request.notes.set(forbiddenNote, '1');
  return 403;
}

/** SSLRequireSSL and SSLRequire. httpd: modules/ssl/ssl_engine_kernel.c ssl_hook_Access */
export function checkAccess(request: RequestRecord): HookResult {
  const { requiresTls, requirements } = sslDirectory.of(request);
  if (factsOf(request) === undefined) {
    return requiresTls ? forbid(request, 'SSL connection required', 'AH02219') : DECLINED;
  }
  return checkRequirements(request, requirements, 0);
}

function checkRequirements(
  request: RequestRecord,
  requirements: readonly SslRequirement[],
  from: number,
): HookResult {
  for (let i = from; i < requirements.length; i++) {
    const requirement = requirements[i]!;
    const holds = requirement.holds(request);
    if (holds instanceof Promise) {
      return holds.then((later) =>
        later === true ? checkRequirements(request, requirements, i + 1) : refuse(request, requirement),
      );
    }
    if (holds !== true) return refuse(request, requirement);
  }
  return DECLINED;
}

function refuse(request: RequestRecord, { text }: SslRequirement): number {
  const { filename, clientAddress } = request;
  request.log(
    'ssl',
    'info',
    `AH02266: Access to ${filename} denied for ${clientAddress} (requirement expression not fulfilled)`,
  );
  request.log('ssl', 'info', `AH02228: Failed expression: ${text}`);
  return forbid(request, 'SSL requirement expression not fulfilled', 'AH02229');
}

/** What StrictRequire has forbidden stays so. httpd: ssl_hook_Auth */
export function keepForbidden(request: RequestRecord): number {
  return isForbidden(request) ? 403 : DECLINED;
}

const isForbidden = (request: RequestRecord) =>
  hasOption(request, 'strictrequire') && request.note(forbiddenNote) !== undefined;

/** FakeBasicAuth: the name in a client's certificate stands for a user with the password `password`. httpd: ssl_hook_UserCheck */
export function fakeBasicAuth(request: RequestRecord): number {
  if (isForbidden(request)) return 403;
  if (request.main !== undefined || request.prev !== undefined) return DECLINED;
  const spoofed = spoofedUser(request.headersIn.get('Authorization'));
  if (spoofed !== undefined) {
    request.log('ssl', 'error', `AH02035: Encountered FakeBasicAuth spoof: ${spoofed}`);
    return 403;
  }
  const certificate = request.server.isTls ? factsOf(request)?.clientCertificate : undefined;
  if (!hasOption(request, 'fakebasicauth') || certificate === undefined || request.user !== undefined) {
    return DECLINED;
  }
  const value = `Basic ${encodeBase64(`${oneLineName(certificate.subject.attributes)}:password`)}`;
  request.headersIn.set('Authorization', value);
  request.log('ssl', 'info', `AH02036: Faking HTTP Basic Auth header: "Authorization: ${value}"`);
  return DECLINED;
}

/** Nobody may type what a certificate is to show. */
function spoofedUser(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic[ \t]+(.*)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [, user] = /^(\/[^:]*):password$/s.exec(decodeBase64(encoded)) ?? [];
  return user;
}

/** Variables of scripts, and SSLUserName. httpd: ssl_hook_Fixup */
export function exportVariables(request: RequestRecord): number {
  const facts = factsOf(request);
  if (facts === undefined || !request.server.isTls) return DECLINED;
  const { userName } = sslDirectory.of(request);
  if (userName !== undefined) setUser(request, facts, userName);
  const env = request.subprocessEnv;
  env.set('HTTPS', 'on');
  if (facts.serverName !== undefined) env.set('SSL_TLS_SNI', facts.serverName);
  if (hasOption(request, 'stdenvvars')) for (const [name, value] of facts.environment) env.set(name, value);
  if (hasOption(request, 'exportcertdata')) {
    for (const [name, value] of facts.certificateData) env.set(name, value);
  }
  return DECLINED;
}

function setUser(request: RequestRecord, facts: SessionFacts, variable: string): void {
  const value = facts.variable(variable);
  if (value) request.user = value;
  else request.log('ssl', 'warn', `AH02227: Failed to set r->user to '${variable}'`);
}
