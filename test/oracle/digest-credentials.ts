import { createHash } from 'node:crypto';

const md5 = (text: string) => createHash('md5').update(text, 'latin1').digest('hex');

/** The last challenge for Digest authentication in an answer; undefined where it has none. */
export function digestChallengeOf(answer: string): string | undefined {
  const head = answer.split('\r\n\r\n', 1)[0] ?? '';
  return [...head.matchAll(/^(?:WWW|Proxy)-Authenticate: Digest (.*)$/gim)].at(-1)?.[1]?.trimEnd();
}

/** What a client answers to a challenge: user, password, method, URI and the count of the nonce's uses, by blanks. */
export function digestCredentials(challenge: string, words: readonly string[]): string {
  const [user = '', password = '', method = '', uri = '', nc = ''] = words;
  const field = (name: string) => new RegExp(`${name}="((?:\\\\.|[^"])*)"`).exec(challenge)?.[1];
  const realm = field('realm') ?? '';
  const nonce = field('nonce') ?? '';
  const opaque = field('opaque');
  const secret = md5(`${user}:${realm}:${password}`);
  const response = md5(`${secret}:${nonce}:${nc}:client:auth:${md5(`${method}:${uri}`)}`);
  const fields = [`username="${user}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${uri}"`];
  fields.push(`response="${response}"`, 'cnonce="client"', `nc=${nc}`, 'qop=auth');
  if (opaque !== undefined) fields.push(`opaque="${opaque}"`);
  return fields.join(', ');
}
