import { createServer, request as forward } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ForwardProxy {
  readonly url: string;
  /** The received requests: `CONNECT host:443`, or the method and address of a plain request. */
  readonly asked: string[];
  /** The target of all connections. Null: the requested host. */
  target: { readonly hostname: string; readonly port: number } | null;
  stop(): Promise<void>;
}

/** A company's HTTP proxy. With `login` (`user:password`) it answers 407 to everyone else. */
export async function startForwardProxy(login: string | null = null): Promise<ForwardProxy> {
  const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    proxy.asked.push(`${request.method} ${request.url}`);
    if (wanted && request.headers['proxy-authorization'] !== wanted) {
      response.writeHead(407).end();
      return;
    }
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = forward(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, socket: Socket) => {
    proxy.asked.push(`CONNECT ${request.url}`);
    if (wanted && request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const { target } = proxy;
    const onward = target ? connect(target.port, target.hostname) : connect(Number(port || 80), hostname);
    onward.on('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: ForwardProxy = {
    url: `http://${login ? `${login}@` : ''}127.0.0.1:${port}`,
    asked: [],
    target: null,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
