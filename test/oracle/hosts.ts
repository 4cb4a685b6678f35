/** Where the host names of the guides lead. A case adds or replaces names in its `case.json`. */
export const standardHosts: Readonly<Record<string, string>> = {
  localhost: '127.0.0.1',
  'httpd.example': '127.0.0.1',
  'example.com': '127.0.0.1',
  'www.example.com': '127.0.0.20',
  'static.example.com': '127.0.0.21',
  'media.example.com': '127.0.0.22',
  'application.example.com': '127.0.0.23',
  'app.example.com': '127.0.0.24',
  'app1.example.com': '127.0.0.31',
  'app2.example.com': '127.0.0.32',
  'app3.example.com': '127.0.0.33',
  'app4.example.com': '127.0.0.34',
  'app5.example.com': '127.0.0.35',
  'www2.example.com': '127.0.0.42',
  'www3.example.com': '127.0.0.43',
  'www4.example.com': '127.0.0.44',
};

/** The name the recording machine gives itself, so that a missing `ServerName` falls back the same everywhere. */
export const machineName = 'httpd.example';
