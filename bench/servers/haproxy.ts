/** A proxy with kept back-end connections and a combined log line on its standard output. */
export function haproxyConfiguration(settings: { port: number; backendPort: number }): string {
  return `global
  log stdout len 8192 format raw daemon
defaults
  mode http
  log global
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout http-keep-alive 60s
  option http-keep-alive
  http-reuse safe
frontend front
  bind 127.0.0.1:${settings.port} backlog 1024
  http-request capture req.hdr(Referer) len 200
  http-request capture req.hdr(User-Agent) len 200
  http-request set-header X-Forwarded-For %[src]
  log-format '%ci - - [%trl] %{+Q}r %ST %B "%[capture.req.hdr(0)]" "%[capture.req.hdr(1)]"'
  default_backend back
backend back
  server one 127.0.0.1:${settings.backendPort}
`;
}
