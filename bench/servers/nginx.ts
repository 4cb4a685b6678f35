/** What varies between the nginx configurations. */
export interface NginxSettings {
  readonly port: number;
  /** The loopback address unless given. */
  readonly address?: string;
  readonly directory: string;
  readonly workers: number | 'auto';
  readonly accessLog: boolean;
  /** Connections of a worker; a back end of many members needs some for each. */
  readonly workerConnections?: number;
  /** Directives for the http block, such as an upstream. */
  readonly http?: string;
  /** Directives for the server block. */
  readonly server: string;
}

const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** An nginx configuration that keeps all its files in one folder. */
export function nginxConfiguration(settings: NginxSettings): string {
  const asRoot = process.getuid?.() === 0;
  const { directory, port, workerConnections = 2048 } = settings;
  return `daemon off;
${asRoot ? 'user nobody nogroup;' : ''}
worker_processes ${settings.workers};
${asRoot ? `worker_rlimit_nofile ${workerConnections + 100};` : ''}
pid ${directory}/nginx.pid;
error_log ${directory}/error.log warn;
events { worker_connections ${workerConnections}; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  ${temporaryPaths.map((name) => `${name}_temp_path ${directory}/${name}_temp;`).join('\n  ')}
  access_log ${settings.accessLog ? `${directory}/access.log combined` : 'off'};
  keepalive_requests 1000000000;
  keepalive_timeout 60s;
  ${settings.http ?? ''}
  server {
    listen ${settings.address ?? '127.0.0.1'}:${port} backlog=1024;
    server_name localhost;
    ${settings.server}
  }
}
`;
}

/** An upstream block with kept connections, and the directives that use it. */
export function nginxProxy(backendPort: number): { readonly http: string; readonly location: string } {
  return {
    // nginx's own advice: a keepalive pool, HTTP/1.1, and no Connection header.
    http: `upstream backend { server 127.0.0.1:${backendPort}; keepalive 64; keepalive_requests 1000000000; }`,
    // Buffers for the largest measured answer: with the default ones nginx writes the rest of it to disk.
    location: `proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffers 16 16k;
      client_max_body_size 0;`,
  };
}
