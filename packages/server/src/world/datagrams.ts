import type { Socket } from 'node:dgram';
import type { Bytes, DatagramError, DatagramOptions, Datagrams } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';

/** Opens a socket for datagrams. httpd: modules/cluster/mod_heartmonitor.c hm_listen */
export function openDatagrams({ group, towards }: DatagramOptions): Promise<Datagrams | DatagramError> {
  const isIPv6 = builtins.net.isIPv6((group ?? towards)?.address ?? '');
  const socket = builtins.dgram.createSocket({ type: isIPv6 ? 'udp6' : 'udp4', reuseAddr: true });
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve('bind');
    });
    socket.bind(
      { port: group?.port ?? 0, ...(group === undefined ? {} : { address: group.address }) },
      () => {
        socket.removeAllListeners('error');
        socket.on('error', () => {});
        if (group !== undefined) {
          try {
            socket.addMembership(group.address);
          } catch {
            socket.close();
            resolve('join');
            return;
          }
        }
        resolve(datagrams(socket));
      },
    );
  });
}

function datagrams(socket: Socket): Datagrams {
  const opened: Datagrams = {
    onMessage: () => {},
    send: (text, { address, port }) => socket.send(Buffer.from(text, 'latin1'), port, address, () => {}),
    close: () => socket.close(),
  };
  socket.on('message', (bytes, { address, port }) =>
    opened.onMessage(bytes as unknown as Bytes, { address, port }),
  );
  return opened;
}
