import type { Socket } from 'node:net';
import type { ConnectError, ConnectTarget, TlsSettings, TlsTarget } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';
import { requestedAuthorities } from './certificate-request.ts';
import { beginTls, libraryError } from './tls-client.ts';

/** Which certificate a server is shown. */
interface Choice {
  readonly identity: number | undefined;
  readonly untilMs: number;
}

/** How long a server is taken to ask as it did. */
const keptMs = 60_000;
const noneToChoose: Choice = { identity: undefined, untilMs: Number.POSITIVE_INFINITY };

const choices = new WeakMap<TlsSettings, Map<string, Choice>>();

const placeOf = ({ host, port, path, tunnel }: ConnectTarget, { serverName }: TlsTarget) =>
  `${path ?? `${host}:${port}`} ${serverName ?? ''} ${tunnel ?? ''}`;

/** What is known of the certificate to show; undefined where the server must be asked. */
export function chosenIdentity(target: ConnectTarget, tls: TlsTarget): Choice | undefined {
  if (tls.settings.identities.length === 0) return noneToChoose;
  const choice = choices.get(tls.settings)?.get(placeOf(target, tls));
  return choice !== undefined && choice.untilMs > Date.now() ? choice : undefined;
}

/**
 * Finds out by which authorities a server asks for a certificate, if it asks. Node has no call at that point of a
 * handshake, and httpd chooses there (`SSL_CTX_set_client_cert_cb`): so a connection that shows none is watched, and
 * closed. Gives an error where there was no handshake to watch.
 */
export function learnIdentity(
  target: ConnectTarget,
  tls: TlsTarget,
  socket: Socket,
): Promise<ConnectError | undefined> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    let serverSecret: Buffer | undefined;
    let isFinished = false;
    const finish = (error?: unknown) => {
      if (isFinished) return;
      isFinished = true;
      clearTimeout(timer);
      socket.destroy();
      const authorities = requestedAuthorities({ received: Buffer.concat(received), serverSecret });
      if (authorities === undefined && error !== undefined) {
        const said = libraryError(error);
        resolve(said === undefined ? 'ETLS' : `ETLS ${said}`);
        return;
      }
      const identity = authorities && tls.settings.chooseIdentity(authorities);
      const kept = choices.get(tls.settings) ?? new Map<string, Choice>();
      choices.set(tls.settings, kept);
      if (kept.size >= mostKept) kept.clear();
      kept.set(placeOf(target, tls), { identity, untilMs: Date.now() + keptMs });
      resolve(undefined);
    };
    const timer = setTimeout(() => finish(new Error('timed out')), tls.handshakeTimeoutMs);
    const watched = new builtins.stream.Duplex({
      read: () => socket.resume(),
      write: (bytes, _encoding, done) => socket.write(bytes, done),
    });
    socket.on('data', (bytes) => {
      received.push(bytes);
      watched.push(bytes);
    });
    socket.once('error', finish);
    socket.once('end', () => finish(new Error('closed')));
    try {
      const secured = beginTls(watched, tls, undefined);
      secured.on('keylog', (line) => {
        const [label, , secret] = line.toString('latin1').trim().split(' ');
        if (label === 'SERVER_HANDSHAKE_TRAFFIC_SECRET') serverSecret = Buffer.from(secret ?? '', 'hex');
      });
      secured.once('secureConnect', () => finish());
      secured.on('error', finish);
    } catch (error) {
      finish(error);
    }
  });
}

/** A bound for settings that serve any host. */
const mostKept = 1000;
