import { createServer } from 'node:net';

// Goes over to WebSocket at once, and gives back what it gets.
createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
